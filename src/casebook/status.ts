/** What an open memory tells about itself: the status that everybody sees, and its health. */

import { statSync } from 'node:fs'
import { join } from 'node:path'
import { backups } from '../memory/store/backups.ts'
import { contentCounts } from '../memory/store/blobs.ts'
import { countCommits } from '../memory/store/commits.ts'
import { type DatabaseSync, sqliteVersion } from '../memory/store/database.ts'
import { coverage, languageCounts, type View, viewGeneration } from '../memory/store/files.ts'
import { recentRuns } from '../memory/store/runs.ts'
import type { Health, RootStatus } from '../protocol.ts'
import { lastCheck } from './memories/check.ts'
import type { NamedMemory } from './namespace.ts'
import type { Parts } from './parts.ts'
import type { Repository } from './repository.ts'
import type { RunState } from './run-state.ts'

type Counts = Pick<
  RootStatus,
  'files' | 'indexedFiles' | 'excludedFiles' | 'chunks' | 'symbols' | 'commits' | 'languages'
>

/** Counting chunks walks the index: during a run it is done at most this often, in milliseconds. */
const countEvery = 1_500

/** Counts what a view shows, anew only when it changed. */
export class ViewCounts {
  readonly #db: DatabaseSync
  readonly #view: View
  #counts: Counts | null = null
  #generation = -1
  #countedAt = 0
  #countedInRun = false
  #coverage = { generation: -1, share: 1 }

  constructor(db: DatabaseSync, view: View) {
    this.#db = db
    this.#view = view
  }

  /** Share of the listed files that are searchable, 0 to 1; 1 for an empty repository. */
  coverage(): number {
    const generation = viewGeneration(this.#db, this.#view.id)
    if (generation !== this.#coverage.generation) {
      const { files, indexed } = coverage(this.#db, this.#view.id)
      this.#coverage = { generation, share: files === 0 ? 1 : indexed / files }
    }
    return this.#coverage.share
  }

  /** While a run is under way at most once in a while; afterwards again, for not all that it writes is in the view. */
  read(running: boolean): Counts {
    const generation = viewGeneration(this.#db, this.#view.id)
    const isSoon = performance.now() - this.#countedAt < countEvery
    const isFresh = !this.#countedInRun && generation === this.#generation
    if (this.#counts !== null && (running ? isSoon : isFresh)) return this.#counts
    const { files, indexed, excluded } = coverage(this.#db, this.#view.id)
    this.#counts = {
      files,
      indexedFiles: indexed,
      excludedFiles: excluded,
      ...contentCounts(this.#db, this.#view.id),
      commits: countCommits(this.#db, this.#view.id),
      languages: languageCounts(this.#db, this.#view.id),
    }
    this.#generation = generation
    this.#countedAt = performance.now()
    this.#countedInRun = running
    return this.#counts
  }
}

function lastRun(db: DatabaseSync, view: View): RootStatus['lastRun'] {
  const done = recentRuns(db, view.key, 20).find((run) => run.endedAt !== null && run.error === null)
  if (done?.endedAt == null) return null
  return {
    at: done.endedAt,
    reason: done.reason,
    seconds: (done.endedAt - done.startedAt) / 1000,
    parsed: done.parsed,
  }
}

function lastError(db: DatabaseSync, view: View): string | null {
  return recentRuns(db, view.key, 1)[0]?.error ?? null
}

function runHistory(db: DatabaseSync, view: View): Health['runs'] {
  return recentRuns(db, view.key, 10).map((run) => ({
    at: run.startedAt,
    reason: run.reason,
    seconds: run.endedAt === null ? null : (run.endedAt - run.startedAt) / 1000,
    parsed: run.parsed,
    error: run.error,
  }))
}

/** Bytes of the store's files; empty for a store in memory. */
function storeSizes(folder: string | null): Health['sizes'] {
  if (folder === null) return []
  const names = ['index.db', 'index.db-wal', 'memory.db', 'memory.db-wal']
  const size = (file: string) => statSync(file, { throwIfNoEntry: false })?.size ?? 0
  const files = names.map((name) => ({ name, bytes: size(join(folder, name)) }))
  const kept = backups(folder).reduce((sum, file) => sum + size(file), 0)
  return [...files, { name: 'backups', bytes: kept }].filter(({ bytes }) => bytes > 0)
}

function sqliteFacts(db: DatabaseSync, journal: string): Health['sqlite'] {
  return { version: sqliteVersion(db), fts5: true, journal }
}

export interface StatusParts {
  root: string
  name: string
  parts: Parts
  run: RunState
  branch: string | null
  notices: readonly string[]
}

/** Of a memory whose index can be read. */
export function soundStatus({ root, name, parts, run, branch, notices }: StatusParts): RootStatus {
  const { index, view, counts, vectors } = parts
  const problem = vectors.problem === null ? [] : [vectors.problem]
  return {
    root,
    name,
    state: run.state,
    progress: run.progress,
    ...counts.read(run.state.kind === 'indexing'),
    head: view.head,
    branch,
    lastRun: lastRun(index.db, view),
    lastError: lastError(index.db, view),
    notices: [...notices, ...problem],
  }
}

export interface HealthParts {
  root: string
  place: Repository['place']
  parts: Parts
  memory: NamedMemory
  networkRequests: number
}

export function healthOf({ root, place, parts, memory, networkRequests }: HealthParts): Health {
  const { index, view, vectors } = parts
  const { db, journal } = index
  const { folder, note } = place
  const { embedder, regime } = vectors.health()
  return {
    root,
    storePath: folder ?? '',
    storeNote: note,
    sizes: storeSizes(folder),
    embedder,
    vectorSearch: { regime: regime.kind, reason: regime.reason, recallAt10: regime.recallAt10 },
    sqlite: sqliteFacts(db, journal),
    memoryDb: {
      ok: memory.message === null,
      backups: memory.folder === null ? 0 : backups(memory.folder).length,
      message: memory.message,
      checked: lastCheck(memory.db),
    },
    runs: runHistory(db, view),
    residentMb: Math.round(process.memoryUsage().rss / 1e6),
    networkRequests,
    lastError: lastError(db, view),
  }
}

/** A root of which nothing can be told but what is wrong with it. */
export function failedStatus(failure: {
  root: string
  name: string
  message: string
  remedy: string
}): RootStatus {
  const { root, name, message, remedy } = failure
  const counts = { files: 0, indexedFiles: 0, excludedFiles: 0, chunks: 0, symbols: 0, commits: 0 }
  return {
    root,
    name,
    state: { kind: 'failed', message, remedy },
    progress: null,
    ...counts,
    languages: [],
    head: null,
    branch: null,
    lastRun: null,
    lastError: message,
    notices: [],
  }
}
