/** Forget Everything From: a session, an agent, a file or a person, with a count before and no way back after. */

import * as vscode from 'vscode'
import type { ForgetSource } from '../protocol-memories.ts'
import { chosenRoot } from './chosen-root.ts'
import { forgetFacets } from './forget-facets.ts'
import { confirmedForgetting } from './memory-acts.ts'
import { withProgress } from './progress.ts'
import type { WindowMemory } from './window-memory.ts'

/** Episodes that are looked through for names to offer. */
const looked = 500

export async function forgetFrom(memory: WindowMemory, named: unknown): Promise<void> {
  const root = await chosenRoot(memory, named)
  if (root === undefined) return
  const picked = await pickedSource(memory, root.root)
  if (picked === undefined) return
  const { source, name } = picked
  const ids = await memory.ask('from', [source], { root: root.root })
  if (ids.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('Nothing is remembered from there.'))
    return
  }
  const title = vscode.l10n.t('Forget {0} memories for ever: everything from {1}?', ids.length, name)
  if (!(await confirmedForgetting(title))) return
  const { forgotten, notes } = await withProgress(vscode.l10n.t('Casebook forgets…'), () =>
    memory.ask('forget', [ids, `everything from ${name}`], { root: root.root }),
  )
  const done = vscode.l10n.t('{0} memories were forgotten.', forgotten)
  void vscode.window.showInformationMessage([done, ...notes].join(' '))
}

interface PickedSource {
  source: ForgetSource
  /** In words, for the question and the log. */
  name: string
}

async function pickedSource(memory: WindowMemory, root: string): Promise<PickedSource | undefined> {
  const { records } = await memory.ask('list', [{ kinds: ['episode'], limit: looked }], { root })
  const file = activePath(memory, root)
  const known = forgetFacets(records).map(({ source, label, count }) => ({
    label,
    description: vscode.l10n.t('{0} episodes', count),
    known: { source, name: plain(label) },
  }))
  const offered: SourceItem[] = [...known, ...typedSources(file)]
  const options = { title: vscode.l10n.t('Forget everything from…'), matchOnDescription: true }
  const choice = await vscode.window.showQuickPick(offered, options)
  if (choice?.ask === undefined) return choice?.known
  const typed = await vscode.window.showInputBox({ title: plain(choice.label), value: choice.value ?? '' })
  const value = typed?.trim() ?? ''
  return value === '' ? undefined : { source: choice.ask(value), name: `${choice.what} ${value}` }
}

/** Either a source that is known, or one whose name is typed. */
interface SourceItem extends vscode.QuickPickItem {
  known?: PickedSource
  what?: string
  ask?: (value: string) => ForgetSource
  value?: string
}

function typedSources(file: string): SourceItem[] {
  return [
    {
      label: `$(file) ${vscode.l10n.t('A file or folder…')}`,
      what: 'the path',
      ask: (path) => ({ path }),
      value: file,
    },
    {
      label: `$(person) ${vscode.l10n.t('An author…')}`,
      what: 'the author',
      ask: (author) => ({ author }),
    },
    {
      label: `$(git-commit) ${vscode.l10n.t('A commit…')}`,
      what: 'the commit',
      ask: (commit) => ({ commit }),
    },
    {
      label: `$(comment-discussion) ${vscode.l10n.t('A session…')}`,
      what: 'the session',
      ask: (sessionId) => ({ sessionId }),
    },
  ]
}

/** Without its icon. */
function plain(label: string): string {
  return label.replace(/^\$\([\w-]+\) /, '')
}

function activePath(memory: WindowMemory, root: string): string {
  const uri = vscode.window.activeTextEditor?.document.uri
  const file = uri === undefined ? null : memory.pathOf(uri)
  return file?.root === root ? file.path : ''
}
