import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type ChatOptions, openChatModel } from '../../src/llm/chat-openai.ts'
import type { Script } from '../../src/llm/scripted.ts'
import {
  type ScriptedServer,
  sendError,
  sendJson,
  startScriptedServer,
} from '../../src/llm/scripted-server.ts'
import { type ChatRequest, type Llm, UserError } from '../../src/memory/ports.ts'

const question: ChatRequest = {
  purpose: 'distil',
  system: 'You distil lessons.',
  messages: [{ role: 'user', content: 'What was learned?' }],
}

interface Opened {
  server: ScriptedServer
  model: Llm
  said: string[]
  sent: () => number
}

async function open(
  t: TestContext,
  script: Script = [{ reply: 'Round half to even.', times: Number.POSITIVE_INFINITY }],
  { apiKey = '', ...options }: ChatOptions & { apiKey?: string } = {},
): Promise<Opened> {
  const server = await startScriptedServer(script)
  t.after(() => server.close())
  const said: string[] = []
  let sent = 0
  const note = (message: string) => void said.push(message)
  const log = { info: note, warn: note, error: note }
  const settings = { baseUrl: server.baseUrl, model: 'tiny', apiKey }
  const model = openChatModel(settings, log, { timeout: 5_000, onRequest: () => void sent++, ...options })
  return { server, model, said, sent: () => sent }
}

async function failure(work: Promise<unknown>): Promise<UserError> {
  const error = await work.then(
    () => assert.fail('it should have failed'),
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof UserError, String(error))
  assert.ok(error.remedy.length > 10)
  return error
}

test('asks with system text, turns and wishes, and gives text and usage', async (t) => {
  const { server, model } = await open(t, [
    { reply: { content: 'Round half to even.', usage: { inputTokens: 12, outputTokens: 5 } } },
  ])
  const reply = await model.chat({ ...question, temperature: 0.2, maxTokens: 64 })
  assert.deepEqual(reply, {
    text: 'Round half to even.',
    model: 'tiny',
    usage: { inputTokens: 12, outputTokens: 5 },
  })
  assert.deepEqual(server.requests[0]?.body, {
    model: 'tiny',
    messages: [
      { role: 'system', content: 'You distil lessons.' },
      { role: 'user', content: 'What was learned?' },
    ],
    temperature: 0.2,
    max_tokens: 64,
    stream: true,
    stream_options: { include_usage: true },
  })
})

test('sends no wish that nobody made', async (t) => {
  const { server, model } = await open(t)
  await model.chat(question)
  const sent = Object.keys(server.requests[0]?.body ?? {}).sort()
  assert.deepEqual(sent, ['messages', 'model', 'stream', 'stream_options'])
})

test('names model and host, and knows a server on this machine', async (t) => {
  const { server, model } = await open(t)
  assert.equal(model.id, `tiny@${new URL(server.baseUrl).host}`)
  assert.equal(model.remote, false)
  const log = { info: () => {}, warn: () => {}, error: () => {} }
  const far = openChatModel({ baseUrl: 'https://models.example/v1', model: 'big', apiKey: '' }, log)
  assert.equal(far.remote, true)
})

test('sends nothing from the environment and nothing but the key', async (t) => {
  const leaks: Record<string, string> = {
    OPENAI_API_KEY: 'sk-env',
    OPENAI_BASE_URL: 'http://127.0.0.1:1/v1',
    OPENAI_ORG_ID: 'org-env',
    OPENAI_PROJECT_ID: 'proj-env',
    OPENAI_CUSTOM_HEADERS: 'x-leak: 1\nauthorization: Bearer sk-env',
  }
  const before = { ...process.env }
  Object.assign(process.env, leaks)
  const bare = await open(t)
  const keyed = await open(t, undefined, { apiKey: 'sk-mine' })
  try {
    await bare.model.chat(question)
    await keyed.model.chat(question)
  } finally {
    for (const name of Object.keys(leaks)) {
      if (before[name] === undefined) delete process.env[name]
      else process.env[name] = before[name]
    }
  }
  assert.equal(bare.server.requests[0]?.headers.authorization, undefined)
  assert.equal(keyed.server.requests[0]?.headers.authorization, 'Bearer sk-mine')
  for (const { headers } of [...bare.server.requests, ...keyed.server.requests]) {
    assert.deepEqual(
      Object.keys(headers).filter((name) => /openai|leak|stainless/.test(name)),
      [],
    )
    assert.doesNotMatch(JSON.stringify(headers), /env/)
  }
})

