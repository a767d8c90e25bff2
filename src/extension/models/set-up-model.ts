/** Set Up Model: kind, address, key, model, a test; written at the end only. */

import * as vscode from 'vscode'
import { serverUrl } from '../../llm/endpoint.ts'
import { endpointInUse } from './endpoint-in-use.ts'
import { keepModelKey } from './model-key.ts'
import { setForPerson } from './model-setting.ts'
import { askAddress, askKey, askKind, askModel, type Draft, type Step } from './set-up-questions.ts'
import { askTest } from './set-up-test.ts'
import type { ModelParts } from './window-models.ts'

/** Ends without a trace wherever the person leaves it. */
export async function setUpModel(parts: ModelParts): Promise<void> {
  const kind = await askKind()
  if (kind === undefined) return
  const draft: Draft = { kind, baseUrl: kind.baseUrl, key: null, model: '', contextTokens: null }
  const questions: Record<Step, () => Promise<Step | undefined>> = {
    address: () => askAddress(draft),
    key: () => askKey(parts.context, draft),
    model: () => askModel(parts, draft),
    test: () => askTest(parts, draft),
    save: async () => {
      await save(parts.context, draft)
      return undefined
    },
  }
  for (let step: Step | undefined = 'address'; step !== undefined; ) step = await questions[step]()
}

async function save(context: vscode.ExtensionContext, draft: Draft): Promise<void> {
  const { baseUrl, key, model, contextTokens } = draft
  const before = endpointInUse()
  const isOther = before?.baseUrl !== baseUrl || before.model !== model
  if (key !== null) await keepModelKey(context, baseUrl, key)
  await setForPerson('baseUrl', baseUrl)
  await setForPerson('model', model)
  // The context of another model says nothing about this one.
  if (contextTokens !== null || isOther) await setForPerson('contextTokens', contextTokens ?? undefined)
  sayWhatIsSet(draft)
}

function sayWhatIsSet({ baseUrl, model }: Draft): void {
  const host = serverUrl(baseUrl)?.host ?? baseUrl
  const now = vscode.workspace.getConfiguration('casebook.model')
  if (now.get('baseUrl') !== baseUrl || now.get('model') !== model) {
    offer(
      vscode.l10n.t(
        '{0} at {1} is set for you, but the settings of this workspace name another.',
        model,
        host,
      ),
      vscode.l10n.t('Open Workspace Settings'),
      'workbench.action.openWorkspaceSettings',
    )
  } else if (String(now.get('use')).startsWith('editor:')) {
    offer(
      vscode.l10n.t(
        '{0} at {1} is set up. Casebook itself still works with a model of the editor.',
        model,
        host,
      ),
      vscode.l10n.t('Choose Model'),
      'casebook.chooseModel',
    )
  } else {
    offer(
      vscode.l10n.t('{0} at {1} is set up. The model picker of the chat has it, too.', model, host),
      vscode.l10n.t('Open Chat'),
      'workbench.action.chat.open',
    )
  }
}

/** Not awaited: a notification may stay for as long as it likes. */
function offer(text: string, label: string, command: string): void {
  void vscode.window.showInformationMessage(text, label).then((choice) => {
    if (choice === label) void vscode.commands.executeCommand(command)
  })
}
