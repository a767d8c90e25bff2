/** Import Past Sessions: a look at what there is, the person's choice, the import with a way to end it, a summary. */

import * as vscode from 'vscode'
import type { RootStatus } from '../protocol.ts'
import type { SessionImport, SessionSource, SessionSources } from '../protocol-sessions.ts'
import { chosenRoot } from './chosen-root.ts'
import type { CommandParts } from './commands.ts'
import { withCancel } from './progress.ts'
import { foundText, importedText, importText, remoteNote, sessionCount } from './session-text.ts'
import type { WindowMemory } from './window-memory.ts'

/** `agent`: of a row of the tree, whose import is wished for this once; else the person picks. */
export async function importSessions(parts: CommandParts, named: unknown, agent?: string): Promise<void> {
  const { memory } = parts
  const root = await chosenRoot(memory, named)
  if (root === undefined) return
  const agents = agent === undefined ? await chosenAgents(memory, root) : [agent]
  if (agents === undefined || agents.length === 0) return
  const done = await imported(memory, root.root, agents)
  if (done !== null) tell(parts, root.root, done)
}

/** What is imported from now on, without an import at once. */
export async function chooseSources(memory: WindowMemory, named: unknown): Promise<void> {
  const root = await chosenRoot(memory, named)
  if (root !== undefined) await chosenAgents(memory, root)
}

/** The choice is kept: those agents are watched from now on, and no other. */
export async function keepChoice(
  memory: WindowMemory,
  root: string,
  agents: readonly string[],
): Promise<void> {
  await memory.askSessions('choose', [agents], { root })
}

/** Undefined when the person left; none is an answer as well, and kept. */
async function chosenAgents(memory: WindowMemory, root: RootStatus): Promise<string[] | undefined> {
  const found = await withCancel(vscode.l10n.t('Casebook looks for past sessions…'), (signal) =>
    memory.askSessions('sources', [], { root: root.root, signal }),
  )
  if (found === null) return undefined
  const offered = found.sources.filter(({ found: count, chosen }) => count > 0 || chosen)
  if (offered.length === 0) return void tellNone(found)
  const agents = await pickedAgents(found, offered)
  if (agents === undefined) return undefined
  await keepChoice(memory, root.root, agents)
  if (agents.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('No sessions are imported into this memory.'))
  }
  return agents
}

interface SourceItem extends vscode.QuickPickItem {
  agent: string
}

/** Where nobody was asked yet, all that was found is ticked; nothing happens before the person accepts. */
async function pickedAgents(
  { asked, sources }: SessionSources,
  offered: readonly SessionSource[],
): Promise<string[] | undefined> {
  const items: SourceItem[] = offered.map((source) => ({
    agent: source.agent,
    label: source.title,
    description: [
      sessionCount(vscode.l10n, source.found),
      ...(source.waiting > 0 ? [vscode.l10n.t('{0} new', source.waiting)] : []),
    ].join(', '),
    detail: importedText(vscode.l10n, source),
    picked: asked ? source.chosen : true,
  }))
  const picked = await vscode.window.showQuickPick(items, {
    canPickMany: true,
    ignoreFocusOut: true,
    title: foundText(vscode.l10n, sources),
    placeHolder: vscode.l10n.t('Imported now, watched from now on; secrets are masked'),
  })
  return picked?.map(({ agent }) => agent)
}

function tellNone({ sources, notes }: SessionSources): void {
  const places = sources.flatMap((source) => source.places)
  const looked =
    places.length === 0
      ? vscode.l10n.t('None of the agents that Casebook can read has left anything on this machine.')
      : vscode.l10n.t('Casebook looked in {0}.', places.slice(0, 5).join(', '))
  const remote = remoteNote(vscode.l10n, vscode.env.remoteName)
  const text = [vscode.l10n.t('No past sessions of this repository were found.'), looked, remote ?? notes[0]]
  void vscode.window.showInformationMessage(text.filter((part) => part !== undefined).join(' '))
}

async function imported(
  memory: WindowMemory,
  root: string,
  agents: readonly string[],
): Promise<SessionImport | null> {
  return await withCancel(vscode.l10n.t('Casebook imports past sessions'), (signal, report) =>
    memory.askSessions('import', [{ agents }], {
      root,
      signal,
      onProgress({ agent, done, total }) {
        const at = Math.max(0, agents.indexOf(agent))
        const share = (at + (total === 0 ? 1 : done / total)) / agents.length
        report(vscode.l10n.t('{0}: {1} of {2}', agent, done, total), share)
      },
    }),
  )
}

/** Not awaited by the command: a notification may stay for as long as it likes. */
function tell({ documents }: CommandParts, root: string, done: SessionImport): void {
  const details = vscode.l10n.t('Show Details')
  const review = vscode.l10n.t('Review')
  const buttons = [details, ...(done.episodes > 0 ? [review] : [])]
  void vscode.window
    .showInformationMessage(importText(vscode.l10n, done), ...buttons)
    .then(async (choice) => {
      if (choice === details) await documents.show({ kind: 'import', root, done })
      if (choice === review) await vscode.commands.executeCommand('casebook.reviewMemories', root)
    })
}
