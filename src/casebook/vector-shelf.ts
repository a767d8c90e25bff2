/** The vectors of an open memory: the built-in generation, an endpoint's beside it, and the search over the active one. */

import { join } from 'node:path'
import type { Settings } from '../config.ts'
import { localEmbedder } from '../llm/embed-local.ts'
import type { Embedder, Log } from '../memory/ports.ts'
import { type DatabaseSync, transaction } from '../memory/store/database.ts'
import { openVectorIndex, type Regime, type VectorIndex } from '../memory/store/vector-index.ts'
import {
  activateEmbedder,
  activeEmbedder,
  chunksOf,
  countMissing,
  countVectors,
  type Generation,
  registerEmbedder,
  type StoredVector,
} from '../memory/store/vectors.ts'

export interface ShelfOptions {
  db: DatabaseSync
  folder: string | null
  settings: Settings
  /** The person's endpoint, agreed to; null for the built-in embedder alone. */
  endpoint: Embedder | null
  log: Log
}

export class VectorShelf {
  readonly endpoint: Embedder | null
  /** Generation that the parser threads fill as they go. */
  readonly localGeneration: Generation
  readonly #options: ShelfOptions
  readonly #local = localEmbedder()
  #endpointGeneration: Generation | null = null
  #index: VectorIndex | null = null
  #indexed: number | null = null

  constructor(options: ShelfOptions) {
    this.#options = options
    this.endpoint = options.endpoint
    const { db } = options
    this.localGeneration = transaction(db, () => registerEmbedder(db, this.#local))
    if (this.endpoint === null) transaction(db, () => activateEmbedder(db, this.localGeneration.id))
    else {
      const endpoint = this.endpoint
      this.#endpointGeneration = transaction(db, () => registerEmbedder(db, endpoint))
    }
  }

  /** The endpoint's generation, which is filled in the background; null without one. */
  get endpointGeneration(): Generation | null {
    return this.#endpointGeneration
  }

  /** Serves the endpoint's vectors from now on: called when none is missing any more. */
  activateEndpoint(): void {
    const generation = this.#endpointGeneration
    if (generation === null) return
    const { db } = this.#options
    transaction(db, () => activateEmbedder(db, generation.id))
  }

  /** Vectors that were just committed, of one generation. */
  added(generationId: number, vectors: StoredVector[]): void {
    if (this.#indexed === generationId) this.#index?.add(vectors)
  }

  /** Whoever wrote: this process, another window, a run that ended. */
  sync(): void {
    this.#index?.sync()
  }

  /** Chunks nearest to a text by the active generation, of any view, best first. */
  async nearest(text: string, limit: number): Promise<{ chunkId: number; score: number }[]> {
    const active = activeEmbedder(this.#options.db) ?? this.localGeneration
    const embedder = active.id === this.#endpointGeneration?.id ? this.endpoint : this.#local
    if (embedder === null || embedder.id !== active.identity) return []
    const [vector] = await embedder.embed([text])
    if (vector === undefined) return []
    const matches = this.#open(active).search(vector, limit)
    const chunks = chunksOf(
      this.#options.db,
      matches.map(({ id }) => id),
    )
    return matches.flatMap(({ id, score }) => (chunks.get(id) ?? []).map((chunkId) => ({ chunkId, score })))
  }

  /** Opened at the first question: an unused index costs no memory. */
  #open(generation: Generation): VectorIndex {
    if (this.#index !== null && this.#indexed === generation.id) return this.#index
    this.#index?.close()
    const { db, folder, settings, log } = this.#options
    this.#index = openVectorIndex({
      db,
      embedderId: generation.id,
      dimensions: generation.dimensions,
      folder: folder === null ? null : join(folder, 'ann'),
      exactLimit: settings.exactSearchLimit,
      memoryLimitMb: settings.memoryLimitMb,
      log,
    })
    this.#indexed = generation.id
    return this.#index
  }

  health(): {
    embedder: { identity: string; dimensions: number; vectors: number; pending: number }
    regime: Regime
  } {
    const { db } = this.#options
    const active = activeEmbedder(db) ?? this.localGeneration
    const filling = this.#endpointGeneration ?? active
    const embedder = {
      identity: active.identity,
      dimensions: active.dimensions,
      vectors: countVectors(db, active.id),
      pending: countMissing(db, filling.id),
    }
    return { embedder, regime: this.#open(active).regime() }
  }

  close(): void {
    this.#index?.close()
    this.#index = null
  }
}
