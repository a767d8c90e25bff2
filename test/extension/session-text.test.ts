import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileLink, pageLinks } from '../../src/extension/page-links.ts'
import { importPageText, sessionPageText, turnPageText } from '../../src/extension/session-page-text.ts'
import {
  foundText,
  importText,
  type L10n,
  remoteNote,
  sourceContext,
  sourceDescription,
  verdictIcon,
} from '../../src/extension/session-text.ts'
import type { SessionDetail, SessionImport, SessionSource } from '../../src/protocol-sessions.ts'
import { sampleEpisode, sampleRecord } from './memory-samples.ts'

const l10n: L10n = {
  t: (message, ...args) => message.replace(/\{(\d)\}/g, (_, index) => String(args[Number(index)])),
}
const noon = Date.UTC(2026, 10, 20, 12)
const none = { passed: 0, failed: 0, unknown: 0 }

function source(fields: Partial<SessionSource> = {}): SessionSource {
  return {
    ...{ agent: 'codex', title: 'Codex', places: ['/home/ada/.codex'], found: 2, bytes: 10, waiting: 2 },
    ...{ imported: 0, episodes: 0, demonstrations: 0, verdicts: none, chosen: false, lastImport: null },
    ...fields,
  }
}

const done: SessionImport = {
  agents: ['codex'],
  ...{ found: 14, imported: 12, unchanged: 1, episodes: 15, extended: 0, demonstrations: 3, masked: 0 },
  verdicts: { passed: 8, failed: 2, unknown: 5 },
  skipped: [
    { reason: 'it changed no file of this repository', count: 3, example: '/logs/a.jsonl' },
    { reason: 'line is no JSON', count: 1, example: '/logs/b.jsonl:7' },
  ],
  ...{ learned: null, stopped: false, elapsedMs: 1_500 },
}

test('counts only agents that have sessions here', () => {
  const sources = [source({ found: 213 }), source({ found: 1 }), source({ found: 0 })]
  assert.equal(foundText(l10n, sources), 'Found 214 sessions of 2 agents for this repository.')
  assert.equal(foundText(l10n, [source({ found: 1 })], 'shop'), 'Found 1 session of 1 agent for shop.')
})

test('tells of an agent what is watched, found, new and imported', () => {
  assert.equal(sourceDescription(l10n, source()), 'off · 2 sessions · 2 new')
  const watched = source({ chosen: true, waiting: 0, imported: 2, lastImport: noon })
  assert.equal(sourceDescription(l10n, watched), 'watching · 2 sessions · last import 2026-11-20')
  const empty = source({ found: 0, waiting: 0 })
  assert.equal(sourceDescription(l10n, empty), 'off · no session of this repository')
  assert.deepEqual([watched, empty].map(sourceContext), ['source;watched;found;', 'source;off;none;'])
})

test('shows a session as passed only where nothing in it failed', () => {
  const icons = [
    { ...none, passed: 2, unknown: 1 },
    { ...none, passed: 1, failed: 1 },
    { ...none, failed: 1, unknown: 4 },
    { ...none, unknown: 1 },
  ]
  assert.deepEqual(icons.map(verdictIcon), ['pass', 'diff', 'error', 'history'])
})

test('sums up an import with verdicts and what was skipped', () => {
  assert.equal(
    importText(l10n, done),
    'Imported 12 of 14 sessions: 15 episodes and 3 demonstrations (8 passed, 2 failed, 5 unknown). ' +
      'Known already: 1 session. Skipped: 4, most often because it changed no file of this repository ' +
      '(for example /logs/a.jsonl).',
  )
  assert.match(importText(l10n, { ...done, stopped: true }), /^It was stopped/)
  const page = importPageText(l10n, done)
  for (const line of [
    '- 3 × it changed no file of this repository (for example /logs/a.jsonl)',
    '- 1 × line is no JSON (for example /logs/b.jsonl:7)',
    '- Agents: codex',
  ]) {
    assert.ok(page.split('\n').includes(line), `${line} is missing in\n${page}`)
  }
  assert.match(importPageText(l10n, { ...done, skipped: [] }), /Nothing was skipped/)
})

test('links a session to its episodes and their source turns, and quotes what it said', () => {
  const goal = 'mem:01ARZ3NDEKTSV4RRFFQ69G5FAV is off by one'
  const provenance = {
    sources: [{ type: 'session' as const, ref: 'codex:s1#0', agent: 'codex', place: '/logs/a.jsonl:7' }],
    author: 'importer',
    method: 'session/codex',
  }
  const record = sampleRecord({ kind: 'episode', provenance, episode: sampleEpisode({ goal }) })
  const detail: SessionDetail = {
    ...{ agent: 'codex', sessionId: 's1', goal, startedAt: noon, endedAt: noon, verdicts: none },
    ...{ episodes: [record.id], place: '/logs/a.jsonl:7', records: [record], sourceExists: true },
  }
  const text = sessionPageText(l10n, detail)
  const targets = pageLinks(text).map(({ target }) => target)
  assert.deepEqual(targets, [
    { kind: 'memory', id: record.id },
    { kind: 'source', id: record.id },
  ])
  assert.match(text, /^Source: \/logs\/a\.jsonl:7$/m)
  assert.match(sessionPageText(l10n, { ...detail, sourceExists: false }), /The file is gone/)
})

test('quotes a source turn, and links the file only by its own line', () => {
  const turn = {
    ...{ agent: 'codex', title: 'Codex', place: '/logs/a b.jsonl:7', file: '/logs/a b.jsonl', line: 7 },
    ...{ exists: true, cut: false },
    parts: [{ kind: 'user' as const, text: 'File: /etc/passwd\n# Not ours', place: '/logs/a b.jsonl:7' }],
  }
  const text = turnPageText(l10n, turn)
  assert.match(text, /^> File: \/etc\/passwd\n> # Not ours$/m)
  const link = fileLink(text)
  assert.deepEqual([link?.line, link?.start, link?.file, link?.at], [1, 6, '/logs/a b.jsonl', 7])
  const database = turnPageText(l10n, { ...turn, file: 'C:\\x\\state.vscdb', line: null })
  assert.deepEqual([fileLink(database)?.file, fileLink(database)?.at], ['C:\\x\\state.vscdb', null])
  assert.match(turnPageText(l10n, { ...turn, exists: false, parts: [] }), /The file is gone/)
  assert.match(turnPageText(l10n, { ...turn, parts: [] }), /not in the file any more/)
})

test('says in a remote window whose sessions it cannot see, and nothing elsewhere', () => {
  assert.equal(remoteNote(l10n, undefined), undefined)
  assert.match(remoteNote(l10n, 'ssh-remote') ?? '', /\(ssh-remote\).*Copilot Chat.*Cline.*cannot be read/)
})
