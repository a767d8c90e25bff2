/** Code leaves this machine only after the person has seen where to, how much, and at what price. */

import * as vscode from 'vscode'
import type { EmbedderSettings, Settings } from '../config.ts'
import type { WindowMemory } from './window-memory.ts'

const keyName = 'casebook.embeddingKey'
const consentName = 'casebook.embedderConsent'
/** On average: 595 characters a chunk (measured on pylint, 9,992 chunks), 3.5 characters a token of code. */
const tokensPerChunk = 170

/** The settings for the service: an endpoint that was not agreed to is replaced by the built-in embedder. */
export async function agreedSettings(
  context: vscode.ExtensionContext,
  settings: Settings,
): Promise<Settings> {
  const { embedder } = settings
  if (embedder.kind === 'local') return settings
  const agreed = context.workspaceState.get<string>(consentName) === consentKey(embedder)
  if (!agreed) return { ...settings, embedder: { ...embedder, kind: 'local' } }
  const apiKey = (await context.secrets.get(keyName)) ?? ''
  return { ...settings, embedder: { ...embedder, apiKey } }
}

export function addEmbedderConsent(context: vscode.ExtensionContext, memory: WindowMemory): void {
  let offered = ''
  const offer = async () => {
    const embedder = embedderSettings()
    if (!mayAsk(context, memory, embedder) || offered === consentKey(embedder)) return
    offered = consentKey(embedder)
    const review = vscode.l10n.t('Review…')
    const text = vscode.l10n.t(
      'Casebook is set to embed with {0}. Nothing is sent until you agree.',
      embedder.model,
    )
    if ((await vscode.window.showInformationMessage(text, review)) === review) await ask(context, memory)
  }
  context.subscriptions.push(
    memory.onDidChange(() => void offer()),
    vscode.commands.registerCommand('casebook.setEmbeddingKey', () => setKey(context)),
    vscode.commands.registerCommand('casebook.reviewEmbedder', () => ask(context, memory)),
  )
}

/** Asks when the size is known: all roots indexed, in a window that may read. */
function mayAsk(context: vscode.ExtensionContext, memory: WindowMemory, embedder: EmbedderSettings): boolean {
  if (embedder.kind !== 'endpoint' || hostOf(embedder.baseUrl) === null) return false
  if (context.workspaceState.get<string>(consentName) === consentKey(embedder)) return false
  const { access, roots } = memory.state()
  const isKnown = roots.every(({ state, lastRun }) => state.kind === 'idle' && lastRun !== null)
  return access === 'ready' && roots.length > 0 && isKnown
}

async function ask(context: vscode.ExtensionContext, memory: WindowMemory): Promise<void> {
  const embedder = embedderSettings()
  const host = hostOf(embedder.baseUrl)
  if (embedder.kind === 'local' || host === null || embedder.model === '') {
    const settings = vscode.l10n.t('Open Settings')
    const text = vscode.l10n.t('Vectors are made on this machine. An endpoint needs a base URL and a model.')
    const choice = await vscode.window.showInformationMessage(text, settings)
    if (choice === settings)
      void vscode.commands.executeCommand('workbench.action.openSettings', 'casebook.embedder')
    return
  }
  const agree = vscode.l10n.t('Agree and Send')
  const local = vscode.l10n.t('Keep the Built-in Embedder')
  const title = vscode.l10n.t('Send code of this workspace to {0}?', host)
  const options = { modal: true, detail: consentDetail(embedder, host, memory) }
  const choice = await vscode.window.showWarningMessage(title, options, agree, local)
  if (choice === undefined) return
  await context.workspaceState.update(consentName, choice === agree ? consentKey(embedder) : undefined)
  await memory.configure()
}

function consentDetail(embedder: EmbedderSettings, host: string, memory: WindowMemory): string {
  const chunks = memory.state().roots.reduce((sum, root) => sum + root.chunks, 0)
  const tokens = chunks * tokensPerChunk
  const dollars = (tokens * embedder.pricePerMillionTokens) / 1_000_000
  const price =
    embedder.pricePerMillionTokens > 0
      ? vscode.l10n.t('about {0} US dollars', dollars.toFixed(2))
      : vscode.l10n.t('unknown: set the price per million tokens to see it')
  return [
    vscode.l10n.t('Host: {0}', host),
    vscode.l10n.t('Model: {0}', embedder.model),
    vscode.l10n.t('Pieces of code: {0}, about {1} tokens', count(chunks), count(tokens)),
    vscode.l10n.t('Cost: {0}', price),
    vscode.l10n.t('Each piece is sent once, later only what is new. Secret-bearing files are never read.'),
  ].join('\n')
}

async function setKey(context: vscode.ExtensionContext): Promise<void> {
  const key = await vscode.window.showInputBox({
    title: vscode.l10n.t('Key for the embedding endpoint'),
    prompt: vscode.l10n.t('Kept in the secret storage of the editor. Leave empty to forget it.'),
    password: true,
    ignoreFocusOut: true,
  })
  if (key === undefined) return
  if (key === '') await context.secrets.delete(keyName)
  else await context.secrets.store(keyName, key)
}

function embedderSettings(): EmbedderSettings {
  const section = vscode.workspace.getConfiguration('casebook.embedder')
  const kind = section.get('kind') === 'endpoint' ? 'endpoint' : 'local'
  const price = Number(section.get('pricePerMillionTokens') ?? 0)
  return {
    kind,
    baseUrl: String(section.get('baseUrl') ?? ''),
    model: String(section.get('model') ?? ''),
    pricePerMillionTokens: Number.isFinite(price) ? price : 0,
    apiKey: '',
  }
}

/** A consent is for one host and one model; another of either is asked for again. */
function consentKey({ baseUrl, model }: EmbedderSettings): string {
  return `${hostOf(baseUrl) ?? ''}|${model}`
}

function hostOf(baseUrl: string): string | null {
  try {
    return new URL(baseUrl).host
  } catch {
    return null
  }
}

function count(value: number): string {
  return value.toLocaleString(vscode.env.language)
}
