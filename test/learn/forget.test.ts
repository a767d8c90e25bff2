/** Forgetting: the boundaries of the rule, retention, capacity, and whom it spares. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forget, retention, uselessness } from '../../src/memory/learn/forget.ts'
import type { Counters, MemoryRecord } from '../../src/memory/record.ts'
import { draftOf, openWorld, person } from './learning.ts'

const { store } = openWorld()
const day = 86_400_000
const now = 1_800_000_000_000
const none = { retrieved: 0, shown: 0, cited: 0, helped: 0, hurt: 0 }
const bad = { retrieved: 5, shown: 5, cited: 3, helped: 1, hurt: 2 }

function recordOf(rest: Partial<MemoryRecord> = {}, counters: Partial<Counters> = {}): MemoryRecord {
  return {
    ...store.complete(draftOf('parse_config reads src/a.py')),
    status: 'active',
    recordedAt: now,
    ...rest,
    counters: { ...none, ...counters },
  }
}

const rules = { now, capacity: 100, freshness: () => 1, actor: { type: 'indexer' as const, name: 'sweep' } }
const archived = (records: MemoryRecord[], capacity = 100) =>
  forget(records, { ...rules, capacity }).map(({ changes }) =>
    records.findIndex(({ id }) => id === changes[0]?.id),
  )

test('archives from 5 retrievals and 3 citations on, below one half, and not at it', () => {
  const judged = (counters: Partial<Counters>) => uselessness(recordOf({}, { ...bad, ...counters })) !== null
  assert.equal(judged({}), true)
  assert.equal(judged({ retrieved: 4 }), false)
  assert.equal(judged({ cited: 2 }), false)
  assert.equal(judged({ helped: 2, hurt: 2 }), false)
  assert.equal(judged({ helped: 1.99, hurt: 2 }), true)
  assert.equal(judged({ helped: 0, hurt: 0 }), false)
})

test('pinned and person-made memories are not archived for their counters', () => {
  assert.deepEqual(
    archived([
      recordOf({ pinned: true }, bad),
      recordOf({ provenance: person }, bad),
      recordOf({ edited: true }, bad),
      recordOf({}, bad),
    ]),
    [3],
  )
})

test('only active and stale facts and lessons are archived', () => {
  assert.deepEqual(
    archived([
      recordOf({ status: 'candidate' }, bad),
      recordOf({ status: 'stale' }, bad),
      recordOf({ status: 'contested' }, bad),
    ]),
    [1],
  )
})

test('retention: half utility, three tenths idleness with a half-life of 90 days, two tenths freshness', () => {
  const keep = { now, freshness: () => 1 }
  assert.equal(retention(recordOf(), keep), 0.5 * 0.5 + 0.3 + 0.2)
  assert.equal(retention(recordOf({ lastUsedAt: now - 90 * day }), keep), 0.25 + 0.15 + 0.2)
  assert.equal(retention(recordOf({}, { helped: 8 }), { now, freshness: () => 0.6 }), 0.5 * 0.9 + 0.3 + 0.12)
  assert.equal(retention(recordOf({ pinned: true }), { now, freshness: () => 0 }), 1)
})

test('beyond the capacity those of least retention go, and the reason tells', () => {
  const records = [30, 400, 1, 200].map((days) => recordOf({ lastUsedAt: now - days * day }))
  assert.deepEqual(archived(records, 2), [1, 3])
  assert.match(
    forget(records, { ...rules, capacity: 3 })[0]?.reason ?? '',
    /^more than 3 memories; this one is worth 0\.\d{3}/,
  )
  assert.deepEqual(archived(records, 4), [])
})

test("a person's words go last, with a reason that says so; what is pinned never goes", () => {
  const old = { lastUsedAt: now - 900 * day }
  const records = [recordOf({ ...old, pinned: true }), recordOf({ ...old, edited: true }), recordOf()]
  assert.deepEqual(archived(records, 2), [2])
  assert.deepEqual(archived(records, 1), [2, 1])
  assert.match(forget(records, { ...rules, capacity: 1 })[1]?.reason ?? '', /a person wrote it/)
  assert.deepEqual(archived(records, 0), [2, 1])
})
