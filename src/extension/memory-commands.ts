/** The commands of long-term memory. */

import type * as vscode from 'vscode'
import type { MemoryAction } from '../protocol-memories.ts'
import { chosenMemory } from './chosen-memory.ts'
import type { CommandParts } from './commands.ts'
import { distilMemories } from './distil.ts'
import { forgetFrom } from './forget-from.ts'
import { actOn, editMemory, forgetMemories } from './memory-acts.ts'
import { isMemoryRef, type MemoryRef, pageOf, recordOf } from './memory-ref.ts'
import { exportMemories, importMemories, shareMemories } from './memory-transfer.ts'
import { setModelKey } from './models/model-key.ts'
import { recallMemories } from './recall-pick.ts'
import { remember, rememberSelection } from './remember.ts'
import { reviewMemories } from './review-pick.ts'
import { registerCommand } from './shown-errors.ts'
import { undoMemory } from './undo-pick.ts'

const actions: readonly MemoryAction[] = [
  'pin',
  'unpin',
  'mute',
  'unmute',
  'archive',
  'restore',
  'accept',
  'reject',
]

export function addMemoryCommands(context: vscode.ExtensionContext, parts: CommandParts): void {
  const { memory, documents, log } = parts
  const add = (name: string, work: (...args: unknown[]) => unknown) =>
    context.subscriptions.push(registerCommand(`casebook.${name}`, log, work))
  add('remember', (text) => remember(memory, documents, text))
  add('rememberSelection', (text) => rememberSelection(memory, documents, text))
  add('recall', (query) => recallMemories(memory, documents, typeof query === 'string' ? query : ''))
  add('reviewMemories', (root) => reviewMemories(memory, documents, rootOf(root)))
  add('undoMemory', (root) => undoMemory(memory, rootOf(root)))
  for (const [name, kind] of [['openMemory', 'memory'] as const, ['whyMemory', 'why'] as const]) {
    add(name, async (named) => {
      const ref = await chosenMemory(memory, named)
      if (ref !== undefined) await documents.show(pageOf(kind, ref.root, await recordOf(memory, ref)))
    })
  }
  add('editMemory', (named) => editMemory(memory, named))
  for (const action of actions) {
    add(`${action}Memory`, async (...args) => actOn(memory, action, await refsOf(parts, args)))
  }
  add('forgetMemory', async (...args) => forgetMemories(memory, await refsOf(parts, args)))
  add('forgetFrom', (root) => forgetFrom(memory, rootOf(root)))
  add('distilMemories', (root) => distilMemories(memory, rootOf(root)))
  add('exportMemories', (file) => exportMemories(memory, file))
  add('importMemories', (file) => importMemories(memory, file))
  add('shareMemories', (root) => shareMemories(memory, rootOf(root)))
  add('setModelKey', () => setModelKey(context))
}

/** A menu hands over the row and all selected rows; anything else is asked for. */
async function refsOf({ memory }: CommandParts, args: readonly unknown[]): Promise<MemoryRef[]> {
  const [named, selected] = args
  const refs = Array.isArray(selected) ? selected.filter(isMemoryRef) : []
  if (refs.length > 0) return refs
  const one = await chosenMemory(memory, named)
  return one === undefined ? [] : [one]
}

/** A root by its name, or by a row of the tree that lies in it. */
export function rootOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'root' in value ? value.root : value
}
