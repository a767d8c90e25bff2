/** BM25 as the Python package rank_bm25 0.2.2 computes it (class BM25Okapi), which ExpeRepair's retrieval rests on. */

/** Its defaults. */
const k1 = 1.5
const b = 0.75
/** Words in more than half of the documents would have a negative idf: they get this share of the mean instead. */
const epsilon = 0.25

export interface Okapi {
  /** A score for each document; a repeated word of the query counts each time. */
  scores(query: readonly string[]): number[]
}

export function openOkapi(documents: readonly (readonly string[])[]): Okapi {
  const frequencies = documents.map(count)
  const idf = inverseFrequencies(frequencies)
  const words = documents.reduce((sum, document) => sum + document.length, 0)
  const mean = words / Math.max(1, documents.length)
  return {
    scores: (query) => {
      const asked = [...count(query)].filter(([word]) => idf.has(word))
      return documents.map((document, at) => {
        const length = k1 * (1 - b + (b * document.length) / Math.max(mean, Number.MIN_VALUE))
        let score = 0
        for (const [word, times] of asked) {
          const found = frequencies[at]?.get(word) ?? 0
          if (found > 0) score += times * (idf.get(word) ?? 0) * ((found * (k1 + 1)) / (found + length))
        }
        return score
      })
    },
  }
}

function count(words: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  return counts
}

/** The mean that replaces negative values is taken before they are replaced, so it may be negative itself. */
function inverseFrequencies(documents: readonly ReadonlyMap<string, number>[]): Map<string, number> {
  const holding = new Map<string, number>()
  for (const document of documents)
    for (const word of document.keys()) holding.set(word, (holding.get(word) ?? 0) + 1)
  const idf = new Map<string, number>()
  let sum = 0
  for (const [word, held] of holding) {
    const value = Math.log(documents.length - held + 0.5) - Math.log(held + 0.5)
    idf.set(word, value)
    sum += value
  }
  const least = (epsilon * sum) / Math.max(1, idf.size)
  for (const [word, value] of idf) if (value < 0) idf.set(word, least)
  return idf
}

/** Keeps `x / (max - min)` finite where all scores are equal. */
const tiny = 1e-8

/** To the range from 0 to 1, the least first; all zeros where all are equal. */
export function normaliseScores(scores: readonly number[]): number[] {
  const least = scores.reduce((min, score) => Math.min(min, score), Number.POSITIVE_INFINITY)
  const most = scores.reduce((max, score) => Math.max(max, score), Number.NEGATIVE_INFINITY)
  return scores.map((score) => (score - least) / (most - least + tiny))
}
