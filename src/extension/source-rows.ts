/** How rows of the tree of sources look: an agent, one of its sessions, what cannot be seen from here. */

import * as vscode from 'vscode'
import type { SessionEntry, SessionSource } from '../protocol-sessions.ts'
import { dateText, labelOf } from './memory-text.ts'
import { importedText, sourceContext, sourceDescription, verdictIcon, verdictText } from './session-text.ts'
import { moreItem, rootItem } from './tree-view.ts'

export type SourceRow =
  | { row: 'root'; root: string; name: string }
  | { row: 'source'; root: string; agent: string; source: SessionSource }
  /** `id`: of its first episode, as commands about a memory take it. */
  | { row: 'session'; root: string; reference: string; label: string; id: string; entry: SessionEntry }
  | { row: 'more'; root: string; agent: string; left: number }
  | { row: 'note'; text: string }

export function sessionRow(root: string, entry: SessionEntry): SourceRow {
  const { agent, sessionId, goal, episodes } = entry
  const label = labelOf({ kind: 'fact', text: goal })
  return { row: 'session', root, reference: `${agent}:${sessionId}`, label, id: episodes[0] ?? '', entry }
}

export function sourceItem(row: SourceRow): vscode.TreeItem {
  switch (row.row) {
    case 'root':
      return rootItem(row, 'sources.root')
    case 'source':
      return agentItem(row)
    case 'session':
      return sessionItem(row)
    case 'more':
      return moreItem(row, 'casebook.moreSessions')
    case 'note':
      return noteItem(row)
  }
}

function agentItem({ root, agent, source }: Extract<SourceRow, { row: 'source' }>): vscode.TreeItem {
  const { title, episodes, chosen, places, found, bytes } = source
  const { Collapsed, None } = vscode.TreeItemCollapsibleState
  const item = new vscode.TreeItem(title, episodes > 0 ? Collapsed : None)
  item.id = `${root}\0${agent}`
  item.description = sourceDescription(vscode.l10n, source)
  item.iconPath = new vscode.ThemeIcon(chosen ? 'eye' : 'eye-closed')
  item.contextValue = sourceContext(source)
  const megabytes = (bytes / 1_000_000).toFixed(1)
  const tooltip = [
    chosen
      ? vscode.l10n.t('{0}: new sessions are imported when they have ended.', title)
      : vscode.l10n.t('{0}: not watched. Nothing is imported by itself.', title),
    ...(found > 0 ? [vscode.l10n.t('Found: {0} sessions, {1} MB', found, megabytes)] : []),
    importedText(vscode.l10n, source),
    places.length > 0
      ? vscode.l10n.t('Looked in: {0}', places.join(', '))
      : vscode.l10n.t('Its folder is not there any more.'),
  ]
  item.tooltip = tooltip.join('\n')
  return item
}

function sessionItem(row: Extract<SourceRow, { row: 'session' }>): vscode.TreeItem {
  const { root, reference, label, entry } = row
  const item = new vscode.TreeItem(label)
  const judged = verdictText(vscode.l10n, entry.verdicts)
  const description = [judged, dateText(entry.endedAt)].filter((part) => part !== '').join(' · ')
  item.id = `${root}\0${reference}`
  item.description = description
  item.iconPath = new vscode.ThemeIcon(verdictIcon(entry.verdicts), colourOf(entry))
  item.contextValue = `session;${entry.place === null ? 'unsourced' : 'sourced'};`
  item.tooltip = entry.place === null ? label : `${label}\n${entry.place}`
  item.accessibilityInformation = { label: `${label}, ${description}` }
  const title = vscode.l10n.t('Open')
  item.command = { command: 'casebook.openSession', title, arguments: [{ root, reference, label }] }
  return item
}

/** A theme's own colours, so that every theme and high contrast can be read. */
function colourOf({ verdicts: { passed, failed } }: SessionEntry): vscode.ThemeColor | undefined {
  if (passed > 0 && failed === 0) return new vscode.ThemeColor('testing.iconPassed')
  return passed === 0 && failed > 0 ? new vscode.ThemeColor('testing.iconFailed') : undefined
}

function noteItem({ text }: Extract<SourceRow, { row: 'note' }>): vscode.TreeItem {
  const item = new vscode.TreeItem(text)
  item.iconPath = new vscode.ThemeIcon('info')
  item.tooltip = text
  item.contextValue = 'sources.note'
  return item
}
