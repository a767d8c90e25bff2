/** Undo: names what it will take back, newest first; Enter takes back the newest. */

import * as vscode from 'vscode'
import type { MemoryEvent } from '../memory/event.ts'
import { chosenRoot } from './chosen-root.ts'
import { undoable } from './undoable.ts'
import type { WindowMemory } from './window-memory.ts'

/** Events that are looked through. */
const looked = 200
const offered = 20

export async function undoMemory(memory: WindowMemory, named: unknown): Promise<void> {
  const root = await chosenRoot(memory, named)
  if (root === undefined) return
  const events = await memory.ask('log', [{ limit: looked }], { root: root.root })
  const items = undoable(events)
    .slice(0, offered)
    .map((event, index) => itemOf(event, index === 0))
  if (items.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('There is nothing to undo.'))
    return
  }
  const choice = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Undo which change of the memory?'),
    matchOnDetail: true,
  })
  if (choice === undefined) return
  await memory.ask('undo', [choice.event.seq], { root: root.root })
  void vscode.window.setStatusBarMessage(
    `$(discard) ${vscode.l10n.t('Undone: {0}', choice.event.reason || choice.event.type)}`,
    5_000,
  )
}

function itemOf(event: MemoryEvent, isNewest: boolean) {
  const { type, reason, at, actor, seq } = event
  const date = new Date(at).toLocaleString(vscode.env.language)
  return {
    label: `$(discard) ${reason || type}`,
    description: `${type} #${seq}${isNewest ? ` · ${vscode.l10n.t('newest')}` : ''}`,
    detail: `${date}, ${actor.name}`,
    event,
  }
}
