/** Undo: names what it will take back, newest first; Enter takes back the newest. */

import * as vscode from 'vscode'
import type { MemoryEvent } from '../memory/event.ts'
import { actText, changedIds } from './act-text.ts'
import { chosenRoot } from './chosen-root.ts'
import { recordOf } from './memory-ref.ts'
import { labelOf } from './memory-text.ts'
import { undoable } from './undoable.ts'
import type { WindowMemory } from './window-memory.ts'

/** Events that are looked through. */
const looked = 200
const offered = 20

export async function undoMemory(memory: WindowMemory, named: unknown): Promise<void> {
  const root = await chosenRoot(memory, named)
  if (root === undefined) return
  const events = await memory.ask('log', [{ limit: looked }], { root: root.root })
  const acts = undoable(events).slice(0, offered)
  const names = await namesOf(memory, root.root, acts)
  const items = acts.map((event) =>
    itemOf(
      event,
      actText(event, (id) => names.get(id)),
    ),
  )
  if (items.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('There is nothing to undo.'))
    return
  }
  const choice = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Undo which change of the memory?'),
    matchOnDetail: true,
  })
  if (choice === undefined) return
  await memory.ask('undo', [choice.event.seq, { whole: true }], { root: root.root })
  void vscode.window.setStatusBarMessage(`$(discard) ${vscode.l10n.t('Undone: {0}', choice.act)}`, 5_000)
}

/** What the memories of these acts say now; those that are gone name themselves in the act that made them. */
async function namesOf(
  memory: WindowMemory,
  root: string,
  acts: readonly MemoryEvent[],
): Promise<Map<string, string>> {
  const ids = [...new Set(acts.flatMap(changedIds))].slice(0, offered)
  const named = ids.map(async (id) => [id, labelOf(await recordOf(memory, { root, id }))] as const)
  const settled = await Promise.allSettled(named)
  return new Map(settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])))
}

function itemOf(event: MemoryEvent, act: string) {
  const date = new Date(event.at).toLocaleString(vscode.env.language)
  const detail = [`#${event.seq} ${date}`, event.actor.name, event.reason].filter((part) => part !== '')
  return { label: `$(discard) ${act}`, detail: detail.join(' · '), act, event }
}
