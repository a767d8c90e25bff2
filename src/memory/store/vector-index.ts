/** Nearest vectors of one generation, by whichever way suits their number. Knows nothing of chunks. */

import type { DatabaseSync } from 'node:sqlite'
import type { Log } from '../ports.ts'
import { annBytes } from './ann.ts'
import { type Accept, FlatVectors, type Match } from './flat-vectors.ts'
import { Graph } from './graph.ts'
import { dequantise } from './quantise.ts'
import { countVectors, type StoredVector, storedVectors, vectorIds } from './vectors.ts'

export interface VectorIndexOptions {
  db: DatabaseSync
  /** Row id of the generation. */
  embedderId: number
  dimensions: number
  /** Folder of the disposable HNSW file, created when needed; null: nothing is kept on disk. */
  folder: string | null
  /** Up to this many vectors every search is exact. */
  exactLimit: number
  /** `hnsw`: the graph for any number, `exact`: never. Default `auto`: by `exactLimit`. */
  mode?: 'auto' | 'exact' | 'hnsw'
  /** Resident memory that the whole process may use; vectors may take half of it. */
  memoryLimitMb: number
  log: Log
}

export interface Regime {
  kind: 'exact' | 'hnsw' | 'rerank'
  /** Why this one, in words for people. */
  reason: string
  /** Measured on this index; null where every search is exact. */
  recallAt10: number | null
}

/** Milliseconds without new vectors before the graph is brought up to date. */
const quietTime = 2_000
/** Above this `k` the graph has no advantage. */
const largestGraphK = 100

/**
 * Exact search over signed bytes always works and knows the truth; the graph only makes it faster for many
 * vectors. It covers ids up to its last one, newer ones are scanned: adding never waits for it.
 */
export class VectorIndex {
  #options: VectorIndexOptions
  /** Null in the `rerank` regime: no vectors in memory. */
  #flat: FlatVectors | null = null
  #graph: Graph
  #count = 0
  #settling: Promise<void> | null = null
  #timer: NodeJS.Timeout | undefined
  #closed = false

  constructor(options: VectorIndexOptions) {
    this.#options = { ...options, exactLimit: exactUpTo(options) }
    this.#graph = new Graph(options)
    this.sync()
  }

  /** The `k` nearest, best first, among those that `accept` lets through. Empty in the `rerank` regime. */
  search(query: Float32Array, k: number, accept?: Accept): Match[] {
    if (this.#flat === null) return []
    if (this.regime().kind === 'hnsw' && k <= largestGraphK) {
      const found = this.#searchGraph(this.#flat, { query, k, accept })
      if (found !== null) return found
    }
    return this.#flat.search(query, k, accept)
  }

  /** Exact inner products with given vectors, in every regime; unknown ids are left out. */
  score(ids: Iterable<number>, query: Float32Array): Match[] {
    return this.#flat?.score(ids, query) ?? this.#scoreFromDatabase(ids, query)
  }

  /** Takes vectors that were committed, ascending by id. Those that are here already are skipped. */
  add(vectors: Iterable<StoredVector>): void {
    for (const { id, blob } of vectors) {
      if (this.#flat === null) this.#count++
      else if (id > this.#flat.lastId) this.#flat.append(id, blob)
    }
    this.#afterChange()
  }

  remove(ids: Iterable<number>): void {
    this.#flat?.remove(new Set(ids))
    this.#afterChange()
  }

  /** Catches up with the database, whoever wrote to it. */
  sync(): void {
    const { db, embedderId, dimensions } = this.#options
    const count = countVectors(db, embedderId)
    if (!this.#fits(FlatVectors.bytesFor(count, dimensions))) {
      this.#flat = null
      this.#count = count
      return
    }
    const flat = this.#flat ?? new FlatVectors(dimensions)
    this.#flat = flat
    this.add(storedVectors(db, embedderId, flat.lastId))
    if (flat.count === count) return
    const alive = new Set(vectorIds(db, embedderId))
    this.remove([...flat.ids()].filter((id) => !alive.has(id)))
  }

  regime(): Regime {
    const { memoryLimitMb, exactLimit, dimensions } = this.#options
    const count = this.#flat?.count ?? this.#count
    const regime = (kind: Regime['kind'], reason: string, recallAt10: number | null = null): Regime => {
      return { kind, reason, recallAt10 }
    }
    if (this.#flat === null) {
      return regime('rerank', `${count} vectors would take more than half of ${memoryLimitMb} MB`)
    }
    if (count <= exactLimit) return regime('exact', `${count} vectors, ${this.#whenGraph()}`)
    if (!this.#graphFits()) {
      const megabytes = Math.ceil(annBytes(count, dimensions) / 1e6)
      return regime('exact', `HNSW would take ${megabytes} MB, too much of ${memoryLimitMb} MB`)
    }
    const { state } = this.#graph
    if (state.kind !== 'ready') return regime('exact', `${count} vectors; HNSW: ${state.reason}`)
    return regime('hnsw', `${count} vectors; ${state.reason}`, state.recallAt10)
  }

  /**
   * Loads, builds or extends the graph where the number of vectors calls for one, in small slices; searches
   * go on meanwhile. Starts by itself after a quiet time. Never throws: what fails is the regime's reason.
   */
  settle(): Promise<void> {
    clearTimeout(this.#timer)
    this.#settling ??= this.#settle().finally(() => {
      this.#settling = null
    })
    return this.#settling
  }

  /** Ends background work; no call may follow. */
  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
    this.#graph.close()
    this.#flat = null
  }

  #whenGraph(): string {
    const { mode = 'auto', exactLimit } = this.#options
    return mode === 'auto' ? `HNSW from ${exactLimit} on` : `${mode} search by setting`
  }