test('says max_tokens in the other way where it is refused, and remembers', async (t) => {
  const { server, model, said } = await open(t)
  server.misbehave = ({ body }, response) => {
    if (body.max_tokens === undefined) return false
    const message =
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
    sendJson(response, 400, { error: { message, param: 'max_tokens', code: 'unsupported_parameter' } })
    return true
  }
  for (let i = 0; i < 2; i++) await model.chat({ ...question, maxTokens: 64 })
  assert.deepEqual(
    server.requests.map(({ body }) => [body.max_tokens, body.max_completion_tokens]),
    [
      [64, undefined],
      [undefined, 64],
      [undefined, 64],
    ],
  )
  assert.equal(said.length, 1)
})

test('leaves the temperature out where only the default is taken', async (t) => {
  const { server, model } = await open(t)
  server.misbehave = ({ body }, response) => {
    if (body.temperature === undefined) return false
    sendError(response, 400, "Unsupported value: 'temperature' does not support 0.2 with this model. Only 1.")
    return true
  }
  await model.chat({ ...question, temperature: 0.2 })
  await model.chat({ ...question, temperature: 0.2 })
  assert.equal(server.requests.filter(({ body }) => body.temperature !== undefined).length, 1)
})

test('puts the system text before the question where a template has no place for it', async (t) => {
  const { server, model } = await open(t)
  server.misbehave = ({ body }, response) => {
    if (body.messages[0]?.role !== 'system') return false
    sendError(response, 400, 'System role not supported')
    return true
  }
  await model.chat(question)
  assert.deepEqual(server.requests.at(-1)?.body.messages, [
    { role: 'user', content: 'You distil lessons.\n\nWhat was learned?' },
  ])
})

test('does not go round in circles when a refusal stays', async (t) => {
  const { server, model } = await open(t)
  server.misbehave = (_, response) => {
    sendError(response, 400, "'temperature' is not supported")
    return true
  }
  await failure(model.chat({ ...question, temperature: 0.2 }))
  assert.equal(server.requests.length, 2)
})

test('tries again after a rate limit, a server error and a cut connection', async (t) => {
  const { server, model, sent } = await open(t)
  server.misbehave = (_, response, count) => {
    if (count === 1) sendJson(response, 429, { error: { message: 'slow down' } }, { 'retry-after': '0.2' })
    if (count === 2) sendJson(response, 503, { error: { message: 'busy' } }, { 'retry-after-ms': '5' })
    return count <= 2
  }
  const started = Date.now()
  assert.equal((await model.chat(question)).text, 'Round half to even.')
  assert.ok(Date.now() - started >= 190)
  assert.equal(sent(), 3)
})

test('does not wait when the quota is used up', async (t) => {
  const { server, model } = await open(t)
  server.misbehave = (_, response) => {
    sendJson(response, 429, { error: { message: 'pay first', code: 'insufficient_quota' } })
    return true
  }
  assert.match((await failure(model.chat(question))).message, /quota/)
  assert.equal(server.requests.length, 1)
})

test('asks a silent server once, and says that it was silent', async (t) => {
  const { server, model } = await open(t, undefined, { timeout: 150 })
  server.misbehave = async (_, response) => {
    await sleep(1_000, undefined, { ref: false })
    response.destroy()
    return true
  }
  assert.match((await failure(model.chat(question))).message, /did not answer in time/)
  assert.equal(server.requests.length, 1)
})

