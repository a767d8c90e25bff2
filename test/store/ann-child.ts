/** Opens the index as the service does, settles, and tells what happened. Run as a program, it may die. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openDatabase } from '../../src/memory/store/database.ts'
import { indexMigrations } from '../../src/memory/store/schema.ts'
import { openVectorIndex, type Regime } from '../../src/memory/store/vector-index.ts'
import { activeEmbedder } from '../../src/memory/store/vectors.ts'
import { randomNumbers, randomVector } from './vector-fixtures.ts'

export interface Outcome {
  regime: Regime
  ids: number[]
  log: string[]
}

export async function openAndSearch(file: string, folder: string): Promise<Outcome> {
  const { db } = openDatabase(file, indexMigrations)
  const generation = activeEmbedder(db)
  if (generation === undefined) throw new Error('no embedder')
  const log: string[] = []
  const { dimensions } = generation
  const say = (line: string): number => log.push(line)
  const index = openVectorIndex({
    ...{ db, embedderId: generation.id, dimensions, folder, exactLimit: 100, memoryLimitMb: 600 },
    log: { info: say, warn: say, error: say },
  })
  await index.settle()
  const query = randomVector(dimensions, randomNumbers(77))
  const ids = index.search(query, 10).map(({ id }) => id)
  const regime = index.regime()
  index.close()
  db.close()
  return { regime, ids, log }
}

/** As the machine would end the process in the middle of a build. */
function dieWhileBuilding(folder: string): void {
  setInterval(() => {
    try {
      const note = readFileSync(join(folder, 'vectors-1.guard'), 'utf8')
      if (note.includes('"build"')) process.kill(process.pid, 'SIGKILL')
    } catch {
      // Not building yet.
    }
  }, 1)
}

if (import.meta.main) {
  const [, , file = '', folder = '', mode = 'search'] = process.argv
  if (mode === 'die-building') dieWhileBuilding(folder)
  console.log(JSON.stringify(await openAndSearch(file, folder)))
}
