/** What becomes of facts and lessons whose code changes, goes and comes back. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type CheckedRecord, judgeStaleness } from '../../src/memory/learn/staleness.ts'
import { freshnessOf, reanchor } from '../../src/memory/recall/records/anchors.ts'
import type { AnchorState } from '../../src/memory/recollection.ts'
import type { MemoryRecord, Status } from '../../src/memory/record.ts'
import { applyChange } from '../../src/memory/store/fold.ts'
import { makeRecord } from './cited-record.ts'

const anchor = { path: 'shop/cart.py', symbol: 'Cart.total', blob: 'a'.repeat(40), commit: null }

function checked(record: MemoryRecord, ...kinds: AnchorState['state'][]): CheckedRecord {
  const states = kinds.map((state): AnchorState => {
    const to = { path: 'shop/basket.py', symbol: 'Cart.total', blob: 'b'.repeat(40) }
    return { anchor, state, ...(state === 'moved' || state === 'drifted' ? { to } : {}) }
  })
  return { record, states, freshness: freshnessOf(states), anchors: reanchor(record, states) }
}

/** Judges, applies, and gives the record as it is then with the types of the events. */
function after(record: MemoryRecord, ...kinds: AnchorState['state'][]): [MemoryRecord, string[], string[]] {
  const events = judgeStaleness([checked(record, ...kinds)], 5_000)
  let now = record
  for (const change of events.flatMap((event) => event.changes)) now = applyChange(now, change) ?? now
  return [now, events.map(({ type }) => type), events.map(({ reason }) => reason)]
}

const lesson = (fields: Partial<MemoryRecord> = {}) =>
  makeRecord({ kind: 'lesson', status: 'active', anchors: [anchor], ...fields })

test('a lesson whose code changed is stale, once, and active again when the change is taken back', () => {
  const [stale, types, reasons] = after(lesson(), 'drifted')
  assert.deepEqual([stale.status, types], ['stale', ['STALED']])
  assert.match(reasons[0] ?? '', /Cart\.total \(shop\/cart\.py\)/)
  assert.deepEqual(after(stale, 'drifted')[1], [])
  const [again, back] = after(stale, 'fresh')
  assert.deepEqual([again.status, back], ['active', ['REVALIDATED']])
  assert.deepEqual(after(again, 'fresh')[1], [])
})

test('code that moved takes the anchors with it, stale or not', () => {
  for (const status of ['active', 'stale'] as const) {
    const [now, types] = after(lesson({ status }), 'moved')
    assert.deepEqual([now.status, types, now.anchors[0]?.path], ['active', ['REVALIDATED'], 'shop/basket.py'])
  }
})

test('a lesson is archived when all its code is gone and comes back as it was with the code', () => {
  for (const status of ['active', 'contested', 'candidate'] as const) {
    const [gone, types, reasons] = after(lesson({ status, flags: ['instruction-like'] }), 'gone', 'gone')
    assert.deepEqual([gone.status, gone.retiredAt, types], ['archived', 5_000, ['ARCHIVED']])
    assert.match(reasons[0] ?? '', /^code gone: /)
    assert.deepEqual(after(gone, 'gone')[1], [])
    const [back, restored] = after(gone, 'fresh')
    assert.deepEqual([back.status, back.retiredAt, restored], [status, null, ['RESTORED']])
    assert.deepEqual(back.flags, ['instruction-like'])
  }
})

test('one anchor of several that is gone makes it stale, not archived', () => {
  assert.deepEqual(after(lesson(), 'gone', 'fresh')[1], ['STALED'])
})

test('what comes back changed comes back stale', () => {
  const [gone] = after(lesson(), 'gone')
  assert.equal(after(gone, 'drifted')[0].status, 'stale')
})

test('what a person archived does not come back by itself, and what a person brought back is not archived again', () => {
  assert.deepEqual(after(lesson({ status: 'archived', retiredAt: 1 }), 'fresh')[1], [])
  const [gone] = after(lesson(), 'gone')
  assert.deepEqual(after({ ...gone, status: 'active', retiredAt: null }, 'gone')[1], [])
})

test('pinned records keep their status, and episodes have none to lose', () => {
  assert.deepEqual(after(lesson({ pinned: true }), 'drifted')[1], [])
  assert.deepEqual(after(lesson({ pinned: true }), 'gone')[1], [])
  const episode = { ...lesson(), kind: 'episode' as const }
  for (const state of ['drifted', 'gone', 'fresh', 'moved'] as const)
    assert.deepEqual(after(episode, state)[1], [])
})

test('records that nothing brings back stay: superseded and retracted ones', () => {
  for (const status of ['superseded', 'retracted'] as const)
    for (const state of ['drifted', 'gone', 'fresh', 'moved'] as const)
      assert.deepEqual(after(lesson({ status }), state)[1], [])
})

test('whatever happens to code, a second look at the same code changes nothing', () => {
  const state = fc.constantFrom<AnchorState['state']>('fresh', 'moved', 'drifted', 'gone')
  const status = fc.constantFrom<Status>(
    'candidate',
    'active',
    'stale',
    'contested',
    'archived',
    'superseded',
  )
  const walk = fc.array(fc.array(state, { minLength: 1, maxLength: 3 }), { maxLength: 6 })
  fc.assert(
    fc.property(status, fc.boolean(), walk, (first, pinned, steps) => {
      let record = lesson({ status: first, pinned })
      for (const step of steps) {
        const [now] = after(record, ...step)
        // A place that was followed is fresh at the second look.
        const settled = step.map((one) => (one === 'moved' ? 'fresh' : one))
        assert.deepEqual(after(now, ...settled)[1], [])
        record = now
      }
      if (first === 'superseded' || pinned) assert.equal(record.status === 'archived', first === 'archived')
    }),
  )
})
