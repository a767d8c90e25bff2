/** The vectors of an open memory: the built-in generation, an endpoint's beside it, and the search over the one that serves. */

import { join } from 'node:path'
import type { Settings } from '../config.ts'
import { localEmbedder, localNoise } from '../llm/embed-local.ts'
import type { Embedder, Log } from '../memory/ports.ts'
import { type DatabaseSync, transaction } from '../memory/store/database.ts'
import type { View } from '../memory/store/files.ts'
import { openVectorIndex, type Regime, type VectorIndex } from '../memory/store/vector-index.ts'
import {
  chunksOf,
  countMissing,
  countVectors,
  type Generation,
  registerEmbedder,
  type StoredVector,
} from '../memory/store/vectors.ts'
import { reasonOf } from './endpoint.ts'

export interface ShelfOptions {
  db: DatabaseSync
  view: View
  folder: string | null
  settings: Settings
  /** The person's endpoint, agreed to; null for the built-in embedder alone. */
  endpoint: Embedder | null
  log: Log
}

/** Milliseconds that a search waits for the endpoint before the built-in embedder answers it. */
const patience = 5_000

/** Which generation serves is a matter of this process alone: another one may have other settings. */
export class VectorShelf {
  readonly endpoint: Embedder | null
  /** Generation that the parser threads fill as they go. */
  readonly localGeneration: Generation
  /** Why the built-in embedder serves although an endpoint is set; null when all is well. */
  problem: string | null = null
  readonly #options: ShelfOptions
  readonly #local = localEmbedder()
  #endpointGeneration: Generation | null = null
  #endpointServes = false
  #index: VectorIndex | null = null
  #indexed: number | null = null

  constructor(options: ShelfOptions) {
    this.#options = options
    this.endpoint = options.endpoint
    const { db, endpoint, view } = options
    this.localGeneration = transaction(db, () => registerEmbedder(db, this.#local))
    if (endpoint === null) return
    const generation = transaction(db, () => registerEmbedder(db, endpoint))
    this.#endpointGeneration = generation
    this.#endpointServes = view.complete && countMissing(db, generation.id, view.id) === 0
  }

  /** The endpoint's generation, which is filled in the background; null without one. */
  get endpointGeneration(): Generation | null {
    return this.#endpointGeneration
  }

  /** Serves the endpoint's vectors from now on: called when none is missing any more. */
  serveEndpoint(): void {
    this.#endpointServes = this.#endpointGeneration !== null
    this.problem = null
    if (this.#indexed === this.#endpointGeneration?.id) this.sync()
  }

  /** Vectors that were just committed, of one generation. */
  added(generationId: number, vectors: StoredVector[]): void {
    if (this.#indexed === generationId) this.#index?.add(vectors)
  }

  /** As `added`, for what the parser threads gave. */
  addedLocally(vectors: StoredVector[]): void {
    this.added(this.localGeneration.id, vectors)
  }

  /** Whoever wrote: this process, another window, a run that ended. */
  sync(): void {
    this.#index?.sync()
  }

  /** Chunks nearest to a text by the generation that serves, of any view, best first. */
  async nearest(text: string, limit: number): Promise<{ chunkId: number; score: number }[]> {
    const { generation, vector } = await this.#embed(text)
    // A search is not padded with what is alike by chance; how far that reaches is only known of our own vectors.
    const floor = generation.id === this.localGeneration.id ? localNoise : -1
    const matches = this.#open(generation)
      .search(vector, limit)
      .filter(({ score }) => score >= floor)
    const chunks = chunksOf(
      this.#options.db,
      matches.map(({ id }) => id),
    )
    return matches.flatMap(({ id, score }) => (chunks.get(id) ?? []).map((chunkId) => ({ chunkId, score })))
  }

  /** A server that fails is not asked again before the next run found it well. */
  async #embed(text: string): Promise<{ generation: Generation; vector: Float32Array }> {
    const generation = this.#serving
    if (this.endpoint !== null && generation.id !== this.localGeneration.id) {
      try {
        const [vector] = await this.endpoint.embed([text], AbortSignal.timeout(patience))
        if (vector !== undefined) return { generation, vector }
      } catch (error) {
        this.fail(error)
      }
    }
    const [vector] = await this.#local.embed([text])
    return { generation: this.localGeneration, vector: vector as Float32Array }
  }

  /** The endpoint does not answer: the built-in embedder serves, and the person is told why. */
  fail(error: unknown): void {
    this.problem = `${reasonOf(error)} The built-in embedder serves meanwhile.`
    this.#endpointServes = false
    this.#options.log.error(this.problem)
  }

  get #serving(): Generation {
    return (this.#endpointServes ? this.#endpointGeneration : null) ?? this.localGeneration
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
      mode: settings.vectorSearch,
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
    const { db, view } = this.#options
    const active = this.#serving
    const filling = this.#endpointGeneration ?? active
    const embedder = {
      identity: active.identity,
      dimensions: active.dimensions,
      vectors: countVectors(db, active.id),
      pending: countMissing(db, filling.id, view.id),
    }
    return { embedder, regime: this.#open(active).regime() }
  }

  close(): void {
    this.#index?.close()
    this.#index = null
  }
}
