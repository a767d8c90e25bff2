/** What a person decides about proposals and contradictions becomes events that can be undone. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decidePair, settleProposal } from '../../src/casebook/memories/decisions.ts'
import type { MemoryRoom } from '../../src/casebook/memories/room.ts'
import type { Json } from '../../src/memory/event.ts'
import type { MemoryStore } from '../../src/memory/store/memory-store.ts'
import { everything, factDraft, lessonDraft, memoryIn, person } from '../store/memory-fixtures.ts'

function roomOf(store: MemoryStore): MemoryRoom {
  // Decisions need the store, a person, and vectors that are filled afterwards.
  return {
    store,
    person: async () => person,
    vectors: { fill: async () => undefined },
  } as unknown as MemoryRoom
}

function lesson(store: MemoryStore, text: string): string {
  const record = store.complete(lessonDraft(text, 'when testing'))
  store.append([
    { type: 'ADMITTED', actor: person, reason: 'test', changes: [{ op: 'create', id: record.id, record }] },
  ])
  return record.id
}

function propose(store: MemoryStore, proposal: Json): number {
  const actor = { type: 'model', name: 'scripted@1' } as const
  const [event] = store.append([
    { type: 'PROPOSED', actor, reason: 'would change', payload: proposal, changes: [] },
  ])
  return event?.seq ?? 0
}

test('accepting that an insight is dropped archives it, and undo brings it back', async () => {
  const store = memoryIn()
  const id = lesson(store, 'Run the whole suite')
  const seq = propose(store, { op: 'archive', itemId: id, before: 'Run the whole suite', text: null })
  await settleProposal(roomOf(store), { seq, decision: 'accept' })
  assert.equal(store.get(id)?.status, 'archived')
  assert.equal(store.get(id)?.text, 'Run the whole suite')
  assert.deepEqual(store.proposals(true), [])
  const [archived] = store.events({ id, types: ['ARCHIVED'], limit: 1 })
  store.revert(archived?.seq ?? 0, person, 'test')
  assert.equal(store.get(id)?.status, 'active')
})

test('accepting other words changes them as a version of the person; rejecting changes nothing', async () => {
  const store = memoryIn()
  const id = lesson(store, 'Run the whole suite')
  const proposal = { op: 'edit', itemId: id, before: 'Run the whole suite', text: 'Run the nearest tests' }
  await settleProposal(roomOf(store), { seq: propose(store, proposal), decision: 'reject' })
  assert.equal(store.get(id)?.text, 'Run the whole suite')
  await settleProposal(roomOf(store), { seq: propose(store, proposal), decision: 'accept' })
  const changed = store.get(id)
  assert.deepEqual([changed?.text, changed?.version, changed?.edited], ['Run the nearest tests', 2, true])
  assert.deepEqual(store.proposals(true), [])
})

test('a proposal is settled once', async () => {
  const store = memoryIn()
  const id = lesson(store, 'Run the whole suite')
  const seq = propose(store, { op: 'archive', itemId: id, before: '', text: null })
  await settleProposal(roomOf(store), { seq, decision: 'accept' })
  await assert.rejects(settleProposal(roomOf(store), { seq, decision: 'accept' }), /No proposal/)
})

test('of a contradiction one wins and the other is superseded, or both stay as complements', async () => {
  const store = memoryIn()
  const ids = ['The default port is 80', 'The default port is 8080'].map((text) => {
    const record = store.complete(factDraft(text, { status: 'contested' }))
    const change = { op: 'create', id: record.id, record } as const
    store.append([{ type: 'ADMITTED', actor: person, reason: 'test', changes: [change] }])
    return record.id
  })
  const [one = '', other = ''] = ids
  const statuses = () => store.visible(ids, everything).map(({ status }) => status)
  await decidePair(roomOf(store), { winner: other, loser: one, decision: 'supersede' })
  assert.deepEqual(statuses(), ['superseded', 'active'])
  const [decided] = store.events({ id: one, types: ['SUPERSEDED'], limit: 1 })
  store.revert(decided?.seq ?? 0, person, 'test')
  assert.deepEqual(statuses(), ['contested', 'contested'])
  await decidePair(roomOf(store), { winner: other, loser: one, decision: 'both' })
  assert.deepEqual(statuses(), ['active', 'active'])
  assert.equal(store.get(one)?.links[0]?.type, 'complements')
})
