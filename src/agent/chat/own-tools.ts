/** Casebook's own tools in a chat: they read, and the memories that they find go on counting where the prompt ended. */

import type { ToolCall } from '../../llm/model.ts'
import type { Knowledge, ToolResult, ToolSet } from '../ports.ts'
import { answerText } from '../tools/answer.ts'
import { memoryTools } from '../tools/memory-tools.ts'
import { BadArguments, type Tool } from '../tools/tool.ts'
import type { MemoryName } from './credit.ts'

export interface OwnToolsOptions {
  knowledge: Knowledge
  root: string
  sessionId: string
  /** `[m1]` is the first; what the tools recall is added behind it. */
  shown: MemoryName[]
}

/** Nothing is written by a model's call: remembering is a person's act, and credit follows the answer. */
export const readingTools: readonly Tool[] = memoryTools.filter(({ writes }) => !writes)

export function ownTools(options: OwnToolsOptions): ToolSet {
  const offered = readingTools.map(({ name, description, inputSchema }) => ({
    name,
    description,
    schema: inputSchema,
  }))
  return {
    offered: async () => offered,
    run: (call, signal = new AbortController().signal) => run(options, call, signal),
  }
}

async function run(options: OwnToolsOptions, call: ToolCall, signal: AbortSignal): Promise<ToolResult> {
  const { knowledge, root, sessionId, shown } = options
  const tool = readingTools.find(({ name }) => name === call.name)
  if (tool === undefined) return { content: `Error: no tool named ${call.name} is known.`, ok: false }
  const before = new Map(shown.map(({ id }, at) => [`m${at + 1}`, id]))
  const marks = new Map(before)
  try {
    const work = { knowledge, agent: 'chat', sessionId, marks, mayWrite: false, signal }
    const content = await answerText(await tool.run(call.arguments, work))
    const first = shown.length
    const goesOn = [...before].every(([mark, id]) => marks.get(mark) === id)
    const fresh = [...marks.values()].slice(goesOn ? first : 0)
    shown.push(...fresh.map((id) => ({ root, id })))
    // A recall counts from one again.
    return { content: goesOn ? content : countedFrom(content, first), ok: true }
  } catch (error) {
    if (error instanceof BadArguments) return { content: `Error: ${error.message}`, ok: false }
    throw error
  }
}

/** Stored words stand behind a bar: a mark at the beginning of a line is one of ours. */
function countedFrom(text: string, first: number): string {
  return text.replace(/^\[m(\d+)\]/gm, (_, number: string) => `[m${Number(number) + first}]`)
}
