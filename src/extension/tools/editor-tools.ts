/** The tools of this editor, of its extensions and of its MCP servers: listed, and run for a chat that a person began. */

import * as vscode from 'vscode'
import type { ToolResult } from '../../agent/ports.ts'
import type { ListedTool } from '../../agent/toolbox/document.ts'
import { type EditorTool, isOwnTool, listEditorTools } from './listed-tools.ts'
import { resultText } from './result-text.ts'

/** None in Restricted Mode: what tools do there is not for a model to decide. */
export function editorTools(isLeftOut: (tool: EditorTool) => boolean = isOwnTool): ListedTool[] {
  if (!vscode.workspace.isTrusted) return []
  return listEditorTools(vscode.lm.tools.filter((tool) => !isLeftOut(tool)))
}

/** In whose name a tool is run: the token belongs to one request of the chat view. */
export interface EditorToolChat {
  token: vscode.ChatParticipantToolToken | undefined
}

/**
 * Runs a tool by the editor's own name for it. The editor asks the person where the tool wants that. Failures are
 * results for the model; a stop is thrown.
 */
export async function runEditorTool(
  { name, input }: { name: string; input: unknown },
  { token }: EditorToolChat,
  signal?: AbortSignal,
): Promise<ToolResult> {
  signal?.throwIfAborted()
  // A chat may have it at hand from a time when the workspace was trusted.
  if (!vscode.workspace.isTrusted) return failed('No tool of others runs in Restricted Mode.')
  if (!vscode.lm.tools.some((tool) => tool.name === name))
    return failed(`The tool is not there at the moment: its extension or server does not run.`)
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    return failed('The arguments must be one JSON object.')
  const cancel = new vscode.CancellationTokenSource()
  const stop = () => cancel.cancel()
  signal?.addEventListener('abort', stop, { once: true })
  try {
    const options = { input, toolInvocationToken: token }
    const { content } = await vscode.lm.invokeTool(name, options, cancel.token)
    signal?.throwIfAborted()
    return { content: resultText(content), ok: true }
  } catch (error) {
    signal?.throwIfAborted()
    if (error instanceof vscode.CancellationError) return failed('The person did not allow it.')
    return failed(error instanceof Error ? error.message : String(error))
  } finally {
    signal?.removeEventListener('abort', stop)
    cancel.dispose()
  }
}

function failed(message: string): ToolResult {
  return { content: `Error: ${message}`, ok: false }
}
