/** Remember: what a person knows becomes a fact or a lesson, about the selected code where some is selected. */

import * as vscode from 'vscode'
import type { Remembered, RememberRequest } from '../protocol-memories.ts'
import { chosenRoot } from './chosen-root.ts'
import type { Documents } from './documents.ts'
import { pageOf } from './memory-ref.ts'
import type { WindowMemory } from './window-memory.ts'

type Selection = NonNullable<RememberRequest['selection']>

/** The text may be given by whoever calls the command. */
export async function remember(memory: WindowMemory, documents: Documents, given: unknown): Promise<void> {
  const root = await chosenRoot(memory)
  if (root !== undefined) await ask({ memory, documents, root: root.root }, given)
}

export async function rememberSelection(
  memory: WindowMemory,
  documents: Documents,
  given: unknown,
): Promise<void> {
  const editor = vscode.window.activeTextEditor
  const file = editor === undefined ? null : memory.pathOf(editor.document.uri)
  if (editor === undefined || file === null) {
    // Asking says why there is no memory: no folder, or no trust.
    await memory.call('status')
    void vscode.window.showInformationMessage(vscode.l10n.t('Select code of an open folder first.'))
    return
  }
  const { start, end } = editor.selection
  // A selection of whole lines ends at the start of the next one.
  const endLine = end.character === 0 && end.line > start.line ? end.line : end.line + 1
  const selection = { path: file.path, startLine: start.line + 1, endLine }
  await ask({ memory, documents, root: file.root, selection }, given)
}

interface Asking {
  memory: WindowMemory
  documents: Documents
  root: string
  selection?: Selection
}

async function ask({ memory, documents, root, selection }: Asking, given: unknown): Promise<void> {
  const text = typeof given === 'string' ? given : await typedText(selection)
  if (text === undefined || text.trim() === '') return
  const kind = await pickedKind()
  if (kind === undefined) return
  const request = { text: text.trim(), ...kind, ...(selection === undefined ? {} : { selection }) }
  const remembered = await memory.ask('remember', [request], { root })
  await tell(documents, root, remembered)
}

async function typedText(selection: Selection | undefined): Promise<string | undefined> {
  const prompt =
    selection === undefined
      ? vscode.l10n.t('One thought, in your words. Files that you name are linked, for example src/a.ts:12.')
      : vscode.l10n.t(
          'One thought about {0}, lines {1} to {2}.',
          selection.path,
          selection.startLine,
          selection.endLine,
        )
  return await vscode.window.showInputBox({
    title: vscode.l10n.t('Remember'),
    prompt,
    placeHolder: vscode.l10n.t(
      'For example: amounts are rounded half to even, because the auditors ask for it',
    ),
    ignoreFocusOut: true,
    validateInput: (value) => {
      const words = value.trim().split(/\s+/).length
      return words > 100 ? vscode.l10n.t('{0} words: a memory holds at most 100.', words) : undefined
    },
  })
}

async function pickedKind(): Promise<Pick<RememberRequest, 'kind' | 'polarity'> | undefined> {
  const items = [
    {
      label: `$(lightbulb) ${vscode.l10n.t('Lesson')}`,
      detail: vscode.l10n.t('What to do when it comes up again'),
      value: { kind: 'lesson', polarity: 'do' } as const,
    },
    {
      label: `$(circle-slash) ${vscode.l10n.t('Lesson: avoid')}`,
      detail: vscode.l10n.t('What not to do'),
      value: { kind: 'lesson', polarity: 'avoid' } as const,
    },
    {
      label: `$(book) ${vscode.l10n.t('Fact')}`,
      detail: vscode.l10n.t('What is true of this repository'),
      value: { kind: 'fact' } as const,
    },
  ]
  const choice = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('What is it?'),
    ignoreFocusOut: true,
  })
  return choice?.value
}

/** The notes are shown, too: what was masked, what was joined, that no code is cited. */
async function tell(documents: Documents, root: string, { record, notes }: Remembered): Promise<void> {
  const open = vscode.l10n.t('Open')
  const undo = vscode.l10n.t('Undo')
  const text = [vscode.l10n.t('Remembered.'), ...notes].join(' ')
  // Not awaited by the command: a notification may stay for as long as it likes.
  void vscode.window.showInformationMessage(text, open, undo).then(async (choice) => {
    if (choice === open) await documents.show(pageOf('memory', root, record))
    if (choice === undo) await vscode.commands.executeCommand('casebook.undoMemory', root)
  })
}
