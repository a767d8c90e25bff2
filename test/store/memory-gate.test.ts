import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Gate, MemoryStore } from '../../src/memory/store/memory-store.ts'
import { openRareWords } from '../../src/memory/store/rare-words.ts'
import { textHash } from '../../src/memory/store/record-texts.ts'
import { episodeDraft, everything, factDraft, lessonDraft, memoryIn, person, put } from './memory-fixtures.ts'

/** Every way to find the record about the gateway. */
function ways(store: MemoryStore, gate: Gate): string[][] {
  const hashes = store.list({ limit: 50 }).map(textHash)
  const all = store.list({ limit: 50 }).map((record) => record.id)
  return [
    store.byWords(['gateway'], gate, 9).map(({ id }) => id),
    store.byKey('path', ['src/gate.ts'], gate, 9).map(({ id }) => id),
    store.byTextHash(hashes, gate).map(({ id }) => id),
    store.visible(all, gate).map(({ id }) => id),
    store.list({ ...gate, limit: 9 }).map(({ id }) => id),
  ]
}

const anchors = [{ path: 'src/gate.ts', blob: 'b', commit: null }]
const assertFound = (store: MemoryStore, gate: Gate, ids: string[]) => {
  for (const found of ways(store, gate)) assert.deepEqual(found.toSorted(), ids.toSorted())
  const { muted = false, ...rest } = gate
  assert.equal(store.count({ ...rest, muted }), ids.length)
}

describe('the gate', () => {
  it('hides what was not yet true at the time that is asked about', () => {
    const store = memoryIn()
    const { id } = put(store, factDraft('gateway old', { anchors, validFrom: 1_000 }))
    put(store, factDraft('gateway new', { anchors, validFrom: 2_000 }))
    assertFound(store, { ...everything, before: 2_000 }, [id])
    assertFound(store, { ...everything, before: 1_000 }, [])
  })

  it('hides the memories of other branches', () => {
    const store = memoryIn()
    const everywhere = put(store, factDraft('gateway here', { anchors }))
    const mine = put(store, factDraft('gateway mine', { anchors, branch: 'mine' }))
    const other = put(store, factDraft('gateway other', { anchors, branch: 'other' }))
    assertFound(store, everything, [everywhere.id])
    assertFound(store, { ...everything, branches: ['mine'] }, [everywhere.id, mine.id])
    assertFound(store, { ...everything, branches: ['mine', 'other'] }, [everywhere.id, mine.id, other.id])
  })

  it('keeps to the statuses and kinds that are asked for', () => {
    const store = memoryIn()
    const active = put(store, factDraft('gateway active', { anchors }))
    put(store, factDraft('gateway candidate', { anchors, status: 'candidate' }))
    put(store, lessonDraft('gateway lesson', 'cue', { anchors }))
    assertFound(store, { branches: [], statuses: ['active'], kinds: ['fact'] }, [active.id])
  })

  it('hides muted records at once', () => {
    const store = memoryIn()
    const { id } = put(store, factDraft('gateway', { anchors }))
    const fields = { inhibited: { before: false, after: true } }
    store.append([{ type: 'INHIBITED', actor: person, reason: 'x', changes: [{ op: 'set', id, fields }] }])
    assertFound(store, { ...everything, muted: false }, [])
    assertFound(store, { ...everything, muted: true }, [id])
  })

  it('lets no session and no issue recall itself, nor what was learned from it alone', () => {
    const store = memoryIn()
    const gateway = { files: [{ path: 'src/gate.ts', change: 'M' }] }
    const mine = put(store, episodeDraft(' gateway fails\n', { ...gateway, sessionId: 'mine' }))
    const other = put(store, episodeDraft('gateway slow', { ...gateway, sessionId: 'other' }))
    const learned = (text: string, refs: string[]) => {
      const sources = refs.map((ref) => ({ type: 'episode' as const, ref }))
      const provenance = { sources, author: 'indexer', method: 'history' }
      return put(store, factDraft(text, { anchors, provenance })).id
    }
    const echo = learned('gateway echo', [mine.id])
    const both = learned('gateway both', [mine.id, other.id])
    assertFound(store, everything, [mine.id, other.id, echo, both])
    assertFound(store, { ...everything, notSession: 'mine' }, [other.id, both])
    assertFound(store, { ...everything, notIssue: 'gateway fails ' }, [other.id, both])
  })

  it('shows nothing of another repository, even where rows of one got in', () => {
    const store = memoryIn()
    put(store, factDraft('gateway', { anchors }))
    store.db.exec("update item set namespace = 'elsewhere'")
    assertFound(store, everything, [])
    assert.equal(store.knowsKey('path', 'src/gate.ts'), false)
    assert.deepEqual(store.sameWords('fact', 'gateway'), [])
  })
})

