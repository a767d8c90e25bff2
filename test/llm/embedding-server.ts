/** A real HTTP server that speaks `/v1/embeddings` and misbehaves on demand. */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface EmbeddingRequest {
  model: string
  input: string[]
  encoding_format: string
}

export interface Received {
  headers: IncomingMessage['headers']
  body: EmbeddingRequest
}

/** Handles a request itself and returns true, or lets the well-behaved answer happen. */
export type Misbehaviour = (
  received: Received,
  response: ServerResponse,
  count: number,
) => boolean | Promise<boolean>

export interface EmbeddingServer {
  baseUrl: string
  received: Received[]
  /** Most requests that were under way at once. */
  mostAtOnce: number
  misbehave: Misbehaviour
  close(): Promise<void>
}

/** Vectors are a pure function of the text: `[length, vowels, 1]`, not normalised. */
export async function startEmbeddingServer(): Promise<EmbeddingServer> {
  let underWay = 0
  const state: EmbeddingServer = { baseUrl: '', received: [], mostAtOnce: 0, misbehave: () => false, close }
  const server = createServer((request, response) => {
    underWay++
    state.mostAtOnce = Math.max(state.mostAtOnce, underWay)
    response.on('close', () => underWay--)
    void answer(request, response, state)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  state.baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
  return state

  async function close(): Promise<void> {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  state: EmbeddingServer,
): Promise<void> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  if (request.url !== '/v1/embeddings') return sendJson(response, 404, { error: { message: 'no such page' } })
  const received = {
    headers: request.headers,
    body: JSON.parse(Buffer.concat(parts).toString()) as EmbeddingRequest,
  }
  state.received.push(received)
  if (await state.misbehave(received, response, state.received.length)) return
  sendJson(response, 200, reply(received.body, vectorFor))
}

export function vectorFor(text: string): number[] {
  return [text.length, text.match(/[aeiou]/g)?.length ?? 0, 1]
}

export function reply(body: EmbeddingRequest, embed: (text: string) => number[] | string): unknown {
  const data = body.input.map((text, index) => ({ object: 'embedding', index, embedding: embed(text) }))
  return { object: 'list', model: body.model, data, usage: { prompt_tokens: 1, total_tokens: 1 } }
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
