/** Asking by words: the shortcut for common gates gives what the whole question gives; counting ends early. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RecordDraft } from '../../src/memory/record.ts'
import { openMemory } from '../../src/memory/store/memory-db.ts'
import { openMemoryStore } from '../../src/memory/store/memory-log.ts'
import type { Gate, MemoryStore } from '../../src/memory/store/memory-store.ts'
import { manyDrafts, vocabulary } from '../recall/records/many.ts'

const gate: Gate = { branches: [], statuses: ['active', 'stale'], muted: true }

function openFilled(drafts: readonly RecordDraft[]): MemoryStore {
  const store = openMemoryStore({ db: openMemory(null).db, namespace: 'here' })
  const records = drafts.map((draft) => store.complete(draft))
  const changes = records.map((record) => ({ op: 'create' as const, id: record.id, record }))
  store.append([{ type: 'RECORDED', actor: { type: 'importer', name: 'test' }, reason: 'test', changes }])
  return store
}

test('the best by words are the best of all, whatever the gate holds back', () => {
  const drafts = manyDrafts(1_500).map((draft, at) => ({
    ...draft,
    status: at % 2 === 0 ? ('active' as const) : ('archived' as const),
  }))
  const store = openFilled(drafts)
  const say = vocabulary(5)
  for (let turn = 0; turn < 20; turn++) {
    const tokens = say.words(12).split(' ')
    const asked = turn % 2 === 0 ? gate : { ...gate, kinds: ['lesson' as const] }
    // More than there are: then everything that fits is looked at.
    const all = store.byWords(tokens, asked, 5_000)
    for (const limit of [1, 10, 50])
      assert.deepEqual(store.byWords(tokens, asked, limit), all.slice(0, limit))
  }
  store.db.close()
})

test('knows the words of records, and counts no further than asked', () => {
  const store = openFilled(manyDrafts(40))
  const [first] = store.list({ limit: 1 })
  assert.ok(store.knowsWord(first?.text.split(' ')[0] ?? ''))
  assert.ok(!store.knowsWord('rhinoceros'))
  assert.ok(!store.knowsWord('x" OR "'))
  assert.equal(store.count({}), 40)
  assert.equal(store.count({}, 7), 7)
  assert.equal(store.count({}, 100), 40)
  store.db.close()
})

test('tells which of some records have which keys, as the caller spelled them', () => {
  const store = openFilled(manyDrafts(60))
  const all = store.list({ limit: 60 })
  const [first, second] = all
  const path = first?.anchors[0]?.path ?? ''
  const upper = `./${path.toUpperCase()}`
  const ids = all.map(({ id }) => id)
  assert.ok(
    store.keysAmong('path', [upper], ids).some(({ id, value }) => id === first?.id && value === upper),
  )
  assert.deepEqual(store.keysAmong('path', [path], [second?.id ?? '', 'unknown']), [])
  assert.deepEqual(store.keysAmong('path', ['nowhere.ts'], ids), [])
  store.db.close()
})
