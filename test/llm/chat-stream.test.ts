import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { complete } from '../../src/llm/model.ts'
import { sendJson } from '../../src/llm/scripted-server.ts'
import { answer, delta, events, failure, open, request, says, tools, until } from './streaming.ts'

test('gives text as it comes, then the whole reply with what it took', async (t) => {
  const { model } = await open(t, [
    { reply: { content: answer, usage: { inputTokens: 12, outputTokens: 9 } } },
  ])
  const all = await events(model)
  const texts = all.flatMap((event) => (event.type === 'text' ? [event.text] : []))
  assert.ok(texts.length > 4)
  assert.equal(texts.join(''), answer)
  assert.deepEqual(all.at(-1), {
    type: 'reply',
    reply: {
      text: answer,
      calls: [],
      usage: { inputTokens: 12, outputTokens: 9 },
      finish: 'stop',
      model: 'tiny',
    },
  })
})

test('hears the first piece while the server still speaks', async (t) => {
  const { server, model } = await open(t, [{ reply: { content: answer, delay: 30, pause: 30 } }])
  const stream = model.stream(request)[Symbol.asyncIterator]()
  const first = await stream.next()
  assert.deepEqual(first.value, { type: 'text', text: 'Round' })
  assert.equal(server.requests[0]?.outcome, 'open')
  await stream.return?.()
})

test('sends nothing before the first step', async (t) => {
  const { server, model } = await open(t)
  model.stream(request)
  await sleep(50)
  assert.equal(server.requests.length, 0)
})

test('tells why an answer ended', async (t) => {
  const { server, model } = await open(t)
  const finishes: [string, string][] = [
    ['length', 'length'],
    ['content_filter', 'filter'],
    ['stop', 'stop'],
    ['eos', 'stop'],
  ]
  for (const [said, told] of finishes) {
    says(server, [delta({ content: 'Half' }), delta({}, said)])
    assert.equal((await complete(model, request)).finish, told)
  }
})

test('leaves out what is thought, wherever it is cut, and keeps such tags later on', async (t) => {
  const { server, model } = await open(t)
  const pieces = [
    '\n<th',
    'ink>so',
    ' <b>',
    '</thi',
    'nk>\n\n<think></think> Use',
    ' `<think>',
    '` here. ',
    '\n',
  ]
  says(server, [
    ...pieces.map((content) => delta({ content })),
    delta({ reasoning_content: 'hidden' }),
    delta({}, 'stop'),
  ])
  const all = await events(model)
  const text = all.flatMap((event) => (event.type === 'text' ? [event.text] : [])).join('')
  assert.equal(text, 'Use `<think>` here.')
  assert.deepEqual(all.at(-1)?.type === 'reply' && all.at(-1), {
    type: 'reply',
    reply: { text, calls: [], usage: null, finish: 'stop', model: 'tiny' },
  })
  says(server, [delta({ content: '<thin' }), delta({}, 'stop')])
  assert.equal((await complete(model, request)).text, '<thin')
  says(server, [delta({ content: '<think>never ended' }), delta({}, 'length')])
  assert.match((await failure(complete(model, request))).message, /used up its tokens/)
})

test('is never content with half an answer', async (t) => {
  const { server, model } = await open(t, [
    { reply: { content: answer, breaks: { after: 3, how: 'cut' } } },
    { reply: { content: answer, breaks: { after: 3, how: 'error', message: 'the GPU fell off' } } },
  ])
  assert.match((await failure(events(model))).message, /was cut off/)
  assert.match((await failure(events(model))).message, /the GPU fell off/)
  assert.equal(server.requests.length, 2)
  for (const chunks of [[delta({ content: 'Half' })], []]) {
    says(server, chunks, { done: false })
    assert.match((await failure(events(model))).message, /was cut off/)
  }
})

test('gives up on a server that falls silent in the middle', async (t) => {
  const { model } = await open(t, [{ reply: { content: answer, breaks: { after: 2, how: 'silence' } } }], {
    timeout: 200,
  })
  assert.match((await failure(events(model))).message, /did not answer in time/)
})

test('takes an end without [DONE], and usage in a chunk of its own', async (t) => {
  const { server, model } = await open(t)
  const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 }
  says(server, [delta({ content: 'Half' }), delta({}, 'stop'), { choices: [], usage }], { done: false })
  assert.deepEqual((await complete(model, request)).usage, { inputTokens: 3, outputTokens: 2 })
  says(server, [delta({ content: 'Half' })])
  assert.equal((await complete(model, request)).text, 'Half')
})

test('does not wait for a server that never closes after its last word', { timeout: 9_000 }, async (t) => {
  const { server, model } = await open(t, undefined, { timeout: 60_000 })
  server.misbehave = (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(`data: ${JSON.stringify(delta({ content: 'Half' }, 'stop'))}\n\n`)
    return true
  }
  assert.equal((await complete(model, request)).text, 'Half')
})

