/** What the doors may ask of long-term memory: requests and replies, all structured-clone safe. */

import type { Actor, Json, MemoryEvent } from './memory/event.ts'
import type { AnchorState, RecallQuery, RecallReply } from './memory/recollection.ts'
import type { Kind, MemoryRecord, RecordDraft, Status } from './memory/record.ts'

export type RecallRequest = Pick<RecallQuery, 'text'> &
  Partial<RecallQuery> & {
    root?: string
    /** A person looks around, with each key typed: nothing is noted or counted as shown. */
    quiet?: boolean
  }

export interface RememberRequest {
  text: string
  kind?: 'fact' | 'lesson'
  cue?: string
  /** Files (`path`, `path:line`, `path#Symbol`) that it is about; found in the text too. */
  cites?: readonly string[]
  polarity?: 'do' | 'avoid'
  tags?: readonly string[]
  /** For the team: goes into the share folder. */
  share?: boolean
  /** Selected code that it is about. */
  selection?: { path: string; startLine: number; endLine: number }
  actor?: Actor
}

export interface Remembered {
  record: MemoryRecord
  /** What the person should know: secrets masked, a duplicate joined, no code cited. */
  notes: string[]
}

export interface ListRequest {
  kinds?: readonly Kind[]
  statuses?: readonly Status[]
  path?: string
  origin?: string
  /** Words to find in it. */
  text?: string
  after?: string
  limit?: number
}

export interface MemoryPage {
  records: MemoryRecord[]
  total: number
  /** Id to go on after; null at the end. */
  next: string | null
}

/** One record with all that is known of it. */
export interface MemoryDetail {
  record: MemoryRecord
  anchors: AnchorState[]
  /** Newest first. */
  history: MemoryEvent[]
  /** Records that link to this one. */
  linkedFrom: { id: string; type: string; text: string }[]
  /** Artifacts that are still there, by sha-256. */
  artifacts: { sha: string; kind: string; bytes: number }[]
  /** Why do you know this: sentences for people, most important first. */
  why: string[]
}

export interface EditRequest {
  text?: string
  cue?: string
  tags?: readonly string[]
  procedure?: readonly string[]
  /** Of a fact: what it asserts. Without one, words that no longer hold the old value clear it and its checker. */
  value?: string | null
  checker?: string | null
  /** The version that the person saw: another one means that somebody was faster. */
  expectedVersion?: number
}

export type MemoryAction =
  | 'pin'
  | 'unpin'
  | 'mute'
  | 'unmute'
  | 'archive'
  | 'restore'
  | 'accept'
  | 'reject'
  | 'retract'
  /** For the team: written into the share folder. `unshare` takes it out. */
  | 'share'
  | 'unshare'

/** What a handle (`mem:ID`, `art:SHA#L10-40`) leads to. */
export interface OpenedMemory {
  handle: string
  found: boolean
  /** Masked; a sentence that says what is missing where nothing was found. */
  text: string
  /** What was left out, in words; null: nothing. */
  omitted: string | null
}

/** What waits for a person. */
export interface ReviewQueue {
  candidates: { record: MemoryRecord; flags: string[] }[]
  contested: { one: MemoryRecord; other: MemoryRecord; why: string }[]
  proposals: { seq: number; item: MemoryRecord | null; what: string; proposal: Json }[]
  rejections: Record<string, number>
}

export interface DistilSummary {
  /** Null: without a model. */
  model: string | null
  episodes: number
  admitted: number
  merged: number
  superseded: number
  activated: number
  rejected: Record<string, number>
  calls: number
  inputTokens: number
  outputTokens: number
}

/** Both only by a person's explicit wish. */
export interface ExportWishes {
  /** Writes out what looks like a secret, too. */
  force?: boolean
  /** Replaces a file that is there. */
  overwrite?: boolean
}

export interface ImportWishes {
  /** Takes over the log of an export of this same memory as it is: only by a person's explicit wish. */
  restore?: boolean
}

/** In bytes of the file, which is first checked and then written. */
export interface ImportProgress {
  phase: 'check' | 'write'
  done: number
  total: number
}

export interface ExportSummary {
  path: string
  events: number
  records: number
  artifacts: number
  bytes: number
}

