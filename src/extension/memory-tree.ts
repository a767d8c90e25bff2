/** The native tree of memories: groups by kind, what waits for a person, what was archived. Asked only while visible. */

import * as vscode from 'vscode'
import type { MemoryRecord } from '../memory/record.ts'
import type { MemoryGroup } from './memory-groups.ts'
import { MemoryShelf } from './memory-shelf.ts'
import { contextOf, descriptionOf, iconOf, labelOf } from './memory-text.ts'
import { memoryTooltip } from './memory-tooltip.ts'
import { errorText, registerCommand } from './shown-errors.ts'
import {
  gathering,
  moreItem,
  rootItem,
  type ShownTree,
  shownTree,
  tellState,
  viewState,
} from './tree-view.ts'
import type { WindowMemory } from './window-memory.ts'

type Row =
  | { row: 'root'; root: string; name: string }
  | { row: 'group'; root: string; group: MemoryGroup; count: number }
  | { row: 'memory'; root: string; id: string; record: MemoryRecord }
  | { row: 'more'; root: string; group: MemoryGroup; left: number }

const viewName = 'casebook.memories'

export function addMemoryTree(
  context: vscode.ExtensionContext,
  memory: WindowMemory,
  log: vscode.LogOutputChannel,
): ShownTree {
  const provider = new MemoryRows(memory, log)
  const view = vscode.window.createTreeView<Row>(viewName, {
    treeDataProvider: provider,
    showCollapseAll: true,
    canSelectMany: true,
  })
  const shown = shownRoots(memory)
  let known = shown()
  context.subscriptions.push(
    provider,
    view,
    provider.onDidCount((waiting) => {
      const tooltip = vscode.l10n.t('{0} memories wait for review', waiting)
      view.badge = waiting === 0 ? undefined : { value: waiting, tooltip }
    }),
    memory.onDidChangeMemories(() => provider.refresh()),
    // A run that ended may have learned from the history.
    memory.onDidChange(() => {
      const now = shown()
      if (now !== known) provider.refresh()
      known = now
    }),
    // The command line and other windows write to the same memory.
    vscode.window.onDidChangeWindowState(
      ({ focused }) => focused && view.visible && void provider.refreshIfOther(),
    ),
    registerCommand('casebook.refreshMemories', log, () => provider.refresh()),
    registerCommand('casebook.moreMemories', log, (row) => provider.more(row as Row)),
  )
  return shownTree(provider)
}

/** Changes when roots come, go, or end a run. */
function shownRoots(memory: WindowMemory): () => string {
  return () => JSON.stringify(memory.state().roots.map(({ root, lastRun }) => [root, lastRun?.at ?? 0]))
}

class MemoryRows implements vscode.TreeDataProvider<Row>, vscode.Disposable {
  readonly #memory: WindowMemory
  readonly #log: vscode.LogOutputChannel
  readonly #shelves = new Map<string, MemoryShelf>()
  readonly #changed = new vscode.EventEmitter<Row | undefined>()
  readonly #counted = new vscode.EventEmitter<number>()
  readonly onDidChangeTreeData = this.#changed.event
  /** Tells how many decisions wait, whenever the groups were read. */
  readonly onDidCount = this.#counted.event
  #waiting: NodeJS.Timeout | undefined

  constructor(memory: WindowMemory, log: vscode.LogOutputChannel) {
    this.#memory = memory
    this.#log = log
  }

