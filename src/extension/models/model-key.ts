/** Keys of model servers: kept in the editor's secret storage for one server each, never a setting. */

import * as vscode from 'vscode'
import type { Settings } from '../../config.ts'
import { serverUrl } from '../../llm/endpoint.ts'

/** Scheme, host and port: a key that was given for an encrypted address is not sent to the same host in the clear. */
function keyName(baseUrl: string): string | null {
  const url = serverUrl(baseUrl)
  return url === null ? null : `casebook.modelKey:${url.origin}`
}

/** Empty where none was given for this server. */
export async function modelKey(context: vscode.ExtensionContext, baseUrl: string): Promise<string> {
  const name = keyName(baseUrl)
  return name === null ? '' : ((await context.secrets.get(name)) ?? '')
}

/** An empty key is forgotten. */
export async function keepModelKey(
  context: vscode.ExtensionContext,
  baseUrl: string,
  key: string,
): Promise<void> {
  const name = keyName(baseUrl)
  if (name === null) return
  if (key === '') await context.secrets.delete(name)
  else await context.secrets.store(name, key)
}

/** True where keys of model servers may have changed. */
export function isModelKey(name: string): boolean {
  return name.startsWith('casebook.modelKey:')
}

/** A folder's settings may name another server: it gets the key that was given for it, and no other. */
export async function settingsWithModelKey(
  context: vscode.ExtensionContext,
  settings: Settings,
): Promise<Settings> {
  const { model } = settings
  return { ...settings, model: { ...model, apiKey: await modelKey(context, model.baseUrl) } }
}

export async function setModelKey(context: vscode.ExtensionContext): Promise<void> {
  const baseUrl = String(vscode.workspace.getConfiguration('casebook.model').get('baseUrl') ?? '')
  const url = serverUrl(baseUrl)
  if (url === null) {
    const open = vscode.l10n.t('Open Settings')
    const text = vscode.l10n.t(
      'Set the base URL of the model server first: the key is kept for its host alone.',
    )
    if ((await vscode.window.showInformationMessage(text, open)) === open) {
      await vscode.commands.executeCommand('workbench.action.openSettings', 'casebook.model')
    }
    return
  }
  const key = await vscode.window.showInputBox({
    title: vscode.l10n.t('Key for {0}', url.host),
    prompt: vscode.l10n.t('Kept in the secret storage of the editor. Leave empty to forget it.'),
    password: true,
    ignoreFocusOut: true,
  })
  if (key !== undefined) await keepModelKey(context, baseUrl, key.trim())
}
