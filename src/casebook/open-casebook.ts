/** What an open repository memory can do, and how one is opened. Joined in `casebook.ts`. */

import type { Settings } from '../config.ts'
import type { Log } from '../memory/ports.ts'
import type { Companion, HotFile } from '../memory/store/commits.ts'
import type {
  CommitDetail,
  CommitHit,
  ExcludedFile,
  Health,
  LocateReply,
  RootStatus,
  SearchReply,
} from '../protocol.ts'
import type { Memories } from '../protocol-memories.ts'
import type { SessionsWithTurns } from '../protocol-sessions.ts'
import type { ToolMemory } from '../protocol-tools.ts'
import type { HistorySummary } from './history-memory.ts'
import type { WaitOptions } from './memories/upkeep.ts'
import type { MemoriesOptions } from './memories.ts'
import type { IndexOptions, IndexSummary } from './runs.ts'

export interface OpenOptions {
  /** Any folder inside the repository, or a plain folder, or a bare repository together with `at`. */
  repo: string
  /** Time travel: index this commit's tree from git objects and see only history before it. */
  at?: string
  /** Store folder instead of the one that the settings choose; created when missing. */
  store?: string
  settings: Settings
  log: Log
  /** Called on every change worth showing (state, progress, counts). */
  onStatus?: (status: RootStatus) => void
  /** Memories changed though nobody called; `by` says what did it. */
  onMemories?: (by: string) => void
  /** Index again by itself when git's state moves; for long-lived doors. */
  watch?: boolean
  /** Where sessions of other agents lie; default: this machine. */
  machine?: NonNullable<MemoriesOptions['machine']>
}

export interface QueryOptions {
  limit?: number
  /** `locate` only: commits after this moment (Unix seconds) are not seen, as if the issue were asked then. */
  before?: number
  signal?: AbortSignal
}

/** An open repository memory. Errors that a person can act on are `UserError`. */
export interface Casebook {
  readonly root: string
  readonly memories: Memories
  readonly sessions: SessionsWithTurns
  readonly tools: ToolMemory
  index(options: IndexOptions): Promise<IndexSummary>
  /**
   * Compares memory with code and branches as they are, and makes the history part of it. Doors that watch need not
   * ask: it follows every run. Null where there is no history to read.
   */
  remember(options?: WaitOptions): Promise<HistorySummary | null>
  /** Files saved, created or deleted, relative to the root; resolves when searchable. */
  touch(paths: readonly string[]): Promise<void>
  prioritise(paths: readonly string[]): void
  pause(): void
  resume(): void
  /** Aborts whatever runs or waits to run, however it was started. */
  stop(): void
  search(query: string, options?: QueryOptions): Promise<SearchReply>
  locate(issue: string, options?: QueryOptions): Promise<LocateReply>
  commits(query: string, options?: QueryOptions): Promise<CommitHit[]>
  examineCommit(sha: string): Promise<CommitDetail>
  /** The files that the history changed most often. */
  hotFiles(limit: number): HotFile[]
  /** The files that change in the same commits as this one. */
  changedTogether(path: string, limit: number): Companion[]
  excluded(): ExcludedFile[]
  status(): RootStatus
  health(): Promise<Health>
  close(): Promise<void>
}