test('ends at once with the reason when aborted, also between two tries', async (t) => {
  const { server, model } = await open(t)
  const reason = new Error('the person pressed stop')
  server.misbehave = async (_, response, count) => {
    if (count > 1) sendJson(response, 429, { error: { message: 'slow' } }, { 'retry-after': '30' })
    else await sleep(5_000, undefined, { ref: false })
    return true
  }
  for (let i = 0; i < 2; i++) {
    const controller = new AbortController()
    const started = Date.now()
    setTimeout(() => controller.abort(reason), 60)
    await assert.rejects(
      model.chat(question, controller.signal),
      (error) => error === reason || (error as Error).cause === reason,
    )
    assert.ok(Date.now() - started < 1_500)
  }
})

test('sends nothing when it was aborted before', async (t) => {
  const { model, sent } = await open(t)
  const reason = new Error('too late')
  await assert.rejects(model.chat(question, AbortSignal.abort(reason)), reason)
  assert.equal(sent(), 0)
})

test('explains a refused key without showing it', async (t) => {
  const { server, model } = await open(t, undefined, { apiKey: 'sk-secret99' })
  server.misbehave = (_, response) => {
    sendError(response, 401, 'Incorrect API key provided: sk-secret99')
    return true
  }
  const error = await failure(model.chat(question))
  assert.match(error.message, /refused the key/)
  assert.match(error.remedy, /Set Model Key/)
  assert.doesNotMatch(error.message, /secret99/)
})

test('tells a missing model from a wrong address, a full context and a dead server', async (t) => {
  const { server, model } = await open(t)
  const answers: [status: number, message: string][] = [
    [404, 'model "tiny" not found, try pulling it first'],
    [404, 'no such page'],
    [400, "This model's maximum context length is 100 tokens"],
  ]
  server.misbehave = (_, response, count) => {
    sendError(response, ...(answers[count - 1] ?? [500, '']))
    return true
  }
  assert.match((await failure(model.chat(question))).remedy, /ollama pull tiny/)
  assert.match((await failure(model.chat(question))).remedy, /ends in \/v1/)
  assert.match((await failure(model.chat(question))).remedy, /larger context/)
  await server.close()
  assert.match((await failure(model.chat(question))).message, /does not answer \(ECONNREFUSED\)/)
})

test('does not follow a redirect with memories in the body', async (t) => {
  const { server, model } = await open(t)
  const other = await startScriptedServer([])
  t.after(() => other.close())
  server.misbehave = (_, response) => {
    response.writeHead(307, { location: `${other.baseUrl}/chat/completions` }).end()
    return true
  }
  assert.match((await failure(model.chat(question))).message, /redirects elsewhere/)
  assert.equal(other.requests.length, 0)
})

test('recognises what is no chat completion, and a failure that came as 200', async (t) => {
  const { server, model } = await open(t, undefined, { retries: 0 })
  server.misbehave = (_, response, count) => {
    if (count === 1) response.writeHead(200, { 'content-type': 'text/html' }).end('<html>welcome</html>')
    else if (count === 2) sendJson(response, 200, { error: { code: 402, message: 'no credits' } })
    else sendJson(response, 200, { choices: [] })
    return true
  }
  assert.match((await failure(model.chat(question))).message, /not a chat completion/)
  assert.match((await failure(model.chat(question))).message, /quota/)
  assert.match((await failure(model.chat(question))).message, /not a chat completion/)
})

test('leaves out what the model thought, and says when nothing is left', async (t) => {
  const { model } = await open(t, [
    { reply: '<think>hmm, {"a": 1}?</think>\nADD 1' },
    { reply: { content: '', finish: 'length' } },
    { reply: { refusal: 'I cannot.' } },
  ])
  assert.equal((await model.chat(question)).text, 'ADD 1')
  assert.match((await failure(model.chat(question))).message, /used up its tokens/)
  assert.match((await failure(model.chat(question))).message, /refused/)
})

test('says what is missing in the settings when it is asked, not before', async () => {
  const log = { info: () => {}, warn: () => {}, error: () => {} }
  const nothing = openChatModel({ baseUrl: '', model: '', apiKey: '' }, log)
  assert.match((await failure(nothing.chat(question))).remedy, /casebook\.model\.model/)
  const lost = openChatModel({ baseUrl: 'localhost:11434', model: 'tiny', apiKey: '' }, log)
  assert.match((await failure(lost.chat(question))).message, /not the address/)
})
