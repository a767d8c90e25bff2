/** Keeps the memory fresh: saves and file events are told within milliseconds, open files are indexed first. */

import * as vscode from 'vscode'
import type { RootPath } from './root-paths.ts'
import type { WindowMemory } from './window-memory.ts'

/** Milliseconds in which file events are gathered. A save must be searchable within 150. */
const gathering = 25
/** More files than this in one batch are a checkout or a build: the scan of a run sees them faster. */
const largestBatch = 500

export function addFreshness(
  context: vscode.ExtensionContext,
  memory: WindowMemory,
  log: vscode.LogOutputChannel,
): void {
  const failed = (error: unknown) => log.warn(`File events could not be told: ${String(error)}`)
  const changed = batched(memory, (root, paths) => void tell(memory, root, paths).catch(failed))
  const opened = batched(
    memory,
    (root, paths) => void memory.call('prioritise', { root, paths }).catch(failed),
  )
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
    vscode.window.onDidChangeVisibleTextEditors((editors) => {
      for (const editor of editors) opened.add(editor.document.uri)
    }),
    whenRootsOpen(memory, () => openTabs().forEach(opened.add)),
  )
}

async function tell(memory: WindowMemory, root: string, paths: string[]): Promise<void> {
  if (paths.length <= largestBatch) return await memory.call('touch', { root, paths })
  await memory.call('reindex', { root, reason: `${paths.length} files changed on disk` })
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

function openTabs(): vscode.Uri[] {
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs)
  return tabs.flatMap(({ input }) => (input instanceof vscode.TabInputText ? [input.uri] : []))
}