  /** Many changes in a row, as an import makes them, are one. */
  refresh(): void {
    this.#waiting ??= setTimeout(() => {
      this.#waiting = undefined
      for (const shelf of this.#shelves.values()) shelf.forget()
      this.#changed.fire(undefined)
    }, gathering)
  }

  async refreshIfOther(): Promise<void> {
    const shelves = [...this.#shelves.values()]
    const others = await Promise.all(shelves.map((shelf) => shelf.isOther().catch(() => false)))
    if (others.includes(true)) this.refresh()
  }

  more(row: Row): void {
    if (row.row !== 'more') return
    this.#shelf(row.root).more(row.group)
    this.#changed.fire(undefined)
  }

  async getChildren(row?: Row): Promise<Row[]> {
    try {
      const rows = row === undefined ? await this.#top() : await this.#below(row)
      if (row === undefined) await tellState(viewName, viewState(rows, this.#memory))
      return rows
    } catch (error) {
      this.#log.warn(`The memories cannot be listed: ${errorText(error)}`)
      if (row === undefined) await tellState(viewName, 'failed')
      return []
    }
  }

  getTreeItem(row: Row): vscode.TreeItem {
    return itemOf(row)
  }

  /** The tooltip asks for nothing: it is made when somebody looks. */
  resolveTreeItem(item: vscode.TreeItem, row: Row): vscode.TreeItem {
    if (row.row === 'memory') item.tooltip = memoryTooltip(row.record)
    return item
  }

  dispose(): void {
    clearTimeout(this.#waiting)
    this.#changed.dispose()
    this.#counted.dispose()
  }

  async #top(): Promise<Row[]> {
    const { access, roots } = this.#memory.state()
    if (access !== 'ready') return []
    const all = await Promise.all(roots.map(({ root }) => this.#groups(root)))
    this.#counted.fire([...this.#shelves.values()].reduce((sum, shelf) => sum + shelf.waiting, 0))
    if (roots.length === 1) return all[0] ?? []
    return roots.flatMap(({ root, name }, index) =>
      (all[index] ?? []).length === 0 ? [] : [{ row: 'root' as const, root, name }],
    )
  }

  async #below(row: Row): Promise<Row[]> {
    if (row.row === 'root') return await this.#groups(row.root)
    if (row.row !== 'group') return []
    const { root, group } = row
    const { records, left } = await this.#shelf(root).records(group)
    const rows: Row[] = records.map((record) => ({ row: 'memory', root, id: record.id, record }))
    return left === 0 ? rows : [...rows, { row: 'more', root, group, left }]
  }

  async #groups(root: string): Promise<Row[]> {
    const counts = await this.#shelf(root).counts()
    return counts.map(({ group, count }) => ({ row: 'group', root, group, count }))
  }

  #shelf(root: string): MemoryShelf {
    const known = this.#shelves.get(root)
    const shelf = known ?? new MemoryShelf((call, args) => this.#memory.ask(call, args, { root }))
    if (known === undefined) this.#shelves.set(root, shelf)
    return shelf
  }
}

function itemOf(row: Row): vscode.TreeItem {
  if (row.row === 'root') return rootItem(row, 'memories.root')
  if (row.row === 'group') return groupItem(row)
  return row.row === 'memory' ? memoryItem(row) : moreItem(row, 'casebook.moreMemories')
}

function groupItem({ root, group, count }: Extract<Row, { row: 'group' }>): vscode.TreeItem {
  const [label, icon] = groupTexts()[group]
  const isOpen = group === 'review' || group === 'lessons'
  const item = new vscode.TreeItem(
    label,
    isOpen ? vscode.TreeItemCollapsibleState.Expanded : vscode.TreeItemCollapsibleState.Collapsed,
  )
  item.id = `${root}\0${group}`
  item.description = count.toLocaleString(vscode.env.language)
  item.iconPath = new vscode.ThemeIcon(icon)
  item.contextValue = `memories.${group}`
  return item
}

function groupTexts(): Record<MemoryGroup, [label: string, icon: string]> {
  return {
    review: [vscode.l10n.t('Review'), 'checklist'],
    lessons: [vscode.l10n.t('Lessons'), 'lightbulb'],
    facts: [vscode.l10n.t('Facts'), 'book'],
    episodes: [vscode.l10n.t('Episodes'), 'history'],
    archived: [vscode.l10n.t('Archived'), 'archive'],
  }
}

function memoryItem({ root, id, record }: Extract<Row, { row: 'memory' }>): vscode.TreeItem {
  const item = new vscode.TreeItem(labelOf(record))
  const description = descriptionOf(record)
  item.description = description
  item.iconPath = new vscode.ThemeIcon(iconOf(record), colourOf(record))
  item.contextValue = contextOf(record)
  item.accessibilityInformation = { label: `${record.kind}: ${labelOf(record)}, ${description}` }
  item.command = { command: 'casebook.openMemory', title: vscode.l10n.t('Open'), arguments: [{ root, id }] }
  return item
}

/** A theme's own colours, so that every theme and high contrast can be read. */
function colourOf({ status, kind, episode }: MemoryRecord): vscode.ThemeColor | undefined {
  if (status === 'stale' || status === 'contested') return new vscode.ThemeColor('list.warningForeground')
  if (kind !== 'episode' || status !== 'active') return undefined
  const { verdict, source } = episode?.outcome ?? {}
  if (verdict === 'failed') return new vscode.ThemeColor('testing.iconFailed')
  return verdict === 'passed' && source !== 'history'
    ? new vscode.ThemeColor('testing.iconPassed')
    : undefined
}
