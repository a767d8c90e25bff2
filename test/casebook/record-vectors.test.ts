import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { RecordVectors } from '../../src/casebook/record-vectors.ts'
import { defaultSettings } from '../../src/config.ts'
import type { Log } from '../../src/memory/ports.ts'
import type { RecordDraft } from '../../src/memory/record.ts'
import { openMemory } from '../../src/memory/store/memory-db.ts'
import { openMemoryStore } from '../../src/memory/store/memory-log.ts'
import type { Gate, MemoryStore } from '../../src/memory/store/memory-store.ts'

const noLog: Log = { info: () => undefined, warn: () => undefined, error: () => undefined }
const actor = { type: 'person', name: 'Ada' } as const
const everything: Gate = { branches: [], statuses: ['active', 'candidate', 'archived'] }
const words =
  'cart price tax invoice session cookie parser token index graph queue retry cache lock socket'.split(' ')

function openStore(t: TestContext): MemoryStore {
  const { db } = openMemory(null)
  t.after(() => db.close())
  return openMemoryStore({ db, namespace: 'test' })
}

function openVectors(t: TestContext, store: MemoryStore, mode: 'auto' | 'exact' | 'hnsw' = 'auto') {
  const settings = { ...defaultSettings, vectorSearch: mode }
  const vectors = new RecordVectors({ store, folder: null, settings, log: noLog })
  t.after(() => vectors.close())
  return vectors
}

function lesson(text: string, cue = ''): RecordDraft {
  return {
    kind: 'lesson',
    text,
    cue,
    provenance: { sources: [{ type: 'person', ref: 'Ada' }], author: 'person', method: 'test' },
    confidence: 'verified',
    status: 'active',
    lesson: { polarity: 'do', stream: 'reasoning', role: null, order: null, params: {}, procedure: [] },
  }
}

function add(store: MemoryStore, ...drafts: RecordDraft[]): string[] {
  const records = drafts.map((draft) => store.complete(draft))
  const changes = records.map((record) => ({ op: 'create' as const, id: record.id, record }))
  store.append([{ type: 'ADMITTED', actor, reason: 'a test', changes }])
  return records.map(({ id }) => id)
}

function manyLessons(count: number): RecordDraft[] {
  return Array.from({ length: count }, (_, at) => {
    const chosen = words.filter(
      (_, place) => (at * 7 + place * place) % 5 === 0 || at % words.length === place,
    )
    return lesson(`${chosen.join(' ')} number${at}`, `when ${words[at % words.length]} fails`)
  })
}

const found = async (vectors: RecordVectors, text: string, gate = everything, limit = 5) =>
  (await vectors.nearest(text, gate, limit)).map(({ id }) => id)

describe('vectors of records', () => {
  it('are made for what was written a moment ago, by whomever', async (t) => {
    const store = openStore(t)
    const vectors = openVectors(t, store)
    assert.deepEqual(await found(vectors, 'the shopping cart'), [])
    const [cart] = add(store, lesson('the shopping cart rounds prices once'))
    assert.deepEqual(await found(vectors, 'the shopping cart'), [cart])
    const other = openMemoryStore({ db: store.db, namespace: 'test' })
    const [socket] = add(other, lesson('close the socket before the session'))
    assert.equal((await found(vectors, 'closing the socket'))[0], socket)
  })

  it('follow the words of an edit, and do not follow a count', async (t) => {
    const store = openStore(t)
    const vectors = openVectors(t, store)
    const [id = ''] = add(store, lesson('the shopping cart rounds prices once'))
    await vectors.fill()
    store.append([
      { type: 'SHOWN', actor, reason: 'shown', changes: [{ op: 'count', id, add: { shown: 1 } }] },
    ])
    assert.deepEqual(await found(vectors, 'shopping cart prices'), [id])
    assert.equal(vectors.count(), 1)
    const before = store.get(id)?.text ?? ''
    const fields = { text: { before, after: 'parsers keep their own token cache' } }
    store.append([{ type: 'REVISED', actor, reason: 'edited', changes: [{ op: 'set', id, fields }] }])
    assert.deepEqual(await found(vectors, 'token cache of a parser'), [id])
    assert.deepEqual(await found(vectors, 'shopping cart prices'), [])
  })

  it('weigh the cue of a lesson more than its text', async (t) => {
    const store = openStore(t)
    const vectors = openVectors(t, store)
    const [text = '', cue = ''] = add(
      store,
      lesson('invoice tax rounding', 'when a socket closes early'),
      lesson('a socket closes early', 'when invoice tax is rounded'),
    )
    const order = await found(vectors, 'invoice tax rounding')
    assert.ok(order.indexOf(cue) < order.indexOf(text) || !order.includes(text), order.join())
  })

  it('pass the gate only, however many are nearer', async (t) => {
    const store = openStore(t)
    const vectors = openVectors(t, store)
    const hidden = Array.from({ length: 60 }, (_, at) => ({
      ...lesson(`session cookie ${at}`),
      status: 'archived' as const,
    }))
    add(store, ...hidden)
    const [active] = add(store, lesson('the session cookie is signed with a rotating key'))
    await vectors.fill()
    const gate: Gate = { branches: [], statuses: ['active'] }
    assert.deepEqual(await found(vectors, 'session cookie', gate, 3), [active])
  })

  it('go with a purged record', async (t) => {
    const store = openStore(t)
    const vectors = openVectors(t, store)
    const [id = ''] = add(store, lesson('the shopping cart rounds prices once'))
    assert.deepEqual(await found(vectors, 'shopping cart'), [id])
    store.purge([id], actor, 'a test')
    vectors.sync()
    assert.deepEqual(await found(vectors, 'shopping cart'), [])
    assert.equal(vectors.count(), 0)
  })

  it('are found by the graph, when it is forced, as by exact search', async (t) => {
    const store = openStore(t)
    add(store, ...manyLessons(400))
    const exact = openVectors(t, store, 'exact')
    const graph = openVectors(t, store, 'hnsw')
    const regime = await graph.settle()
    if (regime.kind !== 'hnsw') return t.skip(`no graph here: ${regime.reason}`)
    assert.equal(exact.regime().kind, 'exact')
    let same = 0
    for (const word of words) {
      const wanted = await found(exact, `${word} fails`, everything, 10)
      const got = new Set(await found(graph, `${word} fails`, everything, 10))
      same += wanted.filter((id) => got.has(id)).length / wanted.length
    }
    assert.ok(same / words.length >= 0.98, `recall ${same / words.length}`)
  })
})
