/** A local server that speaks Chat Completions by a script: a model for tests, without a model. */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { UserError } from '../memory/ports.ts'
import { type CompletionChunk, type CompletionRequest, completionRequest, modelList } from './chat-schema.ts'
import { playScript, type Script, type ScriptedAnswer } from './scripted.ts'
import { askedIn, chunksOf, replyOf } from './scripted-wire.ts'

export interface ReceivedRequest {
  headers: IncomingMessage['headers']
  body: CompletionRequest
  /** Unix milliseconds with fractions; null: nothing was said yet. */
  receivedAt: number
  firstPieceAt: number | null
  /** `left`: the client went before all was said. `broken`: the script wanted it so. */
  outcome: 'open' | 'answered' | 'left' | 'broken'
}

/** Answers a request itself and returns true, or lets the script answer. `count` starts at 1. */
export type Misbehaviour = (
  received: ReceivedRequest,
  response: ServerResponse,
  count: number,
) => boolean | Promise<boolean>

export interface ScriptedServerOptions {
  /** Default: any that is free. */
  port?: number
  /** What `/models` lists. Any name is answered. */
  models?: readonly string[]
}

export interface ScriptedServer {
  /** For example `http://127.0.0.1:40123/v1`. */
  readonly baseUrl: string
  /** Every chat request that was valid, oldest first. */
  readonly requests: readonly ReceivedRequest[]
  /** May be set at any time. */
  misbehave: Misbehaviour
  /** Milliseconds before the first piece of each answer, where the script says nothing else. Default 0. */
  delay: number
  close(): Promise<void>
}

/**
 * Listens on this machine only. A request that breaks the API is answered with 400, one that the script does not
 * know with 410 and the question.
 */
export async function startScriptedServer(
  script: Script,
  { port = 0, models = ['scripted'] }: ScriptedServerOptions = {},
): Promise<ScriptedServer> {
  const play = playScript(script)
  const requests: ReceivedRequest[] = []
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => sendError(response, 500, String(error)))
  })
  await listen(server, port)
  const address = server.address()
  const started: ScriptedServer = {
    baseUrl: `http://127.0.0.1:${typeof address === 'object' ? address?.port : port}/v1`,
    requests,
    misbehave: () => false,
    delay: 0,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return started

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = `${request.method} ${request.url}`
    if (asked === 'GET /v1/models') return sendJson(response, 200, listOf(models))
    if (asked !== 'POST /v1/chat/completions') return sendError(response, 404, 'There is no such page.')
    const parsed = completionRequest.safeParse(jsonOf(await textOf(request)))
    if (!parsed.success) return sendError(response, 400, `Not by the API: ${parsed.error.message}`)
    const received = record(request, response, parsed.data)
    const count = requests.push(received)
    if (await started.misbehave(received, response, count)) return
    try {
      await say(received, response, { delay: started.delay, ...play(askedIn(parsed.data)) }, count)
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      // Not to be tried again by any client: the script would not know it then, either.
      sendError(response, 410, error.message)
    }
  }
}

function listen(server: ReturnType<typeof createServer>, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
}

function record(
  { headers }: IncomingMessage,
  response: ServerResponse,
  body: CompletionRequest,
): ReceivedRequest {
  const received: ReceivedRequest = {
    headers,
    body,
    receivedAt: now(),
    firstPieceAt: null,
    outcome: 'open',
  }
  response.once('close', () => {
    if (received.outcome === 'open') received.outcome = response.writableFinished ? 'answered' : 'left'
  })
  return received
}

async function say(
  received: ReceivedRequest,
  response: ServerResponse,
  answer: ScriptedAnswer,
  count: number,
): Promise<void> {
  const { body } = received
  if (body.stream === true) return await stream(received, response, answer, chunksOf(body, answer, count))
  await wait(answer.delay, response)
  received.firstPieceAt = now()
  if (answer.breaks?.how === 'silence') return
  if (answer.breaks?.how === 'error') return sendError(response, 500, answer.breaks.message ?? 'failed')
  if (answer.breaks === undefined) sendJson(response, 200, replyOf(body, answer, count))
  else destroy(received, response)
}

/** The head goes out at once, as with servers that think before they speak. */
async function stream(
  received: ReceivedRequest,
  response: ServerResponse,
  { delay = 0, pause = 0, breaks }: ScriptedAnswer,
  chunks: readonly CompletionChunk[],
): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
  response.flushHeaders()
  await wait(delay, response)
  // The first chunk says who speaks, and is no piece of what is said.
  for (const [at, chunk] of chunks.entries()) {
    if (at > 1) await wait(pause, response)
    if (response.destroyed) return
    if (breaks !== undefined && at > breaks.after) break
    if (at === 1) received.firstPieceAt = now()
    response.write(`data: ${JSON.stringify(chunk)}\n\n`)
  }
  if (breaks === undefined) response.end('data: [DONE]\n\n')
  else if (breaks.how === 'error') response.end(`data: ${JSON.stringify(errorOf(breaks.message))}\n\n`)
  else if (breaks.how === 'cut') destroy(received, response)
}

/** Ends early when nobody listens any more: a server that waits would keep its process alive. */
async function wait(milliseconds: number | undefined, response: ServerResponse): Promise<void> {
  if (!milliseconds || response.destroyed) return
  const left = new AbortController()
  const stop = () => left.abort()
  response.once('close', stop)
  await sleep(milliseconds, undefined, { signal: left.signal }).catch(() => {})
  response.off('close', stop)
}

function destroy(received: ReceivedRequest, response: ServerResponse): void {
  received.outcome = 'broken'
  // What was written must have gone out, or the client would see no answer at all.
  setImmediate(() => response.destroy())
}

export function sendJson(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify(value))
}

/** As OpenAI words its failures. */
export function sendError(
  response: ServerResponse,
  status: number,
  message: string,
  headers: Record<string, string> = {},
): void {
  sendJson(response, status, errorOf(message), headers)
}

function errorOf(message = 'The script fails here.'): unknown {
  return { error: { message, type: 'scripted', param: null, code: null } }
}

function listOf(models: readonly string[]): unknown {
  const data = models.map((id) => ({ id, object: 'model', created: 0, owned_by: 'casebook' }))
  return modelList.parse({ object: 'list', data })
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts).toString('utf8')
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function now(): number {
  return performance.timeOrigin + performance.now()
}
