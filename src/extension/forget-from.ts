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
  const source = await pickedSource(memory, root.root)
  if (source === undefined) return
  const ids = await memory.ask('from', [source], { root: root.root })
  if (ids.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('Nothing is remembered from there.'))
    return
  }
  const [[what, value] = ['', '']] = Object.entries(source)
  const title = vscode.l10n.t('Forget {0} memories from the {1} "{2}" for ever?', ids.length, what, value)
  if (!(await confirmedForgetting(title))) return
  const count = await withProgress(vscode.l10n.t('Casebook forgets…'), () =>
    memory.ask('forget', [ids, `everything from the ${what} ${value}`], { root: root.root }),
  )
  void vscode.window.showInformationMessage(vscode.l10n.t('{0} memories were forgotten.', count))
}

async function pickedSource(memory: WindowMemory, root: string): Promise<ForgetSource | undefined> {
  const { records } = await memory.ask('list', [{ kinds: ['episode'], limit: looked }], { root })
  const file = activePath(memory, root)
  const known = forgetFacets(records).map(({ source, label, count }) => ({
    label,
    description: vscode.l10n.t('{0} episodes', count),
    source,
  }))
  const typed = [
    {
      label: `$(file) ${vscode.l10n.t('A file…')}`,
      ask: (value: string) => ({ path: value }),
      value: file,
    },
    {
      label: `$(person) ${vscode.l10n.t('An author of commits…')}`,
      ask: (value: string) => ({ author: value }),
    },
    {
      label: `$(git-commit) ${vscode.l10n.t('A commit…')}`,
      ask: (value: string) => ({ commit: value }),
    },
    {
      label: `$(comment-discussion) ${vscode.l10n.t('A session…')}`,
      ask: (value: string) => ({ sessionId: value }),
    },
  ]
  const choice = await vscode.window.showQuickPick<
    vscode.QuickPickItem & {
      source?: ForgetSource
      ask?: (value: string) => ForgetSource
      value?: string
    }
  >([...known, ...typed], { title: vscode.l10n.t('Forget everything from…'), matchOnDescription: true })
  if (choice?.ask === undefined) return choice?.source
  const value = await vscode.window.showInputBox({
    title: choice.label.replace(/^\$\([\w-]+\) /, ''),
    value: choice.value ?? '',
  })
  return value === undefined || value.trim() === '' ? undefined : choice.ask(value.trim())
}

function activePath(memory: WindowMemory, root: string): string {
  const uri = vscode.window.activeTextEditor?.document.uri
  const file = uri === undefined ? null : memory.pathOf(uri)
  return file?.root === root ? file.path : ''
}
