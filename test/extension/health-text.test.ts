import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type HealthReport, healthText, redactPaths } from '../../src/extension/health-text.ts'
import type { Health, RootStatus } from '../../src/protocol.ts'

const root: RootStatus = {
  root: '/home/ann/secret-project',
  name: 'secret-project',
  state: { kind: 'indexing', reason: 'the folder was opened' },
  progress: null,
  files: 10,
  indexedFiles: 4,
  excludedFiles: 1,
  chunks: 40,
  symbols: 30,
  commits: 7,
  languages: [],
  head: '0123456789abcdef',
  branch: 'main',
  lastRun: null,
  lastError: null,
  notices: [],
}

const health: Health = {
  root: root.root,
  storePath: '/home/ann/secret-project/.git/casebook',
  storeNote: 'in the git directory',
  sizes: [{ name: 'index.db', bytes: 12_345_678 }],
  embedder: { identity: 'local-1/384', dimensions: 384, vectors: 40, pending: 0 },
  vectorSearch: { regime: 'exact', reason: 'few vectors', recallAt10: null },
  sqlite: { version: '3.53.4', fts5: true, journal: 'wal' },
  memoryDb: { ok: true, backups: 2, message: null },
  runs: [{ at: 0, reason: 'first index', seconds: 1.25, parsed: 4, error: 'cannot read /srv/data/x.py' }],
  residentMb: 120.4,
  networkRequests: 0,
  lastError: 'cannot open /home/ann/My Files/place.db and C:\\Users\\ann\\x.db',
}

const report: HealthReport = {
  versions: { Casebook: '0.1.0' },
  state: { access: 'ready', service: 'running', roots: [root], problems: [] },
  health: [health],
}

test('tells what a person needs to find a cause', () => {
  const text = healthText(report)
  for (const fact of [
    '12.3 MB',
    'local-1/384',
    'exact: few vectors',
    '4 of 10 indexed',
    '3.53.4, FTS5 yes',
    'first index',
  ]) {
    assert.ok(text.includes(fact), `${fact} is missing in\n${text}`)
  }
})

test('names no path, user or project in diagnostics to copy', () => {
  const text = redactPaths(healthText(report), [root])
  for (const told of ['/home', 'secret-project', '/srv', 'My Files', 'place.db', 'Users']) {
    assert.ok(!text.includes(told), `${told} is told in\n${text}`)
  }
  assert.ok(text.includes('<root 1>/.git/casebook (in the git directory)'), text)
  assert.ok(text.includes('cannot read <path>'), text)
  assert.ok(text.includes('main at 0123456789'), text)
})
