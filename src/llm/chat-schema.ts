/** The part of OpenAI's Chat Completions that Casebook speaks, written from its public API reference. */

import { z } from 'zod'

const text = z.object({ type: z.literal('text'), text: z.string() })
const content = z.union([z.string(), z.array(text).min(1)])

const toolCall = z.strictObject({
  id: z.string(),
  type: z.literal('function'),
  function: z.strictObject({ name: z.string(), arguments: z.string() }),
})

const requestMessage = z.discriminatedUnion('role', [
  z.strictObject({ role: z.literal('system'), content, name: z.string().optional() }),
  z.strictObject({ role: z.literal('developer'), content, name: z.string().optional() }),
  z.strictObject({ role: z.literal('user'), content, name: z.string().optional() }),
  z.strictObject({
    role: z.literal('assistant'),
    content: content.nullish(),
    name: z.string().optional(),
    refusal: z.string().nullish(),
    tool_calls: z.array(toolCall).min(1).optional(),
  }),
  z.strictObject({ role: z.literal('tool'), content, tool_call_id: z.string() }),
])

const tool = z.strictObject({
  type: z.literal('function'),
  function: z.strictObject({
    name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/),
    description: z.string().optional(),
    parameters: z.record(z.string(), z.unknown()).optional(),
    strict: z.boolean().nullish(),
  }),
})

/** Body of `POST /v1/chat/completions`. Strict: a field that we do not know is a mistake of ours. */
export const completionRequest = z
  .strictObject({
    model: z.string().min(1),
    messages: z.array(requestMessage).min(1),
    temperature: z.number().min(0).max(2).optional(),
    max_tokens: z.int().min(1).optional(),
    max_completion_tokens: z.int().min(1).optional(),
    tools: z.array(tool).min(1).max(128).optional(),
    tool_choice: z
      .union([z.enum(['none', 'auto', 'required']), z.record(z.string(), z.unknown())])
      .optional(),
    stream: z.boolean().optional(),
    stream_options: z.strictObject({ include_usage: z.boolean().optional() }).optional(),
  })
  .superRefine((request, context) => {
    for (const message of conflictsIn(request)) context.addIssue({ code: 'custom', message })
  })
export type CompletionRequest = z.infer<typeof completionRequest>

type Conversation = Pick<
  CompletionRequest,
  'messages' | 'tools' | 'tool_choice' | 'stream' | 'stream_options'
>

/** What the reference says in words: which fields need another, and that calls and results come in pairs. */
function* conflictsIn(request: Conversation): Generator<string> {
  const { messages, tools, tool_choice, stream, stream_options } = request
  if (stream_options !== undefined && stream !== true) yield 'stream_options is only allowed with stream'
  if (tool_choice !== undefined && tools === undefined) yield 'tool_choice is only allowed with tools'
  let open = new Set<string>()
  for (const message of messages) {
    if (message.role === 'tool') {
      if (!open.delete(message.tool_call_id)) yield `no call ${message.tool_call_id} waits for this result`
      continue
    }
    for (const id of open) yield `the call ${id} has no result`
    open = new Set(message.role === 'assistant' ? message.tool_calls?.map(({ id }) => id) : [])
    if (message.role === 'assistant' && !message.content && open.size === 0 && !message.refusal) {
      yield 'an assistant says something or calls a tool'
    }
  }
  for (const id of open) yield `the call ${id} has no result`
}

const finishReason = z.enum(['stop', 'length', 'tool_calls', 'content_filter'])
const usage = z.object({
  prompt_tokens: z.int().min(0),
  completion_tokens: z.int().min(0),
  total_tokens: z.int().min(0),
})

/** Reply to it. Servers may add fields of their own. */
export const completionReply = z.object({
  id: z.string(),
  object: z.literal('chat.completion'),
  created: z.int(),
  model: z.string(),
  choices: z
    .array(
      z.object({
        index: z.int(),
        message: z.object({
          role: z.literal('assistant'),
          content: z.string().nullable(),
          refusal: z.string().nullable(),
          tool_calls: z.array(toolCall).optional(),
        }),
        logprobs: z.null(),
        finish_reason: finishReason,
      }),
    )
    .min(1),
  usage: usage.optional(),
})
export type CompletionReply = z.infer<typeof completionReply>

/** One event of the reply to a request with `stream`. The last one before `[DONE]` may hold the usage alone. */
export const completionChunk = z.strictObject({
  id: z.string(),
  object: z.literal('chat.completion.chunk'),
  created: z.int(),
  model: z.string(),
  choices: z.array(
    z.strictObject({
      index: z.int(),
      delta: z.strictObject({
        role: z.literal('assistant').optional(),
        content: z.string().nullish(),
        refusal: z.string().nullish(),
        tool_calls: z
          .array(
            z.strictObject({
              index: z.int(),
              id: z.string().optional(),
              type: z.literal('function').optional(),
              function: z
                .strictObject({ name: z.string().optional(), arguments: z.string().optional() })
                .optional(),
            }),
          )
          .optional(),
      }),
      logprobs: z.null(),
      finish_reason: finishReason.nullable(),
    }),
  ),
  usage: usage.nullish(),
})
export type CompletionChunk = z.infer<typeof completionChunk>

/** Reply to `GET /v1/models`. */
export const modelList = z.object({
  object: z.literal('list'),
  data: z.array(
    z.object({ id: z.string(), object: z.literal('model'), created: z.int(), owned_by: z.string() }),
  ),
})
