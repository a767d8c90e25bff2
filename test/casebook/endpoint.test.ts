/** An open memory with an embedding endpoint: used when it answers, said when it does not. */

import assert from 'node:assert/strict'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { makeRepo } from '../harness/fixture-repo.ts'
import { openMemory, pathsFound, type Spoken } from './open-memory.ts'

test('serves the vectors of an endpoint once all are made', async (t) => {
  using repo = makeRepo('python-small')
  const { baseUrl, authorizations } = await embeddingServer(t)
  const embedder = { kind: 'endpoint', baseUrl, model: 'tiny', apiKey: 'key-1' }
  const casebook = await openMemory(t, repo.dir, { settings: { embedder } })
  await casebook.index({ reason: 'test' })
  const health = await casebook.health()
  assert.match(health.embedder.identity, /^endpoint:tiny@127\.0\.0\.1:\d+\/8$/)
  assert.equal(health.embedder.pending, 0)
  assert.deepEqual(casebook.status().notices, [])
  assert.deepEqual(new Set(authorizations), new Set(['Bearer key-1']))
  assert.equal(health.networkRequests, authorizations.length)
  assert.ok((await pathsFound(casebook, 'round_half_even')).includes('ledger/money.py'))
})

test('opens with the built-in embedder when the server is dead, and says so', async (t) => {
  using repo = makeRepo('python-small')
  const spoken: Spoken = { warnings: [] }
  const embedder = { kind: 'endpoint', baseUrl: 'http://127.0.0.1:9/v1', model: 'tiny' }
  const casebook = await openMemory(t, repo.dir, { settings: { embedder }, spoken })
  await casebook.index({ reason: 'test' })
  assert.match((await casebook.health()).embedder.identity, /^local/)
  assert.match(casebook.status().notices.join(), /built-in embedder serves/)
  assert.equal(spoken.warnings.length, 1)
  assert.ok((await pathsFound(casebook, 'round_half_even')).includes('ledger/money.py'))
})

test('asks for each text once, though two windows index', async (t) => {
  using repo = makeRepo('python-small')
  const server = await servedSettings(t)
  const { settings, texts } = server
  const windows = [await openMemory(t, repo.dir, { settings }), await openMemory(t, repo.dir, { settings })]
  server.delay = 400
  await Promise.all(windows.map((one) => one.index({ reason: 'test' })))
  const sent = texts.filter((text) => text !== 'dimensions')
  assert.equal(new Set(sent).size, sent.length)
  for (const window of windows) assert.match((await window.health()).embedder.identity, /^endpoint:/)
})

test('serves to each process what its own settings say', async (t) => {
  using repo = makeRepo('python-small')
  const { settings, texts } = await servedSettings(t)
  const window = await openMemory(t, repo.dir, { settings })
  await window.index({ reason: 'test' })
  const other = await openMemory(t, repo.dir)
  await other.index({ reason: 'test' })
  assert.match((await other.health()).embedder.identity, /^local/)
  assert.match((await window.health()).embedder.identity, /^endpoint:/)
  const asked = texts.length
  await other.search('round half even')
  assert.equal(texts.length, asked)
  const again = await openMemory(t, repo.dir, { settings })
  assert.match((await again.health()).embedder.identity, /^endpoint:/)
})

test('indexes and searches although the server fails, and says so until it is well', async (t) => {
  using repo = makeRepo('python-small')
  const server = await servedSettings(t)
  const spoken: Spoken = { warnings: [] }
  const casebook = await openMemory(t, repo.dir, { settings: server.settings, spoken })
  server.refuse = true
  const { parsed } = await casebook.index({ reason: 'test' })
  assert.ok(parsed > 0)
  assert.equal(casebook.status().state.kind, 'idle')
  assert.match(casebook.status().notices.join(), /built-in embedder serves/)
  assert.match((await casebook.health()).embedder.identity, /^local/)
  assert.ok((await pathsFound(casebook, 'round_half_even')).includes('ledger/money.py'))
  server.refuse = false
  await casebook.index({ reason: 'again' })
  assert.deepEqual(casebook.status().notices, [])
  assert.match((await casebook.health()).embedder.identity, /^endpoint:/)
  server.refuse = true
  assert.ok((await pathsFound(casebook, 'round_half_even')).includes('ledger/money.py'))
})

test('keeps what the server made through a rebuild', async (t) => {
  using repo = makeRepo('python-small')
  const { settings, texts } = await servedSettings(t)
  const casebook = await openMemory(t, repo.dir, { settings })
  await casebook.index({ reason: 'test' })
  const asked = texts.length
  await casebook.index({ reason: 'rebuild', fresh: true })
  assert.equal(texts.length, asked)
  assert.equal((await casebook.health()).embedder.pending, 0)
})

interface Served {
  settings: { embedder: Record<string, string> }
  texts: string[]
  /** Refuse the key from now on. */
  refuse: boolean
  /** Milliseconds before each answer. */
  delay: number
}

async function servedSettings(t: TestContext): Promise<Served> {
  const server = await embeddingServer(t)
  const embedder = { kind: 'endpoint', baseUrl: server.baseUrl, model: 'tiny' }
  return Object.assign(server, { settings: { embedder } })
}

/** A server whose vectors hold the text's length and first letters: enough to be told apart. */
async function embeddingServer(t: TestContext) {
  const authorizations: string[] = []
  const state = { baseUrl: '', authorizations, texts: [] as string[], refuse: false, delay: 0 }
  const server = createServer(async (request, response) => {
    authorizations.push(request.headers.authorization ?? '')
    const { input } = JSON.parse(await bodyOf(request)) as { input: string | string[] }
    if (state.refuse) return response.writeHead(401).end('{}')
    state.texts.push(...[input].flat())
    await sleep(state.delay)
    const data = [input].flat().map((text, index) => ({ index, embedding: vectorOf(text) }))
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ data }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  state.baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
  return state
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts).toString('utf8')
}

function vectorOf(text: string): number[] {
  return Array.from({ length: 8 }, (_, at) => (text.charCodeAt(at) || 1) / 100)
}

test('sends nothing with the built-in embedder', async (t) => {
  using repo = makeRepo('python-small')
  const casebook = await openMemory(t, repo.dir)
  await casebook.index({ reason: 'test' })
  await casebook.search('round half even')
  assert.equal((await casebook.health()).networkRequests, 0)
})
