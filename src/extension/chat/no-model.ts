/**
 * A model that is none. The editor lets nobody speak in its chat before some model is there, but the commands of
 * @casebook need none: this one is offered where no other is, and answers nothing itself.
 */

import * as vscode from 'vscode'
import { endpointInUse } from '../models/endpoint-in-use.ts'
import { noModelVendor } from '../models/vendor.ts'

/** Milliseconds; the editor asks all providers at once. */
const settling = 500

export function addNoModel(context: vscode.ExtensionContext, onDidChange: vscode.Event<void>): void {
  if (typeof vscode.lm.registerLanguageModelChatProvider !== 'function') return
  const changed = new vscode.EventEmitter<void>()
  let hasOthers = false
  let timer: NodeJS.Timeout | undefined
  const look = async () => {
    const all = await vscode.lm.selectChatModels()
    const others = all.some(({ vendor }) => vendor !== noModelVendor)
    if (others === hasOthers) return
    hasOthers = others
    changed.fire()
  }
  /** Not while the editor asks: asking it back would wait for ourselves. */
  const lookSoon = () => {
    clearTimeout(timer)
    timer = setTimeout(() => void look(), settling)
  }
  // The editor (1.139) asks a provider when it says that something changed, not when it comes.
  const first = setTimeout(() => changed.fire(), settling)
  context.subscriptions.push(
    changed,
    { dispose: () => [timer, first].forEach(clearTimeout) },
    onDidChange(() => changed.fire()),
    vscode.lm.onDidChangeChatModels(lookSoon),
    vscode.lm.registerLanguageModelChatProvider(noModelVendor, {
      onDidChangeLanguageModelChatInformation: changed.event,
      provideLanguageModelChatInformation: () =>
        hasOthers || endpointInUse() !== null ? [] : [information()],
      async provideLanguageModelChatResponse(_model, _messages, _options, progress) {
        progress.report(new vscode.LanguageModelTextPart(refusal()))
      },
      provideTokenCount: async () => 0,
    }),
  )
}

function information(): vscode.LanguageModelChatInformation {
  return {
    id: 'memory-only',
    name: vscode.l10n.t('No model: memory only'),
    family: 'none',
    version: '1',
    detail: 'Casebook',
    tooltip: vscode.l10n.t(
      '@casebook recalls, remembers and explains without a model. Set one up to ask freely.',
    ),
    maxInputTokens: 32_000,
    maxOutputTokens: 1_000,
    capabilities: { toolCalling: true },
  }
}

function refusal(): string {
  return vscode.l10n.t(
    'No model is set up. Run "Casebook: Set Up Model", or ask @casebook: its commands need no model.',
  )
}
