/** Errors at the door of a command: said with their remedy, and written to the log. */

import * as vscode from 'vscode'
import { UserError } from '../memory/ports.ts'
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
  log.error(isForPeople(error) || !(error instanceof Error) ? text : error)
  const show = vscode.l10n.t('Show Log')
  if ((await vscode.window.showErrorMessage(text, show)) === show) log.show()
}

export function errorText(error: unknown): string {
  if (isForPeople(error)) return `${error.message} ${error.remedy}`.trimEnd()
  return error instanceof Error ? error.message : String(error)
}

function isForPeople(error: unknown): error is RemoteError | UserError {
  return error instanceof RemoteError || error instanceof UserError
}
