/** Four tools of memory for whatever model the person talks to in this editor: recall, remember, locate, open. */

import * as vscode from 'vscode'
import type { Tool } from '../../agent/tools/tool.ts'
import type { WindowMemory } from '../window-memory.ts'

/** By the names in package.json, which repeats what the tools say of themselves (held to it by a test). */
const modules: Record<string, () => Promise<Tool>> = {
  casebook_recall: async () => (await import('../../agent/tools/recall.ts')).recall,
  casebook_remember: async () => (await import('../../agent/tools/remember.ts')).remember,
  casebook_locate: async () => (await import('../../agent/tools/locate.ts')).locate,
  casebook_open: async () => (await import('../../agent/tools/open.ts')).open,
}

export const languageToolNames = Object.keys(modules)

/** Registered at once, loaded with the first call. */
export function addLanguageTools(context: vscode.ExtensionContext, memory: WindowMemory): void {
  // Editors made from VS Code may not have it.
  if (typeof vscode.lm.registerTool !== 'function') return
  for (const [name, load] of Object.entries(modules))
    context.subscriptions.push(vscode.lm.registerTool(name, languageTool(memory, load)))
}

function languageTool(
  memory: WindowMemory,
  load: () => Promise<Tool>,
): vscode.LanguageModelTool<Record<string, unknown>> {
  return {
    async prepareInvocation({ input }) {
      const tool = await load()
      if (!tool.writes) return { invocationMessage: tool.title }
      const root = memory.state().roots.length > 1 ? rootInView(memory) : undefined
      return { invocationMessage: tool.title, confirmationMessages: confirmation(input, root) }
    },
    async invoke({ input }, token) {
      const [tool, { askTool }] = await Promise.all([load(), import('./ask-tool.ts')])
      const text = await askTool({ tool, input, memory, root: rootInView(memory) }, token)
      return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(text)])
    },
  }
}

/** The whole text is shown before it is kept, as text: what a model wrote may hold anything. */
function confirmation(
  input: Record<string, unknown>,
  root: string | undefined,
): vscode.LanguageModelToolConfirmationMessages {
  const message = new vscode.MarkdownString()
  message.appendMarkdown(
    `${vscode.l10n.t('An agent wants to keep this, until you accept or reject it:')}\n\n`,
  )
  message.appendCodeblock(String(input.text ?? ''), 'text')
  // The situation in which a lesson is told to others is as much of it as its text.
  if (typeof input.cue === 'string' && input.cue !== '') message.appendCodeblock(input.cue, 'text')
  // Of several folders: which memory it goes into.
  if (root !== undefined) message.appendCodeblock(root, 'text')
  return { title: vscode.l10n.t('Keep a memory of this repository?'), message }
}

/** The repository of the file that is open, else the first: what one repository knows is never told of another. */
export function rootInView(memory: WindowMemory): string | undefined {
  const roots = memory.state().roots.map(({ root }) => root)
  const open = vscode.window.activeTextEditor?.document.uri
  return (open === undefined ? undefined : memory.pathOf(open)?.root) ?? roots[0]
}
