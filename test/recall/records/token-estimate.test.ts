/** The estimate of tokens: the same number as by the pattern that it is defined by. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { clipTokens, estimateTokens } from '../../../src/memory/recall/records/token-estimate.ts'

/** Words by pieces of four characters, any other mark one token, spaces none. */
function byPattern(text: string): number {
  const found = text.match(/[A-Za-z0-9_]+|[^\sA-Za-z0-9_]/g) ?? []
  return found.reduce((sum, part) => sum + Math.ceil(part.length / 4), 0)
}

test('words, marks, spaces and other scripts count as the pattern says', () => {
  const marks = ['a', 'Z', '_', '9', '{', '[', '`', '@', '/', ' ', '\n', '\v', '\x1c', '\x7f']
  const wide = [
    '\u0085',
    '\u00a0',
    '\u1680',
    '\u2003',
    '\u2028',
    '\u3000',
    '\ufeff',
    'é',
    '中',
    '😀',
    '\ud800',
  ]
  const texts = fc.array(fc.constantFrom(...marks, ...wide), { maxLength: 60 }).map((parts) => parts.join(''))
  fc.assert(
    fc.property(fc.oneof(texts, fc.string({ unit: 'binary' })), (text) => {
      assert.equal(estimateTokens(text), byPattern(text))
    }),
  )
})

test('a text is cut where the estimate says', () => {
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 1, max: 40 }), (text, most) => {
      const cut = clipTokens(text, most)
      assert.ok(cut === text || estimateTokens(cut) <= most)
    }),
  )
})
