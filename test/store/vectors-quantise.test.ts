import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { dequantise, quantise, storedSize } from '../../src/memory/store/quantise.ts'

const floats = fc.array(fc.float({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 1, maxLength: 400 })

test('loses at most half a step of each dimension', () => {
  fc.assert(
    fc.property(floats, (numbers) => {
      const vector = Float32Array.from(numbers)
      const restored = dequantise(quantise(vector), vector.length)
      const largest = vector.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
      const bound = (largest / 127 / 2) * 1.0001 + 1e-30
      vector.forEach((value, i) => {
        assert.ok(Math.abs(value - (restored[i] ?? 0)) <= bound, `${value} became ${restored[i]}`)
      })
    }),
  )
})

test('gives the same bytes when a restored vector is stored again', () => {
  fc.assert(
    fc.property(floats, (numbers) => {
      const blob = quantise(Float32Array.from(numbers))
      const again = quantise(dequantise(blob, numbers.length))
      assert.deepEqual(again.subarray(4), blob.subarray(4))
    }),
  )
})

test('reads a blob that does not start at the beginning of its buffer', () => {
  const vector = Float32Array.from([1, -0.5, 0.25])
  const blob = quantise(vector)
  const shifted = new Uint8Array(blob.length + 3)
  shifted.set(blob, 3)
  assert.deepEqual(dequantise(shifted.subarray(3), 3), dequantise(blob, 3))
})

test('keeps the zero vector', () => {
  assert.deepEqual(dequantise(quantise(new Float32Array(5)), 5), new Float32Array(5))
})

test('refuses what is no vector', () => {
  assert.throws(() => quantise(Float32Array.from([1, Number.NaN])), RangeError)
  assert.throws(() => quantise(Float32Array.from([Number.POSITIVE_INFINITY])), RangeError)
  assert.throws(() => dequantise(new Uint8Array(storedSize(3)), 4), RangeError)
  const broken = quantise(Float32Array.from([1, 2]))
  broken.set([0, 0, 0xc0, 0x7f])
  assert.throws(() => dequantise(broken, 2), /scale/)
})
