import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, it } from 'node:test'
import type { EventDraft, Json, SettableField } from '../../src/memory/event.ts'
import { canonical } from '../../src/memory/store/canonical.ts'
import { foldVersion } from '../../src/memory/store/items.ts'
import { openMemoryStore } from '../../src/memory/store/memory-log.ts'
import type { MemoryStore } from '../../src/memory/store/memory-store.ts'
import { keysOf } from '../../src/memory/store/record-keys.ts'
import { embeddedText, searchTexts, textHash } from '../../src/memory/store/record-texts.ts'
import {
  episodeDraft,
  everything,
  factDraft,
  lessonDraft,
  memoryIn,
  person,
  put,
  recorded,
} from './memory-fixtures.ts'

function set(id: string, field: SettableField, [before, after]: [Json, Json]): EventDraft {
  return {
    type: 'REVISED',
    actor: person,
    reason: 'x',
    changes: [{ op: 'set', id, fields: { [field]: { before, after } } }],
  }
}
const shown = (id: string): EventDraft => ({
  type: 'SHOWN',
  actor: { type: 'agent', name: 'bot' },
  reason: 'x',
  changes: [{ op: 'count', id, add: { shown: 1, helped: 1 / 3 } }],
})

/** A record with two edits of its text and one of its tags: events 1 to 4. */
function edited(store: MemoryStore): string {
  const { id } = put(store, factDraft('one'))
  store.append([
    set(id, 'text', ['one', 'two']),
    set(id, 'text', ['two', 'three']),
    set(id, 'tags', [[], ['t']]),
  ])
  return id
}

describe('when a record was last used', () => {
  it('is the time of the newest SHOWN or CITED that holds, also after an undo and a rebuild', () => {
    let clock = 1_000
    const store = memoryIn(null, () => clock++)
    const { id } = put(store, factDraft('one'))
    const lastUsed = () => store.get(id)?.lastUsedAt ?? null
    assert.equal(lastUsed(), null)
    const [first] = store.append([shown(id)])
    const [second] = store.append([{ ...shown(id), type: 'CITED' }])
    store.append([{ ...shown(id), type: 'OUTCOME' }])
    assert.equal(lastUsed(), second?.at)
    const undo = store.revert(second?.seq ?? 0, person, 'x')
    assert.equal(lastUsed(), first?.at)
    assert.equal(store.asOf(id, second?.seq ?? 0)?.lastUsedAt, second?.at)
    store.revert(undo.seq, person, 'x')
    assert.equal(lastUsed(), second?.at)
    store.revert(first?.seq ?? 0, person, 'x')
    assert.equal(lastUsed(), second?.at)
    assert.deepEqual(store.verify(), [])
    store.rebuild()
    assert.equal(lastUsed(), second?.at)
    store.revert(second?.seq ?? 0, person, 'x')
    assert.equal(lastUsed(), null)
  })

  it('is set by nobody', () => {
    const store = memoryIn()
    const { id } = put(store, factDraft('one'))
    const fields = { lastUsedAt: { before: null, after: 7 } }
    const event = { ...shown(id), changes: [{ op: 'set', id, fields }] } as unknown as EventDraft
    assert.throws(() => store.append([event]), /follows from the log/)
  })
})

describe('undo', () => {
  it('takes an event back and says so in the log', () => {
    const store = memoryIn()
    const id = edited(store)
    const event = store.revert(3, person, 'was better before')
    assert.deepEqual([event.type, event.cause, event.reason], ['REVERTED', 3, 'was better before'])
    assert.deepEqual([store.get(id)?.text, store.get(id)?.tags], ['two', ['t']])
    assert.equal(store.asOf(id, 4)?.text, 'three')
  })

  it('names the later events that must be undone first, and works after that', () => {
    const store = memoryIn()
    const id = edited(store)
    assert.throws(() => store.revert(2, person, ''), /later events build on it: 3 \(REVISED\)\./)
    assert.throws(() => store.revert(1, person, ''), /2 \(REVISED\), 3 \(REVISED\), 4 \(REVISED\)/)
    for (const seq of [3, 2, 4, 1]) store.revert(seq, person, '')
    assert.equal(store.get(id), null)
    assert.throws(() => store.revert(2, person, ''), /undone already by event 6/)
    store.revert(8, person, 'bring it back')
    assert.deepEqual([store.get(id)?.text, store.get(id)?.tags], ['one', []])
  })

  it('is not held up by use, and keeps the counts when the record comes back', () => {
    const store = memoryIn()
    const { id } = put(store, factDraft('used'))
    store.append([shown(id), shown(id)])
    const undone = store.revert(1, person, '')
    assert.throws(() => store.append([shown(id)]), /does not exist/)
    store.revert(undone.seq, person, '')
    assert.equal(store.get(id)?.counters.shown, 2)
    store.revert(2, person, '')
    assert.deepEqual([store.get(id)?.counters.shown, store.get(id)?.counters.helped], [1, 0.333333])
    assert.deepEqual(store.verify(), [])
  })

  it('opens a settled proposal again, and takes rejections back', () => {
    const store = memoryIn()
    store.append([
      { type: 'PROPOSED', actor: person, reason: 'merge', payload: { text: 'x' }, changes: [] },
      { type: 'REJECTED', actor: person, cause: 1, reason: 'no', payload: { gate: 'G3' }, changes: [] },
    ])
    assert.deepEqual([store.proposals(true).length, store.rejections()], [0, { G3: 1 }])
    const undone = store.revert(2, person, '')
    assert.deepEqual([store.proposals(true).length, store.rejections()], [1, {}])
    store.revert(undone.seq, person, '')
    assert.deepEqual([store.proposals(false)[0]?.settledBy, store.rejections()], [2, { G3: 1 }])
  })
})

