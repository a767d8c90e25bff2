/** A vector as the database keeps it: one float32 scale (little-endian), then one signed byte a dimension. */

const scaleBytes = 4

/** Bytes of a stored vector. */
export function storedSize(dimensions: number): number {
  return scaleBytes + dimensions
}

/**
 * Packs a vector into `4 + dimensions` bytes. Each dimension is off by at most half the scale, which is
 * the largest magnitude divided by 127. Throws `RangeError` on a value that is not finite.
 */
export function quantise(vector: Float32Array): Uint8Array {
  const largest = largestMagnitude(vector)
  // The scale is rounded to float32 first, so that both directions use the very same number.
  const scale = Math.fround(largest / 127)
  const blob = new Uint8Array(storedSize(vector.length))
  new DataView(blob.buffer).setFloat32(0, scale, true)
  if (scale === 0) return blob
  const bytes = new Int8Array(blob.buffer, scaleBytes)
  for (let i = 0; i < vector.length; i++) {
    bytes[i] = Math.max(-127, Math.min(127, Math.round((vector[i] ?? 0) / scale)))
  }
  return blob
}

/** Unpacks a stored vector. Throws `RangeError` when the blob has another number of dimensions. */
export function dequantise(blob: Uint8Array, dimensions: number): Float32Array {
  const { scale, bytes } = viewStored(blob, dimensions)
  const vector = new Float32Array(dimensions)
  for (let i = 0; i < dimensions; i++) vector[i] = (bytes[i] ?? 0) * scale
  return vector
}

/** The parts of a stored vector without a copy. Throws `RangeError` when the blob is not such a vector. */
export function viewStored(blob: Uint8Array, dimensions: number): { scale: number; bytes: Int8Array } {
  if (blob.byteLength !== storedSize(dimensions)) {
    throw new RangeError(
      `A stored vector has ${blob.byteLength} bytes; ${storedSize(dimensions)} were expected.`,
    )
  }
  const scale = new DataView(blob.buffer, blob.byteOffset, scaleBytes).getFloat32(0, true)
  if (!Number.isFinite(scale) || scale < 0) throw new RangeError('A stored vector has an unusable scale.')
  return { scale, bytes: new Int8Array(blob.buffer, blob.byteOffset + scaleBytes, dimensions) }
}

function largestMagnitude(vector: Float32Array): number {
  let largest = 0
  for (const value of vector) {
    if (!Number.isFinite(value)) throw new RangeError('A vector holds a value that is not a finite number.')
    largest = Math.max(largest, Math.abs(value))
  }
  return largest
}
