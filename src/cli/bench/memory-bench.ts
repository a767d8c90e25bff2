/** `casebook bench memory`: what memory must get right, part by part, in one report. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openCasebook } from '../../casebook.ts'
import type { Settings } from '../../config.ts'
import { localEmbedder } from '../../llm/embed-local.ts'
import { openGit } from '../../memory/git.ts'
import type { Log } from '../../memory/ports.ts'
import type { Memories } from '../../protocol-memories.ts'
import { measureAnchors } from './anchor-mutations.ts'
import { measureAnchorSpeed } from './anchor-speed.ts'
import { benchDedup } from './dedup-bench.ts'
import { type BenchReport, type Figure, machineFacts } from './measure.ts'
import { measureGates } from './memory-gates.ts'
import type { MemoryPart } from './memory-parts.ts'
import { measureRewriting } from './memory-rewriting.ts'
import { measureMemorySpeed } from './memory-speed.ts'
import { measureTimeline } from './memory-timeline.ts'
import { measureRedaction } from './redaction-bench.ts'
import { git } from './run-git.ts'

export interface MemoryBenchOptions {
  parts: readonly MemoryPart[]
  /** The repository whose sources are changed and whose diffs are searched for false alarms. */
  repo: string
  /** JSON file of hand-written pairs. */
  pairs: string
  /** Facts under which one must be found again (R1). */
  distractors: number
  /** Happenings of the made-up year. */
  events: number
  /** Records in the store while speed is measured. */
  records: number
  seed: number
  settings: Settings
  log: Log
  note(text: string): void
  signal: AbortSignal
}

export async function benchMemory(options: MemoryBenchOptions): Promise<BenchReport> {
  const measures: Record<MemoryPart, (options: MemoryBenchOptions) => Promise<Figure[]>> = {
    state: stateFigures,
    gates: gateFigures,
    pairs: async ({ pairs }) => (await benchDedup({ pairs, embedder: localEmbedder() })).figures,
    anchors: anchorFigures,
    secrets: secretFigures,
    speed: async ({ records, seed, settings, log, note, signal }) =>
      (await measureMemorySpeed({ records, seed, settings, log, note, signal })).figures,
  }
  const figures: Figure[] = []
  for (const part of options.parts) {
    options.signal.throwIfAborted()
    options.note(part)
    figures.push(...(await measures[part](options)))
  }
  return { bench: 'memory', subject: options.parts.join(', '), machine: machineFacts(), figures }
}

async function stateFigures(options: MemoryBenchOptions): Promise<Figure[]> {
  const { distractors, events, seed, note } = options
  const fresh = <T>(work: (memories: Memories) => Promise<T>) => withFreshMemories(options, work)
  const suites = await measureRewriting({ fresh, distractors, seed, note })
  note('a made-up year')
  const year = await fresh((memories) => measureTimeline({ memories, events, seed }))
  return [
    ...suites.map(
      ({ suite, title, asked, right, wrong }): Figure => ({
        name: `${suite} answered rightly, of ${asked}`,
        value: right,
        unit: '',
        note: [title, ...wrong].join('; '),
      }),
    ),
    {
      name: `timeline: right answers, of ${year.asked}`,
      value: year.right,
      unit: '',
      note: [`${year.events} events, ${year.checkpoints} checkpoints`, ...year.wrong].join('; '),
    },
    { name: 'timeline: outdated values shown', value: year.outdated, unit: '', floor: 0 },
    share('timeline: recalls for a right answer', year.recallsPerAnswer),
    share('timeline: share of repeated bytes', year.redundancy),
  ]
}

async function gateFigures(options: MemoryBenchOptions): Promise<Figure[]> {
  const results = await withFreshMemories(options, (memories) => measureGates(memories, options.seed))
  return results.map(({ gate, proposed, refused, byThisGate }): Figure => {
    const name = gate === 'sound' ? 'sound proposals refused' : `${gate} refused its fault`
    const value = gate === 'sound' ? refused : byThisGate
    return { name: `${name}, of ${proposed}`, value, unit: '' }
  })
}

