/** The vectors of records: made here by the built-in embedder alone, so that no memory leaves the machine for them. */

import { join } from 'node:path'
import type { Settings } from '../config.ts'
import { embedTokens, localEmbedder, localNoise } from '../llm/embed-local.ts'
import { codeTokens } from '../memory/code/tokens.ts'
import type { Change } from '../memory/event.ts'
import type { Log } from '../memory/ports.ts'
import type { MemoryRecord } from '../memory/record.ts'
import { type DatabaseSync, transaction } from '../memory/store/database.ts'
import type { FoundRecord, Gate, MemoryStore } from '../memory/store/memory-store.ts'
import { embeddedText } from '../memory/store/record-texts.ts'
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

/** Texts embedded before other work of the process gets a turn: about 20 ms. */
const batch = 128
/** Events that are read to find what is new; after more of them all records are looked at. */
const mostNews = 100
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
      hasMore = this.#fillBatch()
      if (!hasMore) this.#seenSeq = seq
      else await new Promise(setImmediate)
    }
  }

  /** Returns whether there may be more. */
  #fillBatch(): boolean {
    const missing = this.#missing()
    if (missing.length === 0) return false
    const items = missing.map(({ hash, record }) => ({ hash: hex(hash), vector: vectorOf(record) }))
    const added = transaction(this.#db, () => putVectors(this.#db, this.#generation.id, items))
    this.#index?.add(added)
    return missing.length === batch
  }

  /** Looking through all records costs milliseconds that a question waits for: mostly the newest events tell. */
  #missing(): { hash: Uint8Array; record: MemoryRecord }[] {
    const { store } = this.#options
    const ids = this.#touchedIds()
    if (ids === null) return store.withoutVector(this.#generation.id, batch)
    if (ids.length === 0) return []
    const rows = this.#db.prepare(selectMissing).all(JSON.stringify(ids), this.#generation.id, batch)
    return rows.flatMap(({ id, hash }) => {
      const record = store.get(String(id))
      return record === null ? [] : [{ hash: hash as Uint8Array, record }]
    })
  }

  /** Records whose words an event since the last look may have changed; null: too many to tell. */
  #touchedIds(): string[] | null {
    const { store } = this.#options
    const news = store.lastSeq() - this.#seenSeq
    if (this.#seenSeq < 0 || news < 0 || news > mostNews) return null
    if (news === 0) return []
    const events = store.events({ limit: news })
    const changes = events.flatMap((event) => event.changes)
    return [...new Set(changes.filter(({ op }) => rewording.has(op)).map(({ id }) => id))]
  }

  /** Records nearest to a text among those that the gate lets through, best first. Chance likeness is left out. */
  async nearest(text: string, gate: Gate, limit: number): Promise<FoundRecord[]> {
    this.#catchUp()
    if (this.#options.settings.vectorSearch === 'hnsw') await this.settle()
    return this.#search(embedTokens(codeTokens(text)), gate, limit)
  }

  /** As `nearest`, at once and for a record that is not stored yet: inside a decision nothing can be waited for. */
  like(record: MemoryRecord, gate: Gate, limit: number): FoundRecord[] {
    return this.#search(vectorOf(record), gate, limit)
  }

  #search(vector: Float32Array, gate: Gate, limit: number): FoundRecord[] {
    const index = this.#open()
    for (let k = limit * 2, turn = 0; ; k *= 4, turn++) {
      const matches = index.search(vector, k).filter(({ score }) => score >= localNoise)
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
      if (hash !== undefined) scores.set(hex(hash), score)
    }
    const found = store.byTextHash([...hashes.values()], gate)
    const texts = this.#textHashes(found.map(({ id }) => id))
    return found
      .map(({ id }) => ({ id, score: scores.get(texts.get(id) ?? '') ?? 0 }))
      .sort((one, other) => other.score - one.score || (one.id < other.id ? -1 : 1))
  }

  #textHashes(ids: readonly string[]): Map<string, string> {
    const rows = this.#db.prepare(selectTextHashes).all(JSON.stringify(ids))
    return new Map(rows.map((row) => [String(row.id), hex(row.hash as Uint8Array)]))
  }

  /** After a purge: what is gone from the database goes from memory. */
  sync(): void {
    this.#index?.sync()
  }

  /** Whoever wrote since the last question: what is new gets its vector, what was purged loses it. */
  #catchUp(): void {
    const seq = this.#options.store.lastSeq()
    if (seq === this.#seenSeq) return
    // Mostly somebody was only shown something.
    if (this.#touchedIds()?.length === 0) {
      this.#seenSeq = seq
      return
    }
    // One batch is worth waiting for: what was just remembered is found. A large import is not.
    if (this.#filling === null && !this.#fillBatch()) this.#seenSeq = seq
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

/** Changes after which a record may have another vector, or none. */
const rewording = new Set<Change['op']>(['create', 'set', 'remove', 'purged'])

const selectMissing = `
  select item.id, item.text_hash as hash from json_each(?1) as wanted join item on item.id = wanted.value
  where not exists (select 1 from vector where embedder_id = ?2 and vector.hash = item.text_hash) limit ?3`
const selectTextHashes = `
  select item.id, item.text_hash as hash from json_each(?) as wanted join item on item.id = wanted.value`

function hex(hash: Uint8Array): string {
  return Buffer.from(hash).toString('hex')
}

/** L2-normalised, so that the inner product with a question is a cosine. */
function vectorOf(record: MemoryRecord): Float32Array {
  const { cue, text } = embeddedText(record)
  const whole = embedTokens(codeTokens(text))
  if (cue === '') return whole
  const sum = embedTokens(codeTokens(cue)).map(
    (value, at) => cueShare * value + (1 - cueShare) * (whole[at] ?? 0),
  )
  const length = Math.hypot(...sum)
  return length === 0 ? sum : sum.map((value) => value / length)
}
