/** What tools need besides memory, and an error where it is not there. */

import type { Workspace } from '../ports.ts'
import { BadArguments, type Need, type Tool, type ToolCall } from './tool.ts'

export function workspaceOf({ workspace }: ToolCall): Workspace {
  if (workspace === undefined) throw new BadArguments('there are no files to work with here')
  return workspace
}

export function workingOf({ working }: ToolCall): NonNullable<ToolCall['working']> {
  if (working === undefined) throw new BadArguments('there is no working memory here')
  return working
}

/** What a run has to offer to tools. */
export interface Has {
  workspace?: Pick<Workspace, 'may'> | undefined
  working?: ToolCall['working']
  mayWrite: boolean
}

/** Those of the tools that can do their work in this run: what may not be done is not even offered. */
export function usableTools(tools: readonly Tool[], { workspace, working, mayWrite }: Has): Tool[] {
  const has: Record<Need, boolean> = {
    files: workspace !== undefined,
    edit: workspace?.may.edit === true,
    shell: workspace?.may.run === true,
    context: working !== undefined,
  }
  return tools.filter(({ writes, needs }) => needs.every((need) => has[need]) && (mayWrite || !writes))
}
