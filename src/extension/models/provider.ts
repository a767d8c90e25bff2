/** The person's own endpoint among the language models of the editor: chat works with it, without any sign-in. */

import * as vscode from 'vscode'
import { complete } from '../../llm/model.ts'
import { UserError } from '../../memory/ports.ts'
import { endpointInUse } from './endpoint-in-use.ts'
import { type EditorMessage, messageTokens, modelRequest } from './provider-request.ts'
import { objectOf } from './tool-input.ts'
import { ownVendor } from './vendor.ts'
import type { WindowModels } from './window-models.ts'

/** Tokens of context where none is set: what local servers give models by default today, and little for hosted ones. */
const usualContext = 32_768
/** Most of an answer; the rest of the context is left to the question. */
const mostOutput = 8_192

export function addModelProvider(context: vscode.ExtensionContext, models: WindowModels): void {
  // Editors made from VS Code may not have it.
  if (typeof vscode.lm.registerLanguageModelChatProvider !== 'function') return
  const changed = new vscode.EventEmitter<void>()
  // The editor asks a provider nothing until its models changed: without this the picker would stay empty.
  const start = setTimeout(() => changed.fire())
  context.subscriptions.push(
    changed,
    { dispose: () => clearTimeout(start) },
    models.onDidChange(() => changed.fire()),
    vscode.lm.registerLanguageModelChatProvider(ownVendor, {
      onDidChangeLanguageModelChatInformation: changed.event,
      // "Add Models" of the editor asks aloud: the person has chosen this endpoint there.
      async provideLanguageModelChatInformation({ silent }) {
        if (!silent) await vscode.commands.executeCommand('casebook.setUpModel')
        return information()
      },
      provideLanguageModelChatResponse: ({ id }, messages, options, progress, token) =>
        respond(models, { id, messages, options, progress, token }),
      provideTokenCount: async (_model, text) => messageTokens(text as string | EditorMessage),
    }),
  )
}

/** Of the settings alone: no server is asked and no key is read. */
function information(): vscode.LanguageModelChatInformation[] {
  const endpoint = endpointInUse()
  if (endpoint === null) return []
  const { model, host } = endpoint
  const tokens = endpoint.contextTokens ?? usualContext
  const maxOutputTokens = Math.min(mostOutput, Math.ceil(tokens / 4))
  return [
    {
      id: `${model}@${host}`,
      name: model,
      family: model,
      version: '1',
      detail: host,
      tooltip: vscode.l10n.t('{0} at {1}, set up in Casebook', model, host),
      maxInputTokens: tokens - maxOutputTokens,
      maxOutputTokens,
      capabilities: { toolCalling: true, imageInput: false },
    },
  ]
}

interface Asked {
  /** Of the model that was chosen when the request was made. */
  id: string
  messages: readonly vscode.LanguageModelChatRequestMessage[]
  options: vscode.ProvideLanguageModelChatResponseOptions
  progress: vscode.Progress<vscode.LanguageModelResponsePart>
  token: vscode.CancellationToken
}

async function respond(models: WindowModels, asked: Asked): Promise<void> {
  const { id: chosen, messages, options, progress, token } = asked
  // Settings that changed since name another server: it was not chosen for this text.
  const isChosen = information().some(({ id }) => id === chosen)
  const model = isChosen ? await models.endpoint() : null
  if (model === null) throw vscode.LanguageModelError.NotFound(vscode.l10n.t('No model is set up.'))
  const { tools, toolMode, modelOptions } = options
  const request = modelRequest(messages, {
    ...(tools === undefined ? {} : { tools }),
    ...(modelOptions === undefined ? {} : { modelOptions }),
    required: toolMode === vscode.LanguageModelChatToolMode.Required,
  })
  const abort = new AbortController()
  const cancelled = token.onCancellationRequested(() => abort.abort())
  try {
    const onText = (text: string) => progress.report(new vscode.LanguageModelTextPart(text))
    const { calls, finish } = await complete(model, request, { onText, signal: abort.signal })
    for (const { id, name, arguments: input } of calls) {
      progress.report(new vscode.LanguageModelToolCallPart(id, name, objectOf(input)))
    }
    if (finish === 'filter') {
      throw vscode.LanguageModelError.Blocked(vscode.l10n.t('The server cut the answer for what it says.'))
    }
  } catch (error) {
    if (abort.signal.aborted) throw new vscode.CancellationError()
    throw error instanceof UserError ? new Error(`${error.message} ${error.remedy}`) : error
  } finally {
    cancelled.dispose()
  }
}
