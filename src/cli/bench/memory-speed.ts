/** How fast long-term memory is with many records, asked and told through the same doors as always. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Casebook, openCasebook } from '../../casebook.ts'
import type { Settings } from '../../config.ts'
import type { Log } from '../../memory/ports.ts'
import type { RecordDraft } from '../../memory/record.ts'
import { redact } from '../../memory/safety/redact.ts'
import { redactDeep } from '../../memory/safety/redact-deep.ts'
import { openMemory } from '../../memory/store/memory-db.ts'
import { openMemoryStore } from '../../memory/store/memory-log.ts'
import { readMeta } from '../../memory/store/meta.ts'
import type { RecallRequest } from '../../protocol-memories.ts'
import { writeCorpusRepository } from './corpus-repository.ts'
import { type BenchReport, type Figure, machineFacts, quantile, timed } from './measure.ts'
import { identifier, type MadeUpWorld, madeUpEpisode, madeUpRecords, sentence } from './memory-records.ts'
import { openRandom } from './random.ts'
import { git } from './run-git.ts'
import { openVocabulary } from './vocabulary.ts'

export interface MemorySpeedOptions {
  records: number
  seed?: number
  /** Questions, and episodes to write, that are timed. */
  questions?: number
  settings: Settings
  log: Log
  note?: (text: string) => void
  signal?: AbortSignal
}

/** Files of the made-up repository. */
const files = 400
/** Records of one event while the store is filled. */
const perEvent = 50

