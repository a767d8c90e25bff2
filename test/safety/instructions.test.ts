/** Instruction-like text is flagged; ordinary notes are not. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { findInstructions } from '../../src/memory/safety/instructions.ts'
import { attacks, lessons } from './instruction-texts.ts'

test('flags what speaks to a model', () => {
  assert.ok(attacks.length >= 30)
  assert.deepEqual(
    attacks.filter((text) => findInstructions(text).length === 0),
    [],
  )
})

test('lets ordinary lessons pass', () => {
  assert.ok(lessons.length >= 30)
  const flagged = lessons.filter((text) => findInstructions(text).length > 0)
  assert.deepEqual(
    flagged.map((text) => [text, ...findInstructions(text)]),
    [],
  )
})

test('flags it inside a long text, too', () => {
  const prose = lessons.join('\n')
  assert.deepEqual(findInstructions(prose), [])
  for (const attack of attacks)
    assert.ok(findInstructions(`${prose}\n\n${attack}\n${prose}`).length > 0, attack)
})

test('never throws, and a megabyte takes seconds', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => Array.isArray(findInstructions(text))))
  for (const piece of [
    'ignore all ',
    'send a b ',
    '<!-- you ',
    '![a](https://b?',
    '<div ',
    'curl x ',
    '-- ',
    '<|',
    '"',
  ]) {
    const started = performance.now()
    findInstructions(piece.repeat(Math.ceil(1_000_000 / piece.length)))
    assert.ok(performance.now() - started < 10_000, `${piece} took ${performance.now() - started} ms`)
  }
})
