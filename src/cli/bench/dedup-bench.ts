/** Duplicates and conflicts on hand-written pairs: a confusion matrix, and what the cosine of an embedder can tell. */

import { readFile } from 'node:fs/promises'
import { labelPair, type PairLabel, pairLabels } from '../../memory/learn/conflict.ts'
import { dedup } from '../../memory/learn/merge.ts'
import type { Embedder } from '../../memory/ports.ts'
import { draftDefaults, type MemoryRecord, noUse, type RecordDraft } from '../../memory/record.ts'
import { type BenchReport, type Figure, machineFacts } from './measure.ts'

export interface DedupBenchOptions {
  /** JSON file of pairs, see test/fixtures/learn/pairs.json. */
  pairs: string
  /** For the calibration of the nominating cosine; null leaves it out. */
  embedder: Embedder | null
}

export interface Pair {
  label: PairLabel
  known: MemoryRecord
  newcomer: RecordDraft
}

export interface PairResults {
  /** By label, by judgement. */
  confusion: Record<PairLabel, Record<PairLabel, number>>
  wrong: { expected: PairLabel; got: PairLabel; known: string; newcomer: string }[]
  /** What would be lost: complements or unrelated pairs that are merged, superseded or contested. */
  lost: number
  cosines: { label: PairLabel; cosine: number }[]
  /** Of the known sides of different pairs. */
  strangers: number[]
}

export async function benchDedup(options: DedupBenchOptions): Promise<BenchReport> {
  const pairs = await readPairs(options.pairs)
  const results = await judgePairs(pairs, options.embedder)
  const right = pairs.length - results.wrong.length
  const figures: Figure[] = [
    figure('share of pairs judged right without a model', right / pairs.length),
    figure('pairs whose joining or superseding would lose something', results.lost),
    ...pairLabels.map((label) =>
      figure(`${label}: share judged so`, recallOf(results, label), spread(results.confusion[label])),
    ),
    ...cosineFigures(results),
  ]
  return { bench: 'dedup', subject: `${pairs.length} hand-written pairs`, machine: machineFacts(), figures }
}

function figure(name: string, value: number, note = ''): Figure {
  return { name, value: Math.round(value * 10_000) / 10_000, unit: '', ...(note === '' ? {} : { note }) }
}

function recallOf({ confusion }: PairResults, label: PairLabel): number {
  const row = confusion[label]
  const all = pairLabels.reduce((sum, one) => sum + row[one], 0)
  return all === 0 ? 0 : row[label] / all
}

function spread(row: Record<PairLabel, number>): string {
  return pairLabels
    .filter((label) => row[label] > 0)
    .map((label) => `${label} ${row[label]}`)
    .join(', ')
}

/** Judges as an intake does: words first, then keys, literals and denials; no model is asked. */
export async function judgePairs(pairs: readonly Pair[], embedder: Embedder | null): Promise<PairResults> {
  const confusion = Object.fromEntries(
    pairLabels.map((label) => [label, Object.fromEntries(pairLabels.map((other) => [other, 0]))]),
  ) as PairResults['confusion']
  const results: PairResults = { confusion, wrong: [], lost: 0, cosines: [], strangers: [] }
  for (const { label, known, newcomer } of pairs) {
    const got = judge(newcomer, known)
    confusion[label][got]++
    if (got !== label)
      results.wrong.push({ expected: label, got, known: known.text, newcomer: newcomer.text })
    const apart = label === 'complement' || label === 'unrelated'
    if (apart && got !== 'complement' && got !== 'unrelated') results.lost++
  }
  return embedder === null ? results : { ...results, ...(await cosinesOf(pairs, embedder)) }
}

function judge(newcomer: RecordDraft, known: MemoryRecord): PairLabel {
  const decision = dedup(newcomer, [{ record: known, cosine: null }])
  return decision.kind === 'new' ? labelPair(newcomer, known).label : 'duplicate'
}

async function cosinesOf(
  pairs: readonly Pair[],
  embedder: Embedder,
): Promise<Pick<PairResults, 'cosines' | 'strangers'>> {
  const known = await embedder.embed(pairs.map((pair) => pair.known.text))
  const newcomers = await embedder.embed(pairs.map((pair) => pair.newcomer.text))
  const cosines = pairs.map(({ label }, at) => ({ label, cosine: cosine(known[at], newcomers[at]) }))
  const strangers = known.flatMap((one, at) => known.slice(at + 1).map((other) => cosine(one, other)))
  return { cosines, strangers }
}

/** Of vectors of length 1. */
function cosine(one: Float32Array | undefined, other: Float32Array | undefined): number {
  return one?.reduce((sum, value, at) => sum + value * (other?.[at] ?? 0), 0) ?? 0
}

/** Cosines at which a pair could be looked at: 0.92 is MemOS's. */
export const cosineSteps = [0.92, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6, 0.55, 0.5, 0.45, 0.4]

/** Of the pairs that say the same or exclude each other: how many a threshold finds; of strangers: how many it troubles. */
export function nominated(results: PairResults, threshold: number): { found: number; troubled: number } {
  const share = (values: readonly number[]) =>
    values.filter((value) => value >= threshold).length / Math.max(1, values.length)
  const close = results.cosines.filter(({ label }) => label !== 'complement' && label !== 'unrelated')
  return { found: share(close.map((one) => one.cosine)), troubled: share(results.strangers) }
}

function cosineFigures(results: PairResults): Figure[] {
  if (results.cosines.length === 0) return []
  return cosineSteps.flatMap((threshold) => {
    const { found, troubled } = nominated(results, threshold)
    return [
      figure(`cosine ${threshold}: related pairs nominated`, found),
      figure(`cosine ${threshold}: strangers nominated`, troubled),
    ]
  })
}

/** Options of a pair in the file; times in hours. */
interface PairOptions {
  kind?: 'fact' | 'lesson'
  entities?: string[]
  key?: string
  keys?: [string, string]
  values?: [string, string]
  polarities?: ['do' | 'avoid', 'do' | 'avoid']
  hours?: [number, number]
}

export async function readPairs(path: string): Promise<Pair[]> {
  const rows = JSON.parse(await readFile(path, 'utf8')) as [PairLabel, string, string, PairOptions][]
  return rows.map(([label, known, newcomer, options], at) => ({
    label,
    known: asRecord(draftOf(known, options, 0), at),
    newcomer: draftOf(newcomer, options, 1),
  }))
}

function draftOf(text: string, options: PairOptions, side: 0 | 1): RecordDraft {
  const kind = options.kind ?? 'fact'
  const key = options.keys?.[side] ?? options.key ?? null
  const polarity = options.polarities?.[side] ?? 'do'
  const lesson = { polarity, stream: 'workflow' as const, role: null, order: null, params: {}, procedure: [] }
  return {
    kind,
    text,
    entities: options.entities ?? [],
    validFrom: (options.hours?.[side] ?? side) * 3_600_000,
    confidence: 'observed',
    provenance: { sources: [{ type: 'session', ref: `s${side}` }], author: 'indexer', method: 'bench' },
    ...(kind === 'fact'
      ? { fact: { key, value: options.values?.[side] ?? null, checker: null } }
      : { lesson }),
  }
}

function asRecord(draft: RecordDraft, at: number): MemoryRecord {
  return {
    ...draftDefaults(),
    id: String(at).padStart(26, '0'),
    namespace: 'bench',
    validFrom: 0,
    recordedAt: 0,
    status: 'active',
    version: 1,
    counters: noUse,
    lastUsedAt: null,
    ...draft,
  }
}
