/** The only door to hnswlib-node. Every rule here keeps the process alive: wrong input ends it without a trace. */

import { closeSync, fsyncSync, openSync, statSync } from 'node:fs'
import type { HierarchicalNSW } from 'hnswlib-node'

export type AnnAddon = typeof import('hnswlib-node')

/** hnswlib's parameters; measured at 100,000 x 384: recall@10 0.9995 at ef 128. */
const graph = { m: 16, efConstruction: 200, seed: 100 }
const firstEf = 128

/** The native addon. Throws where it was not built, or not for this machine: exact search serves then. */
export async function loadAnnAddon(): Promise<AnnAddon> {
  const loaded = (await import('hnswlib-node')) as AnnAddon & { default?: AnnAddon }
  const addon = loaded.HierarchicalNSW === undefined ? loaded.default : loaded
  if (typeof addon?.HierarchicalNSW !== 'function') throw new Error('hnswlib-node has no HierarchicalNSW')
  return addon
}

/** Bytes of memory that `count` vectors take: the vector, links of layer 0, label, upper layers. */
export function annBytes(count: number, dimensions: number): number {
  return count * (dimensions * 4 + graph.m * 2 * 4 + 4 + 8 + 40)
}

/** The least size of a file with `count` vectors: an addon's write to a full disk reports no error. */
function leastFileSize(count: number, dimensions: number): number {
  return count * (dimensions * 4 + graph.m * 2 * 4 + 4 + 8 + 4)
}

/**
 * A graph over vectors, searched by inner product. All calls are synchronous, so that one ends before the
 * next begins: overlapping ones crash. No filter callback: one that throws aborts the process.
 */
export class AnnIndex {
  readonly dimensions: number
  #index: HierarchicalNSW

  private constructor(index: HierarchicalNSW, dimensions: number) {
    this.#index = index
    this.dimensions = dimensions
    this.ef = firstEf
  }

  static create(addon: AnnAddon, dimensions: number, capacity: number): AnnIndex {
    const index = new addon.HierarchicalNSW('ip', dimensions)
    index.initIndex({
      maxElements: Math.max(1, capacity),
      m: graph.m,
      efConstruction: graph.efConstruction,
      randomSeed: graph.seed,
    })
    return new AnnIndex(index, dimensions)
  }

  /**
   * Reads a file into a fresh object: after a failed read an old object is dangling memory. The caller has
   * verified checksum, dimensions and space; hnswlib would take a foreign file without a word.
   */
  static read(addon: AnnAddon, file: string, dimensions: number): AnnIndex {
    const index = new addon.HierarchicalNSW('ip', dimensions)
    index.readIndexSync(file)
    return new AnnIndex(index, dimensions)
  }

  /** Points in the graph, removed ones included. */
  get size(): number {
    return this.#index.getCurrentCount()
  }

  get ef(): number {
    return this.#index.getEf()
  }

  /** Candidates kept during a search; not part of the file. */
  set ef(value: number) {
    this.#index.setEf(value)
  }

  /** Adds or replaces. Throws `RangeError` for anything that hnswlib would misread. */
  add(id: number, vector: Float32Array): void {
    if (!Number.isInteger(id) || id < 0 || id > 0xffffffff) throw new RangeError(`${id} is no label.`)
    const point = this.#checked(vector)
    if (this.size >= this.#index.getMaxElements()) this.#index.resizeIndex(Math.ceil(this.size * 1.5) + 1)
    this.#index.addPoint(point, id)
  }

  /** Hides a point; unknown and hidden ones are ignored. */
  remove(id: number): void {
    try {
      this.#index.markDelete(id)
    } catch {
      // hnswlib throws for a label that it does not have or has hidden already: both are what was asked for.
    }
  }

  /** Ids near the query, best first; at most `k`. */
  search(query: Float32Array, k: number): number[] {
    const most = Math.min(k, this.size)
    if (most <= 0) return []
    return this.#index.searchKnn(this.#checked(query), most).neighbors
  }

  ids(): number[] {
    return this.#index.getIdsList()
  }

  /** Writes and syncs a file. Throws when it is not all there afterwards. */
  write(file: string): void {
    this.#index.writeIndexSync(file)
    if (statSync(file).size < leastFileSize(this.size, this.dimensions)) {
      throw new Error(`${file} was not written completely; the disk may be full.`)
    }
    const descriptor = openSync(file, 'r+')
    try {
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
  }

  #checked(vector: Float32Array): number[] {
    if (!(vector instanceof Float32Array) || vector.length !== this.dimensions) {
      throw new RangeError(`A vector of ${this.dimensions} dimensions was expected.`)
    }
    if (!vector.every(Number.isFinite)) {
      throw new RangeError('A vector holds a value that is not a finite number.')
    }
    return Array.from(vector)
  }
}
