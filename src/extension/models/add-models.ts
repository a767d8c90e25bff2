/** Models in the editor: the window's own, the provider, the commands and the page of calls. */

import type * as vscode from 'vscode'
import { registerCommand } from '../shown-errors.ts'
import { addLedgerPage } from './ledger-page.ts'
import { addModelProvider } from './provider.ts'
import { addWindowModels, type WindowModels } from './window-models.ts'

export function addModels(context: vscode.ExtensionContext, log: vscode.LogOutputChannel): WindowModels {
  const models = addWindowModels(context, log)
  const parts = { context, log, models }
  const page = addLedgerPage(context, models)
  addModelProvider(context, models)
  const add = (name: string, work: () => Promise<void>) =>
    context.subscriptions.push(registerCommand(`casebook.${name}`, log, work))
  // Loaded at first use: they bring libraries along that no start should wait for.
  add('setUpModel', async () => (await import('./set-up-model.ts')).setUpModel(parts))
  add('chooseModel', async () => (await import('./choose-model.ts')).chooseModel(parts))
  add('modelLedger', () => page.show())
  return models
}
