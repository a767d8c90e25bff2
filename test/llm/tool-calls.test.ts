import assert from 'node:assert/strict'
import { test } from 'node:test'
import { complete } from '../../src/llm/model.ts'
import { sendJson } from '../../src/llm/scripted-server.ts'
import { answer, callPiece, delta, open, request, says, tools } from './streaming.ts'

test('calls tools, gives their results back and gets the answer', async (t) => {
  const { server, model } = await open(t, [
    {
      when: { tool: /recall/, result: null },
      reply: {
        content: 'Let me look.',
        tool_calls: [{ name: 'recall', arguments: { query: 'cents "rounded"' } }],
      },
    },
    { when: { result: /m3/ }, reply: answer },
  ])
  const first = await complete(model, { ...request, tools, toolChoice: 'required' })
  assert.equal(first.finish, 'calls')
  assert.deepEqual(first.calls, [{ id: 'call_1_0', name: 'recall', arguments: { query: 'cents "rounded"' } }])
  const messages = [
    ...request.messages,
    { role: 'assistant', content: first.text, calls: first.calls } as const,
    { role: 'tool', callId: 'call_1_0', name: 'recall', content: '[m3] half to even' } as const,
  ]
  const second = await complete(model, { ...request, messages, tools, toolChoice: 'none' })
  assert.equal(second.text, answer)
  assert.equal(second.finish, 'stop')
  assert.deepEqual(
    server.requests.map(({ body }) => body.tool_choice),
    ['required', 'none'],
  )
  assert.deepEqual(server.requests[0]?.body.tools?.[0], {
    type: 'function',
    function: { name: 'recall', description: 'Finds memories.', parameters: tools[0]?.schema },
  })
})

test('reads calls as servers send them: in pieces, by index, at once, without ids, as objects', async (t) => {
  const { server, model } = await open(t)
  const read = async (...chunks: unknown[]) => {
    says(server, [...chunks, delta({}, 'tool_calls')])
    const { calls, finish } = await complete(model, request)
    assert.equal(finish, 'calls')
    return calls.map(({ name, arguments: given }) => [name, given])
  }
  const two = [
    ['a', { x: 1 }],
    ['b', { y: [2] }],
  ]
  // OpenAI: in turns, by index.
  const named = (index: number, id: string, name: string) => ({
    index,
    id,
    type: 'function',
    function: { name, arguments: '' },
  })
  const given = (index: number, text: string) => ({ index, function: { arguments: text } })
  assert.deepEqual(
    await read(
      callPiece(named(0, 'i', 'a')),
      callPiece(named(1, 'j', 'b')),
      callPiece(given(1, '{"y":')),
      callPiece(given(0, '{"x":1}')),
      callPiece(given(1, '[2]}')),
    ),
    two,
  )
  const whole = (name: string, args: unknown, more = {}) => ({ ...more, function: { name, arguments: args } })
  // All with the index 0, told apart by their ids.
  assert.deepEqual(
    await read(
      callPiece(whole('a', '{"x":1}', { index: 0, id: 'i' })),
      callPiece(whole('b', '{"y":[2]}', { index: 0, id: 'j' })),
    ),
    two,
  )
  // Neither index nor id, and values in place of texts.
  assert.deepEqual(await read(callPiece(whole('a', { x: 1 }), whole('b', { y: [2] }))), two)
  assert.deepEqual(await read(callPiece(whole('a', '{"x":1}')), callPiece(whole('b', '{"y":[2]}'))), two)
  // The name again with every piece.
  assert.deepEqual(
    await read(
      callPiece(whole('a', '{"x"', { index: 0, id: 'i' })),
      callPiece(whole('a', ':1}', { index: 0, id: 'i' })),
    ),
    [['a', { x: 1 }]],
  )
  // The same tool twice.
  assert.deepEqual(
    await read(callPiece(whole('a', '{}', { index: 0 })), callPiece(whole('a', '{}', { index: 1 }))),
    [
      ['a', {}],
      ['a', {}],
    ],
  )
})

test('gives arguments that are no JSON as they were written, none as none, and drops calls without a name', async (t) => {
  const { server, model } = await open(t)
  const chunk = callPiece(
    { index: 0, id: 'i', function: { name: 'a', arguments: '{"x": ' } },
    { index: 1, id: 'j', function: { name: 'b' } },
    { index: 2, id: 'k', function: { arguments: '{}' } },
    { index: 3, id: 'l', function: { name: 'c', arguments: 'null' } },
  )
  says(server, [chunk, delta({}, 'tool_calls')])
  const { calls } = await complete(model, request)
  assert.deepEqual(calls, [
    { id: 'i', name: 'a', arguments: '{"x": ' },
    { id: 'j', name: 'b', arguments: {} },
    { id: 'l', name: 'c', arguments: {} },
  ])
  // And they can go back to a server that is strict.
  server.misbehave = () => false
  const results = calls.map(({ id, name }) => ({ role: 'tool', callId: id, name, content: 'done' }) as const)
  await complete(model, {
    ...request,
    messages: [...request.messages, { role: 'assistant', content: '', calls }, ...results],
  })
  const sent = server.requests.at(-1)?.body.messages[2]
  const given =
    sent?.role === 'assistant' ? sent.tool_calls?.map((call) => JSON.parse(call.function.arguments)) : []
  assert.deepEqual(given, [{ unreadable: '{"x": ' }, {}, {}])
})

test('gives calls without ids ids of their own', async (t) => {
  const { server, model } = await open(t)
  says(server, [
    callPiece({ function: { name: 'a', arguments: {} } }, { function: { name: 'a', arguments: {} } }),
    delta({}, 'stop'),
  ])
  const { calls, finish } = await complete(model, request)
  assert.equal(new Set(calls.map(({ id }) => id)).size, 2)
  assert.equal(finish, 'calls')
})

test('takes a whole answer where a stream was asked for', async (t) => {
  const { server, model } = await open(t)
  server.misbehave = (_, response) => {
    const message = {
      role: 'assistant',
      content: null,
      tool_calls: [{ id: 'i', type: 'function', function: { name: 'recall', arguments: '{}' } }],
    }
    sendJson(response, 200, { choices: [{ index: 0, message, finish_reason: 'tool_calls' }] })
    return true
  }
  assert.deepEqual((await complete(model, request)).calls, [{ id: 'i', name: 'recall', arguments: {} }])
})
