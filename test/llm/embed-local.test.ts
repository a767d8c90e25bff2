import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { embedTokens, localEmbedder } from '../../src/llm/embed-local.ts'
import { wordGroups } from '../../src/llm/word-groups.ts'
import { codeTokens } from '../../src/memory/code/tokens.ts'

function cosine(a: string, b: string): number {
  const x = embedTokens(codeTokens(a))
  const y = embedTokens(codeTokens(b))
  return x.reduce((sum, value, i) => sum + value * (y[i] ?? 0), 0)
}

test('gives every text a vector of length one, or zeros without a token', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
      const size = Math.hypot(...embedTokens(codeTokens(text)))
      assert.ok(codeTokens(text).length === 0 ? size === 0 : Math.abs(size - 1) < 1e-5)
    }),
  )
})

test('depends on nothing but the text, whatever was embedded before', () => {
  const text = 'def parse_header(line): return line.split(":")'
  const before = embedTokens(codeTokens(text))
  for (let i = 0; i < 40_000; i++) embedTokens([`filler${i}`])
  assert.deepEqual(embedTokens(codeTokens(text)), before)
})

test('keeps its vectors: a change of features needs a new identity', () => {
  const vector = embedTokens(codeTokens('parseHTTPHeader reads one header line'))
  const print = [...vector.subarray(0, 12)].map((value) => Number(value.toFixed(4)))
  assert.equal(localEmbedder().id, 'local-1/384')
  assert.deepEqual(print, [0, 0, 0.0585, 0, 0, -0.0691, -0.0423, 0.0346, 0, 0.0895, 0, 0])
})

test('brings words of one stem and parts of identifiers together', () => {
  assert.ok(cosine('normalise the vectors', 'vector normalisation') > 0.25)
  assert.ok(cosine('getUserName', 'user name') > 0.3)
  assert.ok(cosine('getUserName', 'flush disk cache') < 0.2)
})

test('knows abbreviations and words that say the same', () => {
  assert.ok(cosine('create a folder', 'make_dirs') > 3 * cosine('create a folder', 'flush_cache'))
  assert.ok(cosine('delete configuration', 'remove_cfg') > 0.2)
  const words = wordGroups.flatMap((group) => group.split(' '))
  assert.deepEqual(words, [...new Set(words)], 'a word stands in two groups')
})

test('lets rare words decide, common ones hardly count', () => {
  const query = 'return the value if the interpolator is set'
  assert.ok(
    cosine(query, 'interpolator = make()') > cosine(query, 'if value is set: return the value of this'),
  )
})

test('does not know the order of words but how often they come', () => {
  assert.ok(Math.abs(cosine('alpha beta', 'beta alpha') - 1) < 1e-6)
  assert.ok(cosine('alpha alpha alpha beta', 'alpha') > cosine('alpha beta', 'alpha'))
})

test('embeds texts as a port: in order, local, abortable', async () => {
  const embedder = localEmbedder()
  assert.equal(embedder.remote, false)
  const vectors = await embedder.embed(['one thing', '', 'another thing'])
  assert.deepEqual(vectors[2], embedTokens(codeTokens('another thing')))
  assert.ok(vectors.every((vector) => vector.length === embedder.dimensions))
  await assert.rejects(embedder.embed(['x y'], AbortSignal.abort(new Error('stopped'))), /stopped/)
})

test('embeds 3,000 chunks of 150 tokens in well under a second', () => {
  const words = Array.from({ length: 5_000 }, (_, i) => `name${(i * 7919) % 5_000}`)
  const chunks = Array.from({ length: 3_000 }, (_, i) =>
    Array.from({ length: 150 }, (_, j) => words[(i * 31 + j * j) % 5_000] ?? ''),
  )
  const started = process.cpuUsage()
  for (const chunk of chunks) embedTokens(chunk)
  const used = process.cpuUsage(started)
  assert.ok(used.user + used.system < 1_000_000, `${(used.user + used.system) / 1_000} ms`)
})
