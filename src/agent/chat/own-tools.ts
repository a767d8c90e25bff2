/** Casebook's own tools in a chat; the memories that they find go on counting where the prompt ended. */

import type { ToolCall } from '../../llm/model.ts'
import type { Knowledge, ToolResult, ToolSet, Workspace } from '../ports.ts'
import { answerText } from '../tools/answer.ts'
import { edit } from '../tools/edit.ts'
import { memoryTools } from '../tools/memory-tools.ts'
import { read } from '../tools/read.ts'
import { runCommand, runTests } from '../tools/run-command.ts'
import { BadArguments, type Tool, type ToolCall as Work } from '../tools/tool.ts'
import { asOffered } from '../tools/tool-set.ts'
import { usableTools } from '../tools/work.ts'
import type { MemoryName } from './credit.ts'

export interface OwnToolsOptions {
  knowledge: Knowledge
  root: string
  sessionId: string
  /** `[m1]` is the first; what the tools recall is added behind it. */
  shown: MemoryName[]
  /** Absent: no file is read, changed or run. */
  workspace?: Workspace
  /** The working memory of the question: it knows long outputs by their handles. */
  working?: Work['working']
}

/** Memory is not written by a model's call: remembering is a person's act, and credit follows the answer. */
export const readingTools: readonly Tool[] = [...memoryTools.filter(({ writes }) => !writes), read]
/** Each use of them is asked for. Offered only where the person allowed the chat to act at all. */
export const actingTools: readonly Tool[] = [edit, runTests, runCommand]

/** What may be done in a chat with these files. */
export function chatTools(workspace: Pick<Workspace, 'may'> | undefined): Tool[] {
  return usableTools([...readingTools, ...actingTools], { workspace, mayWrite: false })
}

export function ownTools(options: OwnToolsOptions): ToolSet {
  const offered = chatTools(options.workspace).map(asOffered)
  return {
    offered: async () => offered,
    run: (call, signal = new AbortController().signal) => run(options, call, signal),
  }
}

async function run(options: OwnToolsOptions, call: ToolCall, signal: AbortSignal): Promise<ToolResult> {
  const { knowledge, root, sessionId, shown, workspace, working } = options
  const tool = chatTools(workspace).find(({ name }) => name === call.name)
  if (tool === undefined) return { content: `Error: no tool named ${call.name} is known.`, ok: false }
  const before = new Map(shown.map(({ id }, at) => [`m${at + 1}`, id]))
  const marks = new Map(before)
  try {
    const work: Work = {
      knowledge,
      agent: 'chat',
      sessionId,
      marks,
      mayWrite: false,
      ...(workspace !== undefined && { workspace }),
      ...(working !== undefined && { working }),
      signal,
    }
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