export interface ImportSummary {
  added: number
  /** Already here. */
  known: number
  artifacts: number
  /** `restored`: an empty store took over the log, `continued`: an older one; `merged`: new ones are candidates. */
  mode: 'restored' | 'continued' | 'merged'
  notes: string[]
}

export interface ShareSummary {
  folder: string
  written: string[]
  removed: string[]
  /** Edits made in the files, taken over. */
  takenOver: string[]
  /** Not written: a secret, a broken file, a conflict. */
  problems: string[]
}

export interface MemoryStats {
  episodes: number
  facts: number
  lessons: number
  candidates: number
  contested: number
  archived: number
  events: number
  artifacts: { count: number; bytes: number }
  masked: number
  rejections: Record<string, number>
  /** How far the history has been read, and what runs now. */
  history: { commits: number; episodes: number; complete: boolean }
}

/** Log and fold compared. */
export interface MemoryCheck {
  events: number
  /** What was wrong, in sentences. */
  found: string[]
  /** What is wrong still: after a repair only what the log itself has. */
  faults: string[]
  /** The fold was made anew. */
  repaired: boolean
}

export interface ForgetSummary {
  forgotten: number
  /** What the person should know: that files could not be cleaned yet. */
  notes: string[]
}

/** By what "Forget Everything From ..." chooses. */
export interface ForgetSource {
  origin?: string
  agent?: string
  sessionId?: string
  path?: string
  commit?: string
  author?: string
}

/** Long-term memory of one repository. Unknown ids and impossible wishes are `UserError`. */
export interface Memories {
  recall(request: RecallRequest): Promise<RecallReply>
  remember(request: RememberRequest): Promise<Remembered>
  /** An episode from a session or a repair: masked, gated and stored. */
  record(draft: RecordDraft): Promise<Remembered>
  list(request: ListRequest): Promise<MemoryPage>
  /** `asOf`: seq of an event. */
  show(reference: string, asOf?: number): Promise<MemoryDetail>
  /** Lines are 1-based and included, at most 400 at once. A handle that leads nowhere is an answer, no error. */
  open(handle: string, range?: { from?: number; to?: number }): Promise<OpenedMemory>
  edit(reference: string, edit: EditRequest): Promise<MemoryRecord>
  act(references: readonly string[], action: MemoryAction, reason?: string): Promise<MemoryRecord[]>
  /** Irreversible. */
  forget(references: readonly string[], reason: string): Promise<ForgetSummary>
  /** Ids that "forget everything from" would take. */
  from(source: ForgetSource): Promise<string[]>
  /** Undoes an event, by default the newest act of a person; with `whole` the act that the event belongs to. */
  undo(seq?: number, options?: { whole?: boolean }): Promise<MemoryEvent>
  log(request: { reference?: string; before?: number; limit?: number }): Promise<MemoryEvent[]>
  review(): Promise<ReviewQueue>
  /** Settles a waiting proposal. */
  settle(seq: number, decision: 'accept' | 'reject', text?: string): Promise<void>
  /** Decides a contested pair; `both` says that they complement each other. */
  decide(winner: string, loser: string, decision: 'supersede' | 'both'): Promise<void>
  /** `useModel` only by a person's act, and only where one is set. */
  distil(options: { useModel: boolean; limit?: number; signal?: AbortSignal }): Promise<DistilSummary>
  /** What was shown, cited, and how it ended. */
  credit(report: {
    cited: readonly string[]
    outcome: 'helped' | 'hurt' | null
    sessionId: string
  }): Promise<void>
  /** A file that is there is only replaced by a person's wish. */
  export(path: string, options?: ExportWishes & { signal?: AbortSignal }): Promise<ExportSummary>
  /** `signal` ends it while the file is checked: what is being written is written whole. Nothing changed then. */
  import(
    path: string,
    options?: ImportWishes & { signal?: AbortSignal; onProgress?: (progress: ImportProgress) => void },
  ): Promise<ImportSummary>
  share(): Promise<ShareSummary>
  stats(): MemoryStats
  /** Compares what is shown with the log, which takes seconds; `repair` makes it anew from the log where it is wrong. */
  check(options?: { repair?: boolean }): Promise<MemoryCheck>
}
