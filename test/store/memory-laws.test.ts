import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { Change, EventDraft, Json, MemoryEvent, SettableField } from '../../src/memory/event.ts'
import { UserError } from '../../src/memory/ports.ts'
import type { Link, MemoryRecord } from '../../src/memory/record.ts'
import { cachedStatements } from '../../src/memory/store/database.ts'
import { wholeLog } from '../../src/memory/store/events.ts'
import { fold } from '../../src/memory/store/fold.ts'
import { newestUse } from '../../src/memory/store/last-use.ts'
import { adopt } from '../../src/memory/store/log-adopt.ts'
import type { MemoryStore } from '../../src/memory/store/memory-store.ts'
import {
  episodeDraft,
  everything,
  factDraft,
  lessonDraft,
  memoryIn,
  person,
  recorded,
} from './memory-fixtures.ts'

/** One thing to do to a store; numbers choose among what is there. */
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('create' as const), n: fc.nat(50), links: fc.nat(2) }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('set' as const), n: fc.nat(50), value: fc.nat(4) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('link' as const, 'unlink' as const),
      n: fc.nat(50),
      to: fc.nat(50),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('count' as const),
      n: fc.nat(50),
      by: fc.double({ min: 0, max: 3, noNaN: true }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('revert' as const), n: fc.nat(50) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom('propose' as const, 'reject' as const, 'settle' as const),
      n: fc.nat(50),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('purge' as const), n: fc.nat(50) }) },
)
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never
const steps = fc.array(step, { minLength: 3, maxLength: 30 })

const words = [
  'gateway refuses',
  'timeout in the pool',
  'parser drops commas',
  'gateway timeout',
  'needs node 20',
]

/** Does one step; a step that the store refuses leaves it as it was. */
function perform(store: MemoryStore, step: Step, ids: string[]): void {
  const id = ids[step.n % Math.max(1, ids.length)] ?? ''
  const before = [...wholeLog(store.db)].length
  try {
    act(store, step, { id, ids })
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    assert.equal(store.lastSeq(), before, 'a refused step appends nothing')
  }
}

function act(store: MemoryStore, step: Step, { id, ids }: { id: string; ids: string[] }): void {
  if (step.do === 'purge') store.purge([id], person, 'private')
  else if (step.do === 'revert') store.revert((step.n % Math.max(1, store.lastSeq())) + 1, person, 'undo')
  else if (step.do === 'create') {
    const made = store.complete(draftOf(step.n, ids.slice(0, step.links)))
    ids.push(made.id)
    store.append([recorded(made)])
  } else store.append([{ actor: person, reason: 'law', changes: [], ...eventFor(store, step, { id, ids }) }])
}

function eventFor(
  store: MemoryStore,
  step: Step,
  { id, ids }: { id: string; ids: string[] },
): Partial<EventDraft> & Pick<EventDraft, 'type'> {
  if (step.do === 'propose') return { type: 'PROPOSED', payload: { itemId: id, text: 'another' } }
  if (step.do === 'reject') return { type: 'REJECTED', payload: { gate: `G${step.n % 3}` } }
  if (step.do === 'settle') return { type: 'REJECTED', cause: store.proposals(true)[0]?.seq ?? null }
  const type = step.do === 'count' && step.n % 3 > 0 ? (step.n % 3 === 1 ? 'SHOWN' : 'CITED') : 'REVISED'
  return { type, changes: [changeFor(store, step, { id, ids })] }
}

function changeFor(store: MemoryStore, step: Step, { id, ids }: { id: string; ids: string[] }): Change {
  if (step.do === 'count') return { op: 'count', id, add: { shown: 1, helped: step.by / 3 } }
  if (step.do === 'link' || step.do === 'unlink')
    return { op: step.do, id, link: linkTo(ids[step.to % Math.max(1, ids.length)] ?? '') }
  return { op: 'set', id, fields: fieldsOf(store.get(id), 'value' in step ? step.value : 0) }
}

function draftOf(n: number, links: readonly string[]): Parameters<MemoryStore['complete']>[0] {
  const text = `${words[n % words.length]} ${n}`
  const more = {
    links: links.map(linkTo),
    entities: [`thing_${n % 7}`],
    anchors: [{ path: `src/f${n % 5}.ts`, blob: 'b', commit: null }],
  }
  if (n % 3 === 0) return episodeDraft(text, { issues: [String(n % 4)], sessionId: `s${n % 3}` })
  return n % 3 === 1 ? factDraft(text, more) : lessonDraft(text, `when ${text}`, more)
}

function linkTo(to: string): Link {
  return { type: 'related_to', to, why: 'near', by: 'law' }
}

function fieldsOf(
  record: MemoryRecord | null,
  value: number,
): Partial<Record<SettableField, { before: Json; after: Json }>> {
  const set = (field: SettableField, after: Json) => ({
    [field]: { before: (record?.[field] ?? null) as Json, after },
  })
  if (value === 0) return set('status', 'archived')
  if (value === 1) return set('pinned', true)
  if (value === 2) return set('tags', ['t'])
  return { ...set('text', `${words[value]} again`), ...set('version', (record?.version ?? 0) + 1) }
}

function played(list: readonly Step[]): { store: MemoryStore; ids: string[] } {
  let clock = 1_000_000
  const store = memoryIn(null, () => clock++)
  const ids: string[] = []
  for (const one of list) perform(store, one, ids)
  return { store, ids }
}

