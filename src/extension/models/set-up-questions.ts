/** What Set Up Model asks: each question notes its answer and says which one comes next. */

import * as vscode from 'vscode'
import { isThisMachine } from '../../config.ts'
import { serverUrl } from '../../llm/endpoint.ts'
import { UserError } from '../../memory/ports.ts'
import { withCancel } from '../progress.ts'
import { endpointInUse } from './endpoint-in-use.ts'
import { modelKey } from './model-key.ts'
import { type ModelKind, modelKinds } from './model-kinds.ts'
import type { ModelParts } from './window-models.ts'

/** Nothing of it is written before the end. */
export interface Draft {
  kind: ModelKind
  baseUrl: string
  /** Null: what is kept for this server already, or none. */
  key: string | null
  model: string
  /** As the server told it in the test; null: it did not. */
  contextTokens: number | null
}

/** Undefined where the person left. */
export type Step = 'address' | 'key' | 'model' | 'test' | 'save'

/** A button, and the question behind it. */
export type Way = readonly [label: string, step: Step]

export async function askKind(): Promise<ModelKind | undefined> {
  // `kind` is a word of the editor's own in such items.
  const items = modelKinds.map((server) => ({ ...kindTexts(server), server }))
  const placeHolder = vscode.l10n.t('What serves the model? Nothing is sent before you say so.')
  const title = vscode.l10n.t('Set Up Model')
  return (await vscode.window.showQuickPick(items, { title, placeHolder, ignoreFocusOut: true }))?.server
}

function kindTexts({ name, baseUrl }: ModelKind): { label: string; description: string } {
  if (name !== '') return { label: name, description: baseUrl }
  const description = vscode.l10n.t('any that speaks Chat Completions as OpenAI does')
  return { label: vscode.l10n.t('Another server'), description }
}

export async function askAddress(draft: Draft): Promise<Step | undefined> {
  const usual = draft.baseUrl || (endpointInUse()?.baseUrl ?? '')
  const baseUrl = await vscode.window.showInputBox({
    title: titleOf(draft),
    prompt: addressPrompt(),
    placeHolder: 'https://models.example.com/v1',
    value: usual,
    valueSelection: [usual.length, usual.length],
    ignoreFocusOut: true,
    validateInput: (text) => addressProblem(text.trim()),
  })
  if (baseUrl === undefined) return undefined
  // What was said of one server is not taken to another.
  if (serverUrl(baseUrl.trim())?.origin !== serverUrl(draft.baseUrl)?.origin) {
    draft.key = null
    draft.model = ''
  }
  draft.baseUrl = baseUrl.trim()
  return draft.kind.key === 'none' ? 'model' : 'key'
}

function addressPrompt(): string {
  const plain = vscode.l10n.t('Base URL of the server; it usually ends in /v1.')
  const { remoteName } = vscode.env
  if (remoteName === undefined) return plain
  return `${plain} ${vscode.l10n.t('In this window "localhost" is the remote machine ({0}).', remoteName)}`
}

function addressProblem(text: string): string | vscode.InputBoxValidationMessage | undefined {
  const url = serverUrl(text)
  if (url === null) {
    return /^https?:\/\//i.test(text.trim())
      ? vscode.l10n.t('This is no address, or it holds a password: a key is asked for next.')
      : vscode.l10n.t('An address begins with http:// or https://.')
  }
  if (url.protocol === 'https:' || isThisMachine(url.hostname)) return undefined
  const message = vscode.l10n.t(
    'Not encrypted: others in the network can read what is sent to {0}.',
    url.host,
  )
  return { message, severity: vscode.InputBoxValidationSeverity.Warning }
}

export async function askKey(context: vscode.ExtensionContext, draft: Draft): Promise<Step | undefined> {
  const kept = (await modelKey(context, draft.baseUrl)) !== ''
  const needed = draft.kind.key === 'needed' && !kept
  const key = await vscode.window.showInputBox({
    title: vscode.l10n.t('Key for {0}', hostOf(draft)),
    prompt: vscode.l10n.t('Kept in the secret storage of the editor, and sent to {0} alone.', hostOf(draft)),
    placeHolder: kept
      ? vscode.l10n.t('Leave empty to use the key that is kept')
      : needed
        ? ''
        : vscode.l10n.t('Leave empty if the server needs none'),
    password: true,
    ignoreFocusOut: true,
    validateInput: (text) =>
      needed && text.trim() === '' ? vscode.l10n.t('{0} needs a key.', draft.kind.name) : undefined,
  })
  if (key === undefined) return undefined
  draft.key = key.trim() === '' ? null : key.trim()
  return draft.model === '' ? 'model' : 'test'
}

