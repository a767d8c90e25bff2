/** The one place where learning asks a model: a JSON block that fits a schema, or after three tries the reason why not. */

import type { z } from 'zod'
import type { ChatRequest, Llm } from '../ports.ts'
import { filled, retryUser } from './distil-prompts.ts'

export interface Asked<T> {
  /** Null: no try was usable. */
  value: T | null
  /** Why the last unusable reply was so; empty when all went well. */
  reason: string
  calls: number
  inputTokens: number
  outputTokens: number
}

/** First try and two more (Mem0 and the authors of ExpeRepair retry as often). */
const mostTries = 3
/** Characters of a reply that are looked at. */
const longestReply = 60_000
/** Of an unusable reply, what is shown to the model again. */
const shownAgain = 2_000

/**
 * `check` may refuse what fits the schema, with the reason. Errors of the model's server and aborts are thrown, since
 * they say nothing about the reply.
 */
export async function ask<T>(
  llm: Llm,
  request: ChatRequest,
  expected: { schema: z.ZodType<T>; check?: (value: T) => string | null },
  signal?: AbortSignal,
): Promise<Asked<T>> {
  const asked: Asked<T> = { value: null, reason: '', calls: 0, inputTokens: 0, outputTokens: 0 }
  let messages = [...request.messages]
  while (asked.calls < mostTries) {
    signal?.throwIfAborted()
    const reply = await llm.chat({ ...request, messages }, signal)
    asked.calls++
    asked.inputTokens += reply.usage?.inputTokens ?? 0
    asked.outputTokens += reply.usage?.outputTokens ?? 0
    const read = readReply(reply.text, expected)
    if ('value' in read) return { ...asked, value: read.value, reason: '' }
    asked.reason = read.reason
    messages = [
      ...request.messages,
      { role: 'assistant', content: reply.text.slice(0, shownAgain) || '(empty)' },
      { role: 'user', content: filled(retryUser, { reason: read.reason }) },
    ]
  }
  return asked
}

function readReply<T>(
  text: string,
  { schema, check }: { schema: z.ZodType<T>; check?: (value: T) => string | null },
): { value: T } | { reason: string } {
  if (text.length > longestReply) return { reason: `it has ${text.length} characters` }
  const block = jsonBlock(text)
  if (block === null) return { reason: 'it holds no single JSON code block' }
  let data: unknown
  try {
    data = JSON.parse(block)
  } catch {
    return { reason: 'its JSON cannot be read' }
  }
  const parsed = schema.safeParse(data)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    return {
      reason: `${issue?.path.join('.') || 'the answer'}: ${issue?.message ?? 'does not fit'}`.slice(0, 300),
    }
  }
  const refused = check?.(parsed.data) ?? null
  return refused === null ? { value: parsed.data } : { reason: refused }
}

/** The content of the only fence, or a reply that is JSON as a whole. Thoughts before it are ignored. */
function jsonBlock(text: string): string | null {
  const trimmed = text.replace(/^\s*<think>[\s\S]*?<\/think>/, '').trim()
  if (trimmed.startsWith('{') && trimmed.endsWith('}')) return trimmed
  const fences = [...trimmed.matchAll(/^[ \t]*```(?:json)?[ \t]*\n([\s\S]*?)\n[ \t]*```[ \t]*$/gm)]
  return fences.length === 1 ? (fences[0]?.[1] ?? null) : null
}
