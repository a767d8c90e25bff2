/** What episodes teach without a model, and that all of it passes the gates. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EpisodeBody } from '../../src/memory/episode.ts'
import { distil } from '../../src/memory/learn/distil.ts'
import { attribution, triedPairs } from '../../src/memory/learn/distil-attempts.ts'
import { plainCommand } from '../../src/memory/learn/distil-commands.ts'
import type { MemoryRecord, RecordDraft } from '../../src/memory/record.ts'
import { attemptOf, command, episodeOf } from './episodes.ts'
import { openWorld, type World } from './learning.ts'

const passed: EpisodeBody['outcome'] = {
  verdict: 'passed',
  source: 'tests',
  command: null,
  exitCode: 0,
  log: null,
  evidence: [],
}

function learn(world: World, ...drafts: RecordDraft[]): { records: MemoryRecord[]; learned: MemoryRecord[] } {
  const records = drafts.map((draft) => world.store.complete(draft))
  world.store.append(
    records.map((record) => ({
      type: 'RECORDED' as const,
      actor: world.context.actor,
      reason: 'it happened',
      changes: [{ op: 'create' as const, id: record.id, record }],
    })),
  )
  const blobs: Record<string, string> = { 'src/a.py': 'blob-a', 'src/b.py': 'blob-b' }
  const proposals = distil(records, { blobOf: (path) => blobs[path], head: 'c0ffee' })
  const events = world.take(...proposals)
  const refused = events.filter(({ type }) => type === 'REJECTED')
  assert.deepEqual(
    refused.map(({ reason }) => reason),
    [],
    'what the program makes itself passes its gates',
  )
  return { records, learned: world.all().filter(({ kind }) => kind !== 'episode') }
}

const session = (sessionId: string, hour: number, body: Partial<EpisodeBody>) =>
  episodeOf({ sessionId, endedAt: 1_600_000_000_000 + hour * 3_600_000, ...body })

test('the command that did the work, its folder, and whether it speaks for the whole', () => {
  const plain = (line: string) => {
    const { command: found, scope, narrow } = plainCommand(line)
    return `${found} @ ${scope}${narrow ? ' narrow' : ''}`
  }
  assert.equal(plain('cd web && npm test 2>&1 | tail -20'), 'npm test @ web')
  assert.equal(plain('npm test || true'), 'npm test @ .')
  assert.equal(plain('pytest tests/unit'), 'pytest tests/unit @ tests/unit')
  assert.equal(plain('pytest tests/unit/test_a.py'), 'pytest tests/unit/test_a.py @ . narrow')
  assert.equal(plain('pytest -k parse'), 'pytest -k parse @ . narrow')
  assert.equal(plain('DEBUG=1 timeout 300 go test ./...'), 'DEBUG=1 timeout 300 go test ./... @ .')
})

test('the last green command of a purpose is a fact; a red or narrow one is none', () => {
  const { learned } = learn(
    openWorld(),
    session('s1', 1, { commands: [command('npm test', 0), command('npm run lint', 1, { purpose: 'lint' })] }),
    session('s2', 2, { commands: [command('make check', 0), command('pytest -k one', 0)] }),
  )
  assert.deepEqual(
    learned.map(({ fact, status, confidence }) => [fact?.key, fact?.value, status, confidence]),
    [['test-command(.)', 'make check', 'active', 'verified']],
  )
})

test('a command that is green again later supersedes, and learning twice changes nothing', () => {
  const world = openWorld()
  const one = session('s1', 1, { commands: [command('npm test', 0)] })
  learn(world, one)
  learn(world, session('s2', 2, { commands: [command('make check', 0)] }))
  const before = world.store.lastSeq()
  assert.deepEqual(
    world
      .all()
      .filter(({ kind }) => kind === 'fact')
      .map(({ fact, status }) => [fact?.value, status]),
    [
      ['make check', 'active'],
      ['npm test', 'superseded'],
    ],
  )
  const again = world.all().filter(({ kind }) => kind === 'episode')
  assert.deepEqual(world.take(...distil(again, { blobOf: () => undefined, head: null })), [])
  assert.equal(world.store.lastSeq(), before)
})

test('runs of a program over two sessions are counted, the newest twenty', () => {
  const runs = (ok: number, red: number) => [
    ...Array.from({ length: ok }, () => command('pytest -k x', 0)),
    ...Array.from({ length: red }, () => command('pytest -k y', 1)),
  ]
  const { learned } = learn(
    openWorld(),
    session('s1', 1, { commands: runs(12, 3) }),
    session('s2', 2, { commands: runs(9, 1) }),
  )
  const fact = learned.find((record) => record.fact?.key === 'reliability(pytest)')
  assert.equal(fact?.fact?.value, '16/20')
  assert.equal(fact?.status, 'active')
})

test('a failure leads to the file whose change ended it; tests and failed episodes teach no place', () => {
  const body = {
    signatures: ['KeyError: <name>'],
    files: [
      { path: 'src/a.py', change: 'M' },
      { path: 'tests/test_a.py', change: 'M' },
    ],
    tests: ['tests/test_a.py'],
  }
  const { learned } = learn(
    openWorld(),
    session('s1', 1, { ...body, outcome: passed }),
    session('s2', 2, { ...body, files: [{ path: 'src/b.py', change: 'M' }] }),
  )
  assert.deepEqual(
    learned.map(({ text }) => text),
    ['The failure "KeyError: <name>" was fixed in src/a.py.'],
  )
  assert.equal(learned[0]?.lesson?.stream, 'localisation')
  assert.deepEqual(learned[0]?.anchors, [{ path: 'src/a.py', blob: 'blob-a', commit: 'c0ffee' }])
  assert.equal(learned[0]?.status, 'active', 'the tests of the episode passed')
})

test('a failed attempt is a wrong place without a common file, else a wrong change', () => {
  assert.equal(attribution(['src/a.py'], ['src/b.py', 'src/c.py']), 'localisation')
  assert.equal(attribution(['src/a.py', 'src/b.py'], ['src/b.py']), 'reasoning')
  assert.equal(attribution([], ['src/b.py']), null)
  assert.equal(attribution(['src/a.py'], []), null)
})

test('each failed attempt is paired with the first later success of its kind', () => {
  const attempts = [
    attemptOf({ passed: false, text: 'p1' }),
    attemptOf({ kind: 'test', passed: true, text: 't1' }),
    attemptOf({ passed: false, text: 'p2' }),
    attemptOf({ passed: true, text: 'p3' }),
    attemptOf({ passed: false, text: 'p4' }),
  ]
  assert.deepEqual(
    triedPairs(attempts).map(({ failed, passed: later }) => `${failed.content.text} ${later.content.text}`),
    ['p1 p3', 'p2 p3'],
  )
})

test('a wrong place and a wrong change become lessons of their streams', () => {
  const { learned, records } = learn(
    openWorld(),
    session('s1', 1, {
      goal: 'Empty configuration files crash the loader',
      attempts: [
        attemptOf({ passed: false, files: ['src/b.py'], text: '-old 1\n+new 2', said: 'KeyError: name' }),
        attemptOf({
          passed: false,
          files: ['src/a.py'],
          text: '+if x:\n+  y = 3',
          said: 'Traceback\nKeyError: other',
        }),
        attemptOf({ passed: true, files: ['src/a.py'], text: '+++ src/a.py\n+if not x:\n+  return {}' }),
      ],
      files: [{ path: 'src/a.py', change: 'M' }],
      outcome: passed,
    }),
  )
  assert.deepEqual(learned.map(({ lesson }) => `${lesson?.polarity} ${lesson?.stream}`).sort(), [
    'avoid localisation',
    'do reasoning',
  ])
  const change = learned.find(({ lesson }) => lesson?.stream === 'reasoning')
  assert.deepEqual(change?.lesson?.procedure, [
    'tried: +if x: + y = 3',
    'failed with: Traceback KeyError: other',
    'worked: +if not x: + return {}',
  ])
  assert.deepEqual(
    change?.links.map(({ type, to }) => [type, to]).filter(([type]) => type === 'derived_from'),
    [['derived_from', records[0]?.id]],
  )
})

test('a session that never succeeded teaches no comparison', () => {
  const attempts = [
    attemptOf({ passed: false, files: ['src/a.py'] }),
    attemptOf({ passed: false, files: ['src/b.py'] }),
  ]
  assert.deepEqual(learn(openWorld(), session('s1', 1, { attempts })).learned, [])
})

test('a command that cannot run here leads to the one that can; a red test does not', () => {
  const { learned } = learn(
    openWorld(),
    session('s1', 1, {
      commands: [
        command('pytest', 1, { output: { text: '3 failed' } }),
        command('pytest', 127, { output: { text: 'bash: pytest: command not found' } }),
        command('python -m pytest', 0),
      ],
    }),
  )
  const lessons = learned.filter(({ kind }) => kind === 'lesson')
  assert.deepEqual(
    lessons.map(({ text }) => text),
    ['Instead of `pytest`, which fails here with "bash: pytest: command not found", run `python -m pytest`.'],
  )
})

test('what was flagged in an episode stays flagged in what it teaches', () => {
  const episode = session('s1', 1, { commands: [command('make check', 0)] })
  const { learned } = learn(openWorld(), { ...episode, flags: ['instruction-like'] })
  assert.deepEqual(
    learned.map(({ flags, status }) => [flags, status]),
    [[['instruction-like'], 'candidate']],
  )
})

test('the same episodes in any order teach the same', () => {
  const episodes = [3, 1, 2].map((hour) =>
    session(`s${hour}`, hour, { commands: [command(`make check${hour}`, 0)] }),
  )
  const world = openWorld()
  const records = episodes.map((draft) => world.store.complete(draft))
  const options = { blobOf: () => undefined, head: null }
  assert.deepEqual(distil(records, options), distil(records.toReversed(), options))
})
