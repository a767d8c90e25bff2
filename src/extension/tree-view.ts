/** What native trees of memory share: the state that welcome texts go by, rows of folders and of more, and reading for tests. */

import * as vscode from 'vscode'
import type { WindowMemory } from './window-memory.ts'

/** A row as it would be shown. */
export interface ShownRow {
  label: string
  description: string
  icon: string
  context: string
}

/** What tests read. */
export interface ShownTree {
  /** The rows below the row with these labels, as they would be shown. */
  rows(...labels: string[]): Promise<ShownRow[]>
}

/** Milliseconds in which changes that follow each other become one. */
export const gathering = 60

interface Rows<Row> {
  getChildren(row?: Row): Promise<Row[]>
  getTreeItem(row: Row): vscode.TreeItem
}

export function shownTree<Row>(tree: Rows<Row>): ShownTree {
  return {
    async rows(...labels) {
      let rows = await tree.getChildren()
      for (const label of labels) {
        const row = rows.find((one) => tree.getTreeItem(one).label === label)
        rows = row === undefined ? [] : await tree.getChildren(row)
      }
      return rows.map((row) => shownRow(tree.getTreeItem(row)))
    },
  }
}

function shownRow({ label, description, iconPath, contextValue }: vscode.TreeItem): ShownRow {
  return {
    label: String(label),
    description: String(description ?? ''),
    icon: iconPath instanceof vscode.ThemeIcon ? iconPath.id : '',
    context: contextValue ?? '',
  }
}

export type ViewState = 'empty' | 'ready' | 'failed' | 'loading'

/** While the memory opens, nothing is said about it. */
export function viewState(rows: readonly unknown[], memory: WindowMemory): ViewState {
  if (rows.length > 0) return 'ready'
  return memory.state().roots.length === 0 ? 'loading' : 'empty'
}

/** What the welcome text of a view goes by. */
export async function tellState(view: string, state: ViewState): Promise<void> {
  await vscode.commands.executeCommand('setContext', view, state)
}

export function rootItem({ root, name }: { root: string; name: string }, context: string): vscode.TreeItem {
  const item = new vscode.TreeItem(name, vscode.TreeItemCollapsibleState.Expanded)
  item.id = root
  item.iconPath = new vscode.ThemeIcon('repo')
  item.contextValue = context
  return item
}

export function moreItem(row: { left: number }, command: string): vscode.TreeItem {
  const item = new vscode.TreeItem(vscode.l10n.t('More…'))
  item.description = vscode.l10n.t('{0} left', row.left.toLocaleString(vscode.env.language))
  item.iconPath = new vscode.ThemeIcon('ellipsis')
  item.command = { command, title: vscode.l10n.t('More…'), arguments: [row] }
  return item
}
