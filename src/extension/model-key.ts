/** The key of the model server: kept in the editor's secret storage for one host, never a setting. */

import * as vscode from 'vscode'
import type { Settings } from '../config.ts'

/** The host of the settings, and the model; null when none is set. */
export function modelInUse(): { host: string; model: string } | null {
  const section = vscode.workspace.getConfiguration('casebook.model')
  const host = hostOf(String(section.get('baseUrl') ?? ''))
  const model = String(section.get('model') ?? '')
  return host === null || model === '' ? null : { host, model }
}

/** A folder's settings may name another server: it gets the key that was given for it, and no other. */
export async function settingsWithModelKey(
  context: vscode.ExtensionContext,
  settings: Settings,
): Promise<Settings> {
  const { model } = settings
  const host = hostOf(model.baseUrl)
  const apiKey = host === null ? '' : ((await context.secrets.get(keyName(host))) ?? '')
  return { ...settings, model: { ...model, apiKey } }
}

export async function setModelKey(context: vscode.ExtensionContext): Promise<void> {
  const host = hostOf(String(vscode.workspace.getConfiguration('casebook.model').get('baseUrl') ?? ''))
  if (host === null) {
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
    title: vscode.l10n.t('Key for {0}', host),
    prompt: vscode.l10n.t('Kept in the secret storage of the editor. Leave empty to forget it.'),
    password: true,
    ignoreFocusOut: true,
  })
  if (key === undefined) return
  if (key === '') await context.secrets.delete(keyName(host))
  else await context.secrets.store(keyName(host), key)
}

function keyName(host: string): string {
  return `casebook.modelKey:${host}`
}

function hostOf(baseUrl: string): string | null {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : null
  return url?.protocol === 'http:' || url?.protocol === 'https:' ? url.host : null
}