/** Sources that anchors are tried on. */
const mostSources = 60
const targets = 200
const largeIndex = 100_000

async function anchorFigures({ repo, seed, signal, note }: MemoryBenchOptions): Promise<Figure[]> {
  const report = await measureAnchors({ texts: await sourcesOf(repo), targets, seed, signal })
  note(`an index of ${largeIndex} chunks`)
  const { fresh, mixed } = measureAnchorSpeed({ chunks: largeIndex, seed })
  return [
    { name: `R6: changed code noticed, of ${report.stale}`, value: report.detected, unit: '' },
    { name: 'R6: stale records shown unlabelled', value: report.unlabelled, unit: '', floor: 0 },
    { name: `R6: false alarms, of ${report.asked}`, value: report.falseAlarms, unit: '' },
    { name: `R6: other labels wrong, of ${report.asked}`, value: report.wrongLabels, unit: '' },
    { name: 'anchors of a record, changed code, p95', value: report.p95, unit: 'ms', floor: 5 },
    { name: 'anchors of a record, 100,000 chunks, unchanged, p95', value: fresh.p95, unit: 'ms', floor: 5 },
    {
      name: 'anchors of a record, 100,000 chunks, half changed, p95',
      value: mixed.p95,
      unit: 'ms',
      floor: 5,
    },
  ]
}

async function sourcesOf(repo: string): Promise<Record<string, string>> {
  const paths = (await git(repo, ['ls-tree', '-r', '--name-only', 'HEAD'])).split('\n')
  const sources = paths.filter((path) => /\.(?:py|ts|js|go|rs|java)$/.test(path)).slice(0, mostSources)
  const texts = await Promise.all(
    sources.map(async (path) => [path, await git(repo, ['show', `HEAD:${path}`])] as const),
  )
  return Object.fromEntries(texts)
}

/** Commits whose diffs are searched. */
const searchedCommits = '500'

async function secretFigures({ repo, signal }: MemoryBenchOptions): Promise<Figure[]> {
  const opened = await openGit(repo)
  const log = ['log', '-p', '-z', '--no-merges', '--no-ext-diff', `--max-count=${searchedCommits}`]
  const diffs = opened === null ? nothing() : opened.records(log, { signal })
  const { kinds, planted, detected, missed, diffs: found } = await measureRedaction(diffs)
  return [
    {
      name: `secrets masked, of ${planted}`,
      value: detected,
      unit: '',
      note: `${kinds} kinds; missed: ${missed.join(', ') || 'none'}`,
    },
    share(
      'masked for 1,000 lines of real diffs',
      found.perThousandLines,
      `${found.lines} lines; ${JSON.stringify(found.kinds)}`,
    ),
    {
      name: 'milliseconds for 1,000 lines',
      value: (found.milliseconds / Math.max(1, found.lines)) * 1_000,
      unit: 'ms',
    },
  ]
}

async function* nothing(): AsyncGenerator<string> {
  // Outside git there are no diffs: what was planted is measured all the same.
}

/** Small numbers keep their digits. */
function share(name: string, value: number, note = ''): Figure {
  return { name, value: Math.round(value * 10_000) / 10_000, unit: '', ...(note !== '' && { note }) }
}

/** A repository of its own with a store that is thrown away. */
export async function withFreshMemories<T>(
  { settings, log }: Pick<MemoryBenchOptions, 'settings' | 'log'>,
  work: (memories: Memories) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'casebook-memory-'))
  try {
    await writeFile(join(folder, 'app.py'), 'def main():\n    return 0\n')
    await git(folder, ['init', '--quiet', '--initial-branch=main'])
    await git(folder, ['add', '.'])
    await git(folder, ['commit', '--quiet', '-m', 'a beginning'])
    const own: Settings = { ...settings, storeLocation: 'repository', historyMemory: 0 }
    const casebook = await openCasebook({ repo: folder, settings: own, log })
    try {
      await casebook.index({ reason: 'a benchmark' })
      return await work(casebook.memories)
    } finally {
      await casebook.close()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
