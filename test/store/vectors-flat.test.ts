import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { FlatVectors } from '../../src/memory/store/flat-vectors.ts'
import { dequantise, quantise } from '../../src/memory/store/quantise.ts'
import { createScan, scanInJavaScript } from '../../src/memory/store/scan-kernel.ts'
import { dot, randomNumbers, randomVector } from './vector-fixtures.ts'

function filled(
  count: number,
  dimensions: number,
  seed = 1,
): { flat: FlatVectors; vectors: Map<number, Float32Array> } {
  const flat = new FlatVectors(dimensions)
  const vectors = new Map<number, Float32Array>()
  const random = randomNumbers(seed)
  for (let i = 1; i <= count; i++) {
    const blob = quantise(randomVector(dimensions, random))
    flat.append(i * 3, blob)
    vectors.set(i * 3, dequantise(blob, dimensions))
  }
  return { flat, vectors }
}

function truth(
  vectors: Map<number, Float32Array>,
  query: Float32Array,
  k: number,
): { id: number; score: number }[] {
  const all = [...vectors].map(([id, vector]) => ({ id, score: dot(vector, query) }))
  return all.sort((a, b) => b.score - a.score || a.id - b.id).slice(0, k)
}

test('adds up the same numbers with SIMD as in JavaScript', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 8 }),
      fc.nat(),
      (rows, blocks, seed) => {
        const stride = blocks * 16
        const random = randomNumbers(seed)
        const memory = new WebAssembly.Memory({ initial: 1 })
        new Int16Array(memory.buffer, 0, stride).set(
          Array.from({ length: stride }, () => random() * 60_000 - 30_000),
        )
        new Int8Array(memory.buffer, 4_096, rows * stride).forEach((_, i, all) => {
          all[i] = random() * 255 - 127
        })
        createScan(memory)(rows, stride, 0, 4_096, 32_768)
        const fast = [...new Int32Array(memory.buffer, 32_768, rows)]
        scanInJavaScript(memory)(rows, stride, 0, 4_096, 32_768)
        assert.deepEqual(fast, [...new Int32Array(memory.buffer, 32_768, rows)])
      },
    ),
    { numRuns: 60 },
  )
})

test('uses SIMD on this machine', () => {
  const memory = new WebAssembly.Memory({ initial: 1 })
  assert.match(String(createScan(memory)), /native code/)
})

test('finds the same as comparing with every vector, for any number of dimensions', () => {
  for (const dimensions of [1, 3, 16, 100, 384, 1_536]) {
    const { flat, vectors } = filled(500, dimensions)
    const query = randomVector(dimensions, randomNumbers(99))
    const found = flat.search(query, 10)
    const wanted = truth(vectors, query, 10)
    found.forEach(({ score }, i) => {
      assert.ok(
        Math.abs(score - (wanted[i]?.score ?? 0)) < 2e-4,
        `${dimensions}: ${score} ${wanted[i]?.score}`,
      )
    })
    assert.equal(found.length, 10)
  }
})

test('cannot overflow with large numbers and many dimensions', () => {
  const flat = new FlatVectors(4_096)
  const vector = new Float32Array(4_096).fill(1)
  flat.append(1, quantise(vector))
  const [match] = flat.search(vector, 1)
  assert.ok(Math.abs((match?.score ?? 0) / 4_096 - 1) < 1e-3, String(match?.score))
})

test('grows past its first memory and keeps what it had', () => {
  const { flat, vectors } = filled(5_000, 64)
  const query = vectors.get(3 * 4_321) as Float32Array
  assert.equal(flat.search(query, 1)[0]?.id, 3 * 4_321)
  assert.equal(flat.count, 5_000)
})

test('forgets removed vectors, whatever the order', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 30 })), fc.nat(), (gone, seed) => {
      const { flat, vectors } = filled(30, 16, seed)
      flat.remove(new Set([...gone.map((i) => i * 3), 7, 1_000]))
      for (const i of gone) vectors.delete(i * 3)
      assert.deepEqual([...flat.ids()], [...vectors.keys()])
      for (const [id, vector] of vectors) assert.deepEqual(flat.vectorOf(id), vector)
      const query = randomVector(16, randomNumbers(seed + 1))
      assert.equal(flat.search(query, 50).length, vectors.size)
    }),
    { numRuns: 50 },
  )
})

test('asks only about the best, and gives only what is accepted', () => {
  const { flat, vectors } = filled(4_000, 32)
  const query = randomVector(32, randomNumbers(5))
  let asked = 0
  const accept = (id: number): boolean => {
    asked++
    return id % 2 === 0
  }
  const even = new Map([...vectors].filter(([id]) => id % 2 === 0))
  assert.deepEqual(
    flat.search(query, 5, accept).map(({ id }) => id),
    truth(even, query, 5).map(({ id }) => id),
  )
  assert.ok(asked < 400, `asked ${asked} times`)
})

test('searches only after an id when asked to', () => {
  const { flat, vectors } = filled(100, 16)
  const query = randomVector(16, randomNumbers(5))
  const newer = new Map([...vectors].filter(([id]) => id > 150))
  assert.deepEqual(
    flat.search(query, 5, undefined, 150).map(({ id }) => id),
    truth(newer, query, 5).map(({ id }) => id),
  )
})

test('goes on listing vectors although others come and go meanwhile', () => {
  const { flat } = filled(10, 16)
  const seen: number[] = []
  for (const { id } of flat.vectors(3)) {
    seen.push(id)
    if (id === 9) flat.remove(new Set([3, 6, 12]))
    if (id === 21) flat.append(100, quantise(new Float32Array(16).fill(1)))
  }
  assert.deepEqual(seen, [6, 9, 15, 18, 21, 24, 27, 30, 100])
})

test('refuses wrong sizes, wrong order and numbers that are none', () => {
  const { flat } = filled(3, 16)
  assert.throws(() => flat.append(9, quantise(new Float32Array(16))), RangeError)
  assert.throws(() => flat.append(2 ** 32, quantise(new Float32Array(16))), RangeError)
  assert.throws(() => flat.append(10, quantise(new Float32Array(15))), RangeError)
  assert.throws(() => flat.search(new Float32Array(15), 1), RangeError)
  assert.throws(() => flat.search(new Float32Array(16).fill(Number.NaN), 1), RangeError)
  assert.deepEqual(flat.search(new Float32Array(16), 5), [])
})
