/** A model behind a scripted server, and answers as odd servers give them. */

import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type ChatOptions, openChatModel } from '../../src/llm/chat-openai.ts'
import type { ChatModel, ModelEvent, ModelRequest } from '../../src/llm/model.ts'
import type { Script } from '../../src/llm/scripted.ts'
import { type ScriptedServer, startScriptedServer } from '../../src/llm/scripted-server.ts'
import { UserError } from '../../src/memory/ports.ts'

export const request: ModelRequest = {
  purpose: 'work',
  system: 'You help.',
  messages: [{ role: 'user', content: 'How are cents rounded?' }],
}
export const tools = [
  {
    name: 'recall',
    description: 'Finds memories.',
    schema: { type: 'object', properties: { query: { type: 'string' } } },
  },
]
export const log = { info() {}, warn() {}, error() {} }
export const answer = 'Round half to even, as the ledger does.'

export interface Opened {
  server: ScriptedServer
  model: ChatModel
}

export async function open(
  t: TestContext,
  script: Script = [{ reply: answer, times: Number.POSITIVE_INFINITY }],
  options: ChatOptions & { contextTokens?: number; apiKey?: string } = {},
): Promise<Opened> {
  const server = await startScriptedServer(script)
  t.after(() => server.close())
  const { contextTokens = 0, apiKey = '', ...rest } = options
  const settings = { baseUrl: server.baseUrl, model: 'tiny', apiKey, contextTokens }
  return { server, model: openChatModel(settings, log, { timeout: 5_000, ...rest }) }
}

export async function events(model: ChatModel, asked = request, signal?: AbortSignal): Promise<ModelEvent[]> {
  const all: ModelEvent[] = []
  for await (const event of model.stream(asked, signal)) all.push(event)
  return all
}

export async function failure(work: Promise<unknown>): Promise<UserError> {
  const error = await work.then(
    () => assert.fail('it should have failed'),
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof UserError, String(error))
  assert.ok(error.remedy.length > 10)
  return error
}

/** Answers with these chunks, as a server would that knows no schema. */
export function says(server: ScriptedServer, chunks: unknown[], { done = true, status = 200 } = {}): void {
  server.misbehave = (_, response) => {
    response.writeHead(status, { 'content-type': 'text/event-stream' })
    for (const chunk of chunks) response.write(`data: ${JSON.stringify(chunk)}\n\n`)
    response.end(done ? 'data: [DONE]\n\n' : '')
    return true
  }
}

export const delta = (piece: unknown, finish_reason: string | null = null) => ({
  choices: [{ index: 0, delta: piece, finish_reason }],
})
export const callPiece = (...tool_calls: unknown[]) => delta({ tool_calls })

export async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 100 && !holds(); i++) await sleep(10)
  assert.ok(holds())
}
