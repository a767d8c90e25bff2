/** The tool memory of the window: opened with its first use, not with the activation. */

import * as vscode from 'vscode'
import type { ToolRunner } from '../../agent/ports.ts'
import type { Allowed } from '../agents/window-workspace.ts'
import { errorText } from '../shown-errors.ts'
import type { WindowMemory } from '../window-memory.ts'
import type { ChatTools } from './chat-tools.ts'

export interface WindowTools {
  /** The chats of this window and their tools. */
  open(): Promise<ChatTools>
  /** Runs what a chat has at hand. `token`: of the request that the person sent. `own` runs Casebook's tools. */
  runner(chat: {
    token: vscode.ChatParticipantToolToken | undefined
    own: ToolRunner | null
  }): Promise<ToolRunner>
  /** What the person allowed a chat for as long as this window lives. */
  allowed(chat: string): Allowed
  /** Fires with the id of a chat whose tools, mode or turns changed. */
  readonly onDidChange: vscode.Event<string>
}

export function addTools(
  context: vscode.ExtensionContext,
  memory: WindowMemory,
  log: vscode.LogOutputChannel,
): WindowTools {
  const changed = new vscode.EventEmitter<string>()
  context.subscriptions.push(changed)
  let opened: Promise<ChatTools> | null = null
  const allowed = new Map<string, Allowed>()
  const open = () => {
    opened ??= openChatTools(memory, log, (chat) => changed.fire(chat))
    return opened
  }
  return {
    open,
    async runner({ token, own }) {
      const [{ store }, { openToolRunner }, { runEditorTool }] = await Promise.all([
        open(),
        import('./tool-runner.ts'),
        import('./editor-tools.ts'),
      ])
      return openToolRunner({
        store,
        own,
        runEditorTool: (call, signal) => runEditorTool(call, { token }, signal),
      })
    },
    allowed(chat) {
      const known = allowed.get(chat) ?? { edits: false, commands: new Set() }
      allowed.set(chat, known)
      return known
    },
    onDidChange: changed.event,
  }
}

async function openChatTools(
  memory: WindowMemory,
  log: vscode.LogOutputChannel,
  onChange: (chat: string) => void,
): Promise<ChatTools> {
  const [{ ChatTools }, { windowToolMemory }, { editorTools }, { ownTools }] = await Promise.all([
    import('./chat-tools.ts'),
    import('./window-tool-memory.ts'),
    import('./editor-tools.ts'),
    import('./own-tools.ts'),
  ])
  return new ChatTools({
    kept: windowToolMemory(memory),
    list: () => [...ownTools(), ...editorTools()],
    onChange,
    onTrouble: (error) => {
      const text = vscode.l10n.t('The tools of this chat are not kept. {0}', errorText(error))
      log.warn(text)
      void vscode.window.showWarningMessage(text)
    },
  })
}
