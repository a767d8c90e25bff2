/** The HNSW graph beside exact search: loaded or built in slices, measured, kept up to date, cached on disk. */

import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import type { Log } from '../ports.ts'
import { type AnnAddon, AnnIndex, loadAnnAddon } from './ann.ts'
import { AnnCache } from './ann-cache.ts'
import { AnnGuard } from './ann-guard.ts'
import type { FlatVectors } from './flat-vectors.ts'
import { measureRecall } from './recall-check.ts'
import { embedders, vectorEpoch } from './vectors.ts'

export interface GraphOptions {
  db: DatabaseSync
  embedderId: number
  dimensions: number
  folder: string | null
  log: Log
}

export type GraphState =
  | { kind: 'off'; reason: string }
  | { kind: 'ready'; reason: string; recallAt10: number }

/** Below this share of the true ten nearest, exact search serves. */
const leastRecall = 0.98
/** Search widths tried until the recall suffices. */
const widths = [128, 256, 512]
/** Milliseconds of work before other events get a turn. */
const slice = 5
/** Share of vectors that must have changed before the file is written, or the recall measured, again. */
const worthwhile = 0.05

export class Graph {
  state: GraphState = { kind: 'off', reason: 'not built yet' }
  #options: GraphOptions
  #index: AnnIndex | null = null
  /** Vectors with greater ids are not in the graph. */
  #lastId = 0
  /** Changes since the file was written and the recall was measured. */
  #changes = 0
  #guard: AnnGuard | null = null
  #closed = false
  /** Set when nothing is to be tried again in this process. */
  #givenUp = false

  constructor(options: GraphOptions) {
    this.#options = options
  }

  get lastId(): number {
    return this.#lastId
  }

  /** Null when the graph does not serve. */
  search(query: Float32Array, k: number): number[] | null {
    return this.state.kind === 'ready' && this.#index !== null ? this.#index.search(query, k) : null
  }

  /** Makes the graph equal to `flat` and measures it. Never throws: what fails becomes the reason. */
  async settle(flat: FlatVectors): Promise<void> {
    if (this.#closed || this.#givenUp) return
    try {
      if (this.#index === null) await this.#obtain(flat)
      else await this.#extend(this.#index, flat)
    } catch (error) {
      this.#options.log.error('HNSW failed; search stays exact', error)
      this.drop(error instanceof Error ? error.message : String(error))
      this.#givenUp = true
    }
  }

  drop(reason = 'not needed'): void {
    this.#index = null
    this.#lastId = 0
    this.state = { kind: 'off', reason }
  }

  close(): void {
    this.#closed = true
    // At once: the process may end before the work under way notices.
    this.#guard?.leave()
    this.drop('closed')
  }

  async #obtain(flat: FlatVectors): Promise<void> {
    const addon = await this.#loadAddon()
    if (addon === null || this.#closed) return
    const cache = this.#cache()
    const guard = cache === null ? null : new AnnGuard(join(cache.folder, `${cache.name}.guard`))
    this.#guard = guard
    const warning = guard?.check() ?? 'none'
    if (warning === 'busy-elsewhere') return this.drop('another process is building it')
    if (warning === 'keeps-dying') {
      this.#givenUp = true
      return this.drop('the last processes ended while they built it')
    }
    if (warning === 'died-loading') await cache?.discard('the last process died with it')
    try {
      const cached = (await cache?.load(addon, () => guard?.enter('load'))) ?? {
        index: null,
        reason: 'no folder',
      }
      if (cached.index === null) this.#options.log.info(`HNSW is built anew: ${cached.reason}`)
      else if (await this.#takeCached(cached.index, flat)) return
      guard?.enter('build')
      await this.#build(addon, flat)
      await this.#save(cache)
    } finally {
      guard?.leave()
    }
  }

  async #loadAddon(): Promise<AnnAddon | null> {
    try {
      return await loadAnnAddon()
    } catch (error) {
      this.#givenUp = true
      const reason = error instanceof Error ? error.message.split('\n')[0] : String(error)
      this.drop(`the addon does not load (${reason})`)
      this.#options.log.warn(`The HNSW addon does not load; search stays exact: ${reason}`)
      return null
    }
  }

  #cache(): AnnCache | null {
    const { db, embedderId, dimensions, folder } = this.#options
    if (folder === null) return null
    const embedder = embedders(db).find(({ id }) => id === embedderId)?.identity ?? ''
    return new AnnCache(folder, `vectors-${embedderId}`, { embedder, dimensions, epoch: vectorEpoch(db) })
  }

  /** A file of an earlier state: what was removed since is hidden, what was added follows. */
  async #takeCached(index: AnnIndex, flat: FlatVectors): Promise<boolean> {
    const ids = index.ids()
    this.#lastId = ids.reduce((last, id) => Math.max(last, id), 0)
    const gone = ids.filter((id) => !flat.has(id))
    // A graph of mostly hidden points is slow and inaccurate.
    if (gone.length > ids.length / 2) return false
    for (const id of gone) index.remove(id)
    this.#index = index
    await this.#fill(index, flat)
    return this.#measure(index, flat)
  }

