/** Nearest vectors of one generation, by whichever way suits their number. Knows nothing of chunks. */

import type { DatabaseSync } from 'node:sqlite'
import type { Log } from '../ports.ts'
import { type Accept, FlatVectors, type Match } from './flat-vectors.ts'
import { dequantise } from './quantise.ts'
import { countVectors, type StoredVector, storedVectors, vectorIds } from './vectors.ts'

export interface VectorIndexOptions {
  db: DatabaseSync
  /** Row id of the generation. */
  embedderId: number
  dimensions: number
  /** Folder of the disposable HNSW file; created when needed. */
  folder: string
  /** Up to this many vectors every search is exact. */
  exactLimit: number
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

export class VectorIndex {
  #options: VectorIndexOptions
  /** Null in the `rerank` regime: no vectors in memory. */
  #flat: FlatVectors | null = null
  #regime: Regime = { kind: 'exact', reason: 'no vectors yet', recallAt10: null }

  constructor(options: VectorIndexOptions) {
    this.#options = options
    this.sync()
  }

  /** The `k` nearest, best first, among those that `accept` lets through. Empty in the `rerank` regime. */
  search(query: Float32Array, k: number, accept?: Accept): Match[] {
    return this.#flat?.search(query, k, accept) ?? []
  }

  /** Exact inner products with given vectors, in every regime; unknown ids are left out. */
  score(ids: Iterable<number>, query: Float32Array): Match[] {
    return this.#flat?.score(ids, query) ?? this.#scoreFromDatabase(ids, query)
  }

  /** Takes vectors that were committed, ascending by id. Those that are here already are skipped. */
  add(vectors: Iterable<StoredVector>): void {
    for (const { id, blob } of vectors) {
      if (this.#flat !== null && id > this.#flat.lastId) this.#flat.append(id, blob)
    }
    this.#chooseRegime()
  }

  remove(ids: Iterable<number>): void {
    this.#flat?.remove(new Set(ids))
    this.#chooseRegime()
  }

  /** Catches up with the database, whoever wrote to it. */
  sync(): void {
    const { db, embedderId, dimensions } = this.#options
    const count = countVectors(db, embedderId)
    if (!this.#fits(count)) {
      this.#flat = null
      this.#chooseRegime(count)
      return
    }
    this.#flat ??= new FlatVectors(dimensions)
    this.add(storedVectors(db, embedderId, this.#flat.lastId))
    if (this.#flat.count === count) return
    const alive = new Set(vectorIds(db, embedderId))
    this.remove([...this.#flat.ids()].filter((id) => !alive.has(id)))
  }

  regime(): Regime {
    return this.#regime
  }

  close(): void {
    this.#flat = null
  }

  #fits(count: number): boolean {
    return FlatVectors.bytesFor(count, this.#options.dimensions) <= this.#allowance
  }

  get #allowance(): number {
    return (this.#options.memoryLimitMb * 1e6) / 2
  }

  #chooseRegime(count = this.#flat?.count ?? 0): void {
    if (this.#flat === null) {
      const reason = `${count} vectors would exceed half of ${this.#options.memoryLimitMb} MB`
      this.#regime = { kind: 'rerank', reason, recallAt10: null }
      return
    }
    this.#regime = { kind: 'exact', reason: `${count} vectors`, recallAt10: null }
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

function innerProduct(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0)
  return sum
}
