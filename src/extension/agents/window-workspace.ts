/** The files and the shell of a root, for an agent in this window: trusted folders only, and the person is asked. */

import * as vscode from 'vscode'
import type { Knowledge, Workspace } from '../../agent/ports.ts'
import { isAskedEachTime, mostCharacters, mostLines, shownCommand } from '../../agent/workspace/consent.ts'
import { openWorkTree, type Wish } from '../../agent/workspace/work-tree.ts'
import { UserError } from '../../memory/ports.ts'
import { neutralise } from '../../memory/safety/quote.ts'
import { knownTestCommand } from './test-command.ts'

/** What the person allowed for the rest of a chat. */
export interface Allowed {
  edits: boolean
  commands: Set<string>
}

export interface WindowWorkspaceOptions {
  root: string
  knowledge: Knowledge
  /** Kept by the caller for as long as the chat lives. */
  allowed: Allowed
}

/** Whether the chat may change files and run commands here at all; it asks each time nevertheless. */
export function mayAct(): boolean {
  return (
    vscode.workspace.isTrusted && vscode.workspace.getConfiguration('casebook').get('chatMayAct') === true
  )
}

/** Reading needs trust alone; changing and running also the setting casebook.chatMayAct. */
export function windowWorkspace({ root, knowledge, allowed }: WindowWorkspaceOptions): Workspace {
  const section = vscode.workspace.getConfiguration('casebook')
  const acts = mayAct()
  return openWorkTree({
    root,
    may: { edit: acts, run: acts },
    testCommand: async () => String(section.get('testCommand') ?? '') || (await knownTestCommand(knowledge)),
    async ask(wish, signal) {
      if (!vscode.workspace.isTrusted) return false
      if (wish.kind === 'edit') noUnsavedWork(root, wish.path)
      if (isAllowed(wish, allowed)) return true
      return await asked({ wish, root }, allowed, signal)
    },
  })
}

/** The file on disk would be changed under the person's hands. */
function noUnsavedWork(root: string, path: string): void {
  const file = vscode.Uri.joinPath(vscode.Uri.file(root), path).toString()
  const open = vscode.workspace.textDocuments.find(({ uri }) => uri.toString() === file)
  if (open?.isDirty !== true) return
  throw new UserError(`${path} has changes that are not saved.`, 'Ask the person to save it first.')
}

function isAllowed(wish: Wish, { edits, commands }: Allowed): boolean {
  return wish.kind === 'edit' ? edits && !isAskedEachTime(wish.path) : commands.has(wish.command)
}

/** An abort does not wait for an answer: the question stays until the person closes it, and counts for nothing. */
async function asked(
  { wish, root }: { wish: Wish; root: string },
  allowed: Allowed,
  signal?: AbortSignal,
): Promise<boolean> {
  const { title, detail: what, once, always } = wordsFor(wish)
  // Of several folders the person did not name one.
  const where = `${vscode.l10n.t('In: {0}', root)}\n\n`
  const detail = (vscode.workspace.workspaceFolders?.length ?? 0) > 1 ? where + what : what
  const answer = vscode.window.showWarningMessage(title, { modal: true, detail }, once, always)
  const choice = await Promise.race([answer, aborted(signal)])
  signal?.throwIfAborted()
  if (choice === always && wish.kind === 'edit') allowed.edits = true
  if (choice === always && wish.kind === 'run') allowed.commands.add(wish.command)
  return choice === once || choice === always
}

function aborted(signal: AbortSignal | undefined): Promise<undefined> {
  return new Promise((resolve) => signal?.addEventListener('abort', () => resolve(undefined), { once: true }))
}

function wordsFor(wish: Wish) {
  if (wish.kind === 'run') {
    return {
      title: vscode.l10n.t('Run this command?'),
      detail: `${shownCommand(wish.command)}\n\n${vscode.l10n.t('For: {0}', oneLine(wish.why))}`,
      once: vscode.l10n.t('Run'),
      always: vscode.l10n.t('Always in This Chat'),
    }
  }
  const before = wish.before === null ? [] : wish.before.split('\n').map((line) => `- ${line}`)
  const after = wish.after.split('\n').map((line) => `+ ${line}`)
  return {
    title: vscode.l10n.t(wish.before === null ? 'Make {0}?' : 'Change {0}?', wish.path),
    detail: shortened([...before, ...after].join('\n')),
    once: vscode.l10n.t('Allow'),
    always: vscode.l10n.t('Allow All Edits of This Chat'),
  }
}

function oneLine(text: string): string {
  return neutralise(text).replace(/\s+/g, ' ')
}

/** A change can be looked at and taken back afterwards, other than a command. */
function shortened(text: string): string {
  const lines = neutralise(text).split('\n')
  const cut = lines.slice(0, mostLines).join('\n').slice(0, mostCharacters)
  return cut.length < text.length ? `${cut}\n${vscode.l10n.t('… and more')}` : cut
}
