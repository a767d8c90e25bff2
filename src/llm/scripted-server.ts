/** A local server that speaks Chat Completions by a script: a model for tests, without a model. */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { UserError } from '../memory/ports.ts'
import {
  type CompletionReply,
  type CompletionRequest,
  completionReply,
  completionRequest,
  modelList,
} from './chat-schema.ts'
import { playScript, type Script, type ScriptedAnswer } from './scripted.ts'

export interface ReceivedRequest {
  headers: IncomingMessage['headers']
  body: CompletionRequest
}

/** Answers a request itself and returns true, or lets the script answer. `count` starts at 1. */
export type Misbehaviour = (
  received: ReceivedRequest,
  response: ServerResponse,
  count: number,
) => boolean | Promise<boolean>

export interface ScriptedServer {
  /** For example `http://127.0.0.1:40123/v1`. */
  readonly baseUrl: string
  /** Every chat request that was valid, oldest first. */
  readonly requests: readonly ReceivedRequest[]
  /** May be set at any time. */
  misbehave: Misbehaviour
  close(): Promise<void>
}

const modelName = 'scripted'

/**
 * Listens on this machine only. A request that breaks the API is answered with 400, one that the script does not
 * know with 410 and the question.
 */
export async function startScriptedServer(script: Script): Promise<ScriptedServer> {
  const play = playScript(script)
  const requests: ReceivedRequest[] = []
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => sendError(response, 500, String(error)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : 0
  const started: ScriptedServer = {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    requests,
    misbehave: () => false,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return started

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = `${request.method} ${request.url}`
    if (asked === 'GET /v1/models') return sendJson(response, 200, models())
    if (asked !== 'POST /v1/chat/completions') return sendError(response, 404, 'There is no such page.')
    const parsed = completionRequest.safeParse(jsonOf(await textOf(request)))
    if (!parsed.success) return sendError(response, 400, `Not by the API: ${parsed.error.message}`)
    const received = { headers: request.headers, body: parsed.data }
    requests.push(received)
    if (await started.misbehave(received, response, requests.length)) return
    try {
      sendJson(response, 200, replyOf(parsed.data, play(askedOf(parsed.data)), requests.length))
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      // Not to be tried again by any client: the script would not know it then, either.
      sendError(response, 410, error.message)
    }
  }
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
  sendJson(response, status, { error: { message, type: 'scripted', param: null, code: null } }, headers)
}

/** Tokens are counted as words: deterministic, and added up by whoever counts them. */
function replyOf(request: CompletionRequest, answer: ScriptedAnswer, count: number): CompletionReply {
  const input = answer.usage?.inputTokens ?? words(JSON.stringify(request.messages))
  const output = answer.usage?.outputTokens ?? words(answer.content ?? '')
  const calls = answer.tool_calls?.map((call, index) => ({
    id: `call_${count}_${index}`,
    type: 'function' as const,
    function: { name: call.name, arguments: JSON.stringify(call.arguments) },
  }))
  return completionReply.parse({
    id: `chatcmpl-${count}`,
    object: 'chat.completion',
    created: 0,
    model: request.model,
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: answer.content ?? null,
          refusal: answer.refusal ?? null,
          ...(calls === undefined ? {} : { tool_calls: calls }),
        },
        logprobs: null,
        finish_reason: calls === undefined ? (answer.finish ?? 'stop') : 'tool_calls',
      },
    ],
    usage: { prompt_tokens: input, completion_tokens: output, total_tokens: input + output },
  })
}

function askedOf({ messages }: CompletionRequest): { system: string; lastUser: string } {
  const system = messages.find(({ role }) => role === 'system' || role === 'developer')
  const lastUser = messages.findLast(({ role }) => role === 'user')
  return { system: plain(system?.content), lastUser: plain(lastUser?.content) }
}

function plain(content: string | { text: string }[] | null | undefined): string {
  if (typeof content === 'string') return content
  return (content ?? []).map(({ text }) => text).join('\n')
}

function models(): unknown {
  const data = [{ id: modelName, object: 'model', created: 0, owned_by: 'casebook' }]
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

function words(text: string): number {
  return text.split(/\s+/).filter((word) => word !== '').length
}
