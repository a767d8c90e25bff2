import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type DiagnosisStep, diagnoseModel, type StepName } from '../../src/llm/diagnose.ts'
import type { ChatModel } from '../../src/llm/model.ts'
import { listModels } from '../../src/llm/model-list.ts'
import type { Script } from '../../src/llm/scripted.ts'
import { sendError, sendJson, startScriptedServer } from '../../src/llm/scripted-server.ts'

const good: Script = [
  { when: { lastUser: /Count/ }, reply: 'one, two, three' },
  {
    when: { tool: /add_numbers/, result: null },
    reply: { tool_calls: [{ name: 'add_numbers', arguments: { a: 4817, b: 2954 } }] },
  },
  { when: { result: /7771/ }, reply: 'It is 7771.' },
]

async function served(t: TestContext, script: Script = good) {
  const server = await startScriptedServer(script, { models: ['small', 'large:latest'] })
  t.after(() => server.close())
  return { server, settings: { baseUrl: server.baseUrl, model: 'small', apiKey: '' } }
}

function states(steps: readonly DiagnosisStep[]): Partial<Record<StepName, string>> {
  return Object.fromEntries(steps.map(({ step, state }) => [step, state]))
}

function failed(steps: readonly DiagnosisStep[]): DiagnosisStep {
  const found = steps.filter(({ state }) => state === 'failed')
  assert.equal(found.length, 1, JSON.stringify(steps))
  assert.ok(found[0]?.remedy)
  return found[0]
}

test('says that all is well, how fast it is and what it takes', async (t) => {
  const { server, settings } = await served(t)
  const heard: string[] = []
  const found = await diagnoseModel(settings, { onStep: ({ step }) => heard.push(step) })
  assert.deepEqual([...new Set(Object.values(states(found.steps)))], ['ok'])
  assert.ok(found.ok && found.takesTools && found.streams)
  assert.ok((found.tokensPerSecond ?? 0) > 0 && (found.firstTokenMs ?? 0) > 0)
  assert.equal(heard.length, 7)
  assert.deepEqual(
    found.models.map(({ id }) => id),
    ['small', 'large:latest'],
  )
  assert.equal(server.requests.length, 3)
})

test('puts its own questions into the book', async (t) => {
  const { settings } = await served(t)
  const purposes: string[] = []
  const meter = (model: ChatModel): ChatModel => ({
    ...model,
    stream(request, signal) {
      purposes.push(request.purpose)
      return model.stream(request, signal)
    },
  })
  await diagnoseModel(settings, { meter })
  assert.deepEqual(purposes, ['test', 'test', 'test'])
})

test('names the address with /v1 where it was forgotten', async (t) => {
  const { server, settings } = await served(t)
  const baseUrl = server.baseUrl.replace('/v1', '')
  const found = await diagnoseModel({ ...settings, baseUrl })
  assert.equal(failed(found.steps).remedy, `Set casebook.model.baseUrl to ${server.baseUrl}.`)
  assert.equal(states(found.steps).answer, 'skipped')
  assert.equal(server.requests.length, 0)
})

test('tells what is no address, and a server that is not there', async (t) => {
  const { server, settings } = await served(t)
  assert.equal(failed((await diagnoseModel({ ...settings, baseUrl: '' })).steps).step, 'address')
  await server.close()
  const step = failed((await diagnoseModel(settings)).steps)
  assert.equal(step.step, 'server')
  assert.match(step.words, /ECONNREFUSED/)
})

test('names the models that there are where none or another is named', async (t) => {
  const { server, settings } = await served(t)
  const none = failed((await diagnoseModel({ ...settings, model: '' })).steps)
  assert.equal(none.step, 'model')
  assert.match(none.remedy ?? '', /small, large:latest/)
  server.misbehave = (_, response) => {
    sendError(response, 404, 'model "huge" not found')
    return true
  }
  const wrong = failed((await diagnoseModel({ ...settings, model: 'huge' })).steps)
  assert.equal(wrong.step, 'model')
  assert.match(wrong.remedy ?? '', /The server has small, large:latest\. .*ollama pull huge/)
})

test('finds a model by its name without the tag', async (t) => {
  const { settings } = await served(t)
  const found = await diagnoseModel({ ...settings, model: 'large' })
  assert.match(found.steps.find(({ step }) => step === 'model')?.words ?? '', /The server has large/)
})

test('tells a key that is asked for from one that is refused', async (t) => {
  const { server, settings } = await served(t)
  server.misbehave = (_, response) => {
    sendError(response, 401, 'no')
    return true
  }
  const bare = failed((await diagnoseModel(settings)).steps)
  const wrong = failed((await diagnoseModel({ ...settings, apiKey: 'sk-1' })).steps)
  assert.deepEqual([bare.step, wrong.step], ['key', 'key'])
  assert.match(bare.words, /asks for a key/)
  assert.match(wrong.words, /refused the key/)
})

test('is content with a model that takes no tools and streams nothing, and says so', async (t) => {
  const { server, settings } = await served(t, [{ reply: 'one', times: 9 }])
  server.misbehave = ({ body }, response) => {
    if (body.tools === undefined && body.stream === undefined) return false
    sendError(response, 400, body.stream ? 'streaming is not supported' : 'small does not support tools')
    return true
  }
  const found = await diagnoseModel(settings)
  assert.ok(found.ok && !found.takesTools && !found.streams)
  assert.equal(states(found.steps).stream, 'doubtful')
  assert.match(failed(found.steps).words, /takes no tools/)
  assert.deepEqual(found.refused, ['stream'])
})

test('sees a model that talks in place of calling', async (t) => {
  const { settings } = await served(t, [{ reply: 'I would add them.', times: 9 }])
  const found = await diagnoseModel(settings)
  assert.ok(found.ok && !found.takesTools)
  assert.match(failed(found.steps).words, /without the tool/)
})

test('stops with the reason', async (t) => {
  const { settings } = await served(t, [{ reply: { content: 'one', delay: 5_000 } }])
  const reason = new Error('closed')
  const controller = new AbortController()
  setTimeout(() => controller.abort(reason), 100)
  await assert.rejects(diagnoseModel(settings, { signal: controller.signal }), reason)
})

test('lists models in the forms that servers use, and fails with words', async (t) => {
  const { server, settings } = await served(t)
  assert.deepEqual(await listModels(settings), [
    { id: 'small', contextTokens: null },
    { id: 'large:latest', contextTokens: null },
  ])
  const { createServer } = await import('node:http')
  const forms: unknown[] = [
    { data: [{ id: 'a', max_model_len: 8192 }, { id: 7 }] },
    [{ id: 'b', context_length: 1000 }],
    { models: [{ name: 'c' }] },
    { hello: 'world' },
  ]
  const odd = createServer((_, response) => sendJson(response, 200, forms.shift()))
  await new Promise<void>((resolve) => odd.listen(0, '127.0.0.1', resolve))
  t.after(() => odd.close())
  const baseUrl = `http://127.0.0.1:${(odd.address() as { port: number }).port}/v1`
  assert.deepEqual(await listModels({ baseUrl }), [{ id: 'a', contextTokens: 8192 }])
  assert.deepEqual(await listModels({ baseUrl }), [{ id: 'b', contextTokens: 1000 }])
  assert.deepEqual(await listModels({ baseUrl }), [{ id: 'c', contextTokens: null }])
  await assert.rejects(listModels({ baseUrl }), /There is no chat service/)
  await server.close()
  await assert.rejects(listModels(settings), /does not answer/)
})
