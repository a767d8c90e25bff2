import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer as createTlsServer } from 'node:https'
import { createServer as createTcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { openChatModel } from '../../src/llm/chat-openai.ts'
import { complete } from '../../src/llm/model.ts'
import { sendJson } from '../../src/llm/scripted-server.ts'
import { UserError } from '../../src/memory/ports.ts'
import { failure, log, open, request } from './streaming.ts'

/** What people are told of a server that answers so. */
async function told(t: TestContext, status: number, body: unknown, options: { apiKey?: string } = {}) {
  const { server, model } = await open(t, undefined, { retries: 0, ...options })
  server.misbehave = (_, response) => {
    if (typeof body === 'string') response.writeHead(status, { 'content-type': 'text/html' }).end(body)
    else sendJson(response, status, body)
    return true
  }
  const { message, remedy } = await failure(complete(model, request))
  return `${message} ${remedy}`
}

const error = (message: string, more = {}) => ({ error: { message, ...more } })

test('tells a missing key from a wrong one', async (t) => {
  assert.match(await told(t, 401, error('no auth')), /asks for a key: no auth Enter a valid key/)
  assert.match(await told(t, 401, error('no auth'), { apiKey: 'k' }), /refused the key/)
  assert.match(await told(t, 403, error('not for you'), { apiKey: 'k' }), /refused the key: not for you/)
})

test('tells a wrong address in all the ways in which servers show it', async (t) => {
  for (const status of [404, 405]) {
    assert.match(await told(t, status, '<html>Not here</html>'), /no chat service at .*\/v1/)
  }
  assert.match(await told(t, 200, '<html>Welcome</html>'), /not a chat completion/)
  const { server } = await open(t)
  const baseUrl = server.baseUrl.replace('/v1', '/')
  const bare = await failure(complete(openChatModel({ baseUrl, model: 'tiny' }, log), request))
  assert.equal(bare.remedy, `Set casebook.model.baseUrl to ${server.baseUrl}: it usually ends in /v1.`)
})

test('tells a missing model in the words of several servers', async (t) => {
  const words = [
    [404, error('model "tiny" not found, try pulling it first')],
    [
      404,
      error('The model `tiny` does not exist or you do not have access to it.', { code: 'model_not_found' }),
    ],
    [400, error('tiny is not a valid model ID: unknown model')],
    [404, { object: 'error', message: 'The model `tiny` does not exist.', code: 404 }],
  ] as const
  for (const [status, body] of words) {
    assert.match(await told(t, status, body), /does not serve the model tiny.*casebook\.model\.model/)
  }
})

test('tells a rate limit from a quota that is used up', async (t) => {
  assert.match(await told(t, 429, error('Rate limit reached for requests')), /limits the rate.*Wait a while/)
  const used = /quota .* is used up.*billing/
  assert.match(
    await told(t, 429, error('You exceeded your current quota', { code: 'insufficient_quota' })),
    used,
  )
  assert.match(await told(t, 402, error('Insufficient credits')), used)
  assert.match(await told(t, 403, error('Your credit balance is too low')), used)
})

test('tells a question that is too long in the words of several servers', async (t) => {
  const words = [
    [400, error("This model's maximum context length is 8192 tokens", { code: 'context_length_exceeded' })],
    [
      400,
      {
        object: 'error',
        message: "This model's maximum context length is 100 tokens. However, you requested 200",
      },
    ],
    [
      400,
      error('the request exceeds the available context size, try increasing it', {
        type: 'exceed_context_size_error',
      }),
    ],
    [500, { error: 'input length exceeds the context window' }],
    [413, error('Request Entity Too Large')],
    [429, error('Request too large for tiny on tokens per min (TPM): Limit 100, Requested 200')],
    [
      400,
      error(
        'Input tokens exceed the configured limit of 272000 tokens. Your messages resulted in 300000 tokens.',
      ),
    ],
  ] as const
  for (const [status, body] of words) {
    assert.match(await told(t, status, body), /too long for the model tiny.*larger context/)
  }
})

test('does not call every refusal a long question or a missing model', async (t) => {
  assert.match(await told(t, 400, error('max_tokens is too large: 99999')), /refused the request \(400\)/)
  assert.match(
    await told(t, 400, error("Invalid 'messages[0].content' for this model")),
    /refused the request/,
  )
})

test('says what a server says in forms of its own', async (t) => {
  assert.match(
    await told(t, 500, { error: 'llama runner process has terminated' }),
    /failed \(500\).*runner process/,
  )
  assert.match(
    await told(t, 422, { detail: [{ msg: 'Field required' }] }),
    /refused the request \(422\).*Field required/,
  )
  assert.match(await told(t, 503, { message: 'Loading model' }), /failed \(503\): Loading model/)
  assert.match(await told(t, 502, '<html>Bad Gateway</html>'), /failed \(502\)\. Look/)
})

test('tells a server without TLS, one that is not trusted, and one that is not there', async (t) => {
  const { server } = await open(t)
  const ask = async (baseUrl: string) => {
    const model = openChatModel({ baseUrl, model: 'tiny' }, log, { retries: 0, timeout: 3_000 })
    const { message, remedy } = await failure(complete(model, request))
    return `${message} ${remedy}`
  }
  assert.match(await ask(server.baseUrl.replace('http:', 'https:')), /does not speak TLS.*http:\/\//)
  const closed = createTcpServer((socket) => socket.destroy())
  await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve))
  t.after(() => closed.close())
  const { port } = closed.address() as { port: number }
  assert.match(await ask(`http://127.0.0.1:${port}/v1`), /does not answer \(/)
  assert.match(await ask('http://nowhere.invalid/v1'), /is unknown.*network/)
  assert.match(await ask('http://127.0.0.1:1/v1'), /does not answer/)
})

test('takes no address with a password, and does not repeat it', async () => {
  const model = openChatModel({ baseUrl: 'https://me:hunter2@models.example/v1', model: 'tiny' }, log)
  const { message } = await failure(complete(model, request))
  assert.match(message, /models\.example must not hold a name or password/)
  assert.doesNotMatch(message + model.id, /hunter2/)
})

test('shows no key, wherever a server repeats it', async (t) => {
  const apiKey = 'my-own-key-77'
  const said = await told(t, 500, error(`cannot use ${apiKey} here`), { apiKey })
  assert.doesNotMatch(said, /my-own-key/)
  const { server, model } = await open(t, undefined, { apiKey, retries: 0 })
  server.misbehave = (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.end(`data: ${JSON.stringify({ error: { message: `bad ${apiKey}` } })}\n\n`)
    return true
  }
  const failed = await failure(complete(model, request))
  assert.ok(failed instanceof UserError)
  assert.doesNotMatch(failed.message, /my-own-key/)
})

test('tells a certificate that nobody vouches for', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'tls-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1']
  const args = [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    '1',
    '-keyout',
    key,
    '-out',
    cert,
    ...subject,
  ]
  if (spawnSync('openssl', args).status !== 0) return t.skip('openssl makes no certificate here')
  const server = createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const { port } = server.address() as { port: number }
  const model = openChatModel({ baseUrl: `https://127.0.0.1:${port}/v1`, model: 'tiny' }, log, { retries: 0 })
  const { message, remedy } = await failure(complete(model, request))
  assert.match(`${message} ${remedy}`, /certificate .* not trusted \(DEPTH_ZERO_SELF_SIGNED_CERT\).*trusted/)
})
