/** Show Model Calls: the ledger as a read-only page that follows what happens. */

import * as vscode from 'vscode'
import { ledgerText } from './ledger-text.ts'
import type { WindowModels } from './window-models.ts'

const scheme = 'casebook-calls'
/** Calls on the page: some days of work, and a page that still scrolls. */
const mostCalls = 500

export interface LedgerPage {
  show(): Promise<void>
}

export function addLedgerPage(context: vscode.ExtensionContext, models: WindowModels): LedgerPage {
  const uri = vscode.Uri.from({ scheme, path: `/${vscode.l10n.t('Casebook model calls')}.txt` })
  const changed = new vscode.EventEmitter<vscode.Uri>()
  const refresh = () => {
    if (vscode.workspace.textDocuments.some((document) => document.uri.scheme === scheme)) changed.fire(uri)
  }
  context.subscriptions.push(
    changed,
    vscode.workspace.registerTextDocumentContentProvider(scheme, {
      onDidChange: changed.event,
      provideTextDocumentContent: () => pageText(models),
    }),
    vscode.languages.registerDocumentLinkProvider({ scheme }, { provideDocumentLinks: settingLinks }),
    models.onDidCall(refresh),
    models.onDidChange(refresh),
  )
  return {
    async show() {
      changed.fire(uri)
      await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: true })
    },
  }
}

async function pageText(models: WindowModels): Promise<string> {
  const ledger = await models.ledger()
  const [today, entries] = await Promise.all([ledger.day(), ledger.entries({ limit: mostCalls })])
  const section = vscode.workspace.getConfiguration('casebook.model')
  const number = (name: string) => Number(section.get(name) ?? 0)
  return ledgerText(vscode.l10n, {
    today,
    entries,
    dailyBackgroundTokens: number('dailyBackgroundTokens'),
    priced: number('pricePerMillionInput') + number('pricePerMillionOutput') > 0,
    language: vscode.env.language,
  })
}

function settingLinks(document: vscode.TextDocument): vscode.DocumentLink[] {
  return [...document.getText().matchAll(/\bcasebook\.model\.\w+/g)].map(({ 0: name, index }) => {
    const range = new vscode.Range(document.positionAt(index), document.positionAt(index + name.length))
    const argument = encodeURIComponent(JSON.stringify([name]))
    return new vscode.DocumentLink(
      range,
      vscode.Uri.parse(`command:workbench.action.openSettings?${argument}`),
    )
  })
}
