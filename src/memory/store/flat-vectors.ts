/** All vectors of a generation in memory, searched exactly. */

import { viewStored } from './quantise.ts'
import { createScan, type Scan } from './scan-kernel.ts'

export interface Match {
  id: number
  /** Inner product; the cosine, as vectors are normalised before they are stored. */
  score: number
}

export type Accept = (id: number) => boolean

/** Rows scanned between two looks at the best so far: results stay in the fastest cache. */
const rowsPerStep = 2_048
const pageBytes = 65_536

/**
 * Rows of signed bytes in WebAssembly memory: the very numbers that the database holds, so that nothing is
 * lost and a vector costs `dimensions + 8` bytes. Ids ascend.
 */
export class FlatVectors {
  readonly dimensions: number
  #memory = new WebAssembly.Memory({ initial: 1 })
  #scan: Scan
  #stride: number
  #matrixAt: number
  #ids = new Uint32Array(1_024)
  #scales = new Float32Array(1_024)
  #count = 0

  constructor(dimensions: number) {
    this.dimensions = dimensions
    this.#stride = Math.ceil(dimensions / 16) * 16
    this.#matrixAt = this.#stride * 2 + rowsPerStep * 4
    this.#scan = createScan(this.#memory)
  }

  get count(): number {
    return this.#count
  }

  get lastId(): number {
    return this.#count === 0 ? 0 : (this.#ids[this.#count - 1] ?? 0)
  }

  /** Bytes that `count` vectors take here. */
  static bytesFor(count: number, dimensions: number): number {
    return count * (Math.ceil(dimensions / 16) * 16 + 8)
  }

  has(id: number): boolean {
    return this.#rowOf(id) >= 0
  }

  /** Takes a stored vector. Throws `RangeError` when the id does not follow the last one. */
  append(id: number, blob: Uint8Array): void {
    const { scale, bytes } = viewStored(blob, this.dimensions)
    if (!(id > this.lastId && id < 2 ** 32)) throw new RangeError(`Vector id ${id} is out of order.`)
    this.#reserve(this.#count + 1)
    new Int8Array(this.#memory.buffer, this.#matrixAt + this.#count * this.#stride, this.dimensions).set(
      bytes,
    )
    this.#ids[this.#count] = id
    this.#scales[this.#count] = scale
    this.#count++
  }

