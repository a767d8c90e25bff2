/** Scripts of models as JSON files, for people who try Casebook without a model, and for tests of the editor. */

import { z } from 'zod'
import { UserError } from '../memory/ports.ts'
import type { Asked, Script, ScriptEntry, When } from './scripted.ts'

const pattern = z.string().transform((source, context) => {
  try {
    return new RegExp(source, 'i')
  } catch (error) {
    context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : 'no pattern' })
    return z.NEVER
  }
})

const answer = z.strictObject({
  content: z.string().optional(),
  tool_calls: z.array(z.strictObject({ name: z.string(), arguments: z.unknown() })).optional(),
  usage: z.strictObject({ inputTokens: z.int().min(0), outputTokens: z.int().min(0) }).optional(),
  finish: z.enum(['stop', 'length', 'content_filter']).optional(),
  refusal: z.string().optional(),
  delay: z.number().min(0).optional(),
  pause: z.number().min(0).optional(),
  breaks: z
    .strictObject({
      after: z.int().min(0),
      how: z.enum(['cut', 'error', 'silence']),
      message: z.string().optional(),
    })
    .optional(),
})

const entries = z.array(
  z.strictObject({
    when: z
      .strictObject({
        system: pattern.optional(),
        lastUser: pattern.optional(),
        tool: pattern.nullable().optional(),
        result: pattern.nullable().optional(),
      })
      .optional(),
    reply: z.union([z.string(), answer]),
    /** Absent: as often as it fits. */
    times: z.int().min(1).optional(),
  }),
)

type Answer = z.infer<typeof answer>

/**
 * In texts and arguments `{{lastUser}}` stands for what the user said, `{{question}}` for its last paragraph (before it
 * may stand what was recalled), `{{result}}` for the newest result of a tool.
 * Patterns do not tell capitals. Throws `UserError`; `name` is that of the file.
 */
export function parseScript(text: string, name: string): Script {
  const parsed = entries.safeParse(jsonOf(text, name))
  if (parsed.success) {
    return parsed.data.map(({ when, reply, times = Number.POSITIVE_INFINITY }): ScriptEntry => {
      const fixed = typeof reply === 'string' ? { content: reply } : reply
      return { ...(when && { when: when as When }), times, reply: (asked) => filled(fixed, asked) }
    })
  }
  const { path, message } = parsed.error.issues[0] ?? { path: [], message: 'unreadable' }
  throw unusable(name, `${path.join('.')}: ${message}`)
}

function filled(reply: Answer, { lastUser, results }: Asked): ReturnType<typeof plain> {
  const question =
    lastUser
      .trim()
      .split(/\n\s*\n/)
      .at(-1) ?? ''
  const holes: Record<string, string> = { lastUser, question, result: results.at(-1)?.content ?? '' }
  const fill = (text: string) =>
    text.replace(/\{\{(lastUser|question|result)\}\}/g, (_, hole) => holes[hole] ?? '')
  return plain(deep(reply, fill) as Answer)
}

/** Absent fields stay absent. */
function plain(reply: Answer) {
  return Object.fromEntries(Object.entries(reply).filter(([, value]) => value !== undefined)) as ReturnType<
    Extract<ScriptEntry['reply'], (asked: Asked) => unknown>
  >
}

function deep(value: unknown, fill: (text: string) => string): unknown {
  if (typeof value === 'string') return fill(value)
  if (Array.isArray(value)) return value.map((item) => deep(item, fill))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, deep(inner, fill)]))
}

function jsonOf(text: string, name: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw unusable(name, error instanceof Error ? error.message : 'no JSON')
  }
}

function unusable(name: string, why: string): UserError {
  const remedy = 'A script is a list such as [{"when": {"lastUser": "round"}, "reply": "Half to even."}].'
  return new UserError(`${name} is no script of a model: ${why}`, remedy)
}
