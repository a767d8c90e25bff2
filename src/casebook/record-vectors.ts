/** The vectors of records: made here by the built-in embedder alone, so that no memory leaves the machine for them. */

import { join } from 'node:path'
import type { Settings } from '../config.ts'
import { localEmbedder, localNoise } from '../llm/embed-local.ts'
import type { Log } from '../memory/ports.ts'
import type { MemoryRecord } from '../memory/record.ts'
import { type DatabaseSync, transaction } from '../memory/store/database.ts'
import type { FoundRecord, Gate, MemoryStore } from '../memory/store/memory-store.ts'
import { openVectorIndex, type Regime, type VectorIndex } from '../memory/store/vector-index.ts'
import {
  countVectors,
  type Generation,
  hashesOf,
  putVectors,
  registerEmbedder,
} from '../memory/store/vectors.ts'

export interface RecordVectorsOptions {
  store: MemoryStore
  /** Of memory.db; null: nothing is kept on disk. */
  folder: string | null
  settings: Pick<Settings, 'exactSearchLimit' | 'memoryLimitMb' | 'vectorSearch'>
  log: Log
}

/** Texts embedded before other work of the process gets a turn. */
const batch = 64
/** Share of a lesson's cue in its vector (memory model 3.5, C1); its text has the rest. */
const cueShare = 0.7
/** How often more are asked for when the gate left out too many. */
const widenings = 4

export class RecordVectors {
  readonly #options: RecordVectorsOptions
  readonly #embedder = localEmbedder()
  readonly #generation: Generation
  #index: VectorIndex | null = null
  /** Seq up to which every record was seen to have its vector. */
  #seenSeq = -1
  #filling: Promise<void> | null = null
  #isClosed = false

  constructor(options: RecordVectorsOptions) {
    this.#options = options
    const { db } = options.store
    this.#generation = transaction(db, () => registerEmbedder(db, this.#embedder))
  }

  /** Embeds what has no vector yet, in small batches. Never throws: a record without one is found by its words. */
  fill(): Promise<void> {
    this.#filling ??= this.#fill()
      .catch((error: unknown) => {
        if (!this.#isClosed) this.#options.log.error('vectors of memories could not be made', error)
      })
      .finally(() => {
        this.#filling = null
      })
    return this.#filling
  }

  async #fill(): Promise<void> {
    const { store } = this.#options
    let hasMore = true
    while (hasMore && !this.#isClosed) {
      const seq = store.lastSeq()
      if (seq === this.#seenSeq) return
      hasMore = await this.#fillBatch()
      if (!hasMore) this.#seenSeq = seq
      else await new Promise(setImmediate)
    }
  }

  /** Returns whether there may be more. */
  async #fillBatch(): Promise<boolean> {
    const { store } = this.#options
    const missing = store.withoutVector(this.#generation.id, batch)
    if (missing.length === 0) return false
    const vectors = await this.#embed(missing.map(({ record }) => record))
    if (this.#isClosed) return false
    const items = missing.map(({ hash }, at) => ({
      hash: Buffer.from(hash).toString('hex'),
      vector: vectors[at] as Float32Array,
    }))
    const added = transaction(store.db, () => putVectors(store.db, this.#generation.id, items))
    this.#index?.add(added)
    return missing.length === batch
  }

  async #embed(records: readonly MemoryRecord[]): Promise<Float32Array[]> {
    const texts = records.flatMap(embeddedTexts)
    const vectors = await this.#embedder.embed(texts)
    let at = 0
    return records.map((record) => {
      const own = vectors.slice(at, at + embeddedTexts(record).length) as [Float32Array, Float32Array?]
      at += own.length
      return own[1] === undefined ? own[0] : mixed(own[0], own[1])
    })
  }

  /** Records nearest to a text among those that the gate lets through, best first. Chance likeness is left out. */
  async nearest(text: string, gate: Gate, limit: number): Promise<FoundRecord[]> {
    const [vector] = await this.#embedder.embed([text])
    await this.#catchUp()
    const index = this.#open()
    for (let k = limit * 2, turn = 0; ; k *= 4, turn++) {
      const matches = index.search(vector as Float32Array, k).filter(({ score }) => score >= localNoise)
      const found = this.#records(matches, gate)
      if (found.length >= limit || matches.length < k || turn === widenings) return found.slice(0, limit)
    }
  }

  #records(matches: readonly { id: number; score: number }[], gate: Gate): FoundRecord[] {
    const { store } = this.#options
    const hashes = hashesOf(
      store.db,
      matches.map(({ id }) => id),
    )
    const scores = new Map<string, number>()
    for (const { id, score } of matches) {
      const hash = hashes.get(id)
      if (hash !== undefined) scores.set(Buffer.from(hash).toString('hex'), score)
    }
    const found = store.byTextHash([...hashes.values()], gate)
    return found
      .map((record) => ({ ...record, score: scores.get(record.detail ?? '') ?? record.score }))
      .sort((one, other) => other.score - one.score || (one.id < other.id ? -1 : 1))
  }

  /** Whoever wrote since the last question: what is new gets its vector, what was purged loses it. */
  async #catchUp(): Promise<void> {
    const seq = this.#options.store.lastSeq()
    if (seq === this.#seenSeq) return
    // One batch is worth waiting for: what was just remembered is found. A large import is not.
    if (this.#filling === null) await this.#fillBatch()
    this.#index?.sync()
    void this.fill()
  }

  /** Brings the graph up to date where one is wanted; tests and benchmarks of the graph wait for it. */
  async settle(): Promise<Regime> {
    await this.fill()
    const index = this.#open()
    index.sync()
    await index.settle()
    return index.regime()
  }

  regime(): Regime {
    return this.#open().regime()
  }

  count(): number {
    return countVectors(this.#db, this.#generation.id)
  }

  get #db(): DatabaseSync {
    return this.#options.store.db
  }

  /** Opened at the first question: an unused index costs no memory. */
  #open(): VectorIndex {
    const { folder, settings, log } = this.#options
    this.#index ??= openVectorIndex({
      db: this.#db,
      embedderId: this.#generation.id,
      dimensions: this.#generation.dimensions,
      folder: folder === null ? null : join(folder, 'ann-memory'),
      exactLimit: settings.exactSearchLimit,
      mode: settings.vectorSearch,
      memoryLimitMb: settings.memoryLimitMb,
      log,
    })
    return this.#index
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#filling
    this.#index?.close()
    this.#index = null
  }
}

/** Two texts for a lesson with a cue, else one. */
function embeddedTexts({ kind, cue, text }: MemoryRecord): [string] | [string, string] {
  if (cue === '') return [text]
  return kind === 'lesson' ? [cue, text] : [`${text}\n${cue}`]
}

/** Normalised, so that the inner product with a question is a cosine again. */
function mixed(cue: Float32Array, text: Float32Array): Float32Array {
  const sum = cue.map((value, at) => cueShare * value + (1 - cueShare) * (text[at] ?? 0))
  const length = Math.hypot(...sum)
  return length === 0 ? sum : sum.map((value) => value / length)
}