  /** Forgets vectors; ids that are not here are ignored. One pass over the rows, whatever the number. */
  remove(ids: ReadonlySet<number>): void {
    const all = new Uint8Array(this.#memory.buffer)
    let kept = 0
    for (let row = 0; row < this.#count; row++) {
      const id = this.#ids[row] ?? 0
      if (ids.has(id)) continue
      if (kept !== row) {
        const from = this.#matrixAt + row * this.#stride
        all.copyWithin(this.#matrixAt + kept * this.#stride, from, from + this.#stride)
        this.#ids[kept] = id
        this.#scales[kept] = this.#scales[row] ?? 0
      }
      kept++
    }
    this.#count = kept
  }

  /**
   * The `k` best by inner product, best first; equal scores by ascending id. Only ids after `afterId`.
   * `accept` is asked only about those that would be among the best.
   */
  search(query: Float32Array, k: number, accept?: Accept, afterId = 0): Match[] {
    const factor = this.#putQuery(query)
    if (factor === 0 || k <= 0 || this.#count === 0) return []
    const best = new BestMatches(Math.min(k, this.#count))
    // A local number, since one that is kept in an object is new garbage each time.
    let floor = best.floor
    for (let first = this.#rowAfter(afterId); first < this.#count; first += rowsPerStep) {
      const rows = Math.min(rowsPerStep, this.#count - first)
      const sums = this.#scanRows(first, rows)
      for (let i = 0; i < rows; i++) {
        const score = (sums[i] ?? 0) * (this.#scales[first + i] ?? 0) * factor
        if (score <= floor) continue
        const id = this.#ids[first + i] ?? 0
        if (accept !== undefined && !accept(id)) continue
        best.offer(id, score)
        floor = best.floor
      }
    }
    return best.matches()
  }

  /** The inner products with some vectors; ids that are not here are left out. */
  score(ids: Iterable<number>, query: Float32Array): Match[] {
    const factor = this.#putQuery(query)
    const matches: Match[] = []
    for (const id of ids) {
      const row = this.#rowOf(id)
      if (row < 0) continue
      const sum = factor === 0 ? 0 : (this.#scanRows(row, 1)[0] ?? 0)
      matches.push({ id, score: sum * (this.#scales[row] ?? 0) * factor })
    }
    return matches
  }

  /** Ids and vectors after an id, ascending. Others may append or remove between two items. */
  *vectors(afterId = 0): Generator<{ id: number; vector: Float32Array }> {
    for (let row = this.#rowAfter(afterId); row < this.#count; ) {
      const id = this.#ids[row] ?? 0
      yield { id, vector: this.#vectorAt(row) }
      row = this.#ids[row] === id ? row + 1 : this.#rowAfter(id)
    }
  }

  vectorOf(id: number): Float32Array | undefined {
    const row = this.#rowOf(id)
    return row < 0 ? undefined : this.#vectorAt(row)
  }

  ids(): Uint32Array {
    return this.#ids.slice(0, this.#count)
  }

  #vectorAt(row: number): Float32Array {
    const scale = this.#scales[row] ?? 0
    const bytes = new Int8Array(this.#memory.buffer, this.#matrixAt + row * this.#stride, this.dimensions)
    return Float32Array.from(bytes, (value) => value * scale)
  }

  #scanRows(first: number, rows: number): Int32Array {
    const outAt = this.#stride * 2
    this.#scan(rows, this.#stride, 0, this.#matrixAt + first * this.#stride, outAt)
    return new Int32Array(this.#memory.buffer, outAt, rows)
  }

  /**
   * Writes the query as 16-bit integers and returns what turns an integer sum into a score. The factor is
   * as large as 16 bits allow while no sum can leave 32 bits (Cauchy-Schwarz: |row| <= 127 sqrt(n)).
   */
  #putQuery(query: Float32Array): number {
    if (query.length !== this.dimensions) {
      throw new RangeError(`The query has ${query.length} dimensions; the index has ${this.dimensions}.`)
    }
    let largest = 0
    let squares = 0
    for (const value of query) {
      largest = Math.max(largest, Math.abs(value))
      squares += value * value
    }
    if (!Number.isFinite(squares))
      throw new RangeError('The query holds a value that is not a finite number.')
    if (squares === 0) return 0
    const widest = (2 ** 31 * 0.9) / (127 * Math.sqrt(this.dimensions * squares))
    const factor = Math.min(32_767 / largest, widest)
    const numbers = new Int16Array(this.#memory.buffer, 0, this.#stride)
    for (let i = 0; i < query.length; i++) numbers[i] = Math.round((query[i] ?? 0) * factor)
    return 1 / factor
  }

  #rowOf(id: number): number {
    const row = this.#rowAfter(id - 1)
    return row < this.#count && this.#ids[row] === id ? row : -1
  }

  /** First row whose id is greater. */
  #rowAfter(id: number): number {
    let low = 0
    let high = this.#count
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#ids[middle] ?? 0) > id) high = middle
      else low = middle + 1
    }
    return low
  }

  /** Grows by half, so that appending stays cheap; untouched pages cost no memory. */
  #reserve(rows: number): void {
    if (rows > this.#ids.length) {
      const capacity = Math.ceil(rows * 1.5)
      this.#ids = grown(this.#ids, new Uint32Array(capacity))
      this.#scales = grown(this.#scales, new Float32Array(capacity))
    }
    const missing = this.#matrixAt + rows * this.#stride - this.#memory.buffer.byteLength
    if (missing > 0)
      this.#memory.grow(Math.ceil(Math.max(missing, this.#memory.buffer.byteLength / 2) / pageBytes))
  }
}

function grown<T extends Uint32Array | Float32Array>(from: T, to: T): T {
  to.set(from)
  return to
}

/** The best `k` of a stream, kept in order: `k` is small, insertion is the fastest way. */
class BestMatches {
  readonly #ids: Uint32Array
  readonly #scores: Float64Array
  #count = 0

  constructor(k: number) {
    this.#ids = new Uint32Array(k)
    this.#scores = new Float64Array(k).fill(Number.NEGATIVE_INFINITY)
  }

  /** A score must exceed this to matter. */
  get floor(): number {
    return this.#scores[this.#scores.length - 1] ?? Number.NEGATIVE_INFINITY
  }

  offer(id: number, score: number): void {
    const [ids, scores] = [this.#ids, this.#scores]
    let at = this.#count
    while (at > 0 && (scores[at - 1] as number) < score) at--
    // What falls over the end is the worst.
    ids.copyWithin(at + 1, at, this.#count)
    scores.copyWithin(at + 1, at, this.#count)
    ids[at] = id
    scores[at] = score
    if (this.#count < ids.length) this.#count++
  }

  matches(): Match[] {
    return Array.from(this.#ids.subarray(0, this.#count), (id, at) => ({ id, score: this.#scores[at] ?? 0 }))
  }
}
