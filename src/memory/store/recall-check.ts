/** Recall@10 of an approximate search, measured against exact search on the vectors it serves. */

import type { FlatVectors } from './flat-vectors.ts'

const sampleSize = 60
const nearest = 10
/** Length of the noise that blurs a stored vector of length 1: real questions are only loosely like a text. */
const blur = [0, 0.7, 1.5]

/**
 * The share of the true ten nearest that `search` finds, over stored vectors spread through the index, some
 * blurred. A result as near as the tenth counts, so that equal texts do no harm. Always the same sample.
 */
export async function measureRecall(
  flat: FlatVectors,
  search: (query: Float32Array) => number[],
  lastId: number,
): Promise<number> {
  const ids = flat.ids().filter((id) => id <= lastId)
  if (ids.length === 0) return 1
  let found = 0
  let wanted = 0
  for (let i = 0; i < sampleSize; i++) {
    const id = ids[Math.floor((i * ids.length) / sampleSize)] ?? 0
    const query = blurred(flat, id, i)
    const accept = (candidate: number): boolean => candidate <= lastId
    const truth = flat.search(query, nearest, accept)
    const floor = (truth.at(-1)?.score ?? 0) - 1e-6
    const good = flat.score(search(query), query).filter(({ score }) => score >= floor)
    found += Math.min(good.length, truth.length)
    wanted += truth.length
    await new Promise(setImmediate)
  }
  return wanted === 0 ? 1 : found / wanted
}

function blurred(flat: FlatVectors, id: number, seed: number): Float32Array {
  const noise = blur[seed % blur.length] ?? 0
  const random = randomNumbers(seed + 1)
  const vector = flat.vectorOf(id) ?? new Float32Array(flat.dimensions)
  // Uniform numbers in [-1, 1] have a variance of 1/3.
  const step = noise * Math.sqrt(3 / flat.dimensions)
  return vector.map((value) => value + step * (random() * 2 - 1))
}

/** Mulberry32: small, fast, and the same everywhere. */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
