/** What one does to a single memory: pin, mute, archive, accept, edit, forget. */

import * as vscode from 'vscode'
import type { MemoryRecord } from '../memory/record.ts'
import type { EditRequest, MemoryAction } from '../protocol-memories.ts'
import { chosenMemory } from './chosen-memory.ts'
import { type MemoryRef, recordOf } from './memory-ref.ts'
import { labelOf } from './memory-text.ts'
import type { WindowMemory } from './window-memory.ts'

/** Several rows may be selected: `rows` holds them all. */
export async function actOn(
  memory: WindowMemory,
  action: MemoryAction,
  chosen: readonly MemoryRef[],
): Promise<void> {
  for (const [root, refs] of Map.groupBy(chosen, ({ root }) => root)) {
    await memory.ask('act', [refs.map(({ id }) => id), action], { root })
  }
}

/** What can be changed by hand, with the text as it is now. */
export async function editMemory(memory: WindowMemory, named: unknown): Promise<void> {
  const ref = await chosenMemory(memory, named)
  if (ref === undefined) return
  const record = await recordOf(memory, ref)
  const edit = await typedEdit(record)
  if (edit === undefined) return
  await memory.ask('edit', [ref.id, { ...edit, expectedVersion: record.version }], { root: ref.root })
}

async function typedEdit({ text, cue, tags }: MemoryRecord): Promise<EditRequest | undefined> {
  const fields = [
    { label: vscode.l10n.t('Text'), description: text.slice(0, 80), key: 'text', value: text },
    { label: vscode.l10n.t('When it matters'), description: cue, key: 'cue', value: cue },
    { label: vscode.l10n.t('Tags'), description: tags.join(', '), key: 'tags', value: tags.join(', ') },
  ]
  const field = await vscode.window.showQuickPick(fields, { title: vscode.l10n.t('Edit what?') })
  if (field === undefined) return undefined
  const typed = await vscode.window.showInputBox({
    title: field.label,
    value: field.value,
    ignoreFocusOut: true,
    ...(field.key === 'tags' ? { prompt: vscode.l10n.t('Separated by commas') } : {}),
  })
  if (typed === undefined || typed.trim() === field.value) return undefined
  if (field.key === 'tags') return { tags: typed.split(',').flatMap((tag) => tag.trim() || []) }
  return field.key === 'text' ? { text: typed.trim() } : { cue: typed.trim() }
}

export async function forgetMemories(memory: WindowMemory, chosen: readonly MemoryRef[]): Promise<void> {
  const [first] = chosen
  if (first === undefined) return
  const record = await recordOf(memory, first)
  const title =
    chosen.length === 1
      ? vscode.l10n.t('Forget "{0}" for ever?', labelOf(record))
      : vscode.l10n.t('Forget {0} memories for ever?', chosen.length)
  if (!(await confirmedForgetting(title))) return
  for (const [root, refs] of Map.groupBy(chosen, ({ root }) => root)) {
    const { notes } = await memory.ask('forget', [refs.map(({ id }) => id), 'forgotten by a person'], {
      root,
    })
    if (notes.length > 0) void vscode.window.showWarningMessage(notes.join(' '))
  }
}

/** The one act that cannot be undone says so, and what it covers. */
export async function confirmedForgetting(title: string): Promise<boolean> {
  const forget = vscode.l10n.t('Forget for Ever')
  const detail = vscode.l10n.t(
    'This cannot be undone. Contents go from the memory, its log, its evidence and its backups; only a mark stays that something was forgotten, when and why. Exports and files that were shared before are not touched. Archiving keeps it, unseen.',
  )
  return (await vscode.window.showWarningMessage(title, { modal: true, detail }, forget)) === forget
}