describe('appending', () => {
  it('chains each event to the one before by its canonical JSON', () => {
    const store = memoryIn(null, () => 5)
    put(store, factDraft('one'))
    put(store, factDraft('two'))
    const [first, second] = [store.event(1), store.event(2)]
    const { hash, ...rest } = second ?? assert.fail()
    assert.equal(
      hash,
      createHash('sha256')
        .update(first?.hash ?? '')
        .update(canonical(rest))
        .digest('hex'),
    )
  })

  it('refuses what does not fit, and says which record, what and whose event is in the way', () => {
    const store = memoryIn()
    const fact = put(store, factDraft('fine'))
    const episode = put(store, episodeDraft('goal'))
    const link = { type: 'related_to' as const, to: episode.id, why: '', by: 'x' }
    const linked = (op: 'link' | 'unlink'): EventDraft => ({
      type: 'LINKED',
      actor: person,
      reason: '',
      changes: [{ op, id: fact.id, link }],
    })
    store.append([linked('link')])
    const refused: [EventDraft, RegExp][] = [
      [set('0'.repeat(26), 'text', ['a', 'b']), /does not exist/],
      [set(fact.id, 'text', ['other', 'b']), /text is "fine", not "other".*ada in event 3/],
      [set(fact.id, 'status', ['active', 'unheard of']), /status/],
      [set(fact.id, 'text', ['fine', 'word '.repeat(101)]), /words/],
      [set(episode.id, 'text', [episode.text, 'changed']), /episodes are evidence/],
      [recorded(fact), /exists already/],
      [recorded({ ...fact, id: `${fact.id.slice(0, -1)}!` }), /id/],
      [linked('link'), /has the link/],
      [{ ...shown(fact.id), changes: [{ op: 'count', id: fact.id, add: { shown: -1 } }] }, /shown -1 times/],
      [
        { ...shown(fact.id), changes: [{ op: 'purged', id: fact.id, kind: 'fact', reason: '' }] },
        /Only purging/,
      ],
      [{ ...shown(fact.id), cause: 99 }, /no event 99/],
    ]
    for (const [draft, expected] of refused)
      assert.throws(() => store.append([set(fact.id, 'tags', [[], ['half']]), draft]), expected)
    assert.equal(store.lastSeq(), 3)
    assert.deepEqual(store.get(fact.id)?.tags, [])
  })

  it('decides inside the transaction, on what is there then', () => {
    const store = memoryIn()
    const { id } = put(store, factDraft('one'))
    store.decide(() => {
      assert.ok(store.db.isTransaction)
      return [set(id, 'text', [store.get(id)?.text ?? '', 'two'])]
    })
    assert.equal(store.get(id)?.text, 'two')
    assert.throws(() => store.decide(() => assert.fail('no')), /no/)
    assert.equal(store.db.isTransaction, false)
  })

  it('changes neither words nor keys of what was only counted', () => {
    const store = memoryIn()
    const { id } = put(store, factDraft('counted', { entities: ['x'] }))
    const writes = () => store.db.prepare('select total_changes() as n').get()?.n as number
    const before = writes()
    store.append([shown(id)])
    // The event, that it touched the record, the counters.
    assert.equal(writes() - before, 3)
  })
})

