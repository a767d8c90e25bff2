/** Demonstrations: ExpeRepair's pairs, scores and choices, held to its own shipped data. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Attempt, Content } from '../../../src/memory/episode.ts'
import { compatTokens, tokenisers, trimTraceback } from '../../../src/memory/recall/records/attempt-text.ts'
import {
  pickDemonstrations,
  type RankedDemonstration,
  rankDemonstrations,
  scoreFields,
} from '../../../src/memory/recall/records/demonstration-ranking.ts'
import {
  type DerivedDemonstration,
  demonstrationsOf,
  pairPatches,
  pairTests,
} from '../../../src/memory/recall/records/demonstrations.ts'
import { normaliseScores, openOkapi } from '../../../src/memory/recall/records/okapi.ts'
import {
  asShipped,
  attemptsOf,
  type ShippedDemonstration,
  type ShippedTrajectory,
  shipped,
} from './experepair.ts'
import { episode } from './records.ts'

const trajectories = shipped<ShippedTrajectory>('django-10914.reproduce_experiences.jsonl')
const kept = shipped<ShippedDemonstration>('django_reproduce_experiences.jsonl')
const asked = shipped<ShippedTrajectory>('django-12708.reproduce_experiences.jsonl')
const [golden] = shipped<Golden>('golden_retrieval.json') ?? []
const skip = golden === undefined ? 'the shipped trajectories of ExpeRepair are not on this machine' : false

interface Golden {
  cases: {
    attempt: number
    raw: { old_exec_result: number[]; old_test: number[] }
    norm: { old_exec_result: number[]; old_test: number[] }
    combined: number[]
    picked: number
    n_query_tokens: { old_exec_result: number; old_test: number }
  }[]
}

function attempt(kind: Attempt['kind'], text: string, passed: boolean | null): Attempt {
  const feedback = { text: `output of ${text}` }
  return {
    kind,
    content: { text },
    feedback,
    exitCode: null,
    passed,
    analysis: '',
    advice: '',
    files: [],
    at: null,
  }
}

const texts = (pairs: { old: Attempt | null; new: Attempt }[]) =>
  pairs.map(({ old, new: right }) => [old?.content.text ?? null, right.content.text])

test('derives the demonstrations that ExpeRepair shipped from its shipped log', { skip }, () => {
  const derived = (trajectories ?? []).flatMap((trajectory) =>
    pairTests(attemptsOf(trajectory)).map((pair) => asShipped(trajectory.issue_description, pair)),
  )
  assert.deepEqual(derived, kept)
  const records = (trajectories ?? []).map((trajectory) =>
    episode({ goal: trajectory.issue_description, attempts: attemptsOf(trajectory) }),
  )
  const kinds = demonstrationsOf(records).map(({ kind }) => kind)
  assert.deepEqual(kinds, ['test-initial', 'test-repair', 'test-repair'])
})

test('scores and picks as ExpeRepair did for its shipped trajectory', { skip }, () => {
  const demonstrations = (kept ?? [])
    .filter(({ old_test }) => old_test !== '')
    .map((one, at) => ({
      episodeId: String(at),
      kind: 'test-repair' as const,
      issue: one.issue_description,
      wrong: one.old_test,
      feedback: one.old_exec_result,
      right: one.new_test,
      endedAt: 0,
      verified: false,
      uses: 1,
    }))
  const picks = (golden?.cases ?? []).map((expected) => {
    const step = asked?.[1]?.exps[expected.attempt]
    const at = { issue: '', output: step?.new_exec_result ?? '', attempt: step?.new_test ?? '' }
    assert.equal(compatTokens(trimTraceback(at.output)).length, expected.n_query_tokens.old_exec_result)
    assert.equal(compatTokens(at.attempt).length, expected.n_query_tokens.old_test)
    const [feedback, wrong] = scoreFields('after-failure', at, demonstrations)
    close(feedback?.raw, expected.raw.old_exec_result)
    close(wrong?.raw, expected.raw.old_test)
    close(feedback?.norm, expected.norm.old_exec_result)
    close(wrong?.norm, expected.norm.old_test)
    const ranked = rankDemonstrations({
      moment: 'after-failure',
      at,
      demonstrations,
      ranker: 'bm25',
      tokeniser: 'compat',
      likeness: new Map(),
    })
    const scores = demonstrations.map(
      ({ episodeId }) => ranked.find((one) => one.episodeId === episodeId)?.score ?? -1,
    )
    close(scores, expected.combined)
    return Number(pickDemonstrations(ranked, 1)[0]?.episodeId)
  })
  assert.deepEqual(picks, [1, 0, 0])
})

function close(found: readonly number[] | undefined, expected: readonly number[]): void {
  assert.equal(found?.length, expected.length)
  expected.forEach((value, at) => {
    assert.ok(Math.abs((found?.[at] ?? Number.NaN) - value) < 1e-6, `${found?.[at]} is not ${value}`)
  })
}

test('pairs every failed attempt with the first later success', () => {
  const run = [attempt('test', 'a', false), attempt('test', 'b', false), attempt('test', 'c', true)]
  assert.deepEqual(texts(pairTests(run)), [
    [null, 'c'],
    ['a', 'c'],
    ['b', 'c'],
  ])
  const patches = run.map((one) => ({ ...one, kind: 'patch' as const }))
  assert.deepEqual(texts(pairPatches(patches)), [
    ['a', 'c'],
    ['b', 'c'],
  ])
  assert.deepEqual(texts(pairPatches(patches, { compat: true })), [['b', 'c']])
})

test('keeps tests and patches of one episode apart', () => {
  const mixed = [
    attempt('test', 't1', false),
    attempt('patch', 'p1', false),
    attempt('test', 't2', true),
    attempt('patch', 'p2', true),
  ]
  assert.deepEqual(texts(pairTests(mixed)).at(-1), ['t1', 't2'])
  assert.deepEqual(texts(pairPatches(mixed)), [['p1', 'p2']])
})

test('learns nothing from a trajectory that never succeeded, and pairs nothing with an unknown result', () => {
  assert.deepEqual(pairTests([attempt('test', 'a', false), attempt('test', 'b', false)]), [])
  assert.deepEqual(pairPatches([attempt('patch', 'a', null), attempt('patch', 'b', true)]), [])
  assert.deepEqual(demonstrationsOf([episode({ attempts: [attempt('patch', 'a', true)] })]), [])
})

test('never pairs an attempt with an earlier success', () => {
  const results = fc.array(fc.constantFrom(true, false, null), { maxLength: 12 })
  fc.assert(
    fc.property(results, (passed) => {
      const run = passed.map((one, at) => attempt('patch', String(at), one))
      const pairs = pairPatches(run)
      for (const { old, new: right } of pairs) {
        assert.ok(Number(old?.content.text) < Number(right.content.text))
        assert.equal(old?.passed, false)
        assert.equal(right.passed, true)
      }
      const compat = texts(pairPatches(run, { compat: true }))
      for (const pair of compat) assert.ok(texts(pairs).some((one) => String(one) === String(pair)))
    }),
  )
})

test('shows the same patch once and counts its uses', () => {
  const diff = (indent: string) => `index 1a..2b 100644\n@@ -3,1 +3,1 @@\n-${indent}a = 1\n+${indent}a = 2\n`
  const one = (indent: string) =>
    episode({ attempts: [attempt('patch', 'wrong', false), attempt('patch', diff(indent), true)] })
  const found = demonstrationsOf([one(' '), one('   ')])
  assert.deepEqual(
    found.map(({ uses }) => uses),
    [2],
  )
})

test('reads whole texts where only a preview is inline', () => {
  const long: Attempt = {
    ...attempt('patch', 'begin … end', true),
    content: { text: 'begin … end', artifact: 'aa' },
  }
  const record = episode({ attempts: [attempt('patch', 'wrong', false), long] })
  const whole = (content: Content) => (content.artifact === 'aa' ? 'begin middle end' : content.text)
  assert.equal(demonstrationsOf([record], { whole })[0]?.right, 'begin middle end')
})

test('splits words as ExpeRepair does', () => {
  assert.deepEqual(compatTokens('Foo_bar(self, x2) != "Ünïcode"\n\t3.14'), [
    'foo_bar',
    'self',
    'x2',
    'ünïcode',
    '3',
    '14',
  ])
  assert.deepEqual(compatTokens(' .,- '), [])
  assert.deepEqual(tokenisers.code('parseHttpBody'), ['parsehttpbody', 'parse', 'http', 'body'])
})

test('keeps of a traceback what follows its innermost frame', () => {
  const head = 'Traceback (most recent call last):\n  File "a.py", line 1, in <module>\n    run()\n'
  const frames = `${head}  File "b.py", line 2, in run\n    fail()\nValueError: no\n`
  assert.equal(trimTraceback(frames), '\n    fail()\nValueError: no\n')
  assert.equal(trimTraceback('all fine'), 'all fine')
  const syntax = `${head}  File "b.py", line 2\n    x =\nSyntaxError: invalid syntax`
  assert.equal(trimTraceback(syntax), syntax)
  const counts =
    'Summary:\nNumber of test cases confirming the issue exists: 2\nTotal number of test cases: 3\nrest'
  assert.equal(trimTraceback(counts), 'rest')
  const repeated = `${head}  File "b.py", line 2, in run\nfirst\n  File "b.py", line 2, in run\nsecond`
  assert.equal(trimTraceback(repeated), '\nsecond')
})

test('gives a word that most documents hold a share of the mean idf, even a negative one', () => {
  const shared = openOkapi([
    ['a', 'b'],
    ['a', 'c'],
  ])
  // idf(a) = ln(0.5/2.5), idf(b) = idf(c) = 0; the mean is a third of it, its quarter replaces idf(a).
  const idf = (0.25 * Math.log(0.5 / 2.5)) / 3
  close(shared.scores(['a', 'x']), [idf, idf])
  close(shared.scores(['b']), [0, 0])
  assert.deepEqual(openOkapi([]).scores(['a']), [])
  assert.deepEqual(openOkapi([[], []]).scores(['a']), [0, 0])
})

test('normalises any scores to the range from 0 to 1', () => {
  const scores = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { maxLength: 20 })
  fc.assert(
    fc.property(scores, (raw) => {
      const norm = normaliseScores(raw)
      assert.equal(norm.length, raw.length)
      for (const value of norm) assert.ok(value >= 0 && value <= 1)
    }),
  )
  assert.deepEqual(normaliseScores([7]), [0])
})

test('ranks stores of none, one and two without losing any', () => {
  for (const count of [0, 1, 2]) {
    const ranked = rankDemonstrations({
      moment: 'refine-patch',
      at: { issue: 'x', output: '', attempt: '' },
      demonstrations: Array.from({ length: count }, (_, at) => demonstration(`e${at}`, `issue ${at}`)),
      ranker: 'hybrid',
      tokeniser: 'compat',
      likeness: new Map(),
    })
    assert.equal(ranked.length, count)
    for (const { score } of ranked) assert.ok(Number.isFinite(score))
  }
})

test('takes the best of different issues: at most three, by default one', () => {
  const of = (issue: string, at: number): RankedDemonstration => ({
    ...demonstration(`e${at}`, issue),
    score: 1,
    parts: {},
    ranker: 'bm25',
  })
  const five = ['one', 'one ', ' one', 'one', 'two'].map(of)
  const picked = (count: number) => pickDemonstrations(five, count).map(({ issue }) => issue.trim())
  assert.deepEqual(picked(3), ['one', 'two'])
  assert.deepEqual(picked(1), ['one'])
  assert.equal(pickDemonstrations(['a', 'b', 'c', 'd'].map(of), 3).length, 3)
  // The eleventh is not looked at.
  assert.deepEqual(pickDemonstrations([...Array(10).fill('one'), 'two'].map(of), 3).length, 1)
})

test('names the ranker: fields alone, vectors alone, or both', () => {
  const demonstrations = [
    demonstration('words', 'timeout in the pool'),
    demonstration('near', 'connections hang'),
    demonstration('neither', 'colour of the button'),
  ]
  const likeness = new Map([
    ['near', 0.9],
    ['neither', 0.2],
  ])
  const at = { issue: 'pool timeout', output: '', attempt: '' }
  const ranked = (ranker: 'bm25' | 'hnsw' | 'hybrid') =>
    rankDemonstrations({ moment: 'refine-patch', at, demonstrations, ranker, tokeniser: 'compat', likeness })
  const order = (ranker: 'bm25' | 'hnsw' | 'hybrid') => ranked(ranker).map(({ episodeId }) => episodeId)
  assert.deepEqual(order('bm25')[0], 'words')
  assert.deepEqual(order('hnsw'), ['near', 'neither'])
  assert.deepEqual(new Set(order('hybrid')), new Set(['words', 'near', 'neither']))
  for (const ranker of ['bm25', 'hnsw', 'hybrid'] as const)
    for (const one of ranked(ranker)) assert.equal(one.ranker, ranker)
})

function demonstration(episodeId: string, issue: string): DerivedDemonstration {
  const common = { episodeId, issue, wrong: issue, feedback: '', right: issue }
  return { ...common, kind: 'patch', endedAt: 0, verified: true, uses: 1 }
}