  async #settle(): Promise<void> {
    if (this.#flat !== null && this.#graphWanted()) await this.#graph.settle(this.#flat)
    else this.#graph.drop()
  }

  #graphWanted(): boolean {
    return this.#flat !== null && this.#flat.count > this.#options.exactLimit && this.#graphFits()
  }

  #graphFits(): boolean {
    const count = this.#flat?.count ?? 0
    const { dimensions } = this.#options
    return this.#fits(FlatVectors.bytesFor(count, dimensions) + annBytes(count, dimensions))
  }

  #fits(bytes: number): boolean {
    return bytes <= (this.#options.memoryLimitMb * 1e6) / 2
  }

  #afterChange(): void {
    if (this.#flat !== null) {
      this.#count = this.#flat.count
      if (!this.#fits(FlatVectors.bytesFor(this.#count, this.#options.dimensions))) this.#flat = null
    }
    clearTimeout(this.#timer)
    const stale = this.#flat !== null && this.#flat.lastId > this.#graph.lastId
    if (this.#closed || !this.#graphWanted() || !stale) return
    this.#timer = setTimeout(() => void this.settle(), quietTime).unref()
  }

  /** Null when the graph cannot give `k` acceptable ones: then exact search must. */
  #searchGraph(
    flat: FlatVectors,
    { query, k, accept }: { query: Float32Array; k: number; accept: Accept | undefined },
  ): Match[] | null {
    const near = this.#graph.search(query, 2 * k + 10)
    if (near === null) return null
    // Scores come from the bytes: ids that were removed since have none.
    const known = flat.score(near, query).filter(({ id }) => accept === undefined || accept(id))
    const newer = flat.search(query, k, accept, this.#graph.lastId)
    const enough = known.length >= k || flat.count <= k
    if (!enough) return null
    return [...known, ...newer].sort((a, b) => b.score - a.score || a.id - b.id).slice(0, k)
  }

  #scoreFromDatabase(ids: Iterable<number>, query: Float32Array): Match[] {
    const { db, embedderId, dimensions } = this.#options
    const statement = db.prepare('select vec from vector where id = ? and embedder_id = ?')
    const matches: Match[] = []
    for (const id of ids) {
      const row = statement.get(id, embedderId)
      if (row === undefined) continue
      matches.push({ id, score: innerProduct(dequantise(row.vec as Uint8Array, dimensions), query) })
    }
    return matches
  }
}

export function openVectorIndex(options: VectorIndexOptions): VectorIndex {
  return new VectorIndex(options)
}

/** The one place where a person's wish for a way to search is heard. */
function exactUpTo({ mode = 'auto', exactLimit }: VectorIndexOptions): number {
  if (mode === 'auto') return exactLimit
  return mode === 'hnsw' ? 0 : Number.POSITIVE_INFINITY
}

function innerProduct(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0)
  return sum
}
