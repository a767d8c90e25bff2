/** An open memory with an embedding endpoint: used when it answers, said when it does not. */

import assert from 'node:assert/strict'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
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

/** A server whose vectors hold the text's length and first letters: enough to be told apart. */
async function embeddingServer(t: TestContext): Promise<{ baseUrl: string; authorizations: string[] }> {
  const authorizations: string[] = []
  const server = createServer(async (request, response) => {
    authorizations.push(request.headers.authorization ?? '')
    const { input } = JSON.parse(await bodyOf(request)) as { input: string | string[] }
    const data = [input].flat().map((text, index) => ({ index, embedding: vectorOf(text) }))
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ data }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  return { baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, authorizations }
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
