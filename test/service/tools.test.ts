/** The tool memory through the service: tools kept in step and found, chats kept, everything checked where it arrives. */

import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { addTools, newSession, newTurn } from '../../src/agent/toolbox/session.ts'
import type { ToolMemory, ToolMemoryCall, ToolMemoryReply } from '../../src/protocol-tools.ts'
import { createService } from '../../src/service/calls.ts'
import { observedClient } from '../extension/service-process.ts'
import { type FixtureRepo, makeRepo } from '../harness/fixture-repo.ts'

type Ask = <K extends ToolMemoryCall>(
  call: K,
  args: Parameters<ToolMemory[K]>,
  root?: string,
) => Promise<ToolMemoryReply<K>>

async function open(t: TestContext, ...repos: FixtureRepo[]): Promise<Ask> {
  const quiet = () => {}
  const service = createService({ status: quiet, memories: quiet, sessions: quiet, log: quiet, busy: quiet })
  t.after(() => service.close())
  for (const { dir } of repos) await service.calls.open(dir, { workers: 1, autoIndex: false })
  return (call, args, root) => service.calls.tools({ call, args, ...(root !== undefined && { root }) })
}

const weather = {
  server: 'weather',
  name: 'get_forecast',
  description: 'The weather of the next days at a place.',
  schema: { type: 'object', properties: { place: { type: 'string' } } },
}
const invoice = {
  server: 'billing',
  name: 'send_invoice',
  description: 'Sends an invoice by mail.',
  schema: {},
}

test('tools are kept in step with their servers, and each change costs one update', async (t) => {
  using repo = makeRepo('python-small')
  const ask = await open(t, repo)
  const first = await ask('sync', [[weather, invoice]])
  assert.deepEqual(first, { added: ['get_forecast', 'send_invoice'], updated: [], removed: [] })
  assert.deepEqual(await ask('sync', [[weather, invoice]]), { added: [], updated: [], removed: [] })
  const changed = { ...weather, description: 'The weather of tomorrow.' }
  assert.deepEqual(await ask('sync', [[changed], ['weather', 'billing']]), {
    added: [],
    updated: ['get_forecast'],
    removed: ['send_invoice'],
  })
  assert.equal(await ask('count', []), 1)
  assert.ok((await ask('tokens', [])) > 10)
  const [found] = await ask('search', [['weather tomorrow'], { k: 5 }])
  assert.equal(found?.name, 'get_forecast')
  assert.deepEqual(await ask('search', [['weather'], { k: 5, without: ['get_forecast'] }]), [])
  const [document] = await ask('documents', [['get_forecast', 'gone']])
  assert.equal(document?.description, 'The weather of tomorrow.')
  assert.deepEqual(await ask('all', []), [document])
})

test('a chat with its tools outlives the service process', async (t) => {
  using repo = makeRepo('python-small')
  const { client } = observedClient(t)
  await client.open(repo.dir, { workers: 1, autoIndex: false })
  await client.call('tools', { call: 'sync', args: [[weather, invoice]] })
  const session = newSession('chat-1', 'hybrid')
  session.turns.push(newTurn(1_000))
  addTools(session, ['send_invoice', 'get_forecast'], 'found for bills')
  session.messages.push({
    role: 'user',
    content: 'Bill them with key AKIAQ4Z7M2XK9T3VB6PD please.',
  })
  await client.call('tools', { call: 'saveChat', args: [session] })
  process.kill(client.pid ?? 0, 'SIGKILL')
  const again = await client.call('tools', { call: 'loadChat', args: ['chat-1'] })
  const kept = again as Awaited<ReturnType<ToolMemory['loadChat']>>
  assert.deepEqual(kept?.active, session.active)
  assert.equal(kept?.mode, 'hybrid')
  assert.doesNotMatch(JSON.stringify(kept?.messages), /AKIAQ4Z7M2XK9T3VB6PD/)
  assert.deepEqual(await client.call('tools', { call: 'chats', args: [] }), ['chat-1'])
  await client.call('tools', { call: 'sync', args: [[weather], ['billing', 'weather']] })
  const later = await client.call('tools', { call: 'loadChat', args: ['chat-1'] })
  assert.deepEqual(
    (later as typeof kept)?.active.map(({ name }) => name),
    ['get_forecast'],
  )
  await client.call('tools', { call: 'removeChat', args: ['chat-1'] })
  assert.equal(await client.call('tools', { call: 'loadChat', args: ['chat-1'] }), null)
})

test('what does not fit is refused with the place of the fault, and nothing is kept of it', async (t) => {
  using repo = makeRepo('python-small')
  const ask = await open(t, repo)
  const wrong = (call: string, ...args: unknown[]) => ask(call as 'chats', args as [])
  await assert.rejects(wrong('toString'), { name: 'UserError', message: /no call "toString"/ })
  await assert.rejects(wrong('sync', [{ server: 'x' }]), { name: 'UserError', message: /sync/ })
  await assert.rejects(wrong('search', ['weather'], { k: 0 }), { message: /search was given at 1\.k/ })
  await assert.rejects(wrong('search', 'weather', { k: 5 }), { name: 'UserError' })
  await assert.rejects(wrong('loadChat', ''), { name: 'UserError' })
  await assert.rejects(wrong('count', 1), { name: 'UserError' })
  const session = { ...newSession('bad'), active: [{ name: 'x' }] }
  await assert.rejects(wrong('saveChat', session), { message: /at 0\.active\.0\.addedTurn/ })
  assert.deepEqual(await ask('chats', []), [])
  assert.equal(await ask('count', []), 0)
})

test('two repositories have their own tools; which is meant must be said', async (t) => {
  using first = makeRepo('python-small')
  using second = makeRepo('typescript-small')
  const ask = await open(t, first, second)
  await assert.rejects(ask('count', []), { name: 'UserError', message: /Several folders/ })
  await ask('sync', [[weather]], first.dir)
  assert.equal(await ask('count', [], first.dir), 1)
  assert.equal(await ask('count', [], second.dir), 0)
  await assert.rejects(ask('count', [], '/nowhere'), { name: 'UserError' })
})

test('a repository whose chats never used a tool has no tool in its store', async (t) => {
  using repo = makeRepo('python-small')
  const ask = await open(t, repo)
  assert.ok(existsSync(join(repo.dir, '.git/casebook/memory.db')))
  assert.deepEqual([await ask('count', []), await ask('chats', [])], [0, []])
  assert.deepEqual(await ask('search', [['anything'], { k: 5 }]), [])
})