/** Answers to a bundle of questions. */
function answers(store: MemoryStore): unknown {
  const gates = [
    everything,
    { branches: [], statuses: ['active' as const], before: 1_000_005, notSession: 's1' },
  ]
  return gates.map((gate) => [
    ['gateway', 'timeout', 'parser'].map((word) => store.byWords([word], gate, 10)),
    store.byWords(['gateway', 'node', 'refus'], gate, 3),
    store.byKey('path', ['src/f1.ts', 'src/f2.ts'], gate, 5),
    store.byKey('entity', ['thing_1', 'thing_2'], gate, 5),
    store.byKey('issue', ['#1'], gate, 5),
    store.list({ limit: 20, ...gate }).map((record) => record.id),
    store.count(gate),
    store.proposals(true),
    store.rejections(),
  ])
}

const runs = { numRuns: 60 }

/** What the log says of a record, and when it was used last. */
function folded(log: MemoryEvent[], id: string): MemoryRecord | null {
  const record = fold(log).get(id)
  if (record === undefined) return null
  return { ...record, lastUsedAt: newestUse(log.toReversed(), id) ?? record.lastUsedAt }
}

describe('the laws of the log', () => {
  it('the fold of the log is what the projections say, after any history', () => {
    fc.assert(
      fc.property(steps, (list) => {
        const { store, ids } = played(list)
        const log = [...wholeLog(store.db)]
        assert.deepEqual(fold(log), fold(log))
        for (const id of ids) assert.deepEqual(store.get(id), folded(log, id))
        assert.deepEqual(store.verify(), [])
        store.db.close()
      }),
      runs,
    )
  })

  it('projections that were thrown away come back with the same answers', () => {
    fc.assert(
      fc.property(steps, (list) => {
        const { store } = played(list)
        const before = answers(store)
        store.rebuild()
        assert.deepEqual(answers(store), before)
        store.db.close()
      }),
      runs,
    )
  })

  it('a log taken over elsewhere, in any portions, gives the same answers and the same hashes', () => {
    fc.assert(
      fc.property(steps, fc.array(fc.integer({ min: 1, max: 9 })), (list, portions) => {
        const { store } = played(list)
        const log = [...wholeLog(store.db)]
        const copy = memoryIn()
        for (let at = 0; at < log.length; ) {
          const size = portions[at % Math.max(1, portions.length)] ?? 100
          const statements = cachedStatements(copy.db)
          // Records are projected after few of them, or at the end.
          const batch = (portions[0] ?? 100) % 4 || 100
          adopt(
            { db: copy.db, namespace: 'here', now: Date.now, statements, batch },
            log.slice(at, at + size),
          )
          at += size
        }
        assert.deepEqual([...wholeLog(copy.db)], log)
        assert.deepEqual(answers(copy), answers(store))
        assert.deepEqual(copy.verify(), [])
        for (const one of [store, copy]) one.db.close()
      }),
      {
        ...runs,
        examples: [
          // A use is undone, then its record, in one portion: the removal must not remember the use.
          [
            [
              { do: 'create', n: 0, links: 0 },
              { do: 'count', n: 22, by: 0 },
              { do: 'create', n: 0, links: 0 },
              { do: 'revert', n: 22 },
              { do: 'set', n: 1, value: 0 },
              { do: 'revert', n: 0 },
            ],
            [],
          ],
        ],
      },
    )
  })

  it('any record can be seen as it was after any event', () => {
    fc.assert(
      fc.property(steps, fc.nat(100), (list, at) => {
        const { store, ids } = played(list)
        const seq = at % (store.lastSeq() + 1)
        const log = [...wholeLog(store.db)].slice(0, seq)
        for (const id of ids) assert.deepEqual(store.asOf(id, seq), folded(log, id))
        store.db.close()
      }),
      runs,
    )
  })

  it('undoing an undo brings back what was there', () => {
    fc.assert(
      fc.property(steps, fc.nat(100), (list, at) => {
        const { store, ids } = played(list)
        const records = ids.map((id) => store.get(id))
        const before = answers(store)
        try {
          const undone = store.revert((at % Math.max(1, store.lastSeq())) + 1, person, 'undo')
          store.revert(undone.seq, person, 'undo the undo')
        } catch (error) {
          if (!(error instanceof UserError)) throw error
        }
        assert.deepEqual(
          ids.map((id) => store.get(id)),
          records,
        )
        assert.deepEqual(answers(store), before)
        assert.deepEqual(store.verify(), [])
        store.db.close()
      }),
      {
        ...runs,
        examples: [
          // A proposal, undone, brought back, undone anew: to take the bringing back away changes nothing twice.
          [
            [
              { do: 'propose', n: 0 },
              { do: 'revert', n: 0 },
              { do: 'revert', n: 21 },
              { do: 'purge', n: 0 },
              { do: 'revert', n: 0 },
            ],
            62,
          ],
        ],
      },
    )
  })

  it('no event touches a record that was not created before', () => {
    fc.assert(
      fc.property(steps, (list) => {
        const { store } = played(list)
        const known = new Set<string>()
        for (const event of wholeLog(store.db))
          for (const change of event.changes) {
            if (change.op === 'create' || change.op === 'purged') known.add(change.id)
            assert.ok(known.has(change.id))
          }
        store.db.close()
      }),
      runs,
    )
  })
})
