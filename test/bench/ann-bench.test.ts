import assert from 'node:assert/strict'
import { test } from 'node:test'
import { benchAnn } from '../../src/cli/bench/ann-bench.ts'
import { silentLog } from '../store/vector-fixtures.ts'

test('measures exact search and the graph at each size', async () => {
  const signal = new AbortController().signal
  const options = { sizes: [200, 400], dimensions: 16, seed: 1, log: silentLog, note: () => {}, signal }
  const { figures } = await benchAnn(options)
  const names = figures.map(({ name }) => name)
  for (const size of [200, 400]) {
    for (const name of [
      'exact p50',
      'exact p95',
      'HNSW build',
      'HNSW p50',
      'HNSW file',
      'HNSW load, verify and check',
    ]) {
      assert.ok(names.includes(`${size}: ${name}`), `${size}: ${name} is missing`)
    }
  }
  assert.ok(figures.every(({ value }) => Number.isFinite(value)))
  assert.match(figures.find(({ name }) => name === '400: HNSW build')?.note ?? '', /recall@10 (1\.000|0\.99)/)
})

test('stops between two sizes', async () => {
  const options = { sizes: [200], dimensions: 16, seed: 1, log: silentLog, note: () => {} }
  await assert.rejects(benchAnn({ ...options, signal: AbortSignal.abort(new Error('stopped')) }), /stopped/)
})
