import assert from 'node:assert/strict'
import { test } from 'node:test'
import { modelRequest } from '../../src/extension/models/provider-request.ts'

const user = (...content: unknown[]) => ({ role: 1, content })
const assistant = (...content: unknown[]) => ({ role: 2, content })
const text = (value: string) => ({ value, audience: undefined })
const call = (callId: string, name: string, input: object) => ({ callId, name, input })
const result = (callId: string, ...content: unknown[]) => ({ callId, content })
const plain = { required: false }

test('a call and its result become a call and a tool message that names the tool', () => {
  const { messages } = modelRequest(
    [
      user(text('Look '), text('it up')),
      assistant(text('I look.'), call('c1', 'search', { query: 'a' }), call('c2', 'read', { path: 'b' })),
      user(text('and hurry'), result('c1', text('found')), result('c2', text('one'), text('two'))),
    ],
    plain,
  )
  assert.deepEqual(messages, [
    { role: 'user', content: 'Look it up' },
    {
      role: 'assistant',
      content: 'I look.',
      calls: [
        { id: 'c1', name: 'search', arguments: { query: 'a' } },
        { id: 'c2', name: 'read', arguments: { path: 'b' } },
      ],
    },
    { role: 'tool', callId: 'c1', name: 'search', content: 'found' },
    { role: 'tool', callId: 'c2', name: 'read', content: 'one\ntwo' },
    { role: 'user', content: 'and hurry' },
  ])
})

test('system messages at the beginning are the system text, later ones are not lost', () => {
  const system = (value: string) => ({ role: 3, content: [text(value)] })
  const request = modelRequest([system('A'), system('B'), user(text('Hi')), system('C')], plain)
  assert.equal(request.system, 'A\n\nB')
  assert.deepEqual(
    request.messages.map(({ content }) => content),
    ['Hi', 'C'],
  )
})

test('an image of the person is refused in words, one of a tool is left out in words', () => {
  const image = { mimeType: 'image/png', data: new Uint8Array([1, 2]) }
  assert.throws(
    () => modelRequest([user(text('What is this?'), image)], plain),
    /takes text only.*image\/png/,
  )
  const { messages } = modelRequest([user(result('c1', text('shot:'), image))], plain)
  assert.match(messages[0]?.content ?? '', /^shot:\n\(A image\/png was left out/)
})

test('readable data is text; marks of others, thoughts and what is not known are not', () => {
  const data = (mimeType: string, said: string) => ({ mimeType, data: new TextEncoder().encode(said) })
  const { messages } = modelRequest(
    [
      user(text('Q'), data('text/plain', ' T'), data('application/json', ' {}'), data('cache_control', 'x')),
      assistant({ value: 'hm', id: 't1', metadata: {} }, text('A'), null, 7, { later: true }),
      user(data('stateful_marker', 'y')),
      user(result('c9', { value: { node: 1 } })),
    ],
    plain,
  )
  assert.deepEqual(messages, [
    { role: 'user', content: 'Q T {}' },
    { role: 'assistant', content: 'A', calls: [] },
    { role: 'tool', callId: 'c9', name: 'tool', content: '{"node":1}' },
  ])
})

test('tools are offered with a schema, and required where the editor says so', () => {
  const tools = [
    { name: 'a', description: 'A' },
    { name: 'b', description: 'B', inputSchema: { type: 'object' } },
  ]
  const request = modelRequest([user(text('Hi'))], {
    tools,
    required: true,
    modelOptions: { temperature: 0, max_tokens: 9, other: 1 },
  })
  assert.equal(request.toolChoice, 'required')
  assert.equal(request.tools?.[0]?.schema.type, 'object')
  assert.deepEqual([request.temperature, request.maxTokens], [0, 9])
  assert.equal('toolChoice' in modelRequest([user(text('Hi'))], plain), false)
})
