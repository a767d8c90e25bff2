/** The tools of the editor as the tool store lists them. Pure. */

import { createHash } from 'node:crypto'
import { hashOf, type ListedTool, listedTool } from '../../agent/toolbox/document.ts'

/** What `vscode.lm.tools` says of a tool. */
export interface EditorTool {
  readonly name: string
  readonly description: string
  readonly inputSchema: object | undefined
  readonly tags: readonly string[]
}

/** Tools of the editor itself and of its extensions. */
export const editorServer = 'editor'
/** Casebook's own tools. */
export const ownServer = 'casebook'

/** The editor shows those of Casebook, too, once as tools and once of its MCP server: the chat has them already. */
export function isOwnTool({ name }: Pick<EditorTool, 'name'>): boolean {
  return /^(mcp_)?casebook_/.test(name)
}

/** What cannot be listed (a name too long for the store) is left out. */
export function listEditorTools(tools: readonly EditorTool[]): ListedTool[] {
  return tools.flatMap((tool) => {
    const { name, description, inputSchema } = tool
    const listed = listedTool.safeParse({
      name,
      server: serverOf(tool),
      description,
      schema: inputSchema ?? {},
    })
    return listed.success ? [listed.data] : []
  })
}

/**
 * VS Code (1.139) names a tool of an MCP server `mcp_LABEL_TOOL`, marks it with the tag `mcp`, and says nothing else of
 * where it is from. A label may hold underscores itself: its first word stands for it, since that depends on no other
 * tool, and a tool must not change its server when another one comes. No server may pass for the editor or for Casebook.
 */
export function serverOf({ name, tags }: Pick<EditorTool, 'name' | 'tags'>): string {
  if (!tags.includes('mcp')) return editorServer
  const label = /^mcp_([^_]+)_./.exec(name)?.[1] ?? 'mcp'
  return label === editorServer || label === ownServer ? `mcp-${label}` : label
}

/** Equal for equal lists, in whatever order they came. */
export function signatureOf(tools: readonly ListedTool[]): string {
  const hash = createHash('sha256')
  for (const text of tools.map((tool) => `${hashOf(tool)} ${tool.server}\n`).sort()) hash.update(text)
  return hash.digest('hex')
}
