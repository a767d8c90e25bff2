/** Choose Model: which model Casebook's own work asks, of the endpoint or of the editor. */

import * as vscode from 'vscode'
import { withCancel } from '../progress.ts'
import { endpointInUse } from './endpoint-in-use.ts'
import { modelKey } from './model-key.ts'
import { setForPerson } from './model-setting.ts'
import { noModelVendor, ownVendor } from './vendor.ts'
import type { ModelParts } from './window-models.ts'

/** Not models of others. */
const ours = new Set([ownVendor, noModelVendor])

interface Choice extends vscode.QuickPickItem {
  act?: () => Thenable<unknown>
}

export async function chooseModel(parts: ModelParts): Promise<void> {
  const editors = (await vscode.lm.selectChatModels()).filter(({ vendor }) => !ours.has(vendor))
  const use = String(vscode.workspace.getConfiguration('casebook.model').get('use') ?? 'endpoint')
  const choices: Choice[] = [
    { label: vscode.l10n.t('Your endpoint'), kind: vscode.QuickPickItemKind.Separator },
    ...endpointChoices(parts, use),
    { label: vscode.l10n.t('The editor'), kind: vscode.QuickPickItemKind.Separator },
    ...editors.map((model) => editorChoice(model, use)),
    ...(editors.length === 0 ? [{ label: vscode.l10n.t('The editor offers none in this window.') }] : []),
  ]
  const choice = await vscode.window.showQuickPick(choices, {
    title: vscode.l10n.t('Choose Model'),
    placeHolder: vscode.l10n.t('The model that Casebook itself works with'),
    matchOnDescription: true,
  })
  await choice?.act?.()
}

function endpointChoices(parts: ModelParts, use: string): Choice[] {
  const endpoint = endpointInUse()
  const setUp: Choice = {
    label: `$(gear) ${vscode.l10n.t('Set Up Model')}`,
    act: () => vscode.commands.executeCommand('casebook.setUpModel'),
  }
  if (endpoint === null) return [setUp]
  const { host, model } = endpoint
  return [
    {
      label: `${used(!use.startsWith('editor:'))}${model}`,
      description: host,
      act: () => setForPerson('use', undefined),
    },
    {
      label: `$(list-unordered) ${vscode.l10n.t('Another model of {0}', host)}`,
      detail: vscode.l10n.t(
        'Asks {0} now which models it has. Nothing but your key for it goes along.',
        host,
      ),
      act: () => otherModel(parts, endpoint),
    },
    setUp,
  ]
}

function editorChoice({ vendor, id, name }: vscode.LanguageModelChat, use: string): Choice {
  const value = `editor:${vendor}/${id}`
  return {
    label: `${used(use === value)}${name}`,
    description: vendor,
    act: () => setForPerson('use', value),
  }
}

async function otherModel(
  { context }: ModelParts,
  { baseUrl, host }: { baseUrl: string; host: string },
): Promise<void> {
  const { listModels } = await import('../../llm/model-list.ts')
  const apiKey = await modelKey(context, baseUrl)
  const title = vscode.l10n.t('Asking {0} for its models…', host)
  const models = await withCancel(title, (signal) => listModels({ baseUrl, apiKey }, { signal }))
  if (models === null) return
  const items = models.map((model) => ({ label: model.id, model }))
  const choice = await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Choose Model') })
  if (choice === undefined) return
  await setForPerson('model', choice.model.id)
  await setForPerson('contextTokens', choice.model.contextTokens ?? undefined)
  await setForPerson('use', undefined)
}

function used(is: boolean): string {
  return is ? '$(check) ' : ''
}
