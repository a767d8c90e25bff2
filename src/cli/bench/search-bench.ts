/** `casebook bench search`: how fast a search answers, and how much memory the index takes, at a given size. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Casebook, openCasebook } from '../../casebook.ts'
import type { Settings } from '../../config.ts'
import type { Log } from '../../memory/ports.ts'
import type { Progress, SearchReply } from '../../protocol.ts'
import { type CorpusSummary, makeCorpus } from './made-corpus.ts'
import {
  type BenchReport,
  type Figure,
  machineFacts,
  peakResidentMb,
  quantile,
  residentMb,
  timed,
} from './measure.ts'

export interface SearchBenchOptions {
  /** The size of the generated repository, in one of the two. */
  size: { chunks: number } | { files: number }
  queries: number
  seed: number
  settings: Settings
  log: Log
  note(text: string): void
  onProgress(progress: Progress): void
  signal: AbortSignal
}

/** Functions of a file on average, by what is asked: few large files, or very many small ones. */
const functionsPerFile = { chunks: 10, files: 1 }
/** Chunks that the indexer makes of such a file on average (measured): small functions share one. */
const chunksPerFile = 12.3

/** Generates a repository in the temporary folder, indexes it, searches it, and removes it. */
export async function benchSearch(options: SearchBenchOptions): Promise<BenchReport> {
  const folder = await mkdtemp(join(tmpdir(), 'casebook-bench-'))
  try {
    options.note('generating the repository')
    const corpus = await generate(options, folder)
    const casebook = await openCasebook({
      repo: folder,
      settings: inFolder(options.settings),
      log: options.log,
    })
    try {
      return await measure(options, casebook, corpus)
    } finally {
      await casebook.close()
    }
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

function generate(
  { size, queries, seed, signal }: SearchBenchOptions,
  folder: string,
): Promise<CorpusSummary> {
  const files = 'files' in size ? size.files : Math.round(size.chunks / chunksPerFile)
  const functions = 'files' in size ? functionsPerFile.files : functionsPerFile.chunks
  return makeCorpus(folder, { files, functions, queries, seed, commits: 2_000 }, signal)
}

async function measure(
  options: SearchBenchOptions,
  casebook: Casebook,
  corpus: CorpusSummary,
): Promise<BenchReport> {
  const { signal, onProgress } = options
  const [seconds, summary] = await timed(() => casebook.index({ reason: 'benchmark', signal, onProgress }))
  const indexed: Figure[] = [
    { name: 'files', value: summary.files, unit: '' },
    { name: 'chunks', value: summary.chunks, unit: '' },
    {
      name: 'first index',
      value: seconds,
      unit: 's',
      note: `${Math.round(summary.files / seconds)} files/s`,
    },
    {
      name: 'peak resident memory while indexing',
      value: peakResidentMb(),
      unit: 'MB',
      ...memoryMarks(options),
    },
  ]
  options.note('searching')
  const searched = await searchFigures(options, casebook, corpus.queries)
  const { sizes, vectorSearch } = await casebook.health()
  const store = sizes.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6
  const rest: Figure[] = [
    { name: 'resident memory after searching', value: residentMb(), unit: 'MB', ...memoryMarks(options) },
    { name: 'store', value: store, unit: 'MB', note: `vectors: ${vectorSearch.regime}` },
  ]
  const subject = `generated repository of ${summary.files} files, ${summary.chunks} chunks, seed ${options.seed}`
  return { bench: 'search', subject, machine: machineFacts(), figures: [...indexed, ...searched, ...rest] }
}

async function searchFigures(
  { signal }: SearchBenchOptions,
  casebook: Casebook,
  queries: readonly string[],
): Promise<Figure[]> {
  // The first tenth warms caches and the just-in-time compiler and is not counted.
  const warmUp = Math.ceil(queries.length / 10)
  const milliseconds: number[] = []
  let empty = 0
  for (const [index, query] of queries.entries()) {
    signal.throwIfAborted()
    const [seconds, reply] = await timed<SearchReply>(() => casebook.search(query, { limit: 20 }))
    if (index < warmUp) continue
    milliseconds.push(seconds * 1000)
    if (reply.hits.length === 0) empty++
  }
  const note = `${milliseconds.length} short queries, ${empty} without a result`
  return [
    { name: 'search, median', value: quantile(milliseconds, 0.5), unit: 'ms', note },
    { name: 'search, p95', value: quantile(milliseconds, 0.95), unit: 'ms', floor: 50, goal: 20 },
    { name: 'search, slowest', value: Math.max(...milliseconds), unit: 'ms' },
  ]
}

/** Asked are 300 (200) MB at 30,000 chunks, and 600 (400) MB at 100,000 files. */
function memoryMarks({ size }: SearchBenchOptions): Pick<Figure, 'floor' | 'goal'> {
  if ('chunks' in size && size.chunks <= 30_000) return { floor: 300, goal: 200 }
  return { floor: 600, goal: 400 }
}

function inFolder(settings: Settings): Settings {
  return { ...settings, storeLocation: 'repository' }
}
