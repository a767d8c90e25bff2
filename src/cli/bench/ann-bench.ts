/** `casebook bench ann`: exact vector search against HNSW, by the code that serves searches. */

import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Log } from '../../memory/ports.ts'
import { openDatabase, transaction } from '../../memory/store/database.ts'
import { indexMigrations } from '../../memory/store/schema.ts'
import { openVectorIndex, type VectorIndex } from '../../memory/store/vector-index.ts'
import { putVectors, registerEmbedder } from '../../memory/store/vectors.ts'
import { type BenchReport, type Figure, machineFacts, quantile, residentMb, timed } from './measure.ts'
import { openRandom, type Random } from './random.ts'

export interface AnnBenchOptions {
  /** Numbers of vectors, ascending. */
  sizes: readonly number[]
  dimensions: number
  seed: number
  log: Log
  note(text: string): void
  signal: AbortSignal
}

const queries = 200
const wanted = 10
/** Texts of one subject lie together; a question lies near one of them, not on it. */
const clusters = 200

/** Generates clustered vectors of length 1, stores them, and searches them in both ways. */
export async function benchAnn(options: AnnBenchOptions): Promise<BenchReport> {
  const figures: Figure[] = []
  for (const size of options.sizes) {
    options.signal.throwIfAborted()
    options.note(`${size.toLocaleString('en-GB')} vectors`)
    figures.push(...(await measureSize(size, options)))
  }
  const subject = `${options.dimensions} dimensions, ${queries} queries, ${wanted} nearest`
  return { bench: 'ann', subject, machine: machineFacts(), figures }
}

async function measureSize(size: number, options: AnnBenchOptions): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'casebook-ann-'))
  const { db } = openDatabase(join(folder, 'index.db'), indexMigrations)
  const { dimensions, log } = options
  try {
    const random = openRandom(options.seed)
    const questions = store(db, { size, dimensions, random })
    const embedderId = registerEmbedder(db, { id: 'bench', dimensions }).id
    const open = (exactLimit: number): VectorIndex =>
      openVectorIndex({ db, embedderId, dimensions, folder, exactLimit, memoryLimitMb: 1e5, log })
    const exact = await measureExact(open, questions)
    const graph = await measureGraph(open, questions)
    const label = size.toLocaleString('en-GB')
    return [...exact, ...graph].map((figure) => ({ ...figure, name: `${label}: ${figure.name}` }))
  } finally {
    db.close()
    await rm(folder, { recursive: true, force: true })
  }

  async function measureGraph(
    open: (limit: number) => VectorIndex,
    asked: Float32Array[],
  ): Promise<Figure[]> {
    const before = residentMb()
    const index = open(0)
    const [buildSeconds] = await timed(() => index.settle())
    const { kind, reason, recallAt10 } = index.regime()
    const note = kind === 'hnsw' ? `${reason}, recall@10 ${recallAt10?.toFixed(3)}` : reason
    const figures: Figure[] = [{ name: 'HNSW build', value: buildSeconds, unit: 's', note }]
    if (kind === 'hnsw') figures.push(...latency('HNSW', index, asked))
    figures.push({ name: 'HNSW resident, flat included', value: residentMb() - before, unit: 'MB' })
    index.close()
    figures.push({ name: 'HNSW file', value: await hnswFileMb(folder), unit: 'MB' })
    const again = open(0)
    const [loadSeconds] = await timed(() => again.settle())
    again.close()
    return [...figures, { name: 'HNSW load, verify and check', value: loadSeconds, unit: 's' }]
  }
}

async function measureExact(open: (limit: number) => VectorIndex, asked: Float32Array[]): Promise<Figure[]> {
  const before = residentMb()
  const [seconds, index] = await timed(async () => open(Number.POSITIVE_INFINITY))
  const figures: Figure[] = [
    { name: 'exact load', value: seconds, unit: 's' },
    ...latency('exact', index, asked),
    { name: 'exact resident', value: residentMb() - before, unit: 'MB' },
  ]
  index.close()
  return figures
}

function latency(name: string, index: VectorIndex, asked: Float32Array[]): Figure[] {
  const times = asked.map((query) => {
    const start = performance.now()
    index.search(query, wanted)
    return performance.now() - start
  })
  return [
    { name: `${name} p50`, value: quantile(times, 0.5), unit: 'ms' },
    { name: `${name} p95`, value: quantile(times, 0.95), unit: 'ms' },
  ]
}

/** Returns the queries. */
function store(
  db: Parameters<typeof putVectors>[0],
  { size, dimensions, random }: { size: number; dimensions: number; random: Random },
): Float32Array[] {
  const centres = Array.from({ length: clusters }, () => near(new Float32Array(dimensions), random))
  const pick = (): Float32Array => near(random.pick(centres), random)
  const { id } = transaction(db, () => registerEmbedder(db, { id: 'bench', dimensions }))
  for (let first = 0; first < size; first += 5_000) {
    const items = Array.from({ length: Math.min(5_000, size - first) }, (_, i) => ({
      hash: (first + i).toString(16).padStart(32, '0'),
      vector: pick(),
    }))
    transaction(db, () => putVectors(db, id, items))
  }
  return Array.from({ length: queries }, pick)
}

/** A vector of length 1 around a centre; anywhere for the zero vector. */
function near(centre: Float32Array, random: Random): Float32Array {
  const step = Math.sqrt(3 / centre.length)
  const vector = centre.map((value) => value + step * (2 * random.next() - 1))
  const size = Math.hypot(...vector)
  return vector.map((value) => value / size)
}

async function hnswFileMb(folder: string): Promise<number> {
  const file = (await readdir(folder)).find((name) => name.endsWith('.hnsw'))
  return file === undefined ? 0 : (await stat(join(folder, file))).size / 1e6
}
