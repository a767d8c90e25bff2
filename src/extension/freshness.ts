/** Keeps the memory fresh: saves and file events are told within milliseconds, open files are indexed first. */

import * as vscode from 'vscode'
import type { RootPath } from './root-paths.ts'
import type { WindowMemory } from './window-memory.ts'

/** Milliseconds in which file events are gathered. A save must be searchable within 150. */
const gathering = 25

export function addFreshness(
  context: vscode.ExtensionContext,
  memory: WindowMemory,
  log: vscode.LogOutputChannel,
): void {
  const failed = (error: unknown) => log.warn(`File events could not be told: ${String(error)}`)
  const changed = batched(memory, (root, paths) => void memory.call('touch', { root, paths }).catch(failed))
  const opened = batched(
    memory,
    (root, paths) => void memory.call('prioritise', { root, paths }).catch(failed),
  )
  // The memory keeps the last list: each time all open files are told, not only those that came.
  const tellOpen = () => openFiles().forEach(opened.add)
  const watcher = vscode.workspace.createFileSystemWatcher('**/*')
  context.subscriptions.push(
    changed,
    opened,
    watcher,
    watcher.onDidCreate(changed.add),
    watcher.onDidChange(changed.add),
    watcher.onDidDelete(changed.add),
    vscode.workspace.onDidSaveTextDocument((document) => changed.add(document.uri)),
    vscode.workspace.onDidDeleteFiles(({ files }) => files.forEach(changed.add)),
    vscode.workspace.onDidRenameFiles(({ files }) => {
      for (const { oldUri, newUri } of files) for (const uri of [oldUri, newUri]) changed.add(uri)
    }),
    vscode.window.tabGroups.onDidChangeTabs(tellOpen),
    whenRootsOpen(memory, tellOpen),
  )
}

interface Batch extends vscode.Disposable {
  add(uri: vscode.Uri): void
}

/** Gathers files for a moment and hands them over by root, each once. */
function batched(memory: WindowMemory, flush: (root: string, paths: string[]) => void): Batch {
  let waiting: NodeJS.Timeout | undefined
  let gathered = new Map<string, RootPath>()
  const hand = () => {
    const byRoot = Map.groupBy(gathered.values(), ({ root }) => root)
    waiting = undefined
    gathered = new Map()
    for (const [root, files] of byRoot) {
      flush(
        root,
        files.map(({ path }) => path),
      )
    }
  }
  return {
    add(uri) {
      const file = memory.pathOf(uri)
      if (file === null) return
      gathered.set(`${file.root}\0${file.path}`, file)
      waiting ??= setTimeout(hand, gathering)
    },
    dispose: () => clearTimeout(waiting),
  }
}

/** Runs `work` whenever the number of open roots grows. */
function whenRootsOpen(memory: WindowMemory, work: () => void): vscode.Disposable {
  let known = 0
  return memory.onDidChange(({ roots }) => {
    if (roots.length > known) setTimeout(work)
    known = roots.length
  })
}

function openFiles(): vscode.Uri[] {
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs)
  return tabs.flatMap(({ input }) => (input instanceof vscode.TabInputText ? [input.uri] : []))
}
