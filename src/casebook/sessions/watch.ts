/** Watches the folders of chosen agents while a window lives: sessions are imported once they are quiet. */

import { type FSWatcher, statSync, watch } from 'node:fs'
import { dirname } from 'node:path'
import type { Importer, Machine } from '../../memory/episodes/session.ts'
import type { Log } from '../../memory/ports.ts'
import type { SourceRow } from '../../memory/store/session-sources.ts'
import type { SessionImport } from '../../protocol-sessions.ts'
import { existingPlaces } from './survey.ts'

export interface WatchOptions {
  chosen: () => readonly Importer[]
  /** Sessions of this repository that are known. */
  sources: () => readonly SourceRow[]
  machine: Machine
  log: Log
  work: (agents: string[], quietFor: number) => Promise<SessionImport>
  /** Milliseconds after a change before it is looked at, and of quiet before a session counts as ended. */
  debounceMs?: number
  quietMs?: number
}

export interface SessionWatch {
  /** Watches what is chosen now, and looks once at what was missed. */
  refresh(): void
  close(): void
}

/** Newest sessions of an agent whose folders are watched; older ones seldom go on. */
const mostRecent = 20
const mostFolders = 200

export function watchSessions(options: WatchOptions): SessionWatch {
  const { debounceMs = 5_000, quietMs = 10 * 60_000 } = options
  const watchers = new Map<string, FSWatcher>()
  const changed = new Set<string>()
  let timer: NodeJS.Timeout | undefined
  let isClosed = false

  const later = (ms: number) => {
    clearTimeout(timer)
    if (isClosed) return
    timer = setTimeout(() => void look(), ms)
    // A process that has nothing else to do may end.
    timer.unref()
  }
  const look = async () => {
    const agents = [...changed]
    changed.clear()
    if (agents.length === 0) return
    try {
      const summary = await options.work(agents, quietMs)
      attach()
      if (!summary.skipped.some(({ reason }) => reason === 'it is still going on')) return
      for (const agent of agents) changed.add(agent)
      later(quietMs)
    } catch (error) {
      if (!isClosed) options.log.error('new sessions could not be imported', error)
    }
  }
  const attach = () => {
    const wanted = new Map(
      options
        .chosen()
        .flatMap((importer) => foldersOf(importer, options).map((folder) => [folder, importer.agent])),
    )
    for (const [folder, watcher] of watchers) {
      if (wanted.has(folder)) continue
      watcher.close()
      watchers.delete(folder)
    }
    for (const [folder, agent] of [...wanted].slice(0, mostFolders)) {
      if (watchers.has(folder) || isClosed) continue
      const watcher = open(folder, () => {
        changed.add(agent)
        later(debounceMs)
      })
      if (watcher !== null) watchers.set(folder, watcher)
    }
  }
  return {
    refresh() {
      if (isClosed) return
      attach()
      for (const { agent } of options.chosen()) changed.add(agent)
      later(debounceMs)
    },
    close() {
      isClosed = true
      clearTimeout(timer)
      for (const watcher of watchers.values()) watcher.close()
      watchers.clear()
    },
  }
}

/** Null where the system refuses: then the next look at the disk finds what is new. */
function open(folder: string, onChange: () => void): FSWatcher | null {
  try {
    const watcher = watch(folder, { persistent: false }, onChange)
    watcher.on('error', () => watcher.close())
    return watcher
  } catch {
    return null
  }
}

/** The places themselves, and the folders from there down to the newest sessions. */
function foldersOf(importer: Importer, { machine, sources }: WatchOptions): string[] {
  const places = existingPlaces(importer, machine)
  const own = sources().filter(({ agent }) => agent === importer.agent)
  const recent = [...own].sort((a, b) => b.modifiedAt - a.modifiedAt).slice(0, mostRecent)
  const below = recent.flatMap(({ ref }) => (ref === null ? [] : between(ref, places)))
  return [...new Set([...places.map(asFolder), ...below])]
}

function asFolder(place: string): string {
  return statSync(place, { throwIfNoEntry: false })?.isFile() === true ? dirname(place) : place
}

function between(ref: string, places: readonly string[]): string[] {
  const place = places.find((one) => ref.startsWith(one))
  if (place === undefined) return []
  const folders: string[] = []
  for (let folder = dirname(ref); folder.length > place.length; folder = dirname(folder)) folders.push(folder)
  return folders.filter((folder) => statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true)
}
