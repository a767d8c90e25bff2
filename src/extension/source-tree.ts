/** The native tree of sources: agents whose past sessions lie on this machine, and what was imported. Asked only while visible. */

import * as vscode from 'vscode'
import { remoteNote } from './session-text.ts'
import { errorText, registerCommand } from './shown-errors.ts'
import { type SourceRow, sessionRow, sourceItem } from './source-rows.ts'
import { SourceShelf } from './source-shelf.ts'
import { gathering, type ShownTree, shownTree, tellState, viewState } from './tree-view.ts'
import type { WindowMemory } from './window-memory.ts'

const viewName = 'casebook.sources'

export function addSourceTree(
  context: vscode.ExtensionContext,
  memory: WindowMemory,
  log: vscode.LogOutputChannel,
): ShownTree {
  const provider = new SourceRows(memory, log)
  const view = vscode.window.createTreeView<SourceRow>(viewName, {
    treeDataProvider: provider,
    showCollapseAll: true,
  })
  const shownRoots = () => JSON.stringify(memory.state().roots.map(({ root }) => root))
  let known = shownRoots()
  context.subscriptions.push(
    provider,
    view,
    memory.onDidChangeMemories(({ by }) => provider.refresh(by === 'sessions' ? 'all' : 'pages')),
    memory.onDidChange(() => {
      const now = shownRoots()
      if (now !== known) provider.refresh('all')
      known = now
    }),
    registerCommand('casebook.refreshSources', log, () => provider.refresh('all')),
    registerCommand('casebook.moreSessions', log, (row) => provider.more(row as SourceRow)),
  )
  return shownTree(provider)
}

class SourceRows implements vscode.TreeDataProvider<SourceRow>, vscode.Disposable {
  readonly #memory: WindowMemory
  readonly #log: vscode.LogOutputChannel
  readonly #shelves = new Map<string, SourceShelf>()
  readonly #changed = new vscode.EventEmitter<SourceRow | undefined>()
  readonly onDidChangeTreeData = this.#changed.event
  #waiting: NodeJS.Timeout | undefined
  /** What the next refresh throws away. */
  #stale: 'pages' | 'all' = 'pages'

  constructor(memory: WindowMemory, log: vscode.LogOutputChannel) {
    this.#memory = memory
    this.#log = log
  }

  /** Many changes in a row, as an import makes them, are one. */
  refresh(what: 'pages' | 'all'): void {
    if (what === 'all') this.#stale = 'all'
    this.#waiting ??= setTimeout(() => {
      this.#waiting = undefined
      for (const shelf of this.#shelves.values()) shelf.forget(this.#stale)
      this.#stale = 'pages'
      this.#changed.fire(undefined)
    }, gathering)
  }

  more(row: SourceRow): void {
    if (row.row !== 'more') return
    this.#shelf(row.root).more(row.agent)
    this.#changed.fire(undefined)
  }

  async getChildren(row?: SourceRow): Promise<SourceRow[]> {
    try {
      if (row !== undefined) return await this.#below(row)
      const rows = await vscode.window.withProgress({ location: { viewId: viewName } }, () => this.#top())
      await tellState(viewName, viewState(rows, this.#memory))
      return rows
    } catch (error) {
      this.#log.warn(`The sources cannot be listed: ${errorText(error)}`)
      if (row === undefined) await tellState(viewName, 'failed')
      return []
    }
  }

  getTreeItem(row: SourceRow): vscode.TreeItem {
    return sourceItem(row)
  }

  dispose(): void {
    clearTimeout(this.#waiting)
    this.#changed.dispose()
  }

  async #top(): Promise<SourceRow[]> {
    const { access, roots } = this.#memory.state()
    if (access !== 'ready' || roots.length === 0) return []
    const all = await Promise.all(roots.map(({ root }) => this.#sources(root)))
    // Nothing at all: the welcome text says where it looked, and what it cannot see.
    if (all.every((rows) => rows.length === 0)) return []
    const remote = remoteNote(vscode.l10n, vscode.env.remoteName)
    const notes: SourceRow[] = remote === undefined ? [] : [{ row: 'note', text: remote }]
    if (roots.length === 1) return [...(all[0] ?? []), ...notes]
    const rows = roots.flatMap(({ root, name }, index) =>
      (all[index] ?? []).length === 0 ? [] : [{ row: 'root' as const, root, name }],
    )
    return [...rows, ...notes]
  }

  async #below(row: SourceRow): Promise<SourceRow[]> {
    if (row.row === 'root') return await this.#sources(row.root)
    if (row.row !== 'source') return []
    const { root, agent } = row
    const { sessions, left } = await this.#shelf(root).sessions(agent)
    const rows = sessions.map((entry) => sessionRow(root, entry))
    return left === 0 ? rows : [...rows, { row: 'more', root, agent, left }]
  }

  async #sources(root: string): Promise<SourceRow[]> {
    const { sources, notes } = await this.#shelf(root).sources()
    // The service knows only that it is remote; the editor says what that means.
    const own = vscode.env.remoteName === undefined ? notes : notes.filter((note) => !/remote/.test(note))
    return [
      ...sources.map((source) => ({ row: 'source' as const, root, agent: source.agent, source })),
      ...own.map((text) => ({ row: 'note' as const, text })),
    ]
  }

  #shelf(root: string): SourceShelf {
    const known = this.#shelves.get(root)
    const shelf = known ?? new SourceShelf((call, args) => this.#memory.askSessions(call, args, { root }))
    if (known === undefined) this.#shelves.set(root, shelf)
    return shelf
  }
}
