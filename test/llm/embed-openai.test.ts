import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { isThisMachine } from '../../src/config.ts'
import { type EndpointOptions, openEndpointEmbedder } from '../../src/llm/embed-openai.ts'
import { estimateCost } from '../../src/llm/embedding-cost.ts'
import { type Embedder, EmbedderError } from '../../src/memory/ports.ts'
import { type EmbeddingServer, reply, sendJson, startEmbeddingServer, vectorFor } from './embedding-server.ts'

let server: EmbeddingServer
beforeEach(async () => {
  server = await startEmbeddingServer()
})
afterEach(() => server.close())

function open(options: Partial<EndpointOptions> = {}): Promise<Embedder> {
  return openEndpointEmbedder({ baseUrl: server.baseUrl, model: 'tiny', timeout: 5_000, ...options })
}

function unit(text: string): Float32Array {
  const vector = Float32Array.from(vectorFor(text))
  return vector.map((value) => value / Math.hypot(...vector))
}

function near(a: Float32Array | undefined, b: Float32Array): void {
  assert.equal(a?.length, b.length)
  a.forEach((value, i) => {
    assert.ok(Math.abs(value - (b[i] ?? 0)) < 1e-5, `${a} is not ${b}`)
  })
}

async function failure(work: Promise<unknown>): Promise<EmbedderError> {
  const error = await work.then(
    () => assert.fail('it should have failed'),
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof EmbedderError, String(error))
  assert.ok(error.remedy.length > 10)
  return error
}

test('probes the dimensions once and names model, host and dimensions', async () => {
  const embedder = await open()
  assert.equal(embedder.dimensions, 3)
  assert.equal(embedder.id, `endpoint:tiny@${new URL(server.baseUrl).host}/3`)
  assert.equal(server.received.length, 1)
})

test('gives normalised vectors in the order of the texts, over many batches', async () => {
  const embedder = await open()
  const texts = Array.from({ length: 700 }, (_, i) => 'a'.repeat(i % 50) + i)
  const vectors = await embedder.embed(texts)
  texts.forEach((text, i) => {
    near(vectors[i], unit(text))
  })
  const sizes = server.received.map(({ body }) => body.input.length)
  assert.ok(Math.max(...sizes) > 32, `batches should have grown: ${sizes}`)
  assert.ok(server.mostAtOnce <= 3)
})

test('asks for floats and takes base64 where the server sends it anyway', async () => {
  server.misbehave = ({ body }, response) => {
    assert.equal(body.encoding_format, 'float')
    const encode = (text: string): string =>
      Buffer.from(Float32Array.from(vectorFor(text)).buffer).toString('base64')
    sendJson(response, 200, reply(body, encode))
    return true
  }
  near((await (await open()).embed(['hello']))[0], unit('hello'))
})

test('sends nothing from the environment and nothing but the key', async () => {
  const leaks: Record<string, string> = {
    OPENAI_API_KEY: 'sk-env',
    OPENAI_BASE_URL: 'http://127.0.0.1:1/v1',
    OPENAI_ORG_ID: 'org-env',
    OPENAI_PROJECT_ID: 'proj-env',
    OPENAI_CUSTOM_HEADERS: 'x-leak: 1\nauthorization: Bearer sk-env',
  }
  const before = { ...process.env }
  Object.assign(process.env, leaks)
  try {
    await open()
    await open({ apiKey: 'sk-mine' })
  } finally {
    for (const name of Object.keys(leaks)) {
      if (before[name] === undefined) delete process.env[name]
      else process.env[name] = before[name]
    }
  }
  assert.equal(server.received[0]?.headers.authorization, undefined)
  assert.equal(server.received[1]?.headers.authorization, 'Bearer sk-mine')
  for (const { headers } of server.received) {
    const names = Object.keys(headers).filter((name) => /openai|leak|stainless/.test(name))
    assert.deepEqual(names, [])
    assert.doesNotMatch(JSON.stringify(headers), /env/)
  }
})

test('waits as long as a rate limit asks, then goes on one request at a time', async () => {
  const embedder = await open()
  let refused = 0
  let refusedAt = 0
  server.misbehave = (_, response) => {
    if (refused > 0) {
      assert.ok(Date.now() - refusedAt >= 290)
      return false
    }
    refused++
    refusedAt = Date.now()
    sendJson(response, 429, { error: { message: 'slow down' } }, { 'retry-after': '0.3' })
    return true
  }
  const vectors = await embedder.embed(['one', 'two'])
  near(vectors[1], unit('two'))
  assert.equal(refused, 1)
})

test('gives up on a rate limit that stays, as something to try later', async () => {
  const embedder = await open({ retries: 2 })
  server.misbehave = (_, response) => {
    sendJson(response, 429, { error: { message: 'slow down' } }, { 'retry-after-ms': '5' })
    return true
  }
  const error = await failure(embedder.embed(['one']))
  assert.match(error.message, /limits the rate/)
  assert.equal(error.retryable, true)
  assert.equal(server.received.length, 4)
})

test('does not wait when the quota is used up', async () => {
  const embedder = await open()
  server.misbehave = (_, response) => {
    sendJson(response, 429, { error: { message: 'pay first', code: 'insufficient_quota' } })
    return true
  }
  const error = await failure(embedder.embed(['one']))
  assert.match(error.message, /quota/)
  assert.equal(error.retryable, false)
  assert.equal(server.received.length, 2)
})

test('tries again after a server error and a cut connection', async () => {
  const embedder = await open()
  server.misbehave = (_, response, count) => {
    if (count === 2) sendJson(response, 500, { error: { message: 'oops' } }, { 'retry-after-ms': '5' })
    if (count === 3) response.destroy()
    return count <= 3
  }
  near((await embedder.embed(['hello']))[0], unit('hello'))
})

