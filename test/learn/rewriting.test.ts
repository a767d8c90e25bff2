/** Facts that are overwritten, told late and taken back: what the store holds true (memory model 2.16, R1 to R5). */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { RecordDraft } from '../../src/memory/record.ts'
import { add, draftOf, from, openWorld, session, type World } from './learning.ts'

function told(key: number, version: number, at: number): RecordDraft {
  const value = `make check-${key}-v${version}`
  return draftOf(`The tests of pkg-${key} in src/a.py run with ${value}`, {
    confidence: 'verified',
    validFrom: at,
    provenance: from([session('s1')], 'indexer'),
    fact: { key: `test-command(pkg-${key})`, value, checker: null },
  })
}

function world(): World {
  const opened = openWorld()
  opened.evidence.textOf = () => 'src/a.py v1 v2 make check'
  return opened
}

const holds = ({ all }: World, key: number) =>
  all()
    .filter((record) => record.fact?.key === `test-command(pkg-${key})` && record.status === 'active')
    .map(({ fact }) => fact?.value?.replace(`make check-${key}-v`, ''))

test('R1, R3: overwriting some keys leaves all others as they were', () => {
  const opened = world()
  const keys = Array.from({ length: 40 }, (_, key) => key)
  opened.take(...keys.map((key) => add(told(key, 1, key))))
  opened.take(...keys.filter((key) => key % 3 === 0).map((key) => add(told(key, 2, 100 + key))))
  for (const key of keys) assert.deepEqual(holds(opened, key), [key % 3 === 0 ? '2' : '1'], `${key}`)
  assert.ok(opened.all().every(({ status }) => status === 'active' || status === 'superseded'))
})

test('R2, R4: of any number of values told in any order, the one of the latest time holds, and time has no gap', () => {
  const versions = fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 12 })
  fc.assert(
    fc.property(versions, (order) => {
      const opened = world()
      for (const version of order) opened.take(add(told(1, version, version)))
      assert.deepEqual(holds(opened, 1), [String(Math.max(...order))])
      const line = opened
        .all()
        .map(({ validFrom, validTo }) => [validFrom, validTo] as const)
        .sort(([one], [other]) => one - other)
      const starts = order.toSorted((one, other) => one - other)
      assert.deepEqual(
        line,
        starts.map((start, at) => [start, starts[at + 1] ?? null]),
      )
    }),
    { numRuns: 15 },
  )
})

test('R5: undoing supersessions one by one brings the older values back', () => {
  const opened = world()
  for (const version of [1, 2, 3, 4]) opened.take(add(told(1, version, version)))
  const events = opened.store.events({ types: ['SUPERSEDED'], limit: 10 })
  for (const [at, event] of events.entries()) {
    opened.store.revert(event.seq, { type: 'person', name: 'ada' }, 'it was wrong')
    assert.deepEqual(holds(opened, 1), [String(3 - at)])
  }
})
