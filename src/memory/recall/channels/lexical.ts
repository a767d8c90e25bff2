/** Words of the issue in the chunks of a file: BM25 by field, the three best chunks summed. */

import { addScores } from '../bm25.ts'
import type { Corpus } from '../corpus.ts'
import { type FileScores, type Ground, noScores } from '../ground.ts'
import type { Term } from '../query.ts'

export function chunkScores(ground: Ground, terms: readonly Term[]): Float64Array {
  const scores = new Float64Array(ground.corpus.chunkIds.length)
  addScores(ground.chunks, ground.chunkPostings(terms), scores)
  return scores
}

/** A file is as good as its three best chunks together: measured better than the best one or the whole file. */
const bestChunks = 3

export function fileScores(ground: Ground, scores: Float64Array, best = bestChunks): FileScores {
  const files = noScores(ground)
  for (const [blobId, top] of topChunks(ground.corpus, scores, best)) {
    const sum = top.reduce((total, at) => total + (scores[at] ?? 0), 0)
    for (const file of ground.corpus.filesOfBlob.get(blobId) ?? []) files[file] = sum
  }
  return files
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
