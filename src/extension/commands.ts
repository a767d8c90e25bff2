/** The commands of the palette and the menu behind the status bar item. */

import * as vscode from 'vscode'
import type { RootStatus } from '../protocol.ts'
import { chosenRoot } from './chosen-root.ts'
import { addCommitCommands } from './commit-pick.ts'
import type { Documents } from './documents.ts'
import { healthReport } from './health-report.ts'
import { healthText, redactPaths } from './health-text.ts'
import { locateIssue } from './locate-pick.ts'
import { addMemoryCommands } from './memory-commands.ts'
import { searchMemory } from './search-pick.ts'
import { addSessionCommands } from './session-commands.ts'
import { registerCommand } from './shown-errors.ts'
import type { WindowMemory } from './window-memory.ts'

export interface CommandParts {
  memory: WindowMemory
  documents: Documents
  log: vscode.LogOutputChannel
}

export function addCommands(context: vscode.ExtensionContext, parts: CommandParts): void {
  const { memory, documents, log } = parts
  const add = (name: string, work: (...args: unknown[]) => unknown) =>
    context.subscriptions.push(registerCommand(`casebook.${name}`, log, work))
  add('search', (query) => searchMemory(memory, typeof query === 'string' ? query : ''))
  add('locate', (issue) => locateIssue(memory, typeof issue === 'string' ? issue : undefined))
  add('index', (root) => indexNow(memory, root))
  add('rebuild', (root) => rebuild(memory, root))
  add('pause', () => memory.call('pause'))
  add('resume', () => memory.call('resume'))
  add('stop', () => memory.call('stop'))
  add('showExcluded', async (root) => {
    const chosen = await chosenRoot(memory, root)
    if (chosen !== undefined) await documents.show({ kind: 'excluded', root: chosen.root })
  })
  add('health', () => documents.show({ kind: 'health' }))
  add('copyDiagnostics', () => copyDiagnostics(context, memory))
  add('showLog', () => log.show())
  add('menu', () => showMenu(memory))
  addCommitCommands(context, parts)
  addMemoryCommands(context, parts)
  addSessionCommands(context, parts)
}

/** Goes on where a run was stopped or failed, or begins where indexing does not begin by itself. */
async function indexNow(memory: WindowMemory, root: unknown): Promise<void> {
  const chosen = await chosenRoot(memory, root)
  if (chosen === undefined) return
  await memory.call('reindex', { root: chosen.root, reason: 'Index Now was chosen' })
}

async function rebuild(memory: WindowMemory, root: unknown): Promise<void> {
  const chosen = await chosenRoot(memory, root)
  if (chosen === undefined) return
  const confirm = vscode.l10n.t('Rebuild')
  const detail = vscode.l10n.t(
    '{0} files are read and parsed again. Nothing but the derived index is thrown away.',
    chosen.files.toLocaleString(vscode.env.language),
  )
  const title = vscode.l10n.t('Rebuild the index of {0}?', chosen.name)
  if ((await vscode.window.showWarningMessage(title, { modal: true, detail }, confirm)) !== confirm) return
  await memory.call('reindex', { root: chosen.root, reason: 'Rebuild Index was chosen', fresh: true })
}

async function copyDiagnostics(context: vscode.ExtensionContext, memory: WindowMemory): Promise<void> {
  const text = healthText(await healthReport(context, memory))
  await vscode.env.clipboard.writeText(redactPaths(text, memory.state().roots))
  void vscode.window.showInformationMessage(vscode.l10n.t('Diagnostics were copied, with paths redacted.'))
}

async function showMenu(memory: WindowMemory): Promise<void> {
  const { access, roots } = memory.state()
  if (access === 'untrusted') return void (await vscode.commands.executeCommand('workbench.trust.manage'))
  const kinds = new Set(roots.map(({ state }) => state.kind))
  const entries: [icon: string, label: string, command: string, shown: boolean][] = [
    ['search', vscode.l10n.t('Search Memory'), 'casebook.search', true],
    ['issues', vscode.l10n.t('Find Files for an Issue'), 'casebook.locate', true],
    ['git-commit', vscode.l10n.t('Search Commits'), 'casebook.searchCommits', true],
    ['lightbulb', vscode.l10n.t('Recall…'), 'casebook.recall', true],
    ['add', vscode.l10n.t('Remember…'), 'casebook.remember', true],
    ['checklist', vscode.l10n.t('Review Memories'), 'casebook.reviewMemories', true],
    ['cloud-download', vscode.l10n.t('Import Past Sessions…'), 'casebook.importSessions', true],
    ['book', vscode.l10n.t('Show Casebook'), 'casebook.panel.focus', true],
    ['debug-pause', vscode.l10n.t('Pause Indexing'), 'casebook.pause', kinds.has('indexing')],
    ['debug-start', vscode.l10n.t('Resume Indexing'), 'casebook.resume', kinds.has('paused')],
    [
      'debug-stop',
      vscode.l10n.t('Stop Indexing'),
      'casebook.stop',
      kinds.has('indexing') || kinds.has('paused'),
    ],
    ['play', vscode.l10n.t('Index Now'), 'casebook.index', roots.some(isUnfinished)],
    ['refresh', vscode.l10n.t('Rebuild Index'), 'casebook.rebuild', true],
    ['exclude', vscode.l10n.t('Show Excluded Files'), 'casebook.showExcluded', true],
    ['pulse', vscode.l10n.t('Health'), 'casebook.health', true],
    ['output', vscode.l10n.t('Show Log'), 'casebook.showLog', true],
  ]
  const items = entries
    .filter(([, , , shown]) => shown)
    .map(([icon, label, command]) => ({ label: `$(${icon}) ${label}`, command }))
  const choice = await vscode.window.showQuickPick(items, { title: 'Casebook' })
  if (choice !== undefined) await vscode.commands.executeCommand(choice.command)
}

function isUnfinished({ state, lastRun, indexedFiles, files }: RootStatus): boolean {
  return state.kind === 'failed' || (state.kind === 'idle' && (lastRun === null || indexedFiles < files))
}
