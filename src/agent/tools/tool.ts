/** What a tool is: a row of a table with a schema that refuses what it does not know, and says how to do better. */

import { z } from 'zod'
import type { OpenContext } from '../context/context.ts'
import type { Knowledge, Workspace } from '../ports.ts'
import type { Answer } from './answer.ts'

/** What a call works with. */
export interface ToolCall {
  knowledge: Knowledge
  /** The agent, as its client calls itself. */
  agent: string
  /** Of the process or the chat: credit belongs to a session. */
  sessionId: string
  /** Memories of the newest recall, and those shown since, by their marks: `m1` and so on. */
  marks: Map<string, string>
  /** Whether memory may be changed, which includes the note of what was shown. */
  mayWrite: boolean
  /** The files and the shell; absent: there are none to work with. */
  workspace?: Workspace
  /** The working memory of the run. */
  working?: Pick<OpenContext, 'note' | 'drop' | 'open'>
  signal: AbortSignal
}

/** What a tool cannot do without, besides memory. */
export type Need = 'files' | 'edit' | 'shell' | 'context'

export interface Tool {
  name: string
  title: string
  /** When to call it, and what comes back. */
  description: string
  /** JSON Schema. */
  inputSchema: Record<string, unknown>
  writes: boolean
  needs: readonly Need[]
  /** Throws `BadArguments` before anything is done. */
  run(args: unknown, call: ToolCall): Promise<Answer>
}

export class BadArguments extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'BadArguments'
  }
}

interface Definition<Input extends z.ZodObject> {
  name: string
  title: string
  description: string
  input: Input
  writes?: boolean
  needs?: readonly Need[]
  run(args: z.output<Input>, call: ToolCall): Promise<Answer>
}

export function defineTool<Input extends z.ZodObject>(definition: Definition<Input>): Tool {
  const { name, title, description, input, writes = false, needs = [], run } = definition
  const { $schema: _, ...inputSchema } = z.toJSONSchema(input, { io: 'input' })
  return {
    name,
    title,
    description,
    inputSchema,
    writes,
    needs,
    run: (args, call) => run(checked(name, input, args), call),
  }
}

function checked<Input extends z.ZodObject>(name: string, input: Input, args: unknown): z.output<Input> {
  const result = input.safeParse(args ?? {}, { reportInput: true })
  if (result.success) return result.data
  const known = Object.keys(input.shape)
  const faults = result.error.issues.map((issue) => fault(issue, known))
  throw new BadArguments(`${name} was not called: ${faults.join('; ')}.`)
}

function fault(issue: z.core.$ZodIssue, known: readonly string[]): string {
  if (issue.code === 'unrecognized_keys') {
    return `there is no argument ${issue.keys.map((key) => `'${key}'`).join(', ')}, only ${known.join(', ')}`
  }
  const missing = issue.code === 'invalid_type' && issue.input === undefined
  const what = missing ? 'is missing' : issue.message.replace(/^Invalid input: /, '').replace(/\.$/, '')
  const place = issue.path.join('.')
  return place === '' ? what : `'${place}': ${what}`
}

/** A path as the index knows it: forward slashes, relative to the repository. */
export const pathArgument = z.string().trim().min(1).max(1_000)

export function limitArgument(usual: number, most: number) {
  return z
    .int()
    .min(1)
    .max(most)
    .default(usual)
    .describe(`At most so many results, 1 to ${most}; ${usual} without it.`)
}

/** The mark of a memory that is shown: the one that it has, else the next, so that no mark means two memories. */
export function markOf(id: string, marks: Map<string, string>): string {
  for (const [mark, known] of marks) if (known === id) return mark
  const mark = `m${marks.size + 1}`
  marks.set(mark, id)
  return mark
}

/** The id behind `mem:ID`, `ID` or a mark such as `m3` of the newest recall. */
export function recordReference(text: string, marks: ReadonlyMap<string, string>): string {
  const bare = text
    .trim()
    .replace(/^\[(m\d+)\]$/, '$1')
    .replace(/^mem:/i, '')
    .replace(/@\d+$/, '')
  const marked = marks.get(bare)
  if (marked !== undefined) return marked
  if (/^m\d+$/.test(bare)) {
    throw new BadArguments(`'${text}' is no mark of the newest casebook_recall: give the handle mem:ID`)
  }
  return bare
}
