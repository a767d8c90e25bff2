/** BM25 over fields: how well each document answers a set of weighted words. Pure; postings come in as data. */

import type { Postings } from './postings.ts'
import type { Term } from './query.ts'

export interface Field {
  weight: number
  /** How much long documents lose, 0 to 1. */
  b: number
}

export interface Collection {
  /** Position of a document by its id, -1 or undefined where it is not visible. */
  at(document: number): number
  size: number
  lengths: Int32Array
  averageLength: number
  fields: readonly Field[]
}

/** Saturation of repeated words; 1.2 is the value of the original experiments (Robertson, TREC-3). */
const k1 = 1.2

/** Adds the score of every visible document to `scores`; the idf counts visible documents only. */
export function addScores(
  collection: Collection,
  terms: readonly { term: Term; postings: Postings }[],
  scores: Float64Array,
): void {
  for (const { term, postings } of terms) {
    const { documents } = postings
    const places = new Int32Array(documents.length)
    let count = 0
    for (let index = 0; index < documents.length; index++) {
      const at = collection.at(documents[index] as number)
      places[index] = at
      if (at >= 0) count++
    }
    if (count === 0) continue
    const idf = term.weight * inverseFrequency(count, collection.size)
    for (let index = 0; index < places.length; index++) {
      const at = places[index] as number
      if (at < 0) continue
      const frequency = fieldFrequency(collection, postings, index, at)
      scores[at] = (scores[at] ?? 0) + (idf * frequency * (k1 + 1)) / (k1 + frequency)
    }
  }
}

export function inverseFrequency(count: number, size: number): number {
  return Math.log(1 + (size - count + 0.5) / (count + 0.5))
}

function fieldFrequency(collection: Collection, postings: Postings, index: number, at: number): number {
  const length = (collection.lengths[at] ?? 0) / collection.averageLength
  let frequency = 0
  for (let column = 0; column < collection.fields.length; column++) {
    const { weight, b } = collection.fields[column] as Field
    frequency += (weight * (postings.counts[column]?.[index] ?? 0)) / (1 - b + b * length)
  }
  return frequency
}

export function averageOf(lengths: Int32Array): number {
  return lengths.length === 0
    ? 1
    : Math.max(1, lengths.reduce((sum, length) => sum + length, 0) / lengths.length)
}
