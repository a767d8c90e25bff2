/** What an open memory asks of servers stands in the book of model calls of the person. */

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { LedgerEntry } from '../../src/llm/ledger.ts'
import { ledgerFolder, openLedger } from '../../src/llm/ledger-file.ts'
import { startScriptedServer } from '../../src/llm/scripted-server.ts'
import { makeRepo } from '../harness/fixture-repo.ts'
import { command, episodeOf } from '../learn/episodes.ts'
import { startEmbeddingServer } from '../llm/embedding-server.ts'
import { openMemory } from './open-memory.ts'

async function entriesOf(root: string): Promise<LedgerEntry[]> {
  // The book is written beside the work.
  await sleep(50)
  return (await openLedger(ledgerFolder()).entries()).filter((entry) => entry.root === root)
}

async function distilled(t: TestContext, settings: object) {
  const repo = makeRepo({ 'src/parse.py': 'def parse_config(text):\n    return dict(text)\n' })
  t.after(() => repo.cleanup())
  const reply = {
    content: '```json\n{"proposals": []}\n```',
    usage: { inputTokens: 1_000, outputTokens: 10 },
  }
  const lists = '```json\n{"test": [], "patch": []}\n```'
  const server = await startScriptedServer([
    { when: { system: /one finished piece of work/ }, reply },
    { when: { system: /two short numbered lists/ }, reply: { ...reply, content: lists } },
  ])
  t.after(() => server.close())
  const model = { baseUrl: server.baseUrl, model: 'scripted', ...settings }
  const casebook = await openMemory(t, repo.dir, { settings: { model } })
  const goal = 'Empty files crash src/parse.py'
  const files = [{ path: 'src/parse.py', change: 'M' as const }]
  await casebook.memories.record(episodeOf({ goal, commands: [command('npm test', 0)], files }))
  await casebook.memories.distil({ useModel: true })
  return await entriesOf(casebook.root)
}

test('distilling is an act of the person: written, and not stopped by the cap of the background', async (t) => {
  const entries = await distilled(t, { dailyBackgroundTokens: 0 })
  assert.deepEqual(
    entries.map(({ purpose, background, inputTokens, dollars, outcome }) => [
      purpose,
      background,
      inputTokens,
      dollars,
      outcome,
    ]),
    [
      ['insights', false, 1_000, 0, 'answered'],
      ['distil', false, 1_000, 0, 'answered'],
    ],
  )
  assert.doesNotMatch(JSON.stringify(entries), /Empty files|parse\.py/)
})

test('embedding by a server is written with what it took, and fills to the end whatever the cap', async (t) => {
  using repo = makeRepo('python-small')
  const server = await startEmbeddingServer()
  t.after(() => server.close())
  const settings = {
    embedder: { kind: 'endpoint', baseUrl: server.baseUrl, model: 'tiny' },
    model: { dailyBackgroundTokens: 0 },
  }
  const casebook = await openMemory(t, repo.dir, { settings })
  await casebook.index({ reason: 'test' })
  assert.equal((await casebook.health()).embedder.pending, 0)
  const entries = await entriesOf(casebook.root)
  assert.ok(entries.length >= 2)
  for (const { purpose, background, remote, dollars, model, outcome } of entries) {
    assert.deepEqual([purpose, background, remote, dollars, outcome], ['embed', true, false, 0, 'answered'])
    assert.match(model, /^tiny@127\.0\.0\.1:/)
  }
  assert.equal((await openLedger(ledgerFolder()).day()).backgroundTokens, 0)
})

test('a refused embedding request is written as one that took nothing', async (t) => {
  using repo = makeRepo('python-small')
  const server = await startEmbeddingServer()
  t.after(() => server.close())
  const embedder = { kind: 'endpoint', baseUrl: server.baseUrl.replace('/v1', '/wrong'), model: 'tiny' }
  const casebook = await openMemory(t, repo.dir, { settings: { embedder } })
  const [entry] = await entriesOf(casebook.root)
  assert.equal(entry?.outcome, 'failed')
  assert.equal(entry?.inputTokens, 0)
})
