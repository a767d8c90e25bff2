/** What becomes of the memories of a branch. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type BranchFate, judgeBranch } from '../../src/memory/learn/branches.ts'
import type { MemoryRecord } from '../../src/memory/record.ts'
import { applyChange } from '../../src/memory/store/fold.ts'
import { makeRecord } from './cited-record.ts'

const born = (fields: Partial<MemoryRecord> = {}) => makeRecord({ branch: 'feature/x', ...fields })

function after(record: MemoryRecord, fate: BranchFate): [MemoryRecord, string[], string[]] {
  const events = judgeBranch('feature/x', fate, [record], 5_000)
  let now = record
  for (const change of events.flatMap((event) => event.changes)) now = applyChange(now, change) ?? now
  return [now, events.map(({ type }) => type), events.map(({ reason }) => reason)]
}

test('a merged branch gives its memories to the whole repository', () => {
  for (const kind of ['lesson', 'fact', 'episode'] as const) {
    const [now, types, reasons] = after(born({ kind }), { fate: 'merged', into: 'main' })
    assert.deepEqual([now.branch, now.status, types], [null, 'active', ['PROMOTED']])
    assert.equal(reasons[0], 'branch feature/x was merged into main')
    assert.deepEqual(after(now, { fate: 'merged', into: 'main' })[1], [])
  }
})

test('a branch that became part of another one takes its memories there', () => {
  assert.equal(after(born(), { fate: 'joined', into: 'feature/y' })[0].branch, 'feature/y')
})

test('an abandoned branch hides its memories with the reason, once, and they come back with it', () => {
  const [gone, types, reasons] = after(born({ status: 'stale' }), { fate: 'abandoned' })
  assert.deepEqual([gone.status, gone.branch, types], ['archived', 'feature/x', ['ARCHIVED']])
  assert.equal(reasons[0], 'branch feature/x was deleted without being merged')
  assert.deepEqual(after(gone, { fate: 'abandoned' })[1], [])
  const [back, restored] = after(gone, { fate: 'open' })
  assert.deepEqual([back.status, back.retiredAt, back.flags, restored], ['stale', null, [], ['RESTORED']])
})

test('what was hidden with its branch is promoted when the branch turns out to be merged', () => {
  const [gone] = after(born(), { fate: 'abandoned' })
  const [now] = after(gone, { fate: 'merged', into: 'main' })
  assert.deepEqual([now.branch, now.status, now.flags], [null, 'active', []])
})

test('an open branch changes nothing; nor do other branches, pins, and what a person decided', () => {
  assert.deepEqual(after(born(), { fate: 'open' })[1], [])
  assert.deepEqual(judgeBranch('other', { fate: 'abandoned' }, [born()], 1), [])
  assert.deepEqual(after(born({ pinned: true }), { fate: 'abandoned' })[1], [])
  assert.deepEqual(after(born({ status: 'retracted' }), { fate: 'abandoned' })[1], [])
  const [gone] = after(born(), { fate: 'abandoned' })
  assert.deepEqual(after({ ...gone, status: 'active' }, { fate: 'abandoned' })[1], [])
})