describe('finding', () => {
  it('knows duplicates by their words, whatever their case, forms and punctuation', () => {
    const store = memoryIn()
    const { id } = put(store, factDraft('Tests need  “Node 20”!'))
    assert.deepEqual(store.sameWords('fact', 'tests need node ２０'), [id])
    assert.deepEqual(store.sameWords('lesson', 'tests need node 20'), [])
    assert.deepEqual(store.sameWords('fact', 'tests need node 22'), [])
  })

  it('lists page by page, newest first', () => {
    const store = memoryIn()
    const ids = [3, 1, 2, 2].map((at) => put(store, factDraft(`at ${at}`, { validFrom: at })).id)
    const expected = [ids[0], ids[3], ids[2], ids[1]]
    const pages: string[] = []
    for (let after: string | undefined; pages.length < 9; after = pages.at(-1)) {
      const page = store.list(after === undefined ? { limit: 2 } : { limit: 2, after })
      if (page.length === 0) break
      pages.push(...page.map((record) => record.id))
    }
    assert.deepEqual(pages, expected)
  })

  it('weighs the cue twice and the long prose of an episode half', () => {
    const store = memoryIn()
    const prose = put(
      store,
      episodeDraft('other words', { patch: { content: { text: 'quokka' }, added: 1, removed: 0 } }),
    )
    const body = put(store, factDraft('quokka words, given here when asked'))
    const cue = put(store, lessonDraft('advice given here', 'quokka when'))
    for (let n = 0; n < 9; n++) put(store, factDraft(`filler number ${n}`))
    const found = store.byWords(['quokka'], everything, 5).map(({ id }) => id)
    assert.deepEqual(found, [cue.id, body.id, prose.id])
  })

  it('finds by words that a change brought, and no more by those that it took', () => {
    const store = memoryIn()
    const { id } = put(store, factDraft('first wording'))
    const fields = { text: { before: 'first wording', after: 'second version' } }
    store.append([{ type: 'REVISED', actor: person, reason: 'x', changes: [{ op: 'set', id, fields }] }])
    assert.deepEqual(store.byWords(['wording'], everything, 5), [])
    assert.equal(store.byWords(['version'], everything, 5).length, 1)
  })

  it('reads the rarest words of a long question until the budget is spent, and one at least', () => {
    const store = memoryIn()
    for (let n = 0; n < 40; n++)
      put(store, factDraft(`common usual ${n < 9 ? 'seldom' : 'frequent'} ${n === 3 ? 'unique' : ''}`))
    const question = ['common', 'usual', 'seldom', 'unique', 'unheard', 'frequent']
    assert.deepEqual(openRareWords(store.db, 12)(question), ['unheard', 'unique', 'seldom'])
    assert.deepEqual(openRareWords(store.db, 1_000)(question).length, 6)
    assert.deepEqual(openRareWords(store.db, 12)(['common', 'usual', 'common', 'frequent']), ['frequent'])
    assert.deepEqual(openRareWords(store.db, 36)(['common', 'usual', 'frequent']), ['frequent', 'common'])
    assert.equal(store.byWords(question, everything, 1).length, 1)
  })

  it('takes any text for words: no token is an operator', () => {
    const store = memoryIn()
    put(store, factDraft('plain'))
    for (const token of ['"', 'and', 'NEAR(', '*', 'cue:plain', ''])
      assert.doesNotThrow(() => store.byWords([token], everything, 5), token)
    assert.deepEqual(store.byWords([], everything, 5), [])
  })

  it('finds records that link to one, and those of an agent', () => {
    const store = memoryIn()
    const one = put(store, episodeDraft('one'))
    const link = { type: 'derived_from' as const, to: one.id, why: '', by: 'x' }
    const two = put(store, factDraft('two', { links: [link] }))
    assert.deepEqual(
      store.byKey('link', [one.id], everything, 5).map(({ id }) => id),
      [two.id],
    )
    assert.deepEqual(
      store.list({ key: { kind: 'agent', value: 'Claude' }, limit: 5 }).map(({ id }) => id),
      [one.id],
    )
    assert.deepEqual(
      store.list({ origin: 'session', limit: 5 }).map(({ id }) => id),
      [one.id],
    )
  })
})
