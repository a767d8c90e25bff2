/** Evidence that nothing names goes with the daily care for a memory; what a record names stays. */

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { openMemory as openFile } from '../../src/memory/store/memory-db.ts'
import { openMemoryStore } from '../../src/memory/store/memory-log.ts'
import { makeRepo } from '../harness/fixture-repo.ts'
import { openMemory } from './open-memory.ts'

const hour = 3_600_000

test('an artifact that nothing names goes after a run, once a day, and a named one stays', async (t) => {
  using repo = makeRepo({ 'shop/tax.py': 'def vat_of(price):\n    return price * 0.2\n' })
  const book = await openMemory(t, repo.dir)
  await book.index({ reason: 'test' })
  const { db } = openFile(join(repo.dir, '.git/casebook'))
  t.after(() => db.close())
  const long = Array.from({ length: 2_000 }, (_, line) => `line ${line}`).join('\n')
  const { record } = await book.memories.record({
    kind: 'episode',
    text: 'The tax was negative; vat_of refuses that now.',
    provenance: { sources: [{ type: 'session', ref: 's1' }], author: 'importer', method: 'session' },
    confidence: 'observed',
    episode: {
      origin: 'session',
      agent: 'tester',
      sessionId: 's1',
      goal: 'no negative tax',
      issues: [],
      startedAt: 1_700_000_000_000,
      endedAt: 1_700_000_100_000,
      attempts: [],
      commands: [{ command: 'pytest', purpose: 'test', exitCode: 1, output: { text: long }, at: null }],
      files: [],
      symbols: [],
      tests: [],
      patch: null,
      signatures: [],
      corrections: [],
      outcome: { verdict: 'failed', source: 'tests', command: null, exitCode: 1, log: null, evidence: [] },
    },
  })
  const named = record.episode?.commands[0]?.output?.artifact ?? ''
  const store = openMemoryStore({ db, namespace: record.namespace })
  const early = Date.now() - 3 * hour
  const loose = openMemoryStore({ db, namespace: record.namespace, now: () => early })
  const one = loose.putArtifact('log', 'text/plain', 'named by nothing')
  db.exec(`update artifact set created_at = ${early}`)
  await book.index({ reason: 'the same day' })
  assert.notEqual(store.artifact(one), null, 'looked at once a day')
  db.exec("update meta set value = '1' where key = 'artifacts.collected'")
  await book.index({ reason: 'another day' })
  assert.equal(store.artifact(one), null)
  assert.equal(store.artifact(named)?.content, long)
})
