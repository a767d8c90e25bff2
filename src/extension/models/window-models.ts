/** The models that this window may ask, each in the ledger: the person's own endpoint, and what the editor offers. */

import * as vscode from 'vscode'
import type { ModelSettings } from '../../config.ts'
import { capabilityKey, type Wish } from '../../llm/capabilities.ts'
import type { Ledger } from '../../llm/ledger.ts'
import type { ChatModel } from '../../llm/model.ts'
import { UserError } from '../../memory/ports.ts'
import { capNotice, tellingOfCap } from './cap-notice.ts'
import { endpointInUse } from './endpoint-in-use.ts'
import { isModelKey, modelKey } from './model-key.ts'
import { ownVendor } from './vendor.ts'

/** What a model is asked for. */
export interface Work {
  /** Nobody waits for it: the daily cap counts and stops it. Default false. */
  background?: boolean
  /** Folder of the repository that it is for. */
  root?: string | null
}

export interface WindowModels {
  /** The person's own endpoint; null where none is set. Nothing is sent before it is asked. */
  endpoint(work?: Work): Promise<ChatModel | null>
  /** What `casebook.model.use` names; null where that is the endpoint and none is set. Throws `UserError` where it is gone. */
  chosen(work?: Work): Promise<ChatModel | null>
  /** Puts what another model is asked into the ledger. */
  meter(work?: Work): Promise<(model: ChatModel) => ChatModel>
  ledger(): Promise<Ledger>
  /** What a server was found to refuse is not asked of it again in this window. */
  learn(endpoint: { baseUrl: string; model: string }, refused: readonly Wish[]): void
  /** Settings of the model or a key changed. */
  readonly onDidChange: vscode.Event<void>
  /** A call was written into the ledger. */
  readonly onDidCall: vscode.Event<void>
}

/** What the commands of models share. */
export interface ModelParts {
  context: vscode.ExtensionContext
  log: vscode.LogOutputChannel
  models: WindowModels
}

export function addWindowModels(
  context: vscode.ExtensionContext,
  log: vscode.LogOutputChannel,
): WindowModels {
  const events = modelEvents(context)
  const refused = new Map<string, readonly Wish[]>()
  const capabilities = { get: (key: string) => refused.get(key) ?? [], set: refused.set.bind(refused) }
  const notice = capNotice(log)
  const meter = async ({ background = false, root = null }: Work = {}) => {
    const [{ metered }, book] = await Promise.all([import('../../llm/metered.ts'), ledger()])
    const { pricePerMillionInput: input, pricePerMillionOutput: output, ...settings } = await modelSettings()
    const options = {
      ...{ root, background, log, price: { input, output } },
      dailyTokenCap: settings.dailyBackgroundTokens,
      onEntry: () => events.called.fire(),
    }
    return (model: ChatModel) => tellingOfCap(model, (inner) => metered(inner, book, options), notice)
  }
  const endpoint = async (work?: Work) => {
    const used = endpointInUse()
    if (used === null) return null
    const [settings, apiKey] = await Promise.all([modelSettings(), modelKey(context, used.baseUrl)])
    const { openChatModel } = await import('../../llm/chat-openai.ts')
    // The key was given for this server, and no other.
    const model = openChatModel({ ...settings, baseUrl: used.baseUrl, apiKey }, log, { capabilities })
    return (await meter(work))(model)
  }
  return {
    endpoint,
    meter,
    chosen: async (work) => {
      const named = editorModelInUse()
      if (named === null) return await endpoint(work)
      return (await meter(work))(await offeredModel(named))
    },
    ledger,
    learn: (server, wishes) => void refused.set(capabilityKey(server), wishes),
    onDidChange: events.changed.event,
    onDidCall: events.called.event,
  }
}

function modelEvents(context: vscode.ExtensionContext) {
  const changed = new vscode.EventEmitter<void>()
  const called = new vscode.EventEmitter<void>()
  context.subscriptions.push(
    changed,
    called,
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('casebook.model')) changed.fire()
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => changed.fire()),
    context.secrets.onDidChange(({ key }) => {
      if (isModelKey(key)) changed.fire()
    }),
  )
  return { changed, called }
}

/** The same book as that of the command and the service. */
async function ledger(): Promise<Ledger> {
  const { ledgerFolder, openLedger } = await import('../../llm/ledger-file.ts')
  return openLedger(ledgerFolder())
}

/** What cannot be used was said when the window opened: its default holds. */
async function modelSettings(): Promise<ModelSettings> {
  const { usableSettings } = await import('../usable-settings.ts')
  const raw: unknown = vscode.workspace.getConfiguration('casebook').get('model')
  // The editor hands out proxies: a JSON copy is plain.
  return usableSettings({ model: JSON.parse(JSON.stringify(raw)) }).settings.model
}

interface EditorModelName {
  vendor: string
  id: string
}

/** Null: the endpoint. Our own models of the editor are the endpoint, too. */
function editorModelInUse(): EditorModelName | null {
  const use = String(vscode.workspace.getConfiguration('casebook.model').get('use') ?? '')
  const [, vendor, id] = /^editor:([^/]+)\/(.+)$/.exec(use) ?? []
  return vendor === undefined || id === undefined || vendor === ownVendor ? null : { vendor, id }
}

async function offeredModel(named: EditorModelName): Promise<ChatModel> {
  const [model] = await vscode.lm.selectChatModels({ vendor: named.vendor, id: named.id })
  if (model === undefined) {
    throw new UserError(
      vscode.l10n.t('The editor does not offer the model {0} of {1}.', named.id, named.vendor),
      vscode.l10n.t('Choose another with "Casebook: Choose Model".'),
    )
  }
  const { editorModel } = await import('./editor-model.ts')
  return editorModel(model)
}
