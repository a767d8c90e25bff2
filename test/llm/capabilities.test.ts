import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { test } from 'node:test'
import {
  type Capabilities,
  capabilityKey,
  refusedWish,
  rememberedHere,
  type Wish,
} from '../../src/llm/capabilities.ts'
import { openChatModel } from '../../src/llm/chat-openai.ts'
import { complete } from '../../src/llm/model.ts'
import { sendError, sendJson } from '../../src/llm/scripted-server.ts'
import { answer, events, failure, log, open, request, tools } from './streaming.ts'

test('leaves out what a server refuses, remembers it beyond the model, and for that model alone', async (t) => {
  const kept = rememberedHere()
  const { server, model } = await open(t, undefined, { capabilities: kept })
  const refuse = (response: ServerResponse, detail: unknown) => sendJson(response, 422, detail)
  server.misbehave = ({ body }, response) => {
    if (body.model === 'tiny' && body.stream_options !== undefined) {
      refuse(response, {
        detail: [
          { type: 'extra_forbidden', loc: ['body', 'stream_options'], msg: 'Extra inputs are not permitted' },
        ],
      })
      return true
    }
    return false
  }
  await complete(model, request)
  assert.equal(server.requests.length, 2)
  const settings = { baseUrl: server.baseUrl, model: 'tiny', apiKey: '' }
  assert.deepEqual(kept.get(capabilityKey(settings)), ['stream_options'])
  const again = openChatModel(settings, log, { capabilities: kept })
  await complete(again, request)
  assert.equal(server.requests.length, 3)
  const other = openChatModel({ ...settings, model: 'large' }, log, { capabilities: kept })
  await complete(other, request)
  assert.deepEqual(server.requests.at(-1)?.body.stream_options, { include_usage: true })
})

test('asks for whole answers where a server does not stream', async (t) => {
  const { server, model } = await open(t)
  server.misbehave = ({ body }, response) => {
    if (body.stream !== true) return false
    sendError(response, 400, 'Your organization must be verified to stream this model.')
    return true
  }
  const all = await events(model)
  assert.deepEqual(
    all.map(({ type }) => type),
    ['text', 'reply'],
  )
  assert.deepEqual(Object.keys(server.requests.at(-1)?.body ?? {}).sort(), ['messages', 'model'])
})

test('says that a model takes no tools, and asks again the next time', async (t) => {
  const { server, model } = await open(t)
  const refusals = [
    'registry.ollama.ai/library/tiny does not support tools',
    '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set',
  ]
  server.misbehave = ({ body }, response, count) => {
    const refusal = refusals[count - 1]
    if (body.tools === undefined || refusal === undefined) return false
    sendError(response, 400, refusal)
    return true
  }
  assert.match((await failure(complete(model, { ...request, tools }))).message, /tiny takes no tools/)
  assert.match((await failure(complete(model, { ...request, tools }))).remedy, /enable-auto-tool-choice/)
  assert.equal((await complete(model, { ...request, tools })).text, answer)
  assert.ok(server.requests.every(({ body }) => body.tools !== undefined))
})

test('asks without tools where they are optional, until they work', async (t) => {
  const kept = rememberedHere()
  const { server, model } = await open(t, undefined, { capabilities: kept })
  let refuses = true
  server.misbehave = ({ body }, response) => {
    if (body.tools === undefined || !refuses) return false
    sendError(response, 404, 'No endpoints found that support tool use.')
    return true
  }
  const optional = { ...request, tools, toolsOptional: true }
  for (let i = 0; i < 2; i++) assert.equal((await complete(model, optional)).text, answer)
  assert.deepEqual(
    server.requests.map(({ body }) => body.tools !== undefined),
    [true, false, false],
  )
  refuses = false
  await complete(model, { ...request, tools })
  await complete(model, optional)
  assert.ok(server.requests.at(-1)?.body.tools !== undefined)
})

test('offers nothing where a model may call nothing and that cannot be said', async (t) => {
  const { server, model } = await open(t)
  server.misbehave = ({ body }, response) => {
    if (body.tool_choice === undefined) return false
    sendError(response, 400, "Unsupported parameter: 'tool_choice'")
    return true
  }
  await complete(model, { ...request, tools, toolChoice: 'none' })
  await complete(model, { ...request, tools, toolChoice: 'required' })
  assert.deepEqual(
    server.requests.map(({ body }) => [body.tools !== undefined, body.tool_choice]),
    [
      [true, 'none'],
      [false, undefined],
      [true, undefined],
    ],
  )
})

test('does not take a value that is too much for a field that is not known', async (t) => {
  const { server, model } = await open(t)
  server.misbehave = (_, response) => {
    sendError(
      response,
      400,
      'max_tokens is too large: 99999. This model supports at most 4096 completion tokens.',
    )
    return true
  }
  const error = await failure(complete(model, { ...request, maxTokens: 99_999 }))
  assert.match(error.message, /at most 4096/)
  assert.equal(server.requests.length, 1)
})

test('keeps what it learned where it was told to', async (t) => {
  const calls: string[] = []
  const capabilities: Capabilities = {
    get: () => [],
    set: (key, wishes) => void calls.push(`set ${key} ${wishes}`),
  }
  const { server, model } = await open(t, undefined, { capabilities })
  server.misbehave = ({ body }, response, count) => {
    if (count > 1 || body.temperature === undefined) return false
    sendError(response, 400, "'temperature' is not supported")
    return true
  }
  await complete(model, { ...request, temperature: 0.5 })
  assert.ok(calls.includes(`set tiny@${server.baseUrl} temperature`))
})

test('understands how servers and gateways word their refusals', () => {
  const all: Wish[] = [
    'max_tokens',
    'temperature',
    'system',
    'stream',
    'stream_options',
    'tools',
    'tool_choice',
  ]
  const refusals: [status: number, message: string, wish: Wish | null][] = [
    [
      400,
      "400 Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
      'max_tokens',
    ],
    [
      400,
      "Unsupported value: 'temperature' does not support 0.2 with this model. Only the default (1) value is supported.",
      'temperature',
    ],
    [
      422,
      '[{"type":"extra_forbidden","loc":["body","stream_options"],"msg":"Extra inputs are not permitted"}]',
      'stream_options',
    ],
    [400, 'Your organization must be verified to stream this model.', 'stream'],
    [400, 'registry.ollama.ai/library/gemma:2b does not support tools', 'tools'],
    [400, 'Function calling is not enabled for models/gemma-3-27b-it', 'tools'],
    [404, 'No endpoints found that support tool use. Try disabling "recall".', 'tools'],
    [500, 'tools param requires --jinja flag', 'tools'],
    [400, '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set', 'tools'],
    [404, "No endpoints found that support the provided 'tool_choice' value.", 'tool_choice'],
    [400, 'This model does not support this tool_choice', 'tool_choice'],
    [400, 'System role not supported', 'system'],
    [400, 'Developer instruction is not enabled for models/gemma-3-27b-it', 'system'],
    [400, 'Only user and assistant roles are supported!', 'system'],
    [400, 'max_tokens is too large: 99999. This model supports at most 4096 completion tokens', null],
    [400, "This model's maximum context length is 8192 tokens", null],
    [401, "'temperature' is not supported", null],
    [400, 'Invalid value for tool message: no call waits for it', null],
    [500, 'out of memory while streaming', null],
    [404, 'The model `tiny` does not exist', null],
  ]
  for (const [status, message, wish] of refusals) {
    assert.equal(refusedWish({ status, message }, new Set(all)), wish, message)
    assert.equal(refusedWish({ status, message }, new Set()), null, 'what was not sent is not refused')
  }
})
