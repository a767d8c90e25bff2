/** What crosses a boundary (service, webview): the messages and their types. Everything is structured-clone safe. */

import type { RecallReply, Recollection } from './memory/recollection.ts'
import type { ChunkKind, Commit, ExclusionReason, Span } from './memory/types.ts'
import type { ExportWishes, ImportWishes, Memories } from './protocol-memories.ts'
import type { SessionImportRequest, SessionProgress, Sessions, SourceTurn } from './protocol-sessions.ts'
import type {
  PanelToolAct,
  PanelToolMode,
  PanelTools,
  ToolMemoryCall,
  ToolMemoryReply,
  ToolMemoryRequest,
} from './protocol-tools.ts'

export type IndexState =
  | { kind: 'idle' }
  | { kind: 'indexing'; reason: string }
  | { kind: 'paused'; reason: string }
  | { kind: 'waiting'; reason: string }
  | { kind: 'failed'; message: string; remedy: string }

/** Progress of what runs; `etaSeconds` is null until a rate is known. `memory`: the history is read for past fixes. */
export interface Progress {
  phase: 'scan' | 'parse' | 'history' | 'vectors' | 'memory'
  done: number
  total: number
  /** Files (or commits, texts) a second over the last seconds. */
  rate: number
  etaSeconds: number | null
  current?: string
}

/** The index of one root as the person sees it. */
export interface RootStatus {
  root: string
  name: string
  state: IndexState
  progress: Progress | null
  files: number
  indexedFiles: number
  excludedFiles: number
  chunks: number
  symbols: number
  commits: number
  languages: { language: string; files: number }[]
  head: string | null
  branch: string | null
  /** Unix milliseconds of the last completed run, with its reason. */
  lastRun: { at: number; reason: string; seconds: number; parsed: number } | null
  lastError: string | null
  /** What the person should know though indexing works: a restored backup, a store in memory, a dead server. */
  notices: string[]
}

export interface Health {
  root: string
  storePath: string
  /** Why the store is where it is, or that it is in memory only. */
  storeNote: string
  sizes: { name: string; bytes: number }[]
  embedder: { identity: string; dimensions: number; vectors: number; pending: number }
  vectorSearch: { regime: 'exact' | 'hnsw' | 'rerank'; reason: string; recallAt10: number | null }
  sqlite: { version: string; fts5: boolean; journal: string }
  /** `checked`: when log and fold were compared (Unix milliseconds), and what was wrong; null: never. */
  memoryDb: {
    ok: boolean
    backups: number
    message: string | null
    checked?: { at: number; faults: number } | null
  }
  runs: { at: number; reason: string; seconds: number | null; parsed: number; error: string | null }[]
  residentMb: number
  networkRequests: number
  lastError: string | null
}

/** One line of the explanation of a rank. */
export interface ChannelScore {
  channel: string
  /** 1-based position in that channel, null where the channel gives a prior and no list. */
  rank: number | null
  /** The channel's own raw score. */
  score: number
  /** What the channel added to the fused score. */
  contribution: number
  detail?: string
}

export interface ChunkHit {
  type: 'chunk'
  root: string
  path: string
  span: Span
  name: string
  kind: ChunkKind
  score: number
  preview: string
  explain: ChannelScore[]
}

export interface CommitHit {
  type: 'commit'
  root: string
  sha: string
  time: number
  subject: string
  files: string[]
  score: number
  explain: ChannelScore[]
}

export type Hit = ChunkHit | CommitHit

export interface SearchRequest {
  query: string
  limit?: number
  /** Absent: all roots, fused. */
  root?: string
}

export interface SearchReply {
  hits: Hit[]
  /** Present when names in the query occur nowhere, so that nothing is padded. */
  nothingFound?: string
  /** Share of listed files that were searchable, 0 to 1. */
  coverage: number
  milliseconds: number
}

export interface FileHit {
  /** Set by the service, which may join several roots. */
  root?: string
  path: string
  score: number
  explain: ChannelScore[]
  chunks: { name: string; span: Span }[]
}

export interface LocateReply {
  files: FileHit[]
  nothingFound?: string
  coverage: number
  milliseconds: number
}

export interface CommitDetail extends Commit {
  diff: string
  diffTruncated: boolean
}

export interface ExcludedFile {
  path: string
  reason: ExclusionReason
}

/** Which root a call is about. */
export interface RootRef {
  root: string
}

export type MemoryCall = keyof Memories

/** What a call of `Memories` takes, without what cannot cross: what takes long is ended by its job's id. */
export type MemoryArguments<K extends MemoryCall> = K extends 'distil'
  ? [options: Omit<Parameters<Memories['distil']>[0], 'signal'>]
  : K extends 'export'
    ? [path: string, options?: ExportWishes]
    : K extends 'import'
      ? [path: string, options?: ImportWishes]
      : Parameters<Memories[K]>

export type MemoryReply<K extends MemoryCall> = K extends 'recall'
  ? WindowRecall
  : Awaited<ReturnType<Memories[K]>>

/** `root` may be left out where one root is open; `recall` without it asks all roots. */
export interface MemoryRequest<K extends MemoryCall = MemoryCall> {
  root?: string
  call: K
  args: MemoryArguments<K>
  /** Any text that is not in use: `cancelMemory` ends the call by it. */
  job?: string
}

/** A memory that was found, and the root that knows it. */
export type RootedRecollection = Recollection & { root: string }

