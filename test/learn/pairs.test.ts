/** The hand-written pairs: what is judged right without a model, and that doubt loses nothing. */

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { benchDedup, judgePairs, nominated, readPairs } from '../../src/cli/bench/dedup-bench.ts'
import { localEmbedder } from '../../src/llm/embed-local.ts'
import { pairLabels } from '../../src/memory/learn/conflict.ts'
import { nominationCosine } from '../../src/memory/learn/merge.ts'

const file = join(import.meta.dirname, '../fixtures/learn/pairs.json')
const pairs = await readPairs(file)
const results = await judgePairs(pairs, localEmbedder())

test('there are at least 60 pairs, and more than ten of each label', () => {
  assert.ok(pairs.length >= 60)
  for (const label of pairLabels) assert.ok(pairs.filter((pair) => pair.label === label).length > 10, label)
})

test('no complement and no stranger is merged, superseded or contested', () => {
  assert.equal(results.lost, 0)
})

test('whatever is judged wrong is judged to complement: doubt adds and links', () => {
  const harmful = results.wrong.filter(
    ({ expected, got }) => got !== 'complement' && expected !== 'complement',
  )
  assert.deepEqual(harmful, [])
})

test('nine of ten pairs are judged right without a model', () => {
  assert.ok(pairs.length - results.wrong.length >= pairs.length * 0.9, JSON.stringify(results.wrong, null, 1))
})

test('the nominating cosine finds four of five related pairs and one stranger in a hundred at most', () => {
  const { found, troubled } = nominated(results, nominationCosine)
  assert.ok(found >= 0.8, `${found}`)
  assert.ok(troubled <= 0.01, `${troubled}`)
})

test('the bench tells the matrix and the calibration', async () => {
  const { figures } = await benchDedup({ pairs: file, embedder: localEmbedder() })
  assert.equal(figures.find(({ name }) => name.startsWith('pairs whose joining'))?.value, 0)
  assert.ok(figures.some(({ name }) => name.startsWith('cosine 0.92')))
})
