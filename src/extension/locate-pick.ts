/** Find Files for an Issue: ranked files for a selected, copied or typed issue text. */

import * as vscode from 'vscode'
import type { FileHit, LocateReply } from '../protocol.ts'
import { explainText } from './explain-text.ts'
import { openSpan } from './open-span.ts'
import type { WindowMemory } from './window-memory.ts'

interface FileItem extends vscode.QuickPickItem {
  file?: FileHit
}

export async function locateIssue(memory: WindowMemory, given?: string): Promise<void> {
  const issue = given ?? (await issueText())
  if (issue === undefined || issue.trim() === '') return
  const reply = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Casebook looks for files…') },
    () => memory.call('locate', { query: issue, limit: 20 }),
  )
  const options = { title: titleOf(reply), matchOnDescription: true, matchOnDetail: true }
  const choice = await vscode.window.showQuickPick(itemsOf(reply), options)
  if (choice?.file === undefined) return
  const { root, path, chunks } = choice.file
  const span = chunks[0]?.span ?? { startLine: 1, endLine: 1 }
  await openSpan(memory, { root: root ?? memory.state().roots[0]?.root ?? '', path, span })
}

function itemsOf(reply: LocateReply): FileItem[] {
  if (reply.files.length === 0) {
    return [{ label: `$(info) ${reply.nothingFound ?? vscode.l10n.t('Nothing found.')}` }]
  }
  return reply.files.map((file, index) => {
    const names = file.chunks.map(({ name }) => name).filter((name) => name !== '')
    return {
      label: `${index + 1}. ${file.path}`,
      description: names.slice(0, 3).join(', '),
      detail: explainText(file.explain),
      file,
    }
  })
}

function titleOf({ coverage }: LocateReply): string {
  const title = vscode.l10n.t('Files for this issue')
  return coverage >= 1
    ? title
    : `${title} — ${vscode.l10n.t('from {0} % of files so far', Math.floor(coverage * 100))}`
}

/** The selection, else what the person chooses: the clipboard or a text typed now. */
async function issueText(): Promise<string | undefined> {
  const editor = vscode.window.activeTextEditor
  const selected = editor?.document.getText(editor.selection) ?? ''
  if (selected.trim() !== '') return selected
  const clipboard = await clipboardText()
  if (clipboard === '') return await typedText()
  const copied = { label: `$(clippy) ${vscode.l10n.t('Use the clipboard')}`, detail: clipboard.slice(0, 120) }
  const typed = { label: `$(edit) ${vscode.l10n.t('Type or paste a text')}` }
  const choice = await vscode.window.showQuickPick([copied, typed], {
    title: vscode.l10n.t('Find Files for an Issue'),
  })
  if (choice === undefined) return undefined
  return choice === copied ? clipboard : await typedText()
}

/** In a browser the clipboard may ask for permission, or never answer: then the text is typed. */
async function clipboardText(): Promise<string> {
  const late = new Promise<string>((resolve) => setTimeout(() => resolve(''), 1_000))
  const read = Promise.resolve(vscode.env.clipboard.readText()).catch(() => '')
  return (await Promise.race([read, late])).trim()
}

async function typedText(): Promise<string | undefined> {
  return await vscode.window.showInputBox({
    title: vscode.l10n.t('Find Files for an Issue'),
    prompt: vscode.l10n.t('Title, description, stack trace: whatever you have'),
    ignoreFocusOut: true,
  })
}
