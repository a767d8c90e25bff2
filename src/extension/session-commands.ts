/** The commands about past sessions of other agents. */

import * as vscode from 'vscode'
import { chosenMemory } from './chosen-memory.ts'
import type { CommandParts } from './commands.ts'
import { rootOf } from './memory-commands.ts'
import { pageOf, pageTitle, recordOf } from './memory-ref.ts'
import { chooseSources, importSessions, keepChoice } from './session-import.ts'
import { registerCommand } from './shown-errors.ts'

export function addSessionCommands(context: vscode.ExtensionContext, parts: CommandParts): void {
  const { memory, documents, log } = parts
  const add = (name: string, work: (...args: unknown[]) => unknown) =>
    context.subscriptions.push(registerCommand(`casebook.${name}`, log, work))
  add('importSessions', (named) => importSessions(parts, rootOf(named), agentOf(named)))
  add('chooseSources', (named) => chooseSources(memory, rootOf(named)))
  for (const [name, isWatched] of [['watchSource', true] as const, ['unwatchSource', false] as const]) {
    add(name, async (named) => {
      const agent = agentOf(named)
      const root = rootOf(named)
      if (agent === undefined || typeof root !== 'string') return
      const { sources } = await memory.askSessions('sources', [], { root })
      const others = sources.filter((one) => one.chosen && one.agent !== agent).map((one) => one.agent)
      await keepChoice(memory, root, isWatched ? [...others, agent] : others)
    })
  }
  add('openSession', async (named) => {
    if (!isSessionRef(named)) return
    const { root, reference, label } = named
    await documents.show({ kind: 'session', root, reference, title: pageTitle(label) || reference })
  })
  add('openSourceTurn', (named) => openSourceTurn(parts, named))
}

/** A row of the tree, or a link, names an agent. */
function agentOf(value: unknown): string | undefined {
  const isNamed = typeof value === 'object' && value !== null && 'agent' in value
  return isNamed && typeof value.agent === 'string' ? value.agent : undefined
}

interface SessionRef {
  root: string
  reference: string
  label: string
}

function isSessionRef(value: unknown): value is SessionRef {
  if (typeof value !== 'object' || value === null) return false
  const names = ['root', 'reference', 'label'] as const
  return names.every((name) => name in value && typeof (value as SessionRef)[name] === 'string')
}

/** Formats that people read as they are. JSON of a hundred megabytes is none: its turn is shown instead. */
const readable = /\.(?:md|txt|log)$/i

async function openSourceTurn({ memory, documents }: CommandParts, named: unknown): Promise<void> {
  const ref = await chosenMemory(memory, named)
  if (ref === undefined) return
  const record = await recordOf(memory, ref)
  const place = record.provenance.sources.find((source) => source.place !== undefined)?.place
  const [, file, line] = /^(.*?):(\d+)$/s.exec(place ?? '') ?? []
  if (file !== undefined && (readable.test(file) || memory.pathOf(vscode.Uri.file(file)) !== null)) {
    if (await openLine(vscode.Uri.file(file), Number(line) - 1)) return
  }
  const location = vscode.ProgressLocation.Window
  const title = vscode.l10n.t('Casebook reads the session…')
  await vscode.window.withProgress({ location, title }, () =>
    documents.show(pageOf('turn', ref.root, record)),
  )
}

/** False where the file is gone: the page then says so. */
async function openLine(uri: vscode.Uri, line: number): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(uri)
  } catch {
    return false
  }
  const selection = new vscode.Range(line, 0, line, 0)
  await vscode.window.showTextDocument(uri, { selection, preview: true })
  return true
}
