/** What follows from the history without a model: symptoms of files, files that change together, what was taken back. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { avoidLesson, worthAvoiding } from '../../src/memory/learn/history-avoid.ts'
import { closePairs, coChangeFact } from '../../src/memory/learn/history-cochange.ts'
import {
  localisationLesson,
  type PastFix,
  saysAboutTheSame,
  symptoms,
} from '../../src/memory/learn/history-localisation.ts'
import type { FixCommit } from '../../src/memory/types.ts'

const all = () => true

function changes(...sets: string[][]) {
  return sets.map((paths, at) => ({
    sha: String(at).padStart(40, '0'),
    time: 1_000 - at,
    files: paths.map((path) => ({ path, status: 'M' })),
  }))
}

function times<T>(count: number, make: (at: number) => T): T[] {
  return Array.from({ length: count }, (_, at) => make(at))
}

test('files that change together often enough are a pair; those that seldom do are not', () => {
  const history = changes(
    ...times(6, () => ['a.py', 'b.py', 'README.md']),
    ...times(6, () => ['a.py', 'c.py']),
    ...times(2, () => ['d.py', 'e.py']),
    ...times(30, () => ['c.py']),
  )
  const pairs = closePairs(history, all)
  assert.deepEqual(
    pairs.map(({ files, together, share }) => [files, together, share]),
    [[['a.py', 'b.py'], 6, 0.5]],
  )
  assert.equal(pairs[0]?.commits.length, 6)
})

test('sweeping commits and files that are gone make no pairs', () => {
  const many = times(40, (at) => `f${at}.py`)
  assert.deepEqual(closePairs(changes(...times(9, () => many)), all), [])
  assert.deepEqual(
    closePairs(changes(...times(9, () => ['a.py', 'b.py'])), (path) => path !== 'b.py'),
    [],
  )
})

test('a group of files is joined by as few pairs as join it', () => {
  const group = ['da.py', 'de.py', 'es.py', 'fr.py']
  assert.equal(closePairs(changes(...times(8, () => group)), all).length, 3)
})

test('the fact is keyed by both files and does not change with every commit', () => {
  const place = { head: 'h', branch: null, blobOf: (path: string) => `blob of ${path}` }
  const facts = [8, 9].map((count) => {
    const [pair] = closePairs(changes(...times(count, () => ['b.py', 'a.py'])), all)
    assert.ok(pair)
    return coChangeFact(pair, place)
  })
  assert.equal(facts[0]?.fact?.key, 'co-change(a.py,b.py)')
  assert.deepEqual(facts[0]?.fact, facts[1]?.fact)
  assert.equal(facts[0]?.text, facts[1]?.text)
  assert.equal(facts[0]?.anchors?.[0]?.blob, 'blob of a.py')
})

function fix(at: number, goal: string, files: string[]): PastFix {
  return {
    sha: String(at).padStart(40, '0'),
    time: 1_000 - at,
    goal,
    files,
    symbols: ['load'],
    signatures: [],
  }
}

const past = [
  ...times(6, (at) => fix(at, `Fix crash with favicon ${at} of pages`, ['src/theme.py'])),
  ...times(6, (at) => fix(10 + at, `Fix crash in rendering pages ${at}`, ['src/render.py'])),
  fix(20, 'Fix favicon elsewhere', ['src/other.py']),
  ...times(2, (at) => fix(30 + at, 'Fix zebra', ['src/zebra.py'])),
]

test('words that only the fixes of one file have lead to it', () => {
  const found = symptoms(past, all)
  const theme = found.find(({ path }) => path === 'src/theme.py')
  assert.deepEqual(theme?.words, ['favicon'])
  assert.equal(theme?.fixes.length, 6)
  const render = found.find(({ path }) => path === 'src/render.py')
  assert.deepEqual(render?.words, ['rendering'], 'pages and crash are spoken of everywhere')
  assert.equal(
    found.some(({ path }) => path === 'src/zebra.py'),
    false,
    'two fixes are too few',
  )
})

test('one everyday word is no symptom, unless many fixes of the file have it; a name of the code is', () => {
  const others = times(9, (at) => fix(50 + at, 'Fix exclude patterns clone node v', [`src/${at}.py`]))
  const wordsOf = (count: number, said: string) => {
    const own = times(count, (at) => fix(at, `Fix ${said} of ${'x'.repeat(4 + at)}`, ['src/a.py']))
    return symptoms([...own, ...others], all).map(({ words }) => words)
  }
  assert.deepEqual(wordsOf(4, 'plain'), [])
  assert.deepEqual(wordsOf(5, 'plain'), [['plain']])
  assert.deepEqual(wordsOf(3, 'exclude_patterns'), [['exclude_patterns']])
  assert.deepEqual(wordsOf(3, 'cloneNode'), [['clonenode']])
  assert.deepEqual(wordsOf(3, 'plain worker'), [['plain', 'worker']])
})

test('an exit code alone is no symptom', () => {
  const fixes = times(3, (at) => ({ ...fix(at, `Fix alpha${at}`, ['src/a.py']), signatures: ['exit 32'] }))
  assert.deepEqual(symptoms(fixes, all), [])
})

test('the order of the fixes within a file does not matter, and files that are gone have no symptoms', () => {
  const words = (fixes: PastFix[]) => symptoms(fixes, all).map(({ path, words: own }) => [path, own])
  assert.deepEqual(words(past), words(past.toReversed()))
  assert.deepEqual(
    symptoms(past, () => false),
    [],
  )
})

test('an error signature that came back leads to its file', () => {
  const fixes = times(3, (at) => ({
    ...fix(at, `Fix alpha${at}`, ['src/a.py']),
    signatures: ['KeyError: name'],
  }))
  assert.deepEqual(symptoms(fixes, all)[0]?.signatures, ['KeyError: name'])
})

test('a lesson is said anew only when most of its words are others', () => {
  assert.equal(saysAboutTheSame('favicon logo html', ['favicon', 'logo', 'page']), true)
  assert.equal(saysAboutTheSame('favicon logo html', ['search', 'page', 'logo']), false)
})

function revert(at: number, body: string, revertedBy: FixCommit['revertedBy'] = null) {
  const sha = String(at).padStart(40, 'a')
  const message = { time: 1_000 - at, authoredAt: 0, author: 'Ada', subject: `Revert "Cache ${at}"`, body }
  const symbols = [{ name: 'read', top: true }]
  const files = [{ path: 'src/cache.py', status: 'M', blob: 'b', symbols }]
  const rest = { kind: 'revert' as const, issues: [], request: null, reverts: ['0'], revertedBy, files }
  return {
    revert: { sha, ...message, ...rest, added: 1, removed: 1 },
    original: { ...message, sha: '0'.repeat(40), subject: `Cache ${at}`, body: '' },
    isFix: at % 2 === 0,
  }
}

const why = 'This reverts commit 0123456789.\n\nIt leaks file handles on Windows.'

test('a revert with a reason becomes an avoid lesson that cites both commits where both are episodes', () => {
  const [one] = worthAvoiding([revert(0, why)])
  assert.ok(one)
  const lesson = avoidLesson(one, null)
  assert.equal(lesson.lesson?.polarity, 'avoid')
  assert.match(lesson.text, /"Cache 0" in src\/cache\.py was tried and taken back: It leaks file handles/)
  assert.equal(lesson.provenance.sources.length, 2)
  assert.equal(avoidLesson(revert(1, why), null).provenance.sources.length, 1)
})

test('without a reason, or when it was itself taken back, a revert teaches nothing', () => {
  const undone = { sha: 'x', reason: '', time: 0 }
  assert.deepEqual(worthAvoiding([revert(0, 'Oops.'), revert(2, why, undone)]), [])
})

test('nobody drowns: those with a single support are few', () => {
  const many = times(100, (at) => revert(at * 2 + 1, why))
  assert.equal(worthAvoiding(many).length, 12)
  assert.equal(worthAvoiding(times(100, (at) => revert(at * 2, why))).length, 40)
})

test('a lesson reads as a sentence, and its cue goes on after "When"', () => {
  const symptom = {
    path: 'src/routes.py',
    words: ['registration', 'nested', 'url_prefix'],
    signatures: [],
    fixes: times(3, (at) => ({
      ...fix(at, 'Fix nested', ['src/routes.py']),
      symbols: ['extend', 'register'],
    })),
    worth: 1,
  }
  const place = { head: 'a'.repeat(40), branch: null, blobOf: () => undefined }
  const { text, cue } = localisationLesson(symptom, place)
  assert.equal(
    text,
    'Issues that mention "registration", "nested" or "url_prefix" were usually fixed in src/routes.py. ' +
      'Look at extend and register there first.',
  )
  assert.equal(cue, 'an issue mentions "registration", "nested" or "url_prefix"')
})
