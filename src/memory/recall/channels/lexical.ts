/** Words of the issue in the chunks of a file: BM25 by field, the three best chunks summed. */

import { addScores, averageOf, type Collection, type Field } from '../bm25.ts'
import type { Corpus } from '../corpus.ts'
import { type FileScores, type Ground, isRanked, noScores } from '../ground.ts'
import { onceForCorpus } from '../kept-corpus.ts'
import type { Postings } from '../postings.ts'
import type { Term } from '../query.ts'

/** BM25 of every chunk of a collection, by position; the fields of the collection unless others are given. */
export function chunkScores(
  ground: Ground,
  terms: readonly Term[],
  collection: Collection = ground.code,
  fields: readonly Field[] = collection.fields,
): Float64Array {
  const scores = new Float64Array(ground.corpus.chunkIds.length)
  addScores({ ...collection, fields }, ground.chunkPostings(terms), scores)
  return scores
}

const none: Field = { weight: 0, b: 0 }
/** Only names that are defined; only identifiers. */
export const namesOnly: readonly Field[] = [{ weight: 1, b: 0 }, none, none]
export const codeOnly: readonly Field[] = [none, { weight: 1, b: 0.75 }, none]

/** Each file as one document: what its chunks say together, where the words are spread over them. */
export function documentScores(ground: Ground, terms: readonly Term[]): FileScores {
  const { corpus } = ground
  const { blobs, documents } = documentsOf(ground)
  const scores = new Float64Array(blobs.length)
  const postings = ground
    .chunkPostings(terms)
    .map(({ term, postings: found }) => ({ term, postings: byBlob(corpus, found) }))
  addScores(documents, postings, scores)
  const files = noScores(ground)
  blobs.forEach((blobId, index) => {
    for (const file of corpus.filesOfBlob.get(blobId) ?? []) files[file] = scores[index] ?? 0
  })
  return files
}

const documentsOf = onceForCorpus((ground: Ground) => {
  const { corpus, code } = ground
  const blobs = [...corpus.filesOfBlob.keys()]
  const at = new Map(blobs.map((blobId, index) => [blobId, index]))
  const lengths = new Int32Array(blobs.length)
  corpus.chunkBlob.forEach((blobId, chunk) => {
    const index = at.get(blobId) ?? -1
    lengths[index] = (lengths[index] ?? 0) + (corpus.chunkLength[chunk] ?? 0)
  })
  const ranked = new Set(corpus.files.filter(({ role }) => isRanked(role)).map(({ blobId }) => blobId))
  const documents: Collection = {
    at: (blobId) => (ranked.has(blobId) ? (at.get(blobId) ?? -1) : -1),
    size: ranked.size,
    lengths,
    averageLength: averageOf(lengths.filter((_, index) => ranked.has(blobs[index] ?? -1))),
    fields: code.fields.map(({ weight }) => ({ weight, b: 0.75 })),
  }
  return { blobs, documents }
})

/** The postings of chunks as postings of the blobs that hold them. */
function byBlob(corpus: Corpus, { documents, counts }: Postings): Postings {
  const places = new Map<number, number>()
  const summed: number[][] = counts.map(() => [])
  documents.forEach((chunk, index) => {
    const at = corpus.chunkAt[chunk] ?? -1
    if (at < 0) return
    const blobId = corpus.chunkBlob[at] ?? -1
    const place = places.get(blobId) ?? places.size
    places.set(blobId, place)
    counts.forEach((column, field) => {
      const sums = summed[field]
      if (sums !== undefined) sums[place] = (sums[place] ?? 0) + (column[index] ?? 0)
    })
  })
  return { documents: [...places.keys()], counts: summed }
}

/** A file is as good as its three best chunks together: measured better than the best one or the whole file. */
const bestChunks = 3

export function fileScores(ground: Ground, scores: Float64Array, best = bestChunks): FileScores {
  const files = noScores(ground)
  const { chunkBlob, filesOfBlob } = ground.corpus
  const top = new Float64Array(best)
  // The chunks of a blob lie side by side.
  for (let at = 0; at < scores.length; ) {
    const blobId = chunkBlob[at] as number
    top.fill(0)
    for (; at < scores.length && chunkBlob[at] === blobId; at++) insert(top, scores[at] as number)
    const sum = top.reduce((total, score) => total + score, 0)
    if (sum > 0) for (const file of filesOfBlob.get(blobId) ?? []) files[file] = sum
  }
  return files
}

/** Into a row in falling order, whose least falls out. */
function insert(top: Float64Array, score: number): void {
  let place = top.length - 1
  if (score <= (top[place] as number)) return
  for (; place > 0 && (top[place - 1] as number) < score; place--) top[place] = top[place - 1] as number
  top[place] = score
}

/** Positions of the best chunks of each blob that has any score, best first. */
export function topChunks(corpus: Corpus, scores: Float64Array, best = bestChunks): Map<number, number[]> {
  const tops = new Map<number, number[]>()
  scores.forEach((score, at) => {
    if (score <= 0) return
    const blobId = corpus.chunkBlob[at] ?? -1
    const top = tops.get(blobId) ?? []
    top.push(at)
    top.sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b)
    if (top.length > best) top.pop()
    tops.set(blobId, top)
  })
  return tops
}
