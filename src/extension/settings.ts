/** The editor's settings of Casebook, checked; what cannot be used is said once. */

import * as vscode from 'vscode'
import { type Settings, settingsSchema } from '../config.ts'
import { type SettingProblem, usableSettings } from './usable-settings.ts'

export function readSettings(log: vscode.LogOutputChannel): Settings {
  const section = vscode.workspace.getConfiguration('casebook')
  const raw: Record<string, unknown> = {}
  for (const key of Object.keys(settingsSchema.shape)) {
    const value: unknown = section.get(key)
    // The editor hands out proxies, which cannot be cloned: a JSON copy is plain.
    if (value !== undefined && value !== null) raw[key] = JSON.parse(JSON.stringify(value))
  }
  const { settings, problems } = usableSettings(raw)
  for (const problem of problems) warn(log, problem)
  return settings
}

function warn(log: vscode.LogOutputChannel, { key, message }: SettingProblem): void {
  const text = vscode.l10n.t('The setting {0} cannot be used: {1}. Its default is used.', key, message)
  log.warn(text)
  const open = vscode.l10n.t('Open Settings')
  void vscode.window.showWarningMessage(text, open).then((choice) => {
    if (choice === open) void vscode.commands.executeCommand('workbench.action.openSettings', key)
  })
}
