/** What to do so that the known tools are those that the servers list: each change costs one update. Pure. */

import { hashOf, type ListedTool, type ToolDocument } from './document.ts'

export interface ToolChanges {
  insert: ListedTool[]
  /** Known under the same server and name, with other content. */
  update: { name: string; tool: ListedTool }[]
  /** Names as models are offered them. */
  remove: string[]
}

/**
 * Compares by server and name, then by hash. `servers` are those that were listed: tools of others stay, since a
 * server that cannot be reached has removed nothing. Of tools listed twice the first counts.
 */
export function syncTools(
  known: readonly Pick<ToolDocument, 'name' | 'server' | 'origin' | 'sha'>[],
  listed: readonly ListedTool[],
  servers: readonly string[] = [...new Set([...known, ...listed].map(({ server }) => server))],
): ToolChanges {
  const asked = new Set(servers)
  const before = new Map(known.map((tool) => [keyOf(tool.server, tool.origin), tool]))
  const seen = new Set<string>()
  const changes: ToolChanges = { insert: [], update: [], remove: [] }
  for (const tool of listed) {
    const key = keyOf(tool.server, tool.name)
    if (seen.has(key) || !asked.has(tool.server)) continue
    seen.add(key)
    const old = before.get(key)
    if (old === undefined) changes.insert.push(tool)
    else if (old.sha !== hashOf(tool)) changes.update.push({ name: old.name, tool })
  }
  for (const tool of known)
    if (asked.has(tool.server) && !seen.has(keyOf(tool.server, tool.origin))) changes.remove.push(tool.name)
  return changes
}

function keyOf(server: string, name: string): string {
  return JSON.stringify([server, name])
}