export async function askModel(parts: ModelParts, draft: Draft): Promise<Step | undefined> {
  const used = endpointInUse()
  const current = used?.baseUrl === draft.baseUrl ? [used.model] : []
  const ask = {
    label: `$(list-unordered) ${vscode.l10n.t('Choose from the list of {0}', hostOf(draft))}`,
    detail: vscode.l10n.t(
      'Asks {0} now which models it has. Nothing but your key for it goes along.',
      hostOf(draft),
    ),
  }
  const type = { label: `$(edit) ${vscode.l10n.t('Type the name')}`, detail: vscode.l10n.t('Asks nobody.') }
  const known = current.map((model) => ({ label: model, description: vscode.l10n.t('in use'), detail: '' }))
  const choice = await vscode.window.showQuickPick([...known, ask, type], {
    title: titleOf(draft),
    placeHolder: vscode.l10n.t('Which model?'),
    ignoreFocusOut: true,
  })
  if (choice === undefined) return undefined
  if (choice === type) return await typeModel(draft)
  if (choice === ask) return await listModel(parts, draft)
  draft.model = choice.label
  return 'test'
}

async function typeModel(draft: Draft): Promise<Step | undefined> {
  const model = await vscode.window.showInputBox({
    title: titleOf(draft),
    prompt: vscode.l10n.t('Name of the model, as the server calls it.'),
    value: draft.model,
    ignoreFocusOut: true,
    validateInput: (text) => (text.trim() === '' ? vscode.l10n.t('A name is needed.') : undefined),
  })
  if (model === undefined) return undefined
  draft.model = model.trim()
  return 'test'
}

async function listModel({ context, log }: ModelParts, draft: Draft): Promise<Step | undefined> {
  const { listModels } = await import('../../llm/model-list.ts')
  const apiKey = await draftKey(context, draft)
  try {
    const title = vscode.l10n.t('Asking {0} for its models…', hostOf(draft))
    const server = { baseUrl: draft.baseUrl, apiKey }
    const models = await withCancel(title, (signal) => listModels(server, { signal }))
    if (models === null) return 'model'
    const model = await vscode.window.showQuickPick(
      models.map(({ id }) => id),
      {
        title: titleOf(draft),
        placeHolder: vscode.l10n.t('{0} models at {1}', models.length, hostOf(draft)),
        ignoreFocusOut: true,
      },
    )
    if (model === undefined) return undefined
    draft.model = model
    return 'test'
  } catch (error) {
    const { message, remedy } = error instanceof UserError ? error : new UserError(String(error), '')
    log.warn(message)
    const changeKey: Way = [vscode.l10n.t('Change Key'), 'key']
    const changeAddress: Way = [vscode.l10n.t('Change Address'), 'address']
    // The first is the one that Enter takes.
    const changes = /\bkey\b/.test(message) ? [changeKey, changeAddress] : [changeAddress, changeKey]
    return await askWay(message, remedy, [...changes, [vscode.l10n.t('Ask Again or Type the Name'), 'model']])
  }
}

/** What went wrong, what to do, and the ways on. */
export async function askWay(
  message: string,
  detail: string,
  ways: readonly Way[],
): Promise<Step | undefined> {
  const labels = ways.map(([label]) => label)
  const choice = await vscode.window.showWarningMessage(message, { modal: true, detail }, ...labels)
  return ways.find(([label]) => label === choice)?.[1]
}

/** The key that the server of the draft gets: what was typed for it, or what is kept for it. */
export async function draftKey(context: vscode.ExtensionContext, { key, baseUrl }: Draft): Promise<string> {
  return key ?? (await modelKey(context, baseUrl))
}

export function titleOf({ kind }: Draft): string {
  return kind.name === '' ? vscode.l10n.t('Set Up Model') : vscode.l10n.t('Set Up Model: {0}', kind.name)
}

export function hostOf({ baseUrl }: Draft): string {
  return serverUrl(baseUrl)?.host ?? baseUrl
}