test('reads failures inside a stream in the forms that servers use', async (t) => {
  const { server, model } = await open(t, undefined, { retries: 0 })
  const said = async (...chunks: unknown[]) => {
    says(server, chunks)
    return (await failure(events(model))).message
  }
  assert.match(
    await said(delta({ content: 'Half' }), { error: { code: 429, message: 'slow down' } }),
    /limits the rate.*slow down/,
  )
  assert.match(await said({ error: 'out of memory' }), /failed \(502\): out of memory/)
  assert.match(
    await said({ object: 'error', code: 400, message: 'maximum context length is 100' }),
    /too long/,
  )
  assert.match(
    await said({
      choices: [
        { index: 0, delta: { content: '' }, finish_reason: 'error', error: { code: 502, message: 'gone' } },
      ],
    }),
    /gone/,
  )
  assert.match(await said(delta({ refusal: 'I will not.' }), delta({}, 'stop')), /refused to answer/)
  assert.match(await said(delta({}, 'content_filter')), /held its answer back/)
  assert.match(await said({ hello: 'world' }), /not a chat completion/)
})

test('stops at once with the reason in the middle of an answer, and the request ends', async (t) => {
  const { server, model } = await open(t, [{ reply: { content: answer, pause: 200 } }])
  const reason = new Error('the person pressed stop')
  const controller = new AbortController()
  const heard: string[] = []
  const started = Date.now()
  const work = (async () => {
    for await (const event of model.stream(request, controller.signal)) {
      if (event.type === 'text') heard.push(event.text)
      setTimeout(() => controller.abort(reason), 30)
    }
  })()
  await assert.rejects(work, (error) => error === reason)
  assert.deepEqual(heard, ['Round'])
  assert.ok(Date.now() - started < 1_000)
  await until(() => server.requests[0]?.outcome === 'left')
})

test('gives nothing more after a stop, though it came already', async (t) => {
  const { server, model } = await open(t)
  says(server, [delta({ content: 'One.' }), delta({ content: ' Two.' }), delta({}, 'stop')])
  const controller = new AbortController()
  const heard: string[] = []
  const work = (async () => {
    for await (const event of model.stream(request, controller.signal)) {
      heard.push(event.type)
      controller.abort(new Error('stop'))
    }
  })()
  await assert.rejects(work, /stop/)
  assert.deepEqual(heard, ['text'])
})

test('ends the request when the iteration is left', async (t) => {
  const { server, model } = await open(t, [{ reply: { content: answer, pause: 100 } }])
  for await (const event of model.stream(request)) if (event.type === 'text') break
  await until(() => server.requests[0]?.outcome === 'left')
})

test('tries again before the first word and never after it', async (t) => {
  const { server, model } = await open(t)
  server.misbehave = (_, response, count) => {
    if (count === 1) sendJson(response, 503, { error: { message: 'busy' } }, { 'retry-after-ms': '5' })
    return count === 1
  }
  assert.equal((await complete(model, request)).text, answer)
  assert.equal(server.requests.length, 2)
  server.misbehave = (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(`data: ${JSON.stringify(delta({ content: 'Half' }))}\n\n`)
    response.write(`data: ${JSON.stringify({ error: { code: 503, message: 'busy' } })}\n\n`)
    response.end()
    return true
  }
  assert.match((await failure(complete(model, request))).message, /busy/)
  assert.equal(server.requests.length, 3)
})

test('sends nothing from the environment while it streams', async (t) => {
  const before = { ...process.env }
  Object.assign(process.env, {
    OPENAI_API_KEY: 'sk-env',
    OPENAI_ORG_ID: 'org-env',
    OPENAI_BASE_URL: 'http://127.0.0.1:1/v1',
  })
  try {
    const { server, model } = await open(t, undefined, { apiKey: 'sk-mine' })
    await complete(model, { ...request, tools })
    const headers = server.requests[0]?.headers ?? {}
    assert.equal(headers.authorization, 'Bearer sk-mine')
    assert.doesNotMatch(JSON.stringify(headers), /env|stainless/)
  } finally {
    for (const name of ['OPENAI_API_KEY', 'OPENAI_ORG_ID', 'OPENAI_BASE_URL']) {
      if (before[name] === undefined) delete process.env[name]
      else process.env[name] = before[name]
    }
  }
})

test('knows the context that the settings name, and none otherwise', async (t) => {
  assert.equal((await open(t)).model.contextTokens, null)
  assert.equal((await open(t, undefined, { contextTokens: 8_192 })).model.contextTokens, 8_192)
})

test('tells an answer that was cut in its first words from one that is no answer', async (t) => {
  const { server, model } = await open(t, undefined, { retries: 0 })
  const raw = (text: string) => {
    server.misbehave = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).end(text)
      return true
    }
    return failure(complete(model, request))
  }
  assert.match((await raw('data: {"choices": [{"del')).message, /was cut off/)
  assert.match((await raw('data: hello\n\ndata: world\n\n')).message, /not a chat completion/)
  assert.match((await raw('data: 7\n\ndata: [DONE]\n\n')).message, /not a chat completion/)
})