describe('taking over a log', () => {
  it('refuses a log that was cut, changed or belongs elsewhere, and changes nothing', () => {
    const store = memoryIn()
    edited(store)
    const log = store.events({ limit: 9 }).reverse()
    const copy = memoryIn()
    const changed = log.map((event) => (event.seq === 3 ? { ...event, reason: 'forged' } : event))
    for (const bad of [log.slice(1), [...log.slice(0, 2), ...log.slice(3)], changed]) {
      assert.throws(() => copy.adopt(bad), /does not continue the log/)
      assert.equal(copy.lastSeq(), 0)
    }
    const elsewhere = openMemoryStore({ db: memoryIn().db, namespace: 'elsewhere' })
    assert.throws(() => elsewhere.adopt(log), /another repository/)
    copy.adopt(log.slice(0, 2))
    copy.adopt(log.slice(2))
    assert.deepEqual(copy.events({ limit: 9 }), store.events({ limit: 9 }))
  })
})

describe('evidence', () => {
  it('stays while an event names it, and for an hour in any case', () => {
    let now = 10_000_000
    const store = memoryIn(null, () => now)
    const kept = store.putArtifact('log', 'text/plain', 'kept')
    const loose = store.putArtifact('diff', 'text/plain', 'loose')
    put(
      store,
      factDraft('names it', {
        provenance: { sources: [{ type: 'file', ref: 'x', artifact: kept }], author: 'person', method: 'x' },
      }),
    )
    assert.equal(store.collectArtifacts(), 0)
    now += 3_600_001
    assert.equal(store.collectArtifacts(), 1)
    assert.deepEqual([store.artifact(kept)?.content, store.artifact(loose)], ['kept', null])
    assert.deepEqual(store.verify(), [])
  })
})

describe('what a record says', () => {
  const store = memoryIn(null, () => 1_000)
  const lesson = store.complete(
    lessonDraft('do this', 'when that', {
      entities: ['a.ts'],
      anchors: [{ path: 'src/A.ts', symbol: 'A.run', blob: 'b', commit: null }],
    }),
  )

  it('is embedded by cue and text apart for lessons, together for others', () => {
    assert.deepEqual(embeddedText(lesson), { cue: 'when that', text: 'do this' })
    const fact = store.complete(factDraft('it is so', { cue: 'when that' }))
    assert.deepEqual(embeddedText(fact), { cue: '', text: 'it is so\nwhen that' })
    assert.notDeepEqual(textHash(lesson), textHash(fact))
  })

  it('becomes words and keys in the way that the version of the fold names', () => {
    // Another hash means another fold: count foldVersion up, so that stores are rebuilt.
    const episode = store.complete(
      episodeDraft('goal text', {
        symbols: ['B.go'],
        signatures: ['E: x'],
        issues: ['#7'],
        corrections: ['not so'],
        files: [{ path: 'b.ts', change: 'M' }],
      }),
    )
    const way = [lesson, episode].map((record) => [searchTexts(record), keysOf(record)])
    const hash = createHash('sha256').update(canonical(way)).digest('hex').slice(0, 12)
    assert.deepEqual([foldVersion, hash], ['2', 'd44ad019f7aa'])
  })

  it('is projected anew where another version did it', () => {
    const record = put(store, factDraft('found again', { entities: ['key'] }))
    store.db.exec("update meta set value = 'old' where key = 'fold.version'; delete from item_key")
    const opened = openMemoryStore({ db: store.db, namespace: 'here' })
    assert.deepEqual(
      opened.byKey('entity', ['key'], everything, 5).map(({ id }) => id),
      [record.id],
    )
  })
})

describe('undoing several events', () => {
  it('happens in one transaction, each step on what the ones before it left', () => {
    const store = memoryIn()
    const id = edited(store)
    const seen: number[] = []
    function* steps() {
      for (const seq of [4, 3, 2, 1]) {
        seen.push(store.lastSeq())
        yield { seq, reason: 'all of it' }
      }
    }
    const events = store.revertAll(steps(), person)
    assert.deepEqual(
      events.map(({ cause }) => cause),
      [4, 3, 2, 1],
    )
    assert.deepEqual(seen, [4, 5, 6, 7], 'the log shows what was taken back so far')
    assert.equal(store.get(id), null)
    assert.deepEqual(store.verify(), [])
  })

  it('leaves everything as it was where one of them cannot be undone', () => {
    const store = memoryIn()
    const id = edited(store)
    const before = store.get(id)
    const steps = [4, 2, 99].map((seq) => ({ seq, reason: 'x' }))
    assert.throws(() => store.revertAll(steps, person), /later events build on it/)
    assert.deepEqual([store.get(id), store.lastSeq()], [before, 4])
    assert.deepEqual(store.verify(), [])
  })
})
