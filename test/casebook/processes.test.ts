import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { makeRepo } from '../harness/fixture-repo.ts'
import { openMemory, pathsFound } from './open-memory.ts'

const program = fileURLToPath(new URL('./indexing-process.ts', import.meta.url))
const manyFiles = (count: number) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, at) => [`m${at}.py`, `def walk_${at}(x):\n    return x + ${at}\n`]),
  )

function start(repo: string): {
  child: ChildProcess
  output: () => string
  seen: (text: string) => Promise<void>
} {
  const child = spawn(process.execPath, [program, repo], { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  // Polled: a child that ends in silence must not keep the test waiting for its next word.
  const seen = async (text: string) => {
    while (!output.includes(text) && child.exitCode === null) await sleep(5)
  }
  return { child, output: () => output, seen }
}

async function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return child.exitCode
}

describe('several processes on one store', () => {
  it('share the work: one indexes, the others wait and find it done', async () => {
    using repo = makeRepo(manyFiles(150))
    const both = [start(repo.dir), start(repo.dir)]
    assert.deepEqual(await Promise.all(both.map(({ child }) => ended(child))), [0, 0])
    const parsed = both.map(({ output }) => Number(/parsed=(\d+)/.exec(output())?.[1]))
    assert.deepEqual(
      parsed.sort((a, b) => a - b),
      [0, 150],
    )
  })

  it('see what another one indexed without opening again', async (test) => {
    using repo = makeRepo({ 'a.py': 'def alpaca():\n    pass\n' })
    const reader = await openMemory(test, repo.dir)
    await reader.index({ reason: 'test' })
    repo.write({ 'b.py': 'def bison():\n    pass\n' })
    assert.equal(await ended(start(repo.dir).child), 0)
    assert.deepEqual(await pathsFound(reader, 'bison'), ['b.py'])
  })
})

describe('a process that is killed while it indexes', () => {
  it('leaves a sound store, on which the next one goes on', async (test) => {
    using repo = makeRepo(manyFiles(400))
    for (let round = 0; round < 4; round++) {
      const { child, seen } = start(repo.dir)
      await seen(round % 2 === 0 ? 'parse 9' : 'history')
      child.kill('SIGKILL')
      await ended(child)
      const db = new DatabaseSync(join(repo.dir, '.git/casebook/index.db'))
      assert.equal(db.prepare('pragma integrity_check').get()?.integrity_check, 'ok')
      db.exec("insert into chunk_fts (chunk_fts) values ('integrity-check')")
      const orphans = db
        .prepare('select count(*) as n from chunk where blob_id not in (select id from blob)')
        .get()
      assert.equal(orphans?.n, 0)
      db.close()
    }
    const casebook = await openMemory(test, repo.dir)
    await casebook.index({ reason: 'after the kills' })
    const { files, indexedFiles, chunks } = casebook.status()
    assert.deepEqual([files, indexedFiles, chunks], [400, 400, 400])
    assert.equal((await pathsFound(casebook, 'walk_399'))[0], 'm399.py')
  })
})
