/** A scripted answer as Chat Completions sends it: whole, or in the chunks of a stream. Pure. */

import {
  type CompletionChunk,
  type CompletionReply,
  type CompletionRequest,
  completionChunk,
  completionReply,
} from './chat-schema.ts'
import type { Message } from './model.ts'
import { type Asked, askedOf, piecesOf, type ScriptedAnswer } from './scripted.ts'

/** Characters of arguments in one chunk: enough to cut names and escapes in two. */
const argumentPiece = 7

/** What a script sees of a request. */
export function askedIn({ messages, tools = [] }: CompletionRequest): Asked {
  const system = messages.find(({ role }) => role === 'system' || role === 'developer')
  const offered = tools.map((tool) => ({ name: tool.function.name }))
  return askedOf(plain(system?.content), messages.flatMap(messageOf), offered)
}

function messageOf(message: CompletionRequest['messages'][number]): Message[] {
  const content = plain(message.content)
  if (message.role === 'tool') return [{ role: 'tool', callId: message.tool_call_id, name: '', content }]
  return message.role === 'user' || message.role === 'assistant' ? [{ role: message.role, content }] : []
}

function plain(content: string | { text: string }[] | null | undefined): string {
  if (typeof content === 'string') return content
  return (content ?? []).map(({ text }) => text).join('\n')
}

/** `count` numbers the answers of a server. */
export function replyOf(request: CompletionRequest, answer: ScriptedAnswer, count: number): CompletionReply {
  const calls = callsOf(answer, count)
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
          ...(calls.length > 0 && { tool_calls: calls }),
        },
        logprobs: null,
        finish_reason: finishOf(answer),
      },
    ],
    usage: usageOf(request, answer),
  })
}

/** Held to the schema of the API, as all that leaves the server. */
export function chunksOf(
  request: CompletionRequest,
  answer: ScriptedAnswer,
  count: number,
): CompletionChunk[] {
  const counts = request.stream_options?.include_usage === true
  const about = { id: `chatcmpl-${count}`, object: 'chat.completion.chunk', created: 0, model: request.model }
  const chunk = (choices: unknown[], usage: unknown = null) =>
    completionChunk.parse({ ...about, choices, ...(counts && { usage }) })
  const piece = (delta: unknown, finish: string | null = null) =>
    chunk([{ index: 0, delta, logprobs: null, finish_reason: finish }])
  return [
    piece({ role: 'assistant', content: '' }),
    ...piecesOf(answer.content ?? '').map((content) => piece({ content })),
    ...(answer.refusal === undefined ? [] : [piece({ refusal: answer.refusal })]),
    ...callPieces(answer, count).map((call) => piece({ tool_calls: [call] })),
    piece({}, finishOf(answer)),
    ...(counts ? [chunk([], usageOf(request, answer))] : []),
  ]
}

/** Name and id come first, then the arguments in pieces. */
function callPieces(answer: ScriptedAnswer, count: number): unknown[] {
  return callsOf(answer, count).flatMap(({ id, type, function: { name, arguments: given } }, index) => [
    { index, id, type, function: { name, arguments: '' } },
    ...Array.from({ length: Math.ceil(given.length / argumentPiece) }, (_, at) => ({
      index,
      function: { arguments: given.slice(at * argumentPiece, (at + 1) * argumentPiece) },
    })),
  ])
}

function callsOf({ tool_calls = [] }: ScriptedAnswer, count: number) {
  return tool_calls.map((call, index) => ({
    id: `call_${count}_${index}`,
    type: 'function' as const,
    function: { name: call.name, arguments: JSON.stringify(call.arguments) },
  }))
}

function finishOf({ tool_calls = [], finish = 'stop' }: ScriptedAnswer): string {
  return tool_calls.length > 0 && finish === 'stop' ? 'tool_calls' : finish
}

/** Tokens are counted as words: deterministic, and added up by whoever counts them. */
function usageOf({ messages }: CompletionRequest, { usage, content = '' }: ScriptedAnswer) {
  const input = usage?.inputTokens ?? words(JSON.stringify(messages))
  const output = usage?.outputTokens ?? words(content)
  return { prompt_tokens: input, completion_tokens: output, total_tokens: input + output }
}

function words(text: string): number {
  return text.split(/\s+/).filter((word) => word !== '').length
}
