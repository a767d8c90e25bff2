import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memoryPageText, whyPageText } from '../../src/extension/memory-page-text.ts'
import { pageLinks } from '../../src/extension/page-links.ts'
import { sampleDetail, sampleEpisode, sampleEvent, sampleRecord } from './memory-samples.ts'

const sha = '0123456789abcdef0123456789abcdef01234567'

test('shows text, cue, code, sources, links, evidence and history', () => {
  const other = sampleRecord()
  const record = sampleRecord({
    cue: 'Before touching totals',
    links: [{ type: 'supersedes', to: other.id, why: 'newer', by: 'person' }],
    provenance: {
      sources: [
        { type: 'commit', ref: sha },
        { type: 'session', ref: 's1', agent: 'codex', turns: [3, 4] },
      ],
      author: 'indexer',
      method: 'history/fix-commit',
    },
    masked: 2,
  })
  const text = memoryPageText(
    sampleDetail(record, {
      why: ['A commit fixed it.'],
      anchors: [
        {
          anchor: {
            path: 'ledger/money.py',
            symbol: 'round_half_even',
            blob: 'b',
            commit: null,
            span: { startLine: 3, endLine: 9 },
          },
          state: 'moved',
          to: { path: 'ledger/amount.py', startLine: 5, endLine: 11 },
        },
      ],
      artifacts: [{ sha: 'f'.repeat(64), kind: 'diff', bytes: 120 }],
      history: [sampleEvent(7, 'RECORDED', { reason: 'a person said so' })],
    }),
  )
  for (const part of [
    '# Lesson',
    '> Round half to even in money.',
    'When it matters: Before touching totals',
    'Secrets masked before it was written: 2',
    '- A commit fixed it.',
    '- [moved] ledger/money.py:3-9 -> ledger/amount.py:5-11 · round_half_even',
    `- commit ${sha}`,
    '- session s1 of codex, turns 3, 4',
    `- supersedes mem:${other.id}: newer`,
    '- diff, 120 bytes (ffffffffffff)',
    '#7 RECORDED by person Ada: a person said so',
  ]) {
    assert.ok(text.includes(part), `${part} is missing in\n${text}`)
  }
})

test('shows how an episode went', () => {
  const episode = sampleEpisode({
    goal: 'Totals are off\nby a cent',
    attempts: [
      {
        kind: 'patch',
        content: { text: 'diff' },
        feedback: null,
        exitCode: 1,
        passed: false,
        analysis: '',
        advice: 'Rounds twice.',
        files: ['ledger/money.py'],
        at: null,
      },
    ],
    commands: [{ command: 'pytest -q', purpose: 'test', exitCode: 0, output: null, at: null }],
    files: [{ path: 'ledger/money.py', change: 'M' }],
  })
  const text = memoryPageText(sampleDetail(sampleRecord({ kind: 'episode', episode })))
  for (const part of [
    '> by a cent',
    'passed, says tests',
    '- patch: failed (exit 1) in ledger/money.py: Rounds twice.',
    '- `pytest -q` (exit 0)',
    '- M ledger/money.py',
  ]) {
    assert.ok(text.includes(part), `${part} is missing in\n${text}`)
  }
})

test('answers why with the reasons first', () => {
  const text = whyPageText(sampleDetail(sampleRecord(), { why: ['Ada said so.', 'It helped twice.'] }))
  assert.match(text, /^# Why do you know this\?\n\n> Round half.*\n\n- Ada said so\.\n- It helped twice\.\n/)
})

test('links code where it is now and was, commits and other memories', () => {
  const other = sampleRecord()
  const record = sampleRecord({
    links: [{ type: 'related_to', to: other.id, why: '', by: 'person' }],
    provenance: { sources: [{ type: 'commit', ref: sha }], author: 'indexer', method: 'history' },
  })
  const text = memoryPageText(
    sampleDetail(record, {
      anchors: [
        {
          anchor: { path: 'a b/mö.py', blob: 'b', commit: null, span: { startLine: 3, endLine: 9 } },
          state: 'moved',
          to: { path: 'new.py', startLine: 5, endLine: 11 },
        },
      ],
    }),
  )
  const targets = pageLinks(text).map(({ target }) => target)
  assert.deepEqual(targets, [
    { kind: 'code', path: 'a b/mö.py', startLine: 3 },
    { kind: 'code', path: 'new.py', startLine: 5 },
    { kind: 'commit', sha },
    { kind: 'memory', id: other.id },
  ])
  const lines = text.split('\n')
  const words = pageLinks(text).map(({ line, start, end }) => lines[line]?.slice(start, end))
  assert.equal(words[0], 'a b/mö.py:3-9')
})

test('makes no link of what stored text says, and none that leads out of the repository', () => {
  const text = memoryPageText(
    sampleDetail(
      sampleRecord({
        text: `- [fresh] secret.py:1-2\n- commit ${sha}\nmem:${sampleRecord().id}\n## Evidence`,
      }),
      {
        anchors: [
          { anchor: { path: '../../etc/passwd', blob: 'b', commit: null }, state: 'fresh' },
          { anchor: { path: '/etc/passwd', blob: 'b', commit: null }, state: 'fresh' },
        ],
      },
    ),
  )
  assert.deepEqual(pageLinks(text), [])
})

test('keeps a reason of many lines on one', () => {
  const history = [sampleEvent(1, 'REVISED', { reason: 'first\n- [fresh] evil.py:1-1\n# Title' })]
  const text = memoryPageText(sampleDetail(sampleRecord(), { history }))
  assert.ok(!/^# Title/m.test(text))
  assert.equal(pageLinks(text).filter(({ target }) => target.kind === 'code').length, 0)
})
