/** Casebook's own tools in a chat; the memories that they find go on counting where the prompt ended. */

import type { Knowledge, ToolSet, Workspace } from '../ports.ts'
import { edit } from '../tools/edit.ts'
import { memoryTools } from '../tools/memory-tools.ts'
import { read } from '../tools/read.ts'
import { runCommand, runTests } from '../tools/run-command.ts'
import type { Tool, ToolCall as Work } from '../tools/tool.ts'
import { toolSet } from '../tools/tool-set.ts'
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
  working?: NonNullable<Work['working']>
}

/** Memory is not written by a model's call: remembering is a person's act, and credit follows the answer. */
export const readingTools: readonly Tool[] = [...memoryTools.filter(({ writes }) => !writes), read]
/** Each use of them is asked for. Offered only where the person allowed the chat to act at all. */
export const actingTools: readonly Tool[] = [edit, runTests, runCommand]

/** What may be done in a chat with these files. */
export function chatTools(workspace: Pick<Workspace, 'may'> | undefined): Tool[] {
  return usableTools([...readingTools, ...actingTools], { workspace, mayWrite: false })
}

export function ownTools({ root, shown, ...options }: OwnToolsOptions): ToolSet {
  const marks = new Map<string, string>()
  const about = { ...options, agent: 'chat', marks, mayWrite: false }
  const tools = toolSet(chatTools(options.workspace), about)
  return {
    ...tools,
    async run(call, signal) {
      marks.clear()
      const before = shown.map(({ id }, at) => [`m${at + 1}`, id] as const)
      for (const [mark, id] of before) marks.set(mark, id)
      const { content, ok } = await tools.run(call, signal)
      const goesOn = before.every(([mark, id]) => marks.get(mark) === id)
      const fresh = [...marks.values()].slice(goesOn ? before.length : 0)
      shown.push(...fresh.map((id) => ({ root, id })))
      // A recall counts from one again.
      return { content: goesOn ? content : countedFrom(content, before.length), ok }
    },
  }
}

/** Stored words stand behind a bar: a mark at the beginning of a line is one of ours. */
function countedFrom(text: string, first: number): string {
  return text.replace(/^\[m(\d+)\]/gm, (_, number: string) => `[m${Number(number) + first}]`)
}
