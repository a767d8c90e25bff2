/** Errors at the door of a command: said with their remedy, and written to the log. */

import * as vscode from 'vscode'
import { RemoteError } from '../rpc.ts'

export function registerCommand(
  name: string,
  log: vscode.LogOutputChannel,
  work: (...args: unknown[]) => unknown,
): vscode.Disposable {
  return vscode.commands.registerCommand(name, async (...args: unknown[]) => {
    try {
      return await work(...args)
    } catch (error) {
      await showError(log, error)
    }
  })
}

async function showError(log: vscode.LogOutputChannel, error: unknown): Promise<void> {
  const text = errorText(error)
  log.error(error instanceof Error && !(error instanceof RemoteError) ? error : text)
  const show = vscode.l10n.t('Show Log')
  if ((await vscode.window.showErrorMessage(text, show)) === show) log.show()
}

export function errorText(error: unknown): string {
  if (error instanceof RemoteError) return `${error.message} ${error.remedy}`.trimEnd()
  return error instanceof Error ? error.message : String(error)
}
