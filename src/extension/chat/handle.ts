/** Answers one request of the chat view. Loaded with the first one. */

import * as vscode from 'vscode'
import { UserError } from '../../memory/ports.ts'
import { RemoteError } from '../../rpc.ts'
import { noModelVendor, ownVendor } from '../models/vendor.ts'
import type { WindowModels } from '../models/window-models.ts'
import type { WindowTools } from '../tools/add-tools.ts'
import { askModel, ModelFailure } from './ask.ts'
import { chatCommands } from './commands.ts'
import { escaped } from './reply-part.ts'
import { toolsReply } from './tools-reply.ts'
import { type Asked, type ChatHome, type ChatTurn, openTurn, write, writeStatus } from './turn.ts'
import { keptData } from './turn-data.ts'
import { answerWithoutModel } from './without-model.ts'

export interface ChatParts extends ChatHome {
  models: WindowModels
  tools: WindowTools
}

/** Whatever fails becomes words in the chat, with a button where one helps. */
export async function handleRequest(
  parts: ChatParts,
  asked: Omit<Asked, 'signal'>,
  token: vscode.CancellationToken,
): Promise<vscode.ChatResult> {
  const stop = new AbortController()
  const cancelled = token.onCancellationRequested(() => stop.abort(new vscode.CancellationError()))
  if (token.isCancellationRequested) stop.abort(new vscode.CancellationError())
  let turn: ChatTurn | null = null
  try {
    turn = await openTurn(parts, { ...asked, signal: stop.signal })
    for (const refusal of turn.references.refused) writeStatus(turn, `_${escaped(refusal)}_\n\n`)
    await answer(parts, turn)
    return { metadata: keptData(turn.data) }
  } catch (error) {
    if (stop.signal.aborted && turn !== null) writeStatus(turn, `\n\n_${vscode.l10n.t('Stopped.')}_`)
    const metadata = turn === null ? {} : { metadata: keptData(turn.data) }
    if (stop.signal.aborted) return metadata
    return { ...metadata, errorDetails: { message: failureWords(parts, asked, error) } }
  } finally {
    cancelled.dispose()
  }
}

async function answer(parts: ChatParts, turn: ChatTurn): Promise<void> {
  const { command } = turn.request
  const work = command === undefined ? undefined : chatCommands[command]
  if (work !== undefined) return await work(turn)
  if (command === 'tools') return await showTools(parts, turn)
  const model = await modelOf(parts, turn)
  if (model === null) return await answerWithoutModel(turn)
  await askModel(turn, model, parts.tools)
}

async function showTools({ tools }: ChatParts, turn: ChatTurn): Promise<void> {
  const chatTools = await tools.open()
  await chatTools.sync()
  write(turn, toolsReply(vscode.l10n, await chatTools.report(turn.data.chatId)))
}

const ownVendors = new Set([ownVendor, noModelVendor])

/** What the person picked. Our own models of the picker are the person's endpoint, or none: asked without a detour. */
async function modelOf({ models }: ChatParts, { request, root }: ChatTurn) {
  const picked: vscode.LanguageModelChat | undefined = request.model
  if (picked === undefined || ownVendors.has(picked.vendor)) return await models.endpoint({ root })
  const [{ editorModel }, metered] = await Promise.all([
    import('../models/editor-model.ts'),
    models.meter({ root }),
  ])
  return metered(editorModel(picked))
}

/** The button comes first: the error stands at the end of the answer. */
function failureWords(
  { log }: ChatParts,
  { request, stream }: Pick<Asked, 'request' | 'stream'>,
  error: unknown,
): string {
  const cause = error instanceof ModelFailure ? error.cause : error
  const isForPeople = cause instanceof UserError || cause instanceof RemoteError
  const words = isForPeople
    ? `${sentence(cause.message)} ${cause.remedy}`.trimEnd()
    : String((cause as Error).message)
  log.error(isForPeople || !(cause instanceof Error) ? words : cause)
  for (const button of buttonsFor(error, { isForPeople, request })) stream.button(button)
  return words
}

function buttonsFor(
  error: unknown,
  { isForPeople, request }: { isForPeople: boolean; request: vscode.ChatRequest },
): vscode.Command[] {
  if (!vscode.workspace.isTrusted) {
    return [{ title: vscode.l10n.t('Manage Workspace Trust'), command: 'workbench.trust.manage' }]
  }
  if (error instanceof ModelFailure && error.cause instanceof UserError) {
    const query = `@casebook ${request.prompt}`
    return [
      { title: vscode.l10n.t('Try Again'), command: 'workbench.action.chat.open', arguments: [{ query }] },
      { title: vscode.l10n.t('Set Up Model'), command: 'casebook.setUpModel' },
    ]
  }
  return isForPeople ? [] : [{ title: vscode.l10n.t('Show Log'), command: 'casebook.showLog' }]
}

/** What a server said ends as it likes. */
function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`
}
