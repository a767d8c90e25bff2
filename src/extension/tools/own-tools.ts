/** Casebook's own tools as the tool store lists them: those that a chat may run. */

import { readingTools } from '../../agent/chat/own-tools.ts'
import type { ListedTool } from '../../agent/toolbox/document.ts'
import { ownServer } from './listed-tools.ts'

export function ownTools(): ListedTool[] {
  return readingTools.map(({ name, description, inputSchema }) => ({
    name,
    server: ownServer,
    description,
    schema: inputSchema,
  }))
}
