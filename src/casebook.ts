/** The one place that joins the parts: opens a repository's memory and returns what every door uses. */

import type { Settings } from './config.ts'
import type { Log } from './memory/ports.ts'
import type {
  CommitDetail,
  CommitHit,
  ExcludedFile,
  Health,
  LocateReply,
  Progress,
  RootStatus,
  SearchReply,
} from './protocol.ts'

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
}

export interface IndexOptions {
  /** Why this run happens; written into the store and shown. */
  reason: string
  /** Throw the derived index away first. */
  fresh?: boolean
  signal?: AbortSignal
  onProgress?: (progress: Progress) => void
}

export interface IndexSummary {
  files: number
  parsed: number
  chunks: number
  commits: number
  excluded: number
  seconds: number
}

export interface QueryOptions {
  limit?: number
  signal?: AbortSignal
}

/** An open repository memory. Errors that a person can act on are `UserError`. */
export interface Casebook {
  readonly root: string
  index(options: IndexOptions): Promise<IndexSummary>
  /** Files saved, created or deleted, relative to the root; resolves when searchable. */
  touch(paths: readonly string[]): Promise<void>
  prioritise(paths: readonly string[]): void
  pause(): void
  resume(): void
  search(query: string, options?: QueryOptions): Promise<SearchReply>
  locate(issue: string, options?: QueryOptions): Promise<LocateReply>
  commits(query: string, options?: QueryOptions): Promise<CommitHit[]>
  examineCommit(sha: string): Promise<CommitDetail>
  excluded(): ExcludedFile[]
  status(): RootStatus
  health(): Promise<Health>
  close(): Promise<void>
}

export async function openCasebook(_options: OpenOptions): Promise<Casebook> {
  throw new Error('being built')
}
