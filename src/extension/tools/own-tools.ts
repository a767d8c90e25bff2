/** Casebook's own tools as the tool store lists them. */

import type { ListedTool } from '../../agent/toolbox/document.ts'
import { memoryTools } from '../../agent/tools/memory-tools.ts'
import { ownServer } from './listed-tools.ts'

export function ownTools(): ListedTool[] {
  return memoryTools.map(({ name, description, inputSchema }) => ({
    name,
    server: ownServer,
    description,
    schema: inputSchema,
  }))
}
