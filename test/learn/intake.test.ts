/** Proposals against a real store: what becomes of them, and that it can be undone. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { episodeOf } from './episodes.ts'
import { add, draftOf, from, lessonOf, openWorld, person, session, type World } from './learning.ts'

function world(): World {
  const opened = openWorld()
  for (const ref of ['s1', 's2', 's3'])
    opened.evidence.texts.set(
      ref,
      'src/a.py src/b.py parse_config --no-cov 20 22 30 60 npm test make check tests/unit 3.11',
    )
  return opened
}

const key = (value: string) => ({ key: 'test-command(unit)', value, checker: null })
const at = (hour: number) => 1_600_000_000_000 + hour * 3_600_000
const types = (events: { type: string }[]) => events.map(({ type }) => type)

test('a refused proposal leaves one REJECTED with its gate and nothing else', () => {
  const { take, all, store } = world()
  const events = take(add(draftOf('Always write a test before the fix', { entities: [] })))
  assert.deepEqual(types(events), ['REJECTED'])
  assert.equal(all().length, 0)
  assert.deepEqual(store.rejections(), { G6: 1 })
})

test('a model proposes candidates; a second independent episode activates them', () => {
  const { take, said } = world()
  const text = 'parse_config in src/a.py fails on empty files'
  assert.deepEqual(types(take(add(draftOf(text)))), ['ADMITTED'])
  assert.equal(said(text).status, 'candidate')
  assert.deepEqual(types(take(add(draftOf(text)))), [], 'the same session again says nothing new')
  const events = take(add(draftOf(`${text}.`, { provenance: from([session('s2')]) })))
  assert.deepEqual(types(events), ['MERGED', 'ACTIVATED'])
  assert.equal(said(text).status, 'active')
  assert.deepEqual(
    said(text).provenance.sources.map(({ ref }) => ref),
    ['s1', 's2'],
  )
})

test('two of the same batch are one', () => {
  const { take, all } = world()
  const text = 'parse_config in src/a.py fails on empty files'
  take(add(draftOf(text)), add(draftOf(text, { provenance: from([session('s2')]) })))
  assert.equal(all().length, 1)
  assert.equal(all()[0]?.status, 'active')
})

test('what a person says is active at once, in one event', () => {
  const { take, said } = world()
  const text = 'The build needs make check first'
  assert.deepEqual(types(take(add(draftOf(text, { provenance: person, entities: [] })))), ['ADMITTED'])
  assert.equal(said(text).status, 'active')
})

test('instruction-like text waits for a person, whatever supports it', () => {
  const { take, said, accept } = world()
  const text = 'parse_config in src/a.py fails on empty files'
  const sources = [session('s1'), session('s2')]
  take(add(draftOf(text, { flags: ['instruction-like'], provenance: from(sources) })))
  assert.equal(said(text).status, 'candidate')
  assert.deepEqual(types(accept(said(text).id)), ['ACTIVATED'])
  assert.equal(said(text).status, 'active')
  assert.deepEqual(said(text).flags, [])
})

test('nearly the same words merge: the longer text and both sources stay, the parent points to its heir', () => {
  const { take, said } = world()
  const short = 'parse_config in src/a.py fails when the given configuration file is empty'
  const long = 'parse_config in src/a.py fails when the given configuration file is quite empty'
  take(add(draftOf(short)))
  const events = take(add(draftOf(long, { provenance: from([session('s2')]) })))
  assert.deepEqual(types(events), ['MERGED'])
  const heir = said(long)
  assert.equal(heir.status, 'active', 'two episodes support it now')
  assert.equal(heir.provenance.sources.length, 2)
  assert.equal(said(short).status, 'superseded')
  assert.deepEqual(
    said(short).links.map(({ type, to }) => [type, to]),
    [['merged_into', heir.id]],
  )
})

test('words that read like instructions take the place of nothing that is shown', () => {
  const { take, said, all } = world()
  const short = 'parse_config in src/a.py fails when the given configuration file is empty'
  const other = 'parse_config in src/a.py keeps what it has read in a cache'
  for (const text of [short, other])
    take(add(draftOf(text, { provenance: from([session('s1'), session('s2')]) })))
  const bad = draftOf('parse_config in src/a.py fails when the given configuration file is quite empty', {
    flags: ['instruction-like', 'overrides-instructions'],
    provenance: from([session('s2')]),
  })
  const targets = [said(short).id, said(other).id]
  assert.deepEqual(types(take(add(bad))), ['PROPOSED'])
  assert.deepEqual(types(take({ op: 'merge', draft: bad, targets, why: 'the same' })), ['PROPOSED'])
  assert.equal(said(short).status, 'active')
  assert.equal(said(other).status, 'active')
  assert.ok(all().every(({ text }) => text !== bad.text))
})

test('words that read like instructions join candidates only as a candidate', () => {
  const { take, said } = world()
  take(add(draftOf('parse_config in src/a.py fails when the given configuration file is empty')))
  const bad = 'parse_config in src/a.py fails when the given configuration file is quite empty'
  take(add(draftOf(bad, { flags: ['instruction-like'], provenance: from([session('s2')]) })))
  assert.equal(said(bad).status, 'candidate')
})

test('words with another number never merge', () => {
  const { take, all } = world()
  take(add(draftOf('The timeout of parse_config in src/a.py is 30 seconds by default')))
  take(add(draftOf('The timeout of parse_config in src/a.py is 60 seconds by default')))
  assert.equal(all().length, 2)
})

test('a newer value of a fact supersedes the older one, and undoing that brings it back', () => {
  const { take, said, store } = world()
  const [old, newer] = [
    'Unit tests of src/a.py run with npm test',
    'Unit tests of src/a.py run with make check',
  ]
  const verified = { confidence: 'verified' as const, provenance: from([session('s1')], 'indexer') }
  take(add(draftOf(old, { ...verified, fact: key('npm test'), validFrom: at(1) })))
  take(add(draftOf(newer, { ...verified, fact: key('make check'), validFrom: at(2) })))
  assert.equal(said(old).status, 'superseded')
  assert.equal(said(old).validTo, at(2))
  assert.equal(said(newer).status, 'active')
  assert.deepEqual(
    said(newer).links.map(({ type, to }) => [type, to]),
    [['supersedes', said(old).id]],
  )
  const event = store.events({ types: ['SUPERSEDED'], limit: 1 })[0]
  store.revert(event?.seq ?? 0, { type: 'person', name: 'ada' }, 'was wrong')
  assert.equal(said(old).status, 'active')
  assert.equal(said(old).validTo, null)
  assert.equal(said(newer).status, 'candidate')
})

test('a value that comes back after it was superseded is a new record', () => {
  const { take, all } = world()
  const verified = { confidence: 'verified' as const, provenance: from([session('s1')], 'indexer') }
  for (const [hour, value] of ['npm test', 'make check', 'npm test'].entries())
    take(
      add(
        draftOf(`Unit tests of src/a.py run with ${value}`, {
          ...verified,
          fact: key(value),
          validFrom: at(hour),
        }),
      ),
    )
  const active = all().filter(({ status }) => status === 'active')
  assert.deepEqual(
    active.map(({ fact, validFrom }) => [fact?.value, validFrom]),
    [['npm test', at(2)]],
  )
})

test('facts that arrive late take their place in time', () => {
  const { take, all } = world()
  const verified = { confidence: 'verified' as const, provenance: from([session('s1')], 'indexer') }
  for (const [hour, value] of [
    [1, 'npm test'],
    [5, 'make check'],
    [3, 'npm test --no-cov'],
  ] as const)
    take(
      add(
        draftOf(`Unit tests of src/a.py run with ${value}`, {
          ...verified,
          fact: key(value),
          validFrom: at(hour),
        }),
      ),
    )
  const line = all().map(({ fact, validFrom, validTo, status }) => [fact?.value, validFrom, validTo, status])
  assert.deepEqual(line, [
    ['make check', at(5), null, 'active'],
    ['npm test --no-cov', at(3), at(5), 'superseded'],
    ['npm test', at(1), at(3), 'superseded'],
  ])
})

test("a model cannot supersede a person's words: the person is asked", () => {
  const { take, said, store, accept } = world()
  const [mine, other] = [
    'Unit tests of src/a.py run with npm test',
    'Unit tests of src/a.py run with make check',
  ]
  take(add(draftOf(mine, { fact: key('npm test'), validFrom: at(1), provenance: person })))
  const sources = [session('s1'), session('s2')]
  const draft = draftOf(other, { fact: key('make check'), validFrom: at(2), provenance: from(sources) })
  assert.deepEqual(types(take({ op: 'supersede', target: said(mine).id, draft })), ['ADMITTED', 'PROPOSED'])
  assert.equal(said(mine).status, 'active')
  assert.equal(said(other).status, 'candidate')
  assert.equal(store.proposals(true)[0]?.itemId, said(mine).id)
  accept(said(other).id)
  assert.equal(said(mine).status, 'superseded')
  assert.equal(said(other).status, 'active')
})

test('a contradiction without a winner is contested on both sides', () => {
  const { take, said } = world()
  const [yes, no] = [
    'Run npm test from src/a.py with --no-cov',
    'Never run npm test from src/a.py with --no-cov',
  ]
  const verified = { confidence: 'verified' as const }
  take(
    add(draftOf(yes, { ...verified, lesson: lessonOf('do'), provenance: from([session('s1')], 'indexer') })),
  )
  take(
    add(
      draftOf(no, {
        ...verified,
        lesson: lessonOf('avoid', {}),
        provenance: from([session('s2')], 'indexer'),
      }),
    ),
  )
  // The word and the polarity say the same no, once.
  assert.deepEqual([said(yes).status, said(no).status], ['contested', 'contested'])
  const avoid = 'Run npm test from src/a.py with --no-cov'
  const events = take(
    add(
      draftOf(`${avoid} at all`, {
        ...verified,
        lesson: lessonOf('avoid'),
        provenance: from([session('s3')], 'indexer'),
      }),
    ),
  )
  assert.ok(types(events).includes('CONTESTED'))
  const contested = [said(yes), said(`${avoid} at all`)]
  assert.deepEqual(
    contested.map(({ status }) => status),
    ['contested', 'contested'],
  )
  assert.ok(contested[0]?.links.some(({ type, to }) => type === 'contradicts' && to === contested[1]?.id))
})

test('of two candidates that contradict each other neither is shown, and accepting both contests them', () => {
  for (const first of [0, 1]) {
    const { take, said, accept, store } = world()
    const texts = ['Always cache the schemas of src/a.py', 'Never cache the schemas of src/a.py']
    const [yes = '', no = ''] = texts
    take(add(draftOf(yes, { lesson: lessonOf('do') })))
    const events = take(add(draftOf(no, { lesson: lessonOf('avoid'), provenance: from([session('s2')]) })))
    assert.deepEqual(types(events), ['ADMITTED', 'LINKED'])
    assert.deepEqual([said(yes).status, said(no).status], ['candidate', 'candidate'])
    accept(said(texts[first] ?? '').id)
    assert.equal(said(texts[first] ?? '').status, 'active')
    assert.equal(said(texts[1 - first] ?? '').status, 'candidate')
    accept(said(texts[1 - first] ?? '').id)
    assert.deepEqual([said(yes).status, said(no).status], ['contested', 'contested'])
    assert.deepEqual(store.verify(), [])
  }
})

test('an unproven candidate takes nothing out of sight until it is proven', () => {
  const { take, said } = world()
  const [old, newer] = [
    'Unit tests of src/a.py run with npm test',
    'Unit tests of src/a.py run with make check',
  ]
  const sources = [session('s1'), session('s2')]
  take(add(draftOf(old, { fact: key('npm test'), validFrom: at(1), provenance: from(sources) })))
  take(add(draftOf(newer, { fact: key('make check'), validFrom: at(2) })))
  assert.equal(said(old).status, 'active')
  assert.equal(said(newer).status, 'candidate')
  take(add(draftOf(newer, { fact: key('make check'), validFrom: at(3), provenance: from([session('s3')]) })))
  assert.equal(said(old).status, 'superseded')
  assert.equal(said(newer).status, 'active')
})

test('a retracted memory is not learned again', () => {
  const { take, said, store, all } = world()
  const text = 'parse_config in src/a.py fails on empty files'
  take(add(draftOf(text)))
  const change = { status: { before: 'candidate', after: 'retracted' } }
  const actor = { type: 'person' as const, name: 'ada' }
  store.append([
    {
      type: 'RETRACTED',
      actor,
      reason: 'wrong',
      changes: [{ op: 'set', id: said(text).id, fields: change }],
    },
  ])
  assert.deepEqual(types(take(add(draftOf(text, { provenance: from([session('s2')]) })))), ['REJECTED'])
  assert.equal(all().length, 1)
})

test('links name what cites the same code, at most five', () => {
  const { take, said } = world()
  const anchors = [{ path: 'src/a.py', symbol: 'parse_config', blob: 'b1', commit: null }]
  const topics = [
    'encodings',
    'comments',
    'empty files',
    'sections',
    'lists of paths',
    'line ends',
    'booleans',
  ]
  for (const topic of topics)
    take(add(draftOf(`parse_config reads ${topic} by rules of its own`, { anchors, entities: [] })))
  const last = said('parse_config reads booleans by rules of its own')
  const related = last.links.filter(({ type }) => type === 'related_to')
  assert.equal(related.length, 5)
  assert.ok(related.every(({ why }) => why === 'both cite src/a.py#parse_config'))
})

test('a session that was shown a memory cannot prove it: neither by repeating nor by agreeing', () => {
  const { take, said, store, evidence, context } = world()
  const text = 'parse_config in src/a.py fails on empty files'
  take(add(draftOf(text)))
  const record = store.complete(
    episodeOf({ sessionId: 's7', goal: text, files: [{ path: 'src/a.py', change: 'M' }] }),
  )
  const changes = [{ op: 'create' as const, id: record.id, record }]
  store.append([{ type: 'RECORDED', actor: context.actor, reason: 'it happened', changes }])
  const source = { type: 'episode' as const, ref: record.id }
  const shownIn = evidence.shownIn
  evidence.shownIn = (session) => (session === 's7' ? [{ id: said(text).id, text }] : shownIn(session))
  assert.deepEqual(types(take(add(draftOf(text, { provenance: from([source]) })))), ['REJECTED'])
  assert.deepEqual(take({ op: 'noop', target: said(text).id, sources: [source] }), [])
  evidence.shownIn = shownIn
  assert.deepEqual(types(take({ op: 'noop', target: said(text).id, sources: [source] })), [
    'MERGED',
    'ACTIVATED',
  ])
})

test('a proposal with an unknown target is refused whole', () => {
  const { take, all } = world()
  const target = '0123456789ABCDEFGHJKMNPQRS'
  const events = take({
    op: 'supersede',
    target,
    draft: draftOf('parse_config in src/a.py fails on empty files'),
  })
  assert.deepEqual(types(events), ['REJECTED'])
  assert.equal(all().length, 0)
})
