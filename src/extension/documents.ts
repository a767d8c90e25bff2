/** Read-only pages of the memory as documents of the editor: a commit, the excluded files, the health, a memory. */

import * as vscode from 'vscode'
import type { CommitDetail, ExcludedFile } from '../protocol.ts'
import type { SessionImport } from '../protocol-sessions.ts'
import { healthReport } from './health-report.ts'
import { healthText } from './health-text.ts'
import { memoryPageText, whyPageText } from './memory-page-text.ts'
import { fileLink, type PageTarget, pageLinks } from './page-links.ts'
import { importPageText, sessionPageText, turnPageText } from './session-page-text.ts'
import type { WindowMemory } from './window-memory.ts'

const scheme = 'casebook'

export type Page =
  | { kind: 'commit'; root: string; sha: string }
  | { kind: 'excluded'; root: string }
  | { kind: 'health' }
  | MemoriesPage
  | { kind: 'turn'; root: string; id: string; title: string }
  /** What an import did: the page holds it, nothing else remembers it. */
  | { kind: 'import'; root: string; done: SessionImport }

/** Shows memories, and is shown anew when they change. */
type MemoriesPage =
  | { kind: 'memory' | 'why'; root: string; id: string; title: string }
  | { kind: 'session'; root: string; reference: string; title: string }

export interface Documents {
  show(page: Page): Promise<void>
  /** Where the page would be shown, for a diff of two. */
  uriOf(page: Page): vscode.Uri
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
    vscode.languages.registerDocumentLinkProvider(
      { scheme },
      { provideDocumentLinks: (document) => linksOf(memory, document) },
    ),
    // A page that is open shows what is true now.
    memory.onDidChangeMemories(({ root }) => {
      for (const { uri } of vscode.workspace.textDocuments) {
        if (uri.scheme === scheme && isAboutMemory(uri, root)) changed.fire(uri)
      }
    }),
  )
  return {
    uriOf,
    async show(page) {
      const uri = uriOf(page)
      // A page that is open already would show what was true when it was opened.
      changed.fire(uri)
      await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: true })
    },
  }
}

function uriOf(page: Page): vscode.Uri {
  return vscode.Uri.from({ scheme, path: `/${titleOf(page)}`, query: JSON.stringify(page) })
}

function isAboutMemory(uri: vscode.Uri, root: string): boolean {
  const page = JSON.parse(uri.query) as Page
  return isWithMemories(page) && page.root === root
}

function isWithMemories(page: Page): page is MemoriesPage {
  return page.kind === 'memory' || page.kind === 'why' || page.kind === 'session'
}

function linksOf(memory: WindowMemory, document: vscode.TextDocument): vscode.DocumentLink[] {
  const page = JSON.parse(document.uri.query) as Page
  if (page.kind === 'turn') return fileLinks(document.getText())
  if (!isWithMemories(page)) return []
  return pageLinks(document.getText()).flatMap(({ line, start, end, target }) => {
    const uri = targetUri(memory, page, target)
    return uri === null ? [] : [new vscode.DocumentLink(new vscode.Range(line, start, line, end), uri)]
  })
}

function fileLinks(text: string): vscode.DocumentLink[] {
  const found = fileLink(text)
  if (found === null) return []
  const { line, start, end, file, at } = found
  const uri = vscode.Uri.file(file).with({ fragment: at === null ? '' : `L${at}` })
  return [new vscode.DocumentLink(new vscode.Range(line, start, line, end), uri)]
}

function targetUri(memory: WindowMemory, page: MemoriesPage, target: PageTarget): vscode.Uri | null {
  const { root } = page
  if (target.kind === 'code') {
    return memory.uriOf({ root, path: target.path }).with({ fragment: `L${target.startLine}` })
  }
  if (target.kind === 'commit') return commandUri('casebook.examineCommit', { root, sha: target.sha })
  if (target.kind === 'memory') return commandUri('casebook.openMemory', { root, id: target.id })
  const id = target.id ?? (page.kind === 'session' ? null : page.id)
  return id === null ? null : commandUri('casebook.openSourceTurn', { root, id })
}

function commandUri(command: string, argument: object): vscode.Uri {
  return vscode.Uri.parse(`command:${command}?${encodeURIComponent(JSON.stringify([argument]))}`)
}

function titleOf(page: Page): string {
  if (page.kind === 'commit') return `${page.sha.slice(0, 10)}.diff`
  if (page.kind === 'memory') return `${page.title}.md`
  if (page.kind === 'why') return `Why ${page.title}.md`
  if (page.kind === 'turn') return `Source ${page.title}.md`
  if (page.kind === 'session') return `Session ${page.title}.md`
  if (page.kind === 'import') return 'Casebook import of sessions.md'
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
    case 'memory':
      return memoryPageText(await memory.ask('show', [page.id], { root: page.root }))
    case 'why':
      return whyPageText(await memory.ask('show', [page.id], { root: page.root }))
    case 'turn':
      return turnPageText(vscode.l10n, await memory.call('sourceTurn', page))
    case 'session':
      return sessionPageText(
        vscode.l10n,
        await memory.askSessions('show', [page.reference], { root: page.root }),
      )
    case 'import':
      return importPageText(vscode.l10n, page.done)
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
