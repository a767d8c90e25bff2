/** A request as Chat Completions takes it, without what a server refused. Pure. */

import type { OpenAI } from 'openai'
import type { Wish } from './capabilities.ts'
import type { Message, ModelRequest, OfferedTool, ToolCall } from './model.ts'

export type Body = OpenAI.ChatCompletionCreateParams

type WireMessage = Body['messages'][number]

/**
 * Local servers know `max_tokens`; OpenAI's newer models take `max_completion_tokens` alone and no temperature;
 * templates of some small models have no place for a system message.
 */
export function bodyOf(request: ModelRequest, model: string, refused: ReadonlySet<Wish>): Body {
  const { temperature, maxTokens } = request
  const body: Body = {
    model,
    messages: messagesOf(request, refused.has('system')),
    ...toolsOf(request, refused),
    ...streamOf(refused),
  }
  if (temperature !== undefined && !refused.has('temperature')) body.temperature = temperature
  if (maxTokens === undefined) return body
  if (!refused.has('max_tokens')) body.max_tokens = maxTokens
  else if (!refused.has('max_completion_tokens')) body.max_completion_tokens = maxTokens
  return body
}

/** What this body holds that a server may refuse. */
export function wishesIn(body: Body): Set<Wish> {
  const names = Object.keys(body).filter((key) => body[key as keyof Body] !== undefined)
  const system = body.messages.some(({ role }) => role === 'system') ? ['system'] : []
  return new Set([...names, ...system] as Wish[])
}

function streamOf(refused: ReadonlySet<Wish>): Pick<Body, 'stream' | 'stream_options'> {
  if (refused.has('stream')) return {}
  return refused.has('stream_options')
    ? { stream: true }
    : { stream: true, stream_options: { include_usage: true } }
}

/** `tools` are left out only where they are optional: to ask without them in silence would be another question. */
function toolsOf(
  { tools = [], toolChoice = 'auto', toolsOptional = false }: ModelRequest,
  refused: ReadonlySet<Wish>,
): Pick<Body, 'tools' | 'tool_choice'> {
  const saysChoice = toolChoice !== 'auto' && !refused.has('tool_choice')
  // Where a choice cannot be said, a model that may call nothing is offered nothing.
  const unsaidNone = toolChoice === 'none' && !saysChoice
  if (tools.length === 0 || unsaidNone || (toolsOptional && refused.has('tools'))) return {}
  return { tools: tools.map(wireTool), ...(saysChoice && { tool_choice: toolChoice }) }
}

function wireTool({ name, description, schema }: OfferedTool): OpenAI.ChatCompletionFunctionTool {
  return { type: 'function', function: { name, description, parameters: schema } }
}

function messagesOf({ system, messages }: ModelRequest, inUser: boolean): WireMessage[] {
  const plain = messages.map(wireMessage)
  const said = system.toWellFormed()
  if (said === '') return plain
  if (!inUser) return [{ role: 'system', content: said }, ...plain]
  const [first, ...rest] = plain
  if (first?.role !== 'user') return [{ role: 'user', content: said }, ...plain]
  return [{ role: 'user', content: `${said}\n\n${String(first.content)}` }, ...rest]
}

/** Servers refuse halves of surrogate pairs, and empty lists of calls. */
function wireMessage(message: Message): WireMessage {
  const content = message.content.toWellFormed()
  if (message.role === 'user') return { role: 'user', content }
  if (message.role === 'tool') return { role: 'tool', tool_call_id: message.callId, content }
  const { calls = [] } = message
  if (calls.length === 0) return { role: 'assistant', content }
  return { role: 'assistant', content: content === '' ? null : content, tool_calls: calls.map(wireCall) }
}

/** What was no object goes back inside one: many servers parse it, and their templates go through its fields. */
function wireCall({ id, name, arguments: given }: ToolCall): OpenAI.ChatCompletionMessageFunctionToolCall {
  const isObject = typeof given === 'object' && given !== null && !Array.isArray(given)
  const fields = isObject || given === undefined ? (given ?? {}) : { unreadable: given }
  return { id, type: 'function', function: { name, arguments: JSON.stringify(fields).toWellFormed() } }
}
