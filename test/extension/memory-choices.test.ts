import assert from 'node:assert/strict'
import { test } from 'node:test'
import { actText } from '../../src/extension/act-text.ts'
import { forgetFacets } from '../../src/extension/forget-facets.ts'
import { waitingRecords } from '../../src/extension/memory-groups.ts'
import { reviewEntries, waitingCount } from '../../src/extension/review-entries.ts'
import { undoable } from '../../src/extension/undoable.ts'
import type { MemoryEvent } from '../../src/memory/event.ts'
import { sampleEpisode, sampleEvent, sampleRecord } from './memory-samples.ts'

const seqs = (events: readonly { seq: number }[]) => events.map(({ seq }) => seq)

test('offers the acts of a person to undo, newest first', () => {
  const indexer = { type: 'indexer' as const, name: 'history' }
  const events = [
    sampleEvent(1, 'RECORDED'),
    sampleEvent(2, 'RECORDED', { actor: indexer }),
    sampleEvent(3, 'PINNED'),
    sampleEvent(4, 'SHOWN'),
    sampleEvent(5, 'PURGED'),
  ]
  assert.deepEqual(seqs(undoable(events)), [3, 1])
})

test('does not offer what was undone, and offers it again when the undo was undone', () => {
  const events = [
    sampleEvent(1, 'RECORDED'),
    sampleEvent(2, 'PINNED'),
    sampleEvent(3, 'REVERTED', { cause: 2 }),
  ]
  assert.deepEqual(seqs(undoable(events)), [1])
  assert.deepEqual(seqs(undoable([...events, sampleEvent(4, 'REVERTED', { cause: 3 })])), [2, 1])
})

test('what one act wrote is undone as one, and named with all its memories', () => {
  const set = (id: string): MemoryEvent['changes'] => [
    { op: 'set', id, fields: { status: { before: 'candidate', after: 'active' } } },
  ]
  const events = [
    sampleEvent(1, 'ACTIVATED', { at: 5, changes: set('a') }),
    sampleEvent(2, 'ACTIVATED', { at: 5, changes: set('b'), cause: 1 }),
    sampleEvent(3, 'LINKED', { at: 5, changes: set('c'), cause: 1 }),
    sampleEvent(4, 'PINNED', { at: 9, changes: set('a'), cause: 1 }),
  ]
  const acts = undoable(events)
  assert.deepEqual(seqs(acts), [4, 1])
  assert.equal(acts[1] && actText(acts[1], (id) => `memory ${id}`), 'Accepted: memory a (+1)')
})

test('names the act and the memory, also one that is gone', () => {
  const record = sampleRecord({ text: 'Round half to even.' })
  const made = sampleEvent(1, 'ADMITTED', { changes: [{ op: 'create', id: record.id, record }] })
  assert.equal(
    actText(made, () => undefined),
    'Remembered: Round half to even.',
  )
  assert.equal(
    actText(made, () => 'Round up.'),
    'Remembered: Round up.',
  )
  const set = (before: boolean) => ({ pinned: { before, after: !before } })
  const pin = (before: boolean) =>
    sampleEvent(2, 'PINNED', { changes: [{ op: 'set', id: record.id, fields: set(before) }] })
  assert.equal(
    actText(pin(false), () => 'Round up.'),
    'Pinned: Round up.',
  )
  assert.equal(
    actText(pin(true), () => 'Round up.'),
    'Unpinned: Round up.',
  )
  const plain = sampleEvent(3, 'IMPORTED', { reason: 'from a file' })
  assert.equal(
    actText(plain, () => undefined),
    'Imported: from a file',
  )
})

test('puts contradictions before proposals before candidates', () => {
  const [one, other, item, candidate] = [sampleRecord(), sampleRecord(), sampleRecord(), sampleRecord()]
  const queue = {
    candidates: [{ record: candidate, flags: ['instruction-like'] }],
    contested: [{ one, other, why: 'One says yes, one says no.' }],
    proposals: [
      { seq: 9, item, what: 'New words for a lesson', proposal: { text: 'new' } },
      { seq: 10, item: null, what: 'A new insight', proposal: { text: 'Always\nlog.' } },
    ],
    rejections: {},
  }
  const entries = reviewEntries(queue)
  assert.deepEqual(
    entries.map(({ kind }) => kind),
    ['contested', 'proposal', 'proposal', 'candidate'],
  )
  assert.equal(entries[2]?.detail, 'Always log.')
  assert.match(entries[3]?.detail ?? '', /reads like an instruction/)
  assert.equal(waitingCount(queue), 4)
  assert.deepEqual(waitingRecords(queue), [one, other, item, candidate])
})

test('offers origins, agents and sessions to forget, the newest session first', () => {
  const episode = (sessionId: string | null, agent: string | null, startedAt: number) => ({
    episode: sampleEpisode({ sessionId, agent, startedAt }),
  })
  const facets = forgetFacets([
    episode('old', 'codex', 1),
    episode('new', 'claude', 9),
    episode('new', 'claude', 8),
    episode(null, null, 5),
  ])
  assert.deepEqual(
    facets.map(({ source, count }) => [source, count]),
    [
      [{ origin: 'session' }, 4],
      [{ agent: 'codex' }, 1],
      [{ agent: 'claude' }, 2],
      [{ sessionId: 'new' }, 2],
      [{ sessionId: 'old' }, 1],
    ],
  )
})
