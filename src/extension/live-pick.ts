/** A quick pick that asks the memory while the person types. */

import * as vscode from 'vscode'
import { latestOnly } from './latest-only.ts'
import { errorText } from './shown-errors.ts'

/** Milliseconds without a key before a question is asked. */
const typingPause = 80

export interface LiveAnswer<Item> {
  items: Item[]
  /** Shown when there is no item: never padded with weak results. */
  nothing?: string
  /** Instead of the usual title. */
  title?: string
}

export interface LivePickOptions<Item> {
  title: string
  placeholder: string
  query: string
  ask(query: string): Promise<LiveAnswer<Item>>
  accept(item: Item): Promise<void>
  /** Called when the pick goes away without a choice. */
  leave?(): void
}

/** Items keep the order of the answer: the editor neither filters nor sorts them. */
export function showLivePick<Item extends vscode.QuickPickItem>(options: LivePickOptions<Item>): void {
  const pick = vscode.window.createQuickPick<Item | vscode.QuickPickItem>()
  const ask = latestOnly(options.ask)
  let waiting: NodeJS.Timeout | undefined
  const search = async (query: string) => {
    pick.busy = true
    const answer = query.trim() === '' ? { items: [] } : await ask(query).catch(failure)
    if (answer === null) return
    pick.busy = false
    pick.title = answer.title ?? options.title
    const notes = answer.items.length > 0 || answer.nothing === undefined ? [] : [note(answer.nothing)]
    pick.items = [...answer.items.map((item) => ({ ...item, alwaysShow: true })), ...notes]
  }
  let accepted = false
  keepOrder(pick)
  pick.title = options.title
  pick.placeholder = options.placeholder
  pick.value = options.query
  pick.onDidChangeValue((query) => {
    clearTimeout(waiting)
    waiting = setTimeout(() => void search(query), typingPause)
  })
  pick.onDidAccept(() => {
    const [item] = pick.selectedItems
    if (item === undefined || isNote(item)) return
    accepted = true
    pick.hide()
    void options.accept(item as Item)
  })
  pick.onDidHide(() => {
    clearTimeout(waiting)
    pick.dispose()
    if (!accepted) options.leave?.()
  })
  pick.show()
  if (options.query !== '') void search(options.query)
}

/**
 * The editor moves items up whose label holds the query, unless `sortByLabel` is false, which its typings leave
 * out. Where it is ignored, the same items stand in another order.
 */
function keepOrder(pick: vscode.QuickPick<vscode.QuickPickItem> & { sortByLabel?: boolean }): void {
  pick.sortByLabel = false
}

/** Something to read, not to choose. */
interface Note extends vscode.QuickPickItem {
  isNote: true
}

function note(text: string): Note {
  return { label: `$(info) ${text}`, alwaysShow: true, isNote: true }
}

function isNote(item: vscode.QuickPickItem): item is Note {
  return 'isNote' in item
}

function failure(error: unknown): { items: []; nothing: string; title?: string } {
  return { items: [], nothing: errorText(error) }
}
