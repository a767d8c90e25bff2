/** Memory that leaves and comes back: export, import, and the folder that a team shares. */

import * as vscode from 'vscode'
import type { RootStatus } from '../protocol.ts'
import type { ImportSummary, ShareSummary } from '../protocol-memories.ts'
import { chosenRoot } from './chosen-root.ts'
import { withCancel, withProgress } from './progress.ts'
import type { WindowMemory } from './window-memory.ts'

const filters = { 'Casebook memories': ['jsonl'] }

/** The file may be given by whoever calls the command. */
export async function exportMemories(memory: WindowMemory, given: unknown): Promise<void> {
  const root = await chosenRoot(memory)
  if (root === undefined) return
  const file = given instanceof vscode.Uri ? given : await chosenTarget(root)
  if (file === undefined) return
  // The dialog has asked whether to replace a file; whoever gave the name was not asked.
  const overwrite = !(given instanceof vscode.Uri)
  const done = await withCancel(vscode.l10n.t('Casebook writes the memories…'), (signal) =>
    memory.ask('export', [file.fsPath, { overwrite }], { root: root.root, signal }),
  )
  if (done === null) return
  const text = vscode.l10n.t('{0} memories and {1} events are in {2}.', done.records, done.events, done.path)
  void vscode.window.showInformationMessage(text)
}

async function chosenTarget({ name }: RootStatus): Promise<vscode.Uri | undefined> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri
  return await vscode.window.showSaveDialog({
    title: vscode.l10n.t('Export memories'),
    filters,
    ...(folder === undefined ? {} : { defaultUri: vscode.Uri.joinPath(folder, `${name}-memories.jsonl`) }),
  })
}

export async function importMemories(memory: WindowMemory, given: unknown): Promise<void> {
  const root = await chosenRoot(memory)
  if (root === undefined) return
  const chosen =
    given instanceof vscode.Uri
      ? [given]
      : await vscode.window.showOpenDialog({ title: vscode.l10n.t('Import memories'), filters })
  const [file] = chosen ?? []
  if (file === undefined) return
  // Whoever gives the file is a program: it has no own exports.
  const restore = given instanceof vscode.Uri ? false : await isOwnExport()
  if (restore === undefined) return
  const done = await withCancel(vscode.l10n.t('Casebook reads the memories…'), (signal) =>
    memory.ask('import', [file.fsPath, { restore }], { root: root.root, signal }),
  )
  if (done === null) return
  void vscode.window.showInformationMessage(importText(done))
}

/** Undefined: the person thought better of it. */
async function isOwnExport(): Promise<boolean | undefined> {
  const foreign = {
    label: vscode.l10n.t('Somebody gave it to me'),
    detail: vscode.l10n.t('What is new waits for your review.'),
  }
  const own = {
    label: vscode.l10n.t('This is my own export'),
    detail: vscode.l10n.t(
      'It is taken over as it is: what it says was accepted, pinned or verified is shown to agents at once.',
    ),
  }
  const title = vscode.l10n.t('Where does the export come from?')
  const choice = await vscode.window.showQuickPick([foreign, own], { title })
  return choice === undefined ? undefined : choice === own
}

function importText({ added, known, mode, notes }: ImportSummary): string {
  const counts = vscode.l10n.t('{0} memories came in, {1} were known.', added, known)
  const merged = mode === 'merged' ? [vscode.l10n.t('New ones wait for your review.')] : []
  return [counts, ...merged, ...notes].join(' ')
}

export async function shareMemories(memory: WindowMemory, named: unknown): Promise<void> {
  const root = await chosenRoot(memory, named)
  if (root === undefined) return
  if (String(vscode.workspace.getConfiguration('casebook').get('shareFolder') ?? '') === '') {
    const open = vscode.l10n.t('Open Settings')
    const text = vscode.l10n.t('Name the folder for shared memories first, for example "casebook".')
    if ((await vscode.window.showInformationMessage(text, open)) === open) {
      await vscode.commands.executeCommand('workbench.action.openSettings', 'casebook.shareFolder')
    }
    return
  }
  const done = await withProgress(vscode.l10n.t('Casebook writes shared memories…'), () =>
    memory.ask('share', [], { root: root.root }),
  )
  tellShared(done)
}

function tellShared({ folder, written, removed, takenOver, problems }: ShareSummary): void {
  const text = vscode.l10n.t(
    '{0}: {1} written, {2} removed, {3} taken over from the files.',
    folder,
    written.length,
    removed.length,
    takenOver.length,
  )
  if (problems.length === 0) void vscode.window.showInformationMessage(text)
  else void vscode.window.showWarningMessage([text, ...problems].join(' '))
}
