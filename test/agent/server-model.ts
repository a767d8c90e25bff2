/** A model behind the scripted server: requests are held to the API's schema and recorded as they crossed. */

import type { TestContext } from 'node:test'
import { completionReply } from '../../src/llm/chat-schema.ts'
import {
  answering,
  type ChatModel,
  type Message,
  type ModelReply,
  type ModelRequest,
  type OfferedTool,
} from '../../src/llm/model.ts'
import type { Script, ScriptedAnswer } from '../../src/llm/scripted.ts'
import { type ScriptedServer, startScriptedServer } from '../../src/llm/scripted-server.ts'

export interface ServedModel extends ChatModel {
  server: ScriptedServer
}

export async function servedModel(t: TestContext, script: Script, name = 'middling'): Promise<ServedModel> {
  const server = await startScriptedServer(script)
  t.after(() => server.close())
  const model = answering({ id: name }, async (request, signal) => {
    const body = JSON.stringify(bodyOf(request))
    const options = signal === undefined ? {} : { signal }
    const response = await fetch(`${server.baseUrl}/chat/completions`, { method: 'POST', body, ...options })
    const text = await response.text()
    if (!response.ok) throw new Error(`${response.status}: ${text}`)
    return replyOf(completionReply.parse(JSON.parse(text)))
  })
  return { ...model, server }
}

/** The names of the tools of each request, oldest first; null where none were offered. */
export function offeredIn({ server }: ServedModel): (string[] | null)[] {
  return server.requests.map(({ body }) => body.tools?.map((tool) => tool.function.name) ?? null)
}

export function systemsIn({ server }: ServedModel): string[] {
  return server.requests.map(({ body }) => String(body.messages[0]?.content))
}

/** The results of tools that the last request held. */
export function resultsIn({ server }: ServedModel): string[] {
  const messages = server.requests.at(-1)?.body.messages ?? []
  return messages.flatMap((message) => (message.role === 'tool' ? [String(message.content)] : []))
}

export const prunes = /names? the tools that neither/i
export const searches = /name what is missing/i

/** Answers of a model that looks after tools. */
export const list = (names: readonly string[]): ScriptedAnswer => ({ content: JSON.stringify(names) })
export const calls = (...wanted: [name: string, given: unknown][]): ScriptedAnswer => ({
  tool_calls: wanted.map(([name, given]) => ({ name, arguments: given })),
})

function bodyOf({ system, messages, tools }: ModelRequest): unknown {
  return {
    model: 'scripted',
    messages: [{ role: 'system', content: system }, ...messages.map(wireOf)],
    ...(tools && { tools: tools.map(wireTool) }),
  }
}

function wireOf(message: Message): unknown {
  if (message.role === 'user') return message
  if (message.role === 'tool') return { role: 'tool', tool_call_id: message.callId, content: message.content }
  const wired = (message.calls ?? []).map((call) => ({
    id: call.id,
    type: 'function',
    function: { name: call.name, arguments: JSON.stringify(call.arguments) },
  }))
  return { role: 'assistant', content: message.content, ...(wired.length > 0 && { tool_calls: wired }) }
}

function wireTool({ name, description, schema }: OfferedTool): unknown {
  return { type: 'function', function: { name, description, parameters: schema } }
}

function replyOf({
  choices,
  usage,
}: ReturnType<typeof completionReply.parse>): Pick<ModelReply, 'text' | 'calls' | 'usage'> {
  const message = choices[0]?.message
  return {
    text: message?.content ?? '',
    calls: (message?.tool_calls ?? []).map((call) => ({
      id: call.id,
      name: call.function.name,
      arguments: JSON.parse(call.function.arguments) as unknown,
    })),
    usage: usage ? { inputTokens: usage.prompt_tokens, outputTokens: usage.completion_tokens } : null,
  }
}
