/** Casebook's own tools as the tool store lists them: those that a chat may run in this window. */

import { chatTools } from '../../agent/chat/own-tools.ts'
import type { ListedTool } from '../../agent/toolbox/document.ts'
import { mayAct } from '../agents/window-workspace.ts'
import { ownServer } from './listed-tools.ts'

export function ownTools(): ListedTool[] {
  const acts = mayAct()
  return chatTools({ may: { edit: acts, run: acts } }).map(({ name, description, inputSchema }) => ({
    name,
    server: ownServer,
    description,
    schema: inputSchema,
  }))
}
