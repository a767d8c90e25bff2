/** Opens a file of a memory at its lines. */

import * as vscode from 'vscode'
import type { Span } from '../memory/types.ts'
import type { RootPath } from './root-paths.ts'
import type { WindowMemory } from './window-memory.ts'

export async function openSpan(memory: WindowMemory, place: RootPath & { span: Span }): Promise<void> {
  const { startLine, endLine } = place.span
  const selection = new vscode.Range(startLine - 1, 0, endLine - 1, 0)
  const document = await vscode.workspace.openTextDocument(memory.uriOf(place))
  const editor = await vscode.window.showTextDocument(document)
  editor.selection = new vscode.Selection(selection.start, selection.start)
  editor.revealRange(selection, vscode.TextEditorRevealType.InCenterIfOutsideViewport)
}
