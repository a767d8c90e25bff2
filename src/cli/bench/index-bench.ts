/** `casebook bench index`: what a first index, a reopening, a save and a new worktree cost. */

import { appendFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { type Casebook, type IndexSummary, openCasebook } from '../../casebook.ts'
import type { Settings } from '../../config.ts'
import { type Log, UserError } from '../../memory/ports.ts'
import type { Progress } from '../../protocol.ts'
import {
  type BenchReport,
  type Figure,
  machineFacts,
  median,
  peakResidentMb,
  quantile,
  timed,
} from './measure.ts'
import { type ParseOnlyResult, parseOnly } from './parse-only.ts'
import { git } from './run-git.ts'
import { runSelf } from './run-self.ts'

export interface IndexBenchOptions {
  /** A repository, bare or not; it is cloned and not touched. */
  repo: string
  /** Default: HEAD. */
  at?: string
  /** First indexes, and parses, of which the medians are shown. */
  runs: number
  settings: Settings
  log: Log
  note(text: string): void
  onProgress(progress: Progress): void
  signal: AbortSignal
}

/** How often a file is saved. */
const saves = 20

interface FirstIndex {
  summary: IndexSummary
  seconds: number
  /** Of all threads of this process, git not included. */
  cpuSeconds: number
  peakMb: number
  storeBytes: number
  /** What was indexed, so that the yardstick parses the same. */
  paths: string[]
}

/** Everything is measured in a clone in the temporary folder, which is removed in the end. */
export async function benchIndex(options: IndexBenchOptions): Promise<BenchReport> {
  const folder = await mkdtemp(join(tmpdir(), 'casebook-bench-'))
  try {
    const clone = join(folder, 'clone')
    await cloneWithTree(options, clone)
    return await measure(options, clone, join(folder, 'worktree'))
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

async function measure(options: IndexBenchOptions, clone: string, worktree: string): Promise<BenchReport> {
  const firsts: FirstIndex[] = []
  const parses: ParseOnlyResult[] = []
  for (let run = 1; run <= options.runs; run++) {
    options.note(`run ${run} of ${options.runs}: first index, then parsing alone`)
    const first = await firstIndex(options, clone)
    firsts.push(first)
    parses.push(await parseOnly(clone, first.paths, options.signal))
    if (run < options.runs) await forget(options, clone)
  }
  options.note('reopening, saving, new worktree')
  const figures = [
    ...firstFigures(firsts, parses),
    ...(await reopenFigures(options, clone)),
    ...(await saveFigures(options, clone)),
    await worktreeFigure(options, clone, worktree),
  ]
  const subject = `${basename(options.repo.replace(/[/\\](repo|\.git)[/\\]?$/, ''))} at ${options.at ?? 'HEAD'}`
  return { bench: 'index', subject, machine: machineFacts(), figures }
}

function firstFigures(firsts: readonly FirstIndex[], parses: readonly ParseOnlyResult[]): Figure[] {
  const seconds = median(firsts.map((first) => first.seconds))
  const parse = median(parses.map((parsed) => parsed.seconds))
  const cpu = median(firsts.map((one) => one.cpuSeconds)) / median(parses.map((one) => one.cpuSeconds))
  const [first] = firsts
  if (first === undefined) return []
  const { files, chunks, commits } = first.summary
  const parsed = `${parses[0]?.files} files, ${((parses[0]?.bytes ?? 0) / 1e6).toFixed(1)} MB with a grammar`
  return [
    { name: 'files indexed', value: files, unit: '', note: `${chunks} chunks, ${commits} commits` },
    { name: 'first index, history included', value: seconds, unit: 's' },
    { name: 'parsing alone, one thread', value: parse, unit: 's', note: parsed },
    { name: 'first index / parsing alone', value: seconds / parse, unit: 'x', floor: 3, goal: 1.5 },
    { name: '  in processor time', value: cpu, unit: 'x' },
    { name: 'files', value: files / seconds, unit: '/s' },
    { name: 'peak resident memory, first run', value: first.peakMb, unit: 'MB' },
    { name: 'store', value: first.storeBytes / 1e6, unit: 'MB' },
  ]
}

async function firstIndex(options: IndexBenchOptions, clone: string): Promise<FirstIndex> {
  const cpuBefore = process.cpuUsage()
  const [seconds, { casebook, summary }] = await timed(async () => {
    const casebook = await open(options, clone)
    const { signal, onProgress } = options
    return { casebook, summary: await casebook.index({ reason: 'benchmark', signal, onProgress }) }
  })
  // Before anything else allocates; the baseline loads a grammar of its own into this process.
  const peakMb = peakResidentMb()
  const { user, system } = process.cpuUsage(cpuBefore)
  const { sizes } = await casebook.health()
  const skipped = new Set(casebook.excluded().map(({ path }) => path))
  await casebook.close()
  const paths = (await listFiles(clone)).filter((path) => !skipped.has(path))
  const storeBytes = sizes.reduce((sum, { bytes }) => sum + bytes, 0)
  return { summary, seconds, cpuSeconds: (user + system) / 1e6, peakMb, paths, storeBytes }
}

/** Removes the store, so that the next run is a first one. */
async function forget(options: IndexBenchOptions, clone: string): Promise<void> {
  const casebook = await open(options, clone)
  const { storePath } = await casebook.health()
  await casebook.close()
  await rm(storePath, { recursive: true, force: true, maxRetries: 5 })
}

async function reopenFigures(options: IndexBenchOptions, clone: string): Promise<Figure[]> {
  const query = await someName(clone)
  const inside: number[] = []
  const whole: number[] = []
  for (let time = 0; time < 5; time++) {
    options.signal.throwIfAborted()
    const [seconds, casebook] = await timed(async () => {
      const opened = await open(options, clone)
      await opened.index({ reason: 'look for changes before an answer' })
      await opened.search(query)
      return opened
    })
    await casebook.close()
    inside.push(seconds)
    whole.push((await timed(() => runSelf(['search', '--json', '--repo', clone, query], options.signal)))[0])
  }
  return [
    { name: 'reopen to first answer', value: median(inside), unit: 's', floor: 1, goal: 0.3 },
    { name: '  as a new process, start included', value: median(whole), unit: 's', floor: 1, goal: 0.3 },
  ]
}

/** From the moment a file is written until a search finds the new name in it. */
async function saveFigures(options: IndexBenchOptions, clone: string): Promise<Figure[]> {
  const casebook = await open(options, clone)
  const files = await sourceFiles(clone)
  const milliseconds: number[] = []
  for (let index = 0; index < saves; index++) {
    options.signal.throwIfAborted()
    const path = files[Math.floor((index * files.length) / saves)] ?? 'casebook_bench.py'
    const name = `casebook_saved_marker_${index}`
    await appendFile(join(clone, path), `\n${path.endsWith('.py') ? '#' : '//'} ${name}\n`)
    const [seconds, reply] = await timed(async () => {
      await casebook.touch([path])
      return await casebook.search(name)
    })
    if (!reply.hits.some((hit) => hit.type === 'chunk' && hit.path === path))
      throw new Error(`${path} was saved but ${name} is not found in it`)
    milliseconds.push(seconds * 1000)
  }
  await casebook.close()
  await git(clone, ['checkout', '--quiet', '--', '.'])
  return [
    { name: 'save to searchable, median', value: median(milliseconds), unit: 'ms', floor: 150 },
    { name: 'save to searchable, p95', value: quantile(milliseconds, 0.95), unit: 'ms', floor: 150 },
  ]
}

async function worktreeFigure(options: IndexBenchOptions, clone: string, worktree: string): Promise<Figure> {
  await git(clone, ['worktree', 'add', '--quiet', '-b', 'casebook-bench', worktree], options.signal)
  const query = await someName(clone)
  const [seconds, { casebook, summary }] = await timed(async () => {
    const casebook = await open(options, worktree)
    const summary = await casebook.index({ reason: 'new worktree', signal: options.signal })
    await casebook.search(query)
    return { casebook, summary }
  })
  await casebook.close()
  const note = `${summary.parsed} files parsed`
  return { name: 'new worktree searchable', value: seconds, unit: 's', floor: 3, goal: 1, note }
}

function open({ settings, log }: IndexBenchOptions, repo: string): Promise<Casebook> {
  // In the clone, whatever the environment says: nothing of the measurement may stay behind.
  return openCasebook({ repo, settings: { ...settings, storeLocation: 'repository' }, log })
}

async function cloneWithTree({ repo, at, note, signal }: IndexBenchOptions, clone: string): Promise<void> {
  note('cloning into the temporary folder')
  try {
    await git(tmpdir(), ['clone', '--quiet', '--shared', '--no-checkout', repo, clone], signal)
  } catch (cause) {
    throw new UserError(
      `${repo} cannot be cloned.`,
      'Give a git repository, bare or not, with --repo.',
      cause,
    )
  }
  const commit = at ?? (await git(repo, ['rev-parse', 'HEAD']))
  await git(clone, ['checkout', '--quiet', '-B', 'main', commit], signal)
}

async function listFiles(clone: string): Promise<string[]> {
  return (await git(clone, ['ls-files', '-z'])).split('\0').filter((path) => path !== '')
}

async function sourceFiles(clone: string): Promise<string[]> {
  return (await listFiles(clone)).filter((path) => /\.(py|ts|js|go|rs|java|c|cc|cpp|rb|php)$/.test(path))
}

/** A name that occurs in the repository: a file in its middle. */
async function someName(clone: string): Promise<string> {
  const files = await sourceFiles(clone)
  return basename(files[Math.floor(files.length / 2)] ?? 'readme').replace(/\.\w+$/, '')
}
