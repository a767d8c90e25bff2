/** One walk finds what asking for each quote finds. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { idFinder, quoteFinder, shortestQuote } from '../../src/memory/store/quotes.ts'

const signs = fc.constantFrom('a', 'b', ' ', '\\', 'é', '😀')
const text = (most: number) => fc.array(signs, { maxLength: most }).map((some) => some.join(''))

test('a text holds a quote exactly when one of them is in it', () => {
  fc.assert(
    fc.property(fc.array(text(30), { maxLength: 8 }), text(60), fc.nat(60), (quotes, around, at) => {
      const long = quotes.filter(({ length }) => length >= shortestQuote)
      const found = quoteFinder(quotes)
      for (const one of [around, around.slice(0, at) + (long[0] ?? '') + around.slice(at)])
        assert.equal(
          found(one),
          long.some((quote) => one.includes(quote)),
        )
    }),
    { numRuns: 500 },
  )
})

test('ids are found wherever they stand', () => {
  const id = '01ARZ3NDEKTSV4RRFFQ69G5FAV'
  const found = idFinder(new Set([id]))
  for (const around of [id, `"${id}"`, `mem:${id}`, `0${id}`, `${id}Z`])
    assert.equal(found(around), true, around)
  for (const other of ['', id.slice(1), id.replace('V', 'W'), id.toLowerCase()])
    assert.equal(found(other), false)
})
