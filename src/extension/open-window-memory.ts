/** The window's memory on the editor's events: folders, trust and settings; it starts after activation. */

import * as vscode from 'vscode'
import { agreedSettings } from './embedder-consent.ts'
import { settingsWithModelKey } from './models/model-key.ts'
import { WindowMemory } from './window-memory.ts'

export function openWindowMemory(
  context: vscode.ExtensionContext,
  log: vscode.LogOutputChannel,
): WindowMemory {
  // Settings bring a schema library along: loaded with the first use, not with the activation.
  const settings = async () => {
    const { readSettings } = await import('./settings.ts')
    return await settingsWithModelKey(context, await agreedSettings(context, readSettings(log)))
  }
  const entry = vscode.Uri.joinPath(context.extensionUri, 'dist', 'service.cjs').fsPath
  const memory = new WindowMemory({ entry, log, settings })
  const sync = () => void memory.syncFolders().catch((error) => log.error(error))
  const configure = () => void memory.configure().catch((error) => log.error(error))
  const start = setTimeout(sync)
  context.subscriptions.push(
    log,
    memory,
    { dispose: () => clearTimeout(start) },
    vscode.workspace.onDidChangeWorkspaceFolders(sync),
    vscode.workspace.onDidGrantWorkspaceTrust(sync),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('casebook')) configure()
    }),
    context.secrets.onDidChange(configure),
  )
  return memory
}
