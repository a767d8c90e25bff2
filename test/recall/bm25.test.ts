import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addScores, type Collection, inverseFrequency } from '../../src/memory/recall/bm25.ts'

function collection(hidden: number[] = []): Collection {
  return {
    at: (document) => (hidden.includes(document) ? -1 : document),
    size: 4 - hidden.length,
    lengths: Int32Array.from([10, 10, 100, 10]),
    averageLength: 20,
    fields: [
      { weight: 3, b: 0 },
      { weight: 1, b: 0.75 },
    ],
  }
}

const term = { text: 'hook', weight: 1 }
const postings = {
  documents: [0, 1, 2],
  counts: [
    [1, 0, 0],
    [0, 1, 1],
  ],
}

test('a name counts more than a use, and a short document more than a long one', () => {
  const scores = new Float64Array(4)
  addScores(collection(), [{ term, postings }], scores)
  const [named = 0, used = 0, long = 0, none = 0] = scores
  assert.ok(named > used && used > long && long > none && none === 0)
})

test('documents of other views change no score', () => {
  const alone = new Float64Array(4)
  addScores(
    collection([2]),
    [
      {
        term,
        postings: {
          documents: [0, 1],
          counts: [
            [1, 0],
            [0, 1],
          ],
        },
      },
    ],
    alone,
  )
  const shared = new Float64Array(4)
  addScores(collection([2]), [{ term, postings }], shared)
  assert.deepEqual(shared, alone)
})

test('rare words are worth more', () => {
  assert.ok(inverseFrequency(1, 100) > inverseFrequency(50, 100))
  assert.ok(inverseFrequency(100, 100) > 0)
})
