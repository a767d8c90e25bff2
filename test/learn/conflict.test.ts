/** Which of two that exclude each other holds, when a candidate may be shown, and the laws of merging. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { activation, independentEpisodes, plainOrigin } from '../../src/memory/learn/activate.ts'
import { labelPair, rank, resolve } from '../../src/memory/learn/conflict.ts'
import { allLiterals, hasLiteral, namesEntity } from '../../src/memory/learn/literals.ts'
import { dedup, mergedFields } from '../../src/memory/learn/merge.ts'
import type { Confidence, MemoryRecord, RecordDraft } from '../../src/memory/record.ts'
import { draftOf, from, lessonOf, openWorld, person, session } from './learning.ts'

const { store } = openWorld()
const key = (value: string) => ({ key: 'k', value, checker: null })
const known = (rest: Partial<RecordDraft> = {}): MemoryRecord =>
  store.complete(draftOf('src/a.py runs on 20', { fact: key('20'), validFrom: 5, ...rest }))
const newer = (rest: Partial<RecordDraft> = {}) =>
  draftOf('src/a.py runs on 22', { fact: key('22'), validFrom: 9, ...rest })

test('human, verified, observed, inferred, imported: a higher rank wins whatever the time', () => {
  const order: Partial<RecordDraft>[] = [
    { provenance: person },
    ...(['verified', 'observed', 'inferred', 'imported'] as Confidence[]).map((confidence) => ({
      confidence,
    })),
  ]
  assert.deepEqual(
    order.map((rest) => rank(draftOf('x', rest))),
    [4, 3, 2, 1, 0],
  )
  for (const [at, better] of order.entries())
    for (const worse of order.slice(at + 1)) {
      assert.equal(resolve(newer({ ...better, validFrom: 1 }), known(worse), 'contradicts'), 'newcomer')
      assert.equal(resolve(newer(worse), known(better), 'supersedes'), 'known')
    }
})

test('of equal rank the later one wins, the earlier one is history, and none wins at the same time', () => {
  assert.equal(resolve(newer(), known(), 'supersedes'), 'newcomer')
  assert.equal(resolve(newer({ validFrom: 1 }), known(), 'supersedes'), 'historic')
  assert.equal(resolve(newer({ validFrom: 5 }), known(), 'contradicts'), 'contested')
})

test('a check of code that has changed since weighs no more than a guess', () => {
  const stale = { ...known({ confidence: 'verified' as const }), status: 'stale' as const }
  assert.equal(resolve(newer({ confidence: 'observed' }), stale, 'supersedes'), 'newcomer')
  const mine = { ...known({ provenance: person }), status: 'stale' as const }
  assert.equal(resolve(newer({ confidence: 'verified' }), mine, 'supersedes'), 'known')
  assert.equal(resolve(newer({ confidence: 'verified' }), { ...stale, edited: true }, 'supersedes'), 'known')
})

test('what is archived stands in no way, and is known when it is said again', () => {
  const record = store.complete(draftOf('src/a.py runs on 20', { fact: key('20'), status: 'archived' }))
  const decision = dedup(newer(), [{ record, cosine: 1 }])
  assert.deepEqual(decision, { kind: 'new', nominated: [] })
  assert.equal(
    dedup(draftOf('src/a.py runs on 20', { fact: key('20') }), [{ record, cosine: 1 }]).kind,
    'noop',
  )
})

test('advice does not become wrong by age: opposite lessons of equal rank are contested', () => {
  const lesson = (polarity: 'do' | 'avoid', validFrom: number) =>
    draftOf('Run src/a.py first', { kind: 'lesson', lesson: lessonOf(polarity), validFrom })
  const old = store.complete(lesson('do', 1))
  assert.equal(labelPair(lesson('avoid', 9), old).label, 'contradicts')
  assert.equal(resolve(lesson('avoid', 9), old, 'contradicts'), 'contested')
})

test('two people who contradict each other are asked, unless it is the same key', () => {
  const free = { fact: { key: null, value: null, checker: null }, provenance: person }
  assert.equal(resolve(newer(free), known(free), 'contradicts'), 'contested')
  assert.equal(
    resolve(newer({ provenance: person }), known({ provenance: person }), 'supersedes'),
    'newcomer',
  )
})

test('in doubt two memories complement each other, and a model may say otherwise only then', () => {
  const one = draftOf('Module billing owns refunds', { entities: ['billing'] })
  const other = draftOf('Module billing owns invoices', { entities: ['billing'] })
  assert.equal(labelPair(one, other).label, 'complement')
  assert.equal(labelPair(one, other, 'contradicts').label, 'contradicts')
  assert.equal(labelPair(newer(), known(), 'complement').label, 'supersedes', 'a key decides before a model')
})

test('a person, a check or two independent episodes activate', () => {
  const active = (rest: Partial<RecordDraft>) => activation(draftOf('x', rest), plainOrigin).active
  assert.equal(active({}), false)
  assert.equal(active({ provenance: person, flags: ['instruction-like'] }), true)
  assert.equal(active({ provenance: from([session('s1'), session('s2')]) }), true)
  assert.equal(active({ provenance: from([session('s1'), { ...session('s1'), turns: [4] }]) }), false)
  assert.equal(active({ provenance: from([session('s1')], 'indexer'), confidence: 'verified' }), true)
  assert.equal(active({ confidence: 'verified' }), false, "a model's word is no check")
  assert.equal(
    active({ provenance: from([session('s1'), session('s2')]), flags: ['instruction-like'] }),
    false,
  )
  const issues = from(
    [
      { type: 'issue', ref: '1' },
      { type: 'issue', ref: '2' },
    ],
    'indexer',
  )
  assert.equal(active({ provenance: issues, confidence: 'verified' }), false)
})

test('origins are counted, not sources', () => {
  const sources = [
    session('a'),
    session('a'),
    { type: 'commit' as const, ref: 'a' },
    { type: 'import' as const, ref: 'x' },
  ]
  assert.equal(independentEpisodes(sources, plainOrigin), 2)
})

test('merging keeps the longer text and all sources, in whatever order and however often', () => {
  const draft = fc
    .record({
      text: fc.constantFrom('one', 'one two', 'one two three', 'six six six'),
      refs: fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1 }),
      entities: fc.subarray(['x', 'y', 'z']),
      validFrom: fc.integer({ min: 0, max: 9 }),
    })
    .map(({ text, refs, ...rest }) => draftOf(text, { ...rest, provenance: from(refs.map(session)) }))
  const shape = ({ text, entities, provenance, validFrom }: RecordDraft) => ({
    text,
    validFrom,
    entities: [...(entities ?? [])].sort(),
    refs: provenance.sources.map(({ ref }) => ref).sort(),
  })
  fc.assert(
    fc.property(draft, draft, (one, other) => {
      const merged = mergedFields(one, other)
      assert.deepEqual(shape(mergedFields(other, one)), shape(merged))
      assert.deepEqual(shape(mergedFields(merged, other)), shape(merged))
      assert.equal(merged.text.length, Math.max(one.text.length, other.text.length))
    }),
  )
})

test('a likeness of vectors nominates and never merges', () => {
  const record = store.complete(draftOf('Never delete the lock in src/a.py', { status: 'active' }))
  const opposite = draftOf('Always delete the lock in src/a.py')
  const decision = dedup(opposite, [{ record, cosine: 1 }])
  assert.equal(decision.kind, 'new')
  assert.equal(decision.kind === 'new' && decision.nominated.length, 1)
})

test('a memory of another branch is no duplicate', () => {
  const record = store.complete(draftOf('src/a.py needs the lock', { branch: 'feature' }))
  assert.equal(dedup(draftOf('src/a.py needs the lock'), [{ record, cosine: null }]).kind, 'new')
  assert.equal(
    dedup(draftOf('src/a.py needs the lock', { branch: 'feature' }), [{ record, cosine: null }]).kind,
    'noop',
  )
})

test('literals are paths, flags, numbers and versions; words with a slash are none', () => {
  assert.deepEqual(
    allLiterals('Run ./x.sh --no-cov -k and/or src/a/b.py, v3.11 and 20 tests in conf.toml.'),
    ['./x.sh', 'src/a/b.py', 'conf.toml', '--no-cov', '-k', '3.11', '20'],
  )
})

test('a literal is found as a whole only', () => {
  assert.ok(hasLiteral('v3.11.', '3.11'))
  for (const [text, literal] of [
    ['3.11.2', '3.11'],
    ['2024', '20'],
    ['--no-cov-x', '--no-cov'],
    ['xa.py', 'a.py'],
  ] as const)
    assert.ok(!hasLiteral(text, literal), `${literal} in ${text}`)
  assert.ok(namesEntity('class Config:\n  def parse(self)', 'Config.parse'))
  assert.ok(!namesEntity('class Config', 'Config.parse'))
})

test('every literal of a text is found in it', () => {
  const word = fc.constantFrom(
    'a/b/c.py',
    '--flag',
    '-x',
    '3.11',
    'v2',
    '20',
    'x.toml',
    'word',
    '(',
    ')',
    ',',
    '.',
    '"',
  )
  fc.assert(
    fc.property(fc.array(word), fc.constantFrom(' ', '\n'), (words, gap) => {
      const text = words.join(gap)
      for (const literal of allLiterals(text)) assert.ok(hasLiteral(text, literal), `${literal} in ${text}`)
    }),
  )
})

test('one number that differs is a contradiction, two are two subjects', () => {
  const says = (text: string) => draftOf(text, { validFrom: 1, entities: ['src/a.py'] })
  const pair = (one: string, other: string) => labelPair(says(one), says(other)).label
  assert.equal(
    pair('The worker of the shop listens on port 8001', 'The worker of the shop listens on port 8002'),
    'contradicts',
  )
  assert.notEqual(
    pair('Worker 1 of the shop listens on port 8001', 'Worker 2 of the shop listens on port 8002'),
    'contradicts',
  )
})