/** The memories of one root or, by reciprocal rank, of several; `block` counts through all of them then. */
export interface WindowRecall extends Omit<RecallReply, 'memories' | 'cut' | 'shadow'> {
  memories: RootedRecollection[]
  cut: RootedRecollection[]
  shadow: RootedRecollection[]
}

export type SessionCall = keyof Sessions

/** What a call of `Sessions` takes, without what cannot cross: a stop goes by the job, progress comes as events. */
export type SessionArguments<K extends SessionCall> = K extends 'sources'
  ? []
  : K extends 'import'
    ? [request: SessionImportRequest]
    : Parameters<Sessions[K]>

/** `root` may be left out where one root is open. */
export interface SessionRequest<K extends SessionCall = SessionCall> {
  root?: string
  call: K
  args: SessionArguments<K>
  /** Any text that is not in use: `cancelSessions` ends the call by it, progress names it. */
  job?: string
}

export type SessionReply<K extends SessionCall> = Awaited<ReturnType<Sessions[K]>>

/** How far an import has come. */
export interface SessionNews {
  root: string
  job: string
  progress: SessionProgress
}

/** Memories of a root are others than before. */
export interface MemoryChange {
  root: string
  /** The call that did it, or `history` and the like where nobody called. */
  by: string
}

/** The functions of the memory service. Errors cross as `{ name, message, remedy }`. */
export interface ServiceApi {
  open(root: string, settings: unknown): Promise<RootStatus>
  close(root: string): Promise<void>
  configure(settings: unknown): Promise<void>
  status(): Promise<RootStatus[]>
  search(request: SearchRequest): Promise<SearchReply>
  locate(request: SearchRequest): Promise<LocateReply>
  commits(request: SearchRequest): Promise<CommitHit[]>
  /** Files that change in the same commits as this one, most often first. */
  changedTogether(request: RootRef & { path: string; limit: number }): Promise<{ path: string }[]>
  examineCommit(request: RootRef & { sha: string }): Promise<CommitDetail>
  excluded(request: RootRef): Promise<ExcludedFile[]>
  health(): Promise<Health[]>
  /** Starts an index run; `reason` is written into the store. `fresh` throws the derived index away first. */
  reindex(request: RootRef & { reason: string; fresh?: boolean }): Promise<void>
  /** Files saved, created or deleted, relative to the root. Resolves when they are searchable. */
  touch(request: RootRef & { paths: string[] }): Promise<void>
  /** Files to index first: open and recently changed ones. */
  prioritise(request: RootRef & { paths: string[] }): Promise<void>
  pause(): Promise<void>
  resume(): Promise<void>
  stop(): Promise<void>
  /** Long-term memory: whatever `Memories` can do. */
  memory<K extends MemoryCall>(request: MemoryRequest<K>): Promise<MemoryReply<K>>
  /** Ends a running call of `memory`, which then rejects. Unknown jobs have ended already. */
  cancelMemory(job: string): Promise<void>
  /** Past sessions of other agents: whatever `Sessions` can do. */
  sessions<K extends SessionCall>(request: SessionRequest<K>): Promise<SessionReply<K>>
  /** Ends a running call of `sessions`; an import then says what was done until then. */
  cancelSessions(job: string): Promise<void>
  /** The turn of another agent's session that an episode comes from, read again from its file. */
  sourceTurn(request: { root: string; id: string }): Promise<SourceTurn>
  /** The known tools, and the tools of chats: whatever `ToolMemory` can do. */
  tools<K extends ToolMemoryCall>(request: ToolMemoryRequest<K>): Promise<ToolMemoryReply<K>>
}

/** What the service tells unasked. */
export interface ServiceEvents {
  status(status: RootStatus): void
  memories(change: MemoryChange): void
  sessions(news: SessionNews): void
  log(level: 'info' | 'warn' | 'error', message: string): void
}

/** Everything that the panel shows besides search results. */
export interface PanelState {
  /** `untrusted`: Restricted Mode, nothing was read. `unsupported`: no folder of this window is on a disk. */
  access: 'ready' | 'untrusted' | 'no-folder' | 'unsupported'
  service: 'starting' | 'running' | 'restarting'
  roots: RootStatus[]
  /** Folders whose memory could not be opened. */
  problems: { folder: string; message: string; remedy: string }[]
}

/** What the panel may ask of the extension. */
export interface PanelApi {
  state(): Promise<PanelState>
  search(request: SearchRequest): Promise<SearchReply>
  reveal(hit: { root: string; path: string; span: Span }): Promise<void>
  examine(commit: { root: string; sha: string }): Promise<void>
  /** `root` where the command is about one root. */
  command(command: PanelCommand, root?: string): Promise<void>
  /** The tools of a chat; without one, of the newest. */
  tools(chat?: string): Promise<PanelTools>
  toolAct(wish: PanelToolAct): Promise<void>
  toolMode(wish: PanelToolMode): Promise<void>
  exportTools(chat: string): Promise<void>
}

export type PanelCommand =
  | 'index'
  | 'rebuild'
  | 'pause'
  | 'resume'
  | 'stop'
  | 'health'
  | 'excluded'
  | 'log'
  | 'search'
  | 'trust'
  | 'open-folder'

/** What the extension tells the panel unasked. */
export interface PanelEvents {
  state(state: PanelState): void
  /** Tools of a chat are others than before: whoever shows them asks again. */
  toolsChanged(chat: string): void
}
