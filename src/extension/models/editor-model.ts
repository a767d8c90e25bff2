/** A language model of the editor, of whatever extension it comes from, as a model that Casebook can ask. */

import * as vscode from 'vscode'
import { isThisMachine } from '../../config.ts'
import { serverUrl } from '../../llm/endpoint.ts'
import type { ChatModel, ModelEvent, ModelRequest, ToolCall, Usage } from '../../llm/model.ts'
import { UserError } from '../../memory/ports.ts'
import { editorMessages } from './editor-messages.ts'
import { endpointInUse } from './endpoint-in-use.ts'
import { ownVendor } from './vendor.ts'

/** Ask it by a person's act only: the first request may show the editor's question of consent. */
export function editorModel(model: vscode.LanguageModelChat): ChatModel {
  return {
    id: `${model.id}@${model.vendor}`,
    remote: !isOwnAndLocal(model),
    contextTokens: model.maxInputTokens > 0 ? model.maxInputTokens : null,
    stream: (request, signal) => stream(model, request, signal),
  }
}

/** Where models of other extensions send what they get is not known. */
function isOwnAndLocal({ vendor }: vscode.LanguageModelChat): boolean {
  const url = vendor === ownVendor ? serverUrl(endpointInUse()?.baseUrl ?? '') : null
  return url !== null && isThisMachine(url.hostname)
}

async function* stream(
  model: vscode.LanguageModelChat,
  request: ModelRequest,
  signal?: AbortSignal,
): AsyncGenerator<ModelEvent> {
  signal?.throwIfAborted()
  const source = new vscode.CancellationTokenSource()
  const stop = stopping(signal, source)
  const said: { text: string; calls: ToolCall[] } = { text: '', calls: [] }
  const messages = editorMessages(request)
  try {
    const response = await stop.or(model.sendRequest(messages, optionsOf(request), source.token))
    const parts = response.stream[Symbol.asyncIterator]()
    for (;;) {
      const next = await stop.or(parts.next())
      if (next.done === true) break
      const text = take(next.value, said)
      if (text !== '') yield { type: 'text', text }
    }
    const usage = await stop.or(usageOf(model, messages, said))
    const finish = said.calls.length > 0 ? 'calls' : 'stop'
    yield { type: 'reply', reply: { ...said, usage, finish, model: model.id } }
  } catch (error) {
    // Whatever failed after an abort failed because of it.
    signal?.throwIfAborted()
    throw readableEditorFailure(error, model)
  } finally {
    stop.dispose()
    // Also where the iteration was left early: nobody waits for the rest.
    source.cancel()
    source.dispose()
  }
}

/** Notes a part; returns the text of it. Thoughts, data and kinds that come later say nothing here. */
function take(part: unknown, said: { text: string; calls: ToolCall[] }): string {
  if (part instanceof vscode.LanguageModelToolCallPart) {
    said.calls.push({ id: part.callId, name: part.name, arguments: part.input })
  }
  if (!(part instanceof vscode.LanguageModelTextPart)) return ''
  said.text += part.value
  return part.value
}

function optionsOf(request: ModelRequest): vscode.LanguageModelChatRequestOptions {
  const { tools = [], toolChoice, temperature, maxTokens } = request
  const offered = toolChoice === 'none' ? [] : tools
  const modelOptions = {
    ...(temperature === undefined ? {} : { temperature }),
    ...(maxTokens === undefined ? {} : { max_tokens: maxTokens }),
  }
  return {
    justification: vscode.l10n.t('Casebook works for you with the model that you chose.'),
    modelOptions,
    ...(offered.length === 0
      ? {}
      : {
          tools: offered.map(({ name, description, schema }) => ({ name, description, inputSchema: schema })),
          toolMode:
            toolChoice === 'required'
              ? vscode.LanguageModelChatToolMode.Required
              : vscode.LanguageModelChatToolMode.Auto,
        }),
  }
}

/** A promise of the editor may never settle: an abort does not wait for it. */
function stopping(signal: AbortSignal | undefined, source: vscode.CancellationTokenSource) {
  let abort = () => {}
  const aborted = new Promise<never>((_, reject) => {
    abort = () => {
      source.cancel()
      reject(signal?.reason as Error)
    }
  })
  aborted.catch(() => undefined)
  signal?.addEventListener('abort', abort, { once: true })
  return {
    or: <T>(work: Thenable<T>): Promise<T> => Promise.race([Promise.resolve(work), aborted]),
    dispose: () => signal?.removeEventListener('abort', abort),
  }
}

/** The editor tells no usage: counted by the model's own tokenizer, null where it cannot. */
async function usageOf(
  model: vscode.LanguageModelChat,
  messages: readonly vscode.LanguageModelChatMessage[],
  { text, calls }: { text: string; calls: readonly ToolCall[] },
): Promise<Usage | null> {
  const asked = messages.map(({ content }) => JSON.stringify(content)).join('\n')
  const called = calls.map((call) => JSON.stringify(call)).join('\n')
  try {
    const [inputTokens, outputTokens] = await Promise.all([
      model.countTokens(asked),
      model.countTokens(text + called),
    ])
    return { inputTokens, outputTokens }
  } catch {
    return null
  }
}

/** In words that help. A `UserError` passes through. */
function readableEditorFailure(error: unknown, { name }: vscode.LanguageModelChat): UserError {
  if (error instanceof UserError) return error
  const said = error instanceof Error ? error.message : String(error)
  const code = error instanceof vscode.LanguageModelError ? error.code : ''
  if (code === vscode.LanguageModelError.NoPermissions.name) {
    return new UserError(
      vscode.l10n.t('Casebook may not use the model {0}.', name),
      vscode.l10n.t(
        'Allow it with the command "Manage Language Model Access", or choose another with "Casebook: Choose Model".',
      ),
      error,
    )
  }
  if (code === vscode.LanguageModelError.NotFound.name) {
    return new UserError(
      vscode.l10n.t('The editor does not offer the model {0} any more.', name),
      vscode.l10n.t('Choose another with "Casebook: Choose Model".'),
      error,
    )
  }
  if (code === vscode.LanguageModelError.Blocked.name) {
    return new UserError(
      vscode.l10n.t('The model {0} turned the request down: {1}', name, said),
      vscode.l10n.t(
        'A quota may be used up, or a filter met. Wait, or choose another with "Casebook: Choose Model".',
      ),
      error,
    )
  }
  return new UserError(
    vscode.l10n.t('The model {0} failed: {1}', name, said),
    vscode.l10n.t('Try again, or choose another with "Casebook: Choose Model".'),
    error,
  )
}
