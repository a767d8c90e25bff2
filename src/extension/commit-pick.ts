/** Search Commits and Examine Commit: the history that is remembered. */

import * as vscode from 'vscode'
import type { CommitHit } from '../protocol.ts'
import type { CommandParts } from './commands.ts'
import { explainText } from './explain-text.ts'
import { showLivePick } from './live-pick.ts'
import { registerCommand } from './shown-errors.ts'
import type { WindowMemory } from './window-memory.ts'

interface CommitRef {
  root: string
  sha: string
}

interface CommitItem extends vscode.QuickPickItem {
  commit: CommitRef
}

export function addCommitCommands(
  context: vscode.ExtensionContext,
  { memory, documents, log }: CommandParts,
): void {
  const examine = ({ root, sha }: CommitRef) => documents.show({ kind: 'commit', root, sha })
  context.subscriptions.push(
    registerCommand('casebook.searchCommits', log, () => searchCommits(memory, examine)),
    registerCommand('casebook.examineCommit', log, async (commit) => {
      const known = isCommitRef(commit) ? commit : await namedCommit(memory)
      if (known !== undefined) await examine(known)
    }),
  )
}

function searchCommits(memory: WindowMemory, examine: (commit: CommitRef) => Promise<void>): void {
  showLivePick<CommitItem>({
    title: vscode.l10n.t('Search Commits'),
    placeholder: vscode.l10n.t('Words of a message, a file, an issue number…'),
    query: '',
    async ask(query) {
      const hits = await memory.call('commits', { query, limit: 40 })
      return { items: hits.map(itemOf), nothing: vscode.l10n.t('No commit was found.') }
    },
    accept: ({ commit }) => examine(commit),
  })
}

function itemOf({ root, sha, subject, time, files, explain }: CommitHit): CommitItem {
  const date = new Date(time * 1_000).toISOString().slice(0, 10)
  const changed = files.slice(0, 3).join(', ') + (files.length > 3 ? ` +${files.length - 3}` : '')
  const detail = [explainText(explain), changed].filter((part) => part !== '').join(' · ')
  const description = `${sha.slice(0, 10)} ${date}`
  return { label: `$(git-commit) ${subject}`, description, detail, commit: { root, sha } }
}

/** The id is typed; with several folders each is asked, and the first that knows the commit shows it. */
async function namedCommit(memory: WindowMemory): Promise<CommitRef | undefined> {
  const roots = await memory.call('status')
  const title = vscode.l10n.t('Examine Commit')
  const typed = await vscode.window.showInputBox({ title, prompt: vscode.l10n.t('Id of a commit') })
  const sha = typed?.trim() ?? ''
  if (sha === '') return undefined
  for (const { root } of roots.slice(0, -1)) {
    const known = await memory.call('examineCommit', { root, sha }).catch(() => null)
    if (known !== null) return { root, sha: known.sha }
  }
  const last = roots.at(-1)
  return last === undefined ? undefined : { root: last.root, sha }
}

function isCommitRef(value: unknown): value is CommitRef {
  if (typeof value !== 'object' || value === null) return false
  return 'root' in value && typeof value.root === 'string' && 'sha' in value && typeof value.sha === 'string'
}
