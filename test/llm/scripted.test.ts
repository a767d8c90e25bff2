import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openChatModel } from '../../src/llm/chat-openai.ts'
import { modelList } from '../../src/llm/chat-schema.ts'
import { complete } from '../../src/llm/model.ts'
import type { Script } from '../../src/llm/scripted.ts'
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

test('answers by tools and by their results', async () => {
  const model = scriptedModel([
    { when: { tool: null }, reply: 'no tools', times: 9 },
    { when: { tool: /^recall$/, result: null }, reply: { tool_calls: [{ name: 'recall', arguments: {} }] } },
    {
      when: { result: /half/ },
      reply: ({ results, tools: offered }) => ({ content: `${results[0]?.content} of ${offered.join()}` }),
    },
  ])
  const tools = [{ name: 'recall', description: 'x', schema: {} }]
  const request = ask('s', 'how?')
  assert.equal((await complete(model, request)).text, 'no tools')
  const { calls, finish } = await complete(model, { ...request, tools })
  assert.equal(finish, 'calls')
  const messages = [
    ...request.messages,
    { role: 'assistant', content: '', calls } as const,
    { role: 'tool', callId: calls[0]?.id ?? '', name: 'recall', content: 'half to even' } as const,
  ]
  assert.equal((await complete(model, { ...request, messages, tools })).text, 'half to even of recall')
})

test('speaks word by word, waits as told, and stops in a pause with the reason', async () => {
  const reply = { content: 'one two  three\n', delay: 30, pause: 30 }
  const model = scriptedModel([{ reply, times: 2 }])
  const started = Date.now()
  const texts: string[] = []
  for await (const event of model.stream(ask('', 'count'))) if (event.type === 'text') texts.push(event.text)
  assert.deepEqual(texts, ['one', ' two', '  three', '\n'])
  assert.ok(Date.now() - started >= 110)
  const reason = new Error('enough')
  const controller = new AbortController()
  setTimeout(() => controller.abort(reason), 10)
  await assert.rejects(
    complete(model, ask('', 'count'), { signal: controller.signal }),
    (error) => error === reason,
  )
})

test('breaks off where the script says so, in the model as in the server', async (t) => {
  const script: Script = [
    { reply: { content: 'one two three', breaks: { after: 1, how: 'error', message: 'no more' } } },
    { reply: { content: 'one two three', breaks: { after: 2, how: 'cut' } } },
  ]
  const server = await startScriptedServer(script)
  t.after(() => server.close())
  const log = { info() {}, warn() {}, error() {} }
  const served = openChatModel({ baseUrl: server.baseUrl, model: 'scripted' }, log)
  for (const model of [scriptedModel(script), served]) {
    const heard: string[] = []
    const onText = (text: string) => void heard.push(text)
    await assert.rejects(complete(model, ask('', 'count'), { onText }), /no more/)
    await assert.rejects(complete(model, ask('', 'count'), { onText }), /cut off/)
    assert.deepEqual(heard, ['one', 'one', ' two'])
  }
})

test('the server waits before its first word, and says when it was', async (t) => {
  const server = await startScriptedServer([{ reply: 'one two' }])
  t.after(() => server.close())
  server.delay = 120
  const log = { info() {}, warn() {}, error() {} }
  await openChatModel({ baseUrl: server.baseUrl, model: 'scripted' }, log).chat(ask('', 'count'))
  const [received] = server.requests
  assert.equal(received?.outcome, 'answered')
  const waited = (received?.firstPieceAt ?? 0) - (received?.receivedAt ?? 0)
  assert.ok(waited >= 115 && waited < 1_000, String(waited))
})

test('the server refuses conversations and fields that do not belong together', async (t) => {
  const server = await startScriptedServer([{ reply: 'yes', times: 9 }])
  t.after(() => server.close())
  const user = { role: 'user', content: 'hello' }
  const call = { id: 'i', type: 'function', function: { name: 'recall', arguments: '{}' } }
  const calling = { role: 'assistant', content: null, tool_calls: [call] }
  const result = { role: 'tool', tool_call_id: 'i', content: 'x' }
  const post = async (body: object) => {
    const text = JSON.stringify({ model: 'm', messages: [user], ...body })
    return (await fetch(`${server.baseUrl}/chat/completions`, { method: 'POST', body: text })).status
  }
  const wrong = [
    { stream_options: { include_usage: true } },
    { tool_choice: 'auto' },
    { messages: [user, calling] },
    { messages: [user, calling, user] },
    { messages: [user, result] },
    { messages: [user, calling, result, result] },
    { messages: [user, { role: 'assistant', content: '' }] },
  ]
  for (const body of wrong) assert.equal(await post(body), 400, JSON.stringify(body))
  assert.equal(await post({ messages: [user, calling, result] }), 200)
  assert.equal(await post({ messages: [user, calling, result, user], stream: false }), 200)
})