/** A repository in the temporary folder is made, filled, asked, exported, imported into a clone, and removed. */
export async function measureMemorySpeed(options: MemorySpeedOptions): Promise<BenchReport> {
  const { records, seed = 1, note = () => undefined } = options
  const folder = await mkdtemp(join(tmpdir(), 'casebook-memory-speed-'))
  try {
    const repo = join(folder, 'repository')
    note('making a repository')
    await writeCorpusRepository(repo, { files, seed, functionsPerFile: 4, commits: 20, queries: 0 })
    const settings = { ...options.settings, historyMemory: 0, storeLocation: 'repository' as const }
    const book = await openCasebook({ repo, settings, log: options.log })
    const world = await openWorld(repo, seed)
    const figures: Figure[] = []
    try {
      await book.index({ reason: 'a benchmark' })
      note(`filling the memory with ${records} records`)
      figures.push(...(await fill(book, { world, repo, records })))
      note('recalling and recording')
      figures.push(...(await ask(book, world, options)), ...(await tell(book, world, options)))
      note('exporting and importing')
      figures.push(...(await travel(book, { folder, repo, settings, log: options.log })))
    } finally {
      await book.close()
    }
    const subject = `${records.toLocaleString('en-GB')} records`
    return { bench: 'memory speed', subject, machine: machineFacts(), figures }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function openWorld(repo: string, seed: number): Promise<MadeUpWorld> {
  const random = openRandom(seed)
  const tree = await git(repo, ['ls-tree', '-r', '-z', 'HEAD'])
  const found = tree.split('\0').flatMap((line) => {
    const [, blob, path] = /^\d+ blob (\w+)\t(.*)$/s.exec(line) ?? []
    return blob === undefined || path === undefined ? [] : [{ path, blob }]
  })
  return { random, vocabulary: openVocabulary(random, 8_000), files: found, now: Date.now() }
}

interface Filling {
  world: MadeUpWorld
  repo: string
  records: number
}

/** Straight into the store: ten thousand decisions of the gates are another measurement. */
async function fill(book: Casebook, { world, repo, records }: Filling): Promise<Figure[]> {
  const { db } = openMemory(join(repo, '.git/casebook'))
  const namespace = String(readMeta(db, 'namespace'))
  const store = openMemoryStore({ db, namespace })
  const drafts = await masked([...madeUpRecords(world, records)])
  const [seconds] = await timed(async () => {
    for (let at = 0; at < drafts.length; at += perEvent) {
      store.append([recorded(store.complete, drafts.slice(at, at + perEvent))])
      await new Promise(setImmediate)
    }
  })
  db.close()
  const [embedding] = await timed(() => untilEmbedded(book, records))
  return [
    { name: 'store filled (50 records an event)', value: seconds, unit: 's' },
    { name: 'vectors of all records', value: embedding, unit: 's' },
  ]
}

/** As the door does: some made-up assignments look like secrets. */
async function masked(drafts: readonly RecordDraft[]): Promise<RecordDraft[]> {
  const done: RecordDraft[] = []
  for (const draft of drafts) done.push((await redactDeep(draft, redact)).value)
  return done
}

function recorded(
  complete: (draft: RecordDraft) => ReturnType<ReturnType<typeof openMemoryStore>['complete']>,
  drafts: readonly RecordDraft[],
) {
  const made = drafts.map((draft) => complete(draft))
  return {
    type: 'RECORDED' as const,
    actor: { type: 'importer' as const, name: 'bench' },
    reason: `${made.length} records for a measurement`,
    changes: made.map((record) => ({ op: 'create' as const, id: record.id, record })),
  }
}

async function untilEmbedded(book: Casebook, records: number): Promise<void> {
  for (;;) {
    const { regime } = await book.memories.recall({ text: 'anything', quiet: true })
    const count = Number(/(\d+) vectors/.exec(regime)?.[1] ?? records)
    if (count >= records * 0.999) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

async function ask(
  book: Casebook,
  world: MadeUpWorld,
  { questions = 300 }: MemorySpeedOptions,
): Promise<Figure[]> {
  const times: number[] = []
  for (let at = -20; at < questions; at++) {
    const request = question(world, at)
    const [seconds] = await timed(() => book.memories.recall(request))
    if (at >= 0) times.push(seconds * 1000)
    // The note of what was shown is written when the answer is out, as between two questions of an agent.
    await book.memories.log({ limit: 1 })
  }
  return [
    { name: 'recall p50', value: quantile(times, 0.5), unit: 'ms' },
    { name: 'recall p95', value: quantile(times, 0.95), unit: 'ms', floor: 30 },
    { name: 'recall slowest', value: quantile(times, 1), unit: 'ms' },
  ]
}

/** Tasks, errors with a trace, and questions about one file, in turn. */
function question(world: MadeUpWorld, at: number): RecallRequest {
  const { path } = world.random.pick(world.files)
  if (at % 3 === 0) return { text: `${sentence(world, 25)} ${identifier(world)}`, moment: 'task-start' }
  if (at % 3 === 1) return { text: `what is known of ${path}`, path }
  const { episode } = madeUpEpisode(world, 'question')
  const output = episode?.commands[0]?.output?.text ?? ''
  return { text: sentence(world, 15), output, moment: 'after-failure', repair: true }
}

async function tell(
  book: Casebook,
  world: MadeUpWorld,
  { questions = 300 }: MemorySpeedOptions,
): Promise<Figure[]> {
  const records: number[] = []
  const lessons: number[] = []
  for (let at = -20; at < questions; at++) {
    const draft = madeUpEpisode(world, `told-${at}`)
    const [seconds] = await timed(() => book.memories.record(draft))
    if (at >= 0) records.push(seconds * 1000)
    // Vectors follow when the answer is out; the next episode of a session is minutes away.
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  for (let at = -5; at < questions / 6; at++) {
    const text = `${sentence(world, 20)} ${world.random.pick(world.files).path}`
    const [seconds] = await timed(() => book.memories.remember({ text, cue: sentence(world, 6) }))
    if (at >= 0) lessons.push(seconds * 1000)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  return [
    { name: 'episode recorded p50', value: quantile(records, 0.5), unit: 'ms' },
    { name: 'episode recorded p95', value: quantile(records, 0.95), unit: 'ms', floor: 10 },
    { name: 'lesson of a person p95', value: quantile(lessons, 0.95), unit: 'ms' },
  ]
}

interface Travelling {
  folder: string
  repo: string
  settings: Settings
  log: Log
}

async function travel(book: Casebook, { folder, repo, settings, log }: Travelling): Promise<Figure[]> {
  const file = join(folder, 'memory.jsonl')
  const [exporting, { bytes }] = await timed(() => book.memories.export(file))
  const clone = join(folder, 'clone')
  await git(folder, ['clone', '--quiet', repo, clone])
  const other = await openCasebook({ repo: clone, settings, log })
  try {
    const [importing] = await timed(() => other.memories.import(file, { restore: true }))
    return [
      { name: 'export', value: exporting, unit: 's', note: `${Math.round(bytes / 1e6)} MB` },
      { name: 'import into a clone', value: importing, unit: 's', floor: 20 },
    ]
  } finally {
    await other.close()
  }
}
