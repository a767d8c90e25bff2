/** The inner loop of exact search: dot products of one query with many stored vectors, in WebAssembly SIMD. */

/**
 * `scan(rows, stride, query, matrix, out)`: addresses in `memory`. A row is `stride` signed bytes (a
 * multiple of 16), the query as many 16-bit integers, the result one 32-bit integer a row.
 */
export type Scan = (rows: number, stride: number, query: number, matrix: number, out: number) => void

/**
 * Plain JavaScript needs 28 ms for 100,000 x 384 numbers and cannot use the processor's vector unit; this
 * needs about 5 ms on a quarter of the memory. Falls back to JavaScript where SIMD does not exist.
 */
export function createScan(memory: WebAssembly.Memory): Scan {
  const code = moduleBytes()
  if (!WebAssembly.validate(code)) return scanInJavaScript(memory)
  const instance = new WebAssembly.Instance(new WebAssembly.Module(code), { host: { memory } })
  return instance.exports.scan as Scan
}

/** The same function, slower; also what tests compare with. */
export function scanInJavaScript(memory: WebAssembly.Memory): Scan {
  return (rows, stride, query, matrix, out) => {
    const numbers = new Int16Array(memory.buffer, query, stride)
    const bytes = new Int8Array(memory.buffer, matrix, rows * stride)
    const results = new Int32Array(memory.buffer, out, rows)
    for (let row = 0, at = 0; row < rows; row++) {
      let sum = 0
      for (let i = 0; i < stride; i++, at++) sum += (bytes[at] ?? 0) * (numbers[i] ?? 0)
      results[row] = sum
    }
  }
}

// WebAssembly instructions used below (https://webassembly.github.io/spec/core/binary/instructions.html).
const i32 = 0x7f
const v128 = 0x7b
const get = (local: number): number[] => [0x20, local]
const set = (local: number): number[] => [0x21, local]
const tee = (local: number): number[] => [0x22, local]
const constant = (value: number): number[] => [0x41, value]
const add = 0x6a
const subtract = 0x6b
const lessThan = 0x49
const isZero = 0x45
const block = [0x02, 0x40]
const loop = [0x03, 0x40]
const branchIf = (depth: number): number[] => [0x0d, depth]
const end = 0x0b
const store = [0x36, 0x02, 0x00]
const zeroVector = [0xfd, 0x0c, ...new Array<number>(16).fill(0)]
/** Eight signed bytes, widened to 16-bit lanes. */
const loadBytes = (offset: number): number[] => [0xfd, 0x01, 0x00, offset]
const loadVector = (offset: number): number[] => [0xfd, 0x00, 0x00, offset]
/** Products of 16-bit lanes, neighbours added, as 32-bit lanes. */
const dotLanes = [0xfd, 0xba, 0x01]
const addLanes = [0xfd, 0xae, 0x01]
const lane = (index: number): number[] => [0xfd, 0x1b, index]

// Parameters and locals of the function.
const [rows, stride, query, matrix, out, cursor, rowEnd, sumA, sumB] = [0, 1, 2, 3, 4, 5, 6, 7, 8]

function moduleBytes(): Uint8Array<ArrayBuffer> {
  const text = (value: string): number[] => [value.length, ...Buffer.from(value)]
  const section = (id: number, content: number[]): number[] => [id, ...unsigned(content.length), ...content]
  const body = [2, 2, i32, 2, v128, ...functionBody(), end]
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 5, i32, i32, i32, i32, i32, 0]),
    ...section(2, [1, ...text('host'), ...text('memory'), 0x02, 0x00, 0x01]),
    ...section(3, [1, 0]),
    ...section(7, [1, ...text('scan'), 0x00, 0]),
    ...section(10, [1, ...unsigned(body.length), ...body]),
  ])
}

/** For each row: two running sums over 16 dimensions a step, then the eight partial sums added up. */
function functionBody(): number[] {
  return [
    ...block,
    ...[...get(rows), isZero, ...branchIf(0)],
    ...loop,
    ...[...get(query), ...set(cursor)],
    ...[...get(matrix), ...get(stride), add, ...set(rowEnd)],
    ...[...zeroVector, ...set(sumA), ...zeroVector, ...set(sumB)],
    ...loop,
    ...accumulate(sumA, 0),
    ...accumulate(sumB, 8),
    ...[...get(cursor), ...constant(32), add, ...set(cursor)],
    ...[...get(matrix), ...constant(16), add, ...tee(matrix), ...get(rowEnd), lessThan, ...branchIf(0)],
    end,
    ...get(out),
    ...[...get(sumA), ...get(sumB), ...addLanes, ...tee(sumA), ...lane(0)],
    ...[1, 2, 3].flatMap((index) => [...get(sumA), ...lane(index), add]),
    ...store,
    ...[...get(out), ...constant(4), add, ...set(out)],
    ...[...get(rows), ...constant(1), subtract, ...tee(rows), ...branchIf(0)],
    end,
    end,
  ]
}

/** `sum += dot(8 row bytes at offset, 8 query numbers)`. */
function accumulate(sum: number, offset: number): number[] {
  const row = [...get(matrix), ...loadBytes(offset)]
  return [
    ...get(sum),
    ...row,
    ...get(cursor),
    ...loadVector(offset * 2),
    ...dotLanes,
    ...addLanes,
    ...set(sum),
  ]
}

/** LEB128. */
function unsigned(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)]
}
