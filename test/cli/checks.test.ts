import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkAddon, checkGit, checkHealth, checkNode, checkStoreFolder } from '../../src/cli/checks.ts'
import type { Health } from '../../src/protocol.ts'

const sound: Health = {
  root: '/repo',
  storePath: process.cwd(),
  storeNote: 'in the repository',
  sizes: [{ name: 'index.db', bytes: 1_000_000 }],
  embedder: { identity: 'local-1/384', dimensions: 384, vectors: 10, pending: 0 },
  vectorSearch: { regime: 'exact', reason: 'few vectors', recallAt10: null },
  sqlite: { version: '3.53.4', fts5: true, journal: 'wal' },
  memoryDb: { ok: true, backups: 1, message: null },
  runs: [{ at: 0, reason: 'first', seconds: 1, parsed: 10, error: null }],
  residentMb: 80,
  networkRequests: 0,
  lastError: null,
}

const stateOf = (health: Health, name: string) => checkHealth(health).find((check) => check.name === name)

test('a sound store passes every check', () => {
  for (const check of [...checkHealth(sound), ...checkStoreFolder(sound)])
    assert.equal(check.state, 'ok', check.name)
})

test('every finding comes with a remedy', () => {
  const broken: Health = {
    ...sound,
    storePath: '/nowhere/at/all',
    sqlite: { version: '3.40.0', fts5: false, journal: 'wal' },
    memoryDb: { ok: false, backups: 2, message: 'page 3 is broken' },
    embedder: { ...sound.embedder, pending: 5 },
    lastError: 'the embedding server does not answer',
  }
  const findings = [...checkHealth(broken), ...checkStoreFolder(broken)].filter(({ state }) => state !== 'ok')
  assert.deepEqual(
    findings.map(({ name, state }) => `${name} ${state}`),
    ['sqlite fail', 'memory fail', 'embedder warn', 'errors warn', 'writable warn', 'space warn'],
  )
  for (const { name, remedy } of findings) assert.ok(remedy, name)
  assert.match(stateOf(broken, 'memory')?.message ?? '', /page 3/)
})

test('a missing addon is a warning: exact search serves', () => {
  assert.equal(checkAddon(null).state, 'ok')
  const { state, message, remedy } = checkAddon('wrong architecture')
  assert.equal(state, 'warn')
  assert.match(message, /wrong architecture/)
  assert.ok(remedy)
})

test('a run that failed is reported with its time', () => {
  const failed = { at: Date.UTC(2026, 0, 2), reason: 'x', seconds: null, parsed: 0, error: 'no space' }
  assert.match(stateOf({ ...sound, runs: [failed] }, 'errors')?.message ?? '', /2026.*no space/)
})

test('old Node and old or missing git fail', () => {
  assert.equal(checkNode('24.21.0').state, 'ok')
  assert.equal(checkNode('22.16.0').state, 'ok')
  assert.equal(checkNode('22.15.9').state, 'fail')
  assert.equal(checkNode('20.19.0').state, 'fail')
  assert.equal(checkGit('git version 2.39.5\n').state, 'ok')
  assert.equal(checkGit('git version 2.45.2.windows.1').state, 'ok')
  assert.equal(checkGit('git version 2.17.1').state, 'fail')
  assert.equal(checkGit(null).state, 'fail')
})
