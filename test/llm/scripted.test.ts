import assert from 'node:assert/strict'
import { test } from 'node:test'
import { modelList } from '../../src/llm/chat-schema.ts'
import { scriptedModel } from '../../src/llm/scripted-model.ts'
import { startScriptedServer } from '../../src/llm/scripted-server.ts'

const ask = (system: string, content: string) => ({
  purpose: 'test',
  system,
  messages: [{ role: 'user' as const, content }],
})

test('answers in the order of the script, each entry as often as it says', async () => {
  const model = scriptedModel([
    { when: { lastUser: /patch/ }, reply: 'for a patch' },
    { when: { system: /judge/ }, reply: 'judged', times: 2 },
    { reply: ({ lastUser }) => `echo ${lastUser}` },
  ])
  assert.equal((await model.chat(ask('judge', 'a test'))).text, 'judged')
  assert.equal((await model.chat(ask('judge', 'a patch'))).text, 'for a patch')
  assert.equal((await model.chat(ask('judge', 'a patch'))).text, 'judged')
  assert.equal((await model.chat(ask('judge', 'again'))).text, 'echo again')
  assert.equal(model.requests.length, 4)
})

test('fails with the question when the script is at its end', async () => {
  const model = scriptedModel([{ reply: 'once' }])
  await model.chat(ask('a', 'b'))
  await assert.rejects(model.chat(ask('sys', 'what now?')), { message: /no answer to.*sys.*what now\?/ })
})

test('stops when aborted before', async () => {
  const model = scriptedModel([{ reply: 'once' }])
  await assert.rejects(model.chat(ask('a', 'b'), AbortSignal.abort(new Error('stop'))), { message: 'stop' })
  assert.equal(model.requests.length, 0)
})

test('the server lists its model, and refuses what the API does not know', async (t) => {
  const server = await startScriptedServer([{ reply: 'yes' }])
  t.after(() => server.close())
  const models = await (await fetch(`${server.baseUrl}/models`)).json()
  assert.equal(modelList.parse(models).data[0]?.id, 'scripted')
  const post = (body: unknown) =>
    fetch(`${server.baseUrl}/chat/completions`, { method: 'POST', body: JSON.stringify(body) })
  const messages = [{ role: 'user', content: 'hello' }]
  for (const body of [
    {},
    { model: 'm', messages: [] },
    { model: 'm', messages, temperature: 3 },
    { model: 'm', messages, max_token: 1 },
    { model: 'm', messages: [{ role: 'robot', content: 'x' }] },
  ]) {
    assert.equal((await post(body)).status, 400, JSON.stringify(body))
  }
  assert.equal(server.requests.length, 0)
  assert.equal((await post({ model: 'm', messages })).status, 200)
  assert.equal((await post({ model: 'm', messages })).status, 410)
  assert.equal((await fetch(`${server.baseUrl}/nothing`)).status, 404)
})

test('the server calls tools by script', async (t) => {
  const server = await startScriptedServer([
    { reply: { tool_calls: [{ name: 'recall', arguments: { q: 1 } }] } },
  ])
  t.after(() => server.close())
  const body = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'hello' }] })
  const reply = (await (
    await fetch(`${server.baseUrl}/chat/completions`, { method: 'POST', body })
  ).json()) as {
    choices: { finish_reason: string; message: { tool_calls: { function: { arguments: string } }[] } }[]
  }
  assert.equal(reply.choices[0]?.finish_reason, 'tool_calls')
  assert.equal(reply.choices[0]?.message.tool_calls[0]?.function.arguments, '{"q":1}')
})