test('says that a dead server does not answer', async () => {
  const embedder = await open()
  await server.close()
  const error = await failure(embedder.embed(['hello']))
  assert.match(error.message, /does not answer \(ECONNREFUSED\)/)
  assert.equal(error.retryable, true)
})

test('says that a silent server does not answer', async () => {
  const embedder = await open({ timeout: 100, retries: 0 })
  server.misbehave = async (_, response) => {
    await sleep(1_000, undefined, { ref: false })
    response.destroy()
    return true
  }
  assert.match((await failure(embedder.embed(['hello']))).message, /does not answer/)
})

test('explains a refused key without showing it', async () => {
  server.misbehave = (_, response) => {
    sendJson(response, 401, { error: { message: 'Incorrect API key provided: sk-secret99' } })
    return true
  }
  const error = await failure(open({ apiKey: 'sk-secret99' }))
  assert.match(error.message, /refused the key/)
  assert.doesNotMatch(error.message, /secret99/)
  assert.equal(error.retryable, false)
})

test('tells a missing model from a wrong address', async () => {
  server.misbehave = (_, response) => {
    sendJson(response, 404, { error: { message: 'model "tiny" not found, try pulling it first' } })
    return true
  }
  assert.match((await failure(open())).remedy, /ollama pull tiny/)
  const wrong = await failure(open({ baseUrl: server.baseUrl.replace('/v1', '') }))
  assert.match(wrong.remedy, /ends in \/v1/)
})

test('recognises a page that is no embedding answer', async () => {
  server.misbehave = (_, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<html>welcome</html>')
    return true
  }
  assert.match((await failure(open())).message, /not a list of 1 embeddings/)
})

test('does not follow a redirect with code in the body', async () => {
  const other = await startEmbeddingServer()
  server.misbehave = (_, response) => {
    response.writeHead(307, { location: `${other.baseUrl}/embeddings` }).end()
    return true
  }
  const error = await failure(open())
  assert.match(error.message, /redirects elsewhere/)
  assert.equal(other.received.length, 0)
  await other.close()
})

test('refuses vectors of another length and says what happened', async () => {
  const embedder = await open()
  server.misbehave = ({ body }, response) => {
    sendJson(
      response,
      200,
      reply(body, () => [1, 2, 3, 4]),
    )
    return true
  }
  assert.match((await failure(embedder.embed(['hello']))).message, /4 dimensions instead of 3/)
})

test('refuses numbers that are none', async () => {
  server.misbehave = ({ body }, response) => {
    const broken = reply(body, () => [null, 1] as unknown as number[])
    sendJson(response, 200, broken)
    return true
  }
  assert.match((await failure(open())).message, /not a list of numbers/)
})

test('splits a batch that is too large and remembers the size', async () => {
  const embedder = await open()
  server.misbehave = ({ body }, response) => {
    if (body.input.length <= 8) return false
    sendJson(response, 422, { error: { message: 'batch size 32 > maximum allowed batch size 8' } })
    return true
  }
  const texts = Array.from({ length: 100 }, (_, i) => `text ${i}`)
  const vectors = await embedder.embed(texts)
  texts.forEach((text, i) => {
    near(vectors[i], unit(text))
  })
  const refusals = server.received.filter(({ body }) => body.input.length > 8).length
  assert.ok(refusals <= 9, `${refusals} refused requests`)
})

test('splits a text that is longer than the context and takes the mean', async () => {
  const embedder = await open()
  server.misbehave = ({ body }, response) => {
    if (!body.input.some((text) => text.length > 300)) return false
    sendJson(response, 400, { error: { message: "This model's maximum context length is 100 tokens" } })
    return true
  }
  const long = 'word '.repeat(100)
  const vectors = await embedder.embed(['short', long, 'other'])
  near(vectors[0], unit('short'))
  near(vectors[2], unit('other'))
  const halves = [unit(long.slice(0, 254)), unit(long.slice(254))]
  assert.ok(Math.hypot(...(vectors[1] ?? [])) > 0.999)
  assert.ok((vectors[1]?.[0] ?? 0) > 0.9 * (halves[0]?.[0] ?? 0))
})

test('stops at once when aborted, with the reason of the signal', async () => {
  const embedder = await open()
  server.misbehave = async () => {
    await sleep(2_000, undefined, { ref: false })
    return false
  }
  const reason = new Error('the person pressed stop')
  const controller = new AbortController()
  const started = Date.now()
  setTimeout(() => controller.abort(reason), 50)
  await assert.rejects(embedder.embed(['a', 'b'], controller.signal), reason)
  assert.ok(Date.now() - started < 1_000)
})

test('embeds empty texts and broken surrogates', async () => {
  const vectors = await (await open()).embed(['', '  ', '\ud83d'])
  assert.equal(vectors.length, 3)
  assert.ok(server.received.at(-1)?.body.input.every((text) => text.trim() !== '' && text.isWellFormed()))
})

test('refuses an address that is none, and a missing model name', async () => {
  assert.match((await failure(open({ baseUrl: 'localhost:11434' }))).message, /not the address/)
  assert.match((await failure(open({ model: '' }))).message, /model/)
})

test('knows which servers are on this machine', async () => {
  assert.equal((await open()).remote, false)
  for (const name of ['localhost', '127.0.0.1', '[::1]', 'ollama.localhost'])
    assert.equal(isThisMachine(name), true)
  for (const name of ['api.openai.com', 'localhost.evil.com', '10.0.0.2', '127.evil.com']) {
    assert.equal(isThisMachine(name), false)
  }
})

test('estimates cost from characters and price', () => {
  assert.deepEqual(estimateCost(35, 0), { tokens: 10, dollars: null })
  assert.equal(estimateCost(3_500_000, 0.02).dollars, 0.02)
})