  async #build(addon: AnnAddon, flat: FlatVectors): Promise<void> {
    const started = performance.now()
    this.#lastId = 0
    this.state = { kind: 'off', reason: 'being built' }
    const index = AnnIndex.create(addon, this.#options.dimensions, Math.ceil(flat.count * 1.2))
    this.#index = index
    await this.#fill(index, flat)
    const seconds = ((performance.now() - started) / 1_000).toFixed(1)
    if (this.#closed) return
    this.#options.log.info(`HNSW over ${index.size} vectors built in ${seconds} s`)
    this.#changes = index.size
    if (!(await this.#measure(index, flat)) && !this.#closed) this.#givenUp = true
  }

  async #extend(index: AnnIndex, flat: FlatVectors): Promise<void> {
    for (const id of index.ids()) if (!flat.has(id)) index.remove(id)
    await this.#fill(index, flat)
    if (this.#changes < flat.count * worthwhile) return
    await this.#measure(index, flat)
    await this.#save(this.#cache())
  }

  /** Adds what the graph lacks, a slice at a time; `flat` may change in between. */
  async #fill(index: AnnIndex, flat: FlatVectors): Promise<void> {
    let turn = performance.now()
    for (const { id, vector } of flat.vectors(this.#lastId)) {
      index.add(id, vector)
      this.#lastId = id
      this.#changes++
      if (performance.now() - turn < slice) continue
      await new Promise(setImmediate)
      if (this.#closed || this.#index !== index) return
      turn = performance.now()
    }
  }

  /** Serves only with enough recall, at the smallest width that reaches it. */
  async #measure(index: AnnIndex, flat: FlatVectors): Promise<boolean> {
    let recall = 0
    for (const width of widths) {
      index.ef = width
      recall = await measureRecall(flat, (query) => index.search(query, 10), this.#lastId)
      if (this.#closed || this.#index !== index) return false
      if (recall < leastRecall) continue
      this.state = { kind: 'ready', reason: `HNSW, ef ${width}`, recallAt10: recall }
      return true
    }
    this.drop(`recall@10 of HNSW was only ${recall.toFixed(3)}`)
    this.#options.log.warn(`HNSW found only ${recall.toFixed(3)} of the ten nearest; search stays exact`)
    return false
  }

  async #save(cache: AnnCache | null): Promise<void> {
    if (cache === null || this.#index === null || this.#closed) return
    this.#changes = 0
    try {
      await cache.save(this.#index)
    } catch (error) {
      this.#options.log.warn(
        `The HNSW file could not be written: ${error instanceof Error ? error.message : error}`,
      )
    }
  }
}
