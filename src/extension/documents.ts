/** Read-only pages of the memory as documents of the editor: a commit, the excluded files, the health. */

import * as vscode from 'vscode'
import type { CommitDetail, ExcludedFile } from '../protocol.ts'
import { healthReport } from './health-report.ts'
import { healthText } from './health-text.ts'
import type { WindowMemory } from './window-memory.ts'

const scheme = 'casebook'

export type Page =
  | { kind: 'commit'; root: string; sha: string }
  | { kind: 'excluded'; root: string }
  | { kind: 'health' }

export interface Documents {
  show(page: Page): Promise<void>
}

export function addDocuments(context: vscode.ExtensionContext, memory: WindowMemory): Documents {
  const changed = new vscode.EventEmitter<vscode.Uri>()
  const provideTextDocumentContent = async (uri: vscode.Uri) =>
    await textOf(memory, context, JSON.parse(uri.query) as Page)
  context.subscriptions.push(
    changed,
    vscode.workspace.registerTextDocumentContentProvider(scheme, {
      onDidChange: changed.event,
      provideTextDocumentContent,
    }),
  )
  return {
    async show(page) {
      const uri = vscode.Uri.from({ scheme, path: `/${titleOf(page)}`, query: JSON.stringify(page) })
      // A page that is open already would show what was true when it was opened.
      changed.fire(uri)
      await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: true })
    },
  }
}

function titleOf(page: Page): string {
  if (page.kind === 'commit') return `${page.sha.slice(0, 10)}.diff`
  return page.kind === 'excluded' ? 'Casebook excluded files.txt' : 'Casebook health.md'
}

async function textOf(memory: WindowMemory, context: vscode.ExtensionContext, page: Page): Promise<string> {
  switch (page.kind) {
    case 'commit':
      return commitText(await memory.call('examineCommit', page))
    case 'excluded':
      return excludedText(await memory.call('excluded', page))
    case 'health':
      return healthText(await healthReport(context, memory))
  }
}

function commitText(commit: CommitDetail): string {
  const lines = [
    `commit ${commit.sha}`,
    `author ${commit.author}`,
    `date   ${new Date(commit.time * 1_000).toISOString()}`,
    ...(commit.issues.length > 0 ? [`issues ${commit.issues.map((issue) => `#${issue}`).join(', ')}`] : []),
    ...commit.reverts.map((sha) => `reverts ${sha}`),
    '',
    commit.subject,
    ...(commit.body === '' ? [] : ['', commit.body]),
    '',
    ...commit.files.map(({ status, path }) => `${status} ${path}`),
    '',
    commit.diff,
    ...(commit.diffTruncated ? [vscode.l10n.t('(The rest of the diff is not shown.)')] : []),
  ]
  return lines.join('\n')
}

function excludedText(files: readonly ExcludedFile[]): string {
  if (files.length === 0) return vscode.l10n.t('No listed file is excluded.')
  const groups = Map.groupBy(files, ({ reason }) => reason)
  const parts = [...groups].map(([reason, members]) => {
    const paths = members.map(({ path }) => `  ${path}`).sort()
    return [`${reasonText(reason)}: ${members.length}`, ...paths].join('\n')
  })
  return `${parts.join('\n\n')}\n`
}

function reasonText(reason: ExcludedFile['reason']): string {
  return {
    secret: vscode.l10n.t('May hold secrets, never read'),
    binary: vscode.l10n.t('Binary'),
    'too-large': vscode.l10n.t('Larger than the setting casebook.maxFileSize'),
    casebookignore: vscode.l10n.t('Named in .casebookignore'),
    submodule: vscode.l10n.t('Another repository (submodule)'),
    symlink: vscode.l10n.t('Symbolic link'),
    unreadable: vscode.l10n.t('Cannot be read'),
  }[reason]
}
