/** What acting asks of the world: memory, the work tree, and whoever runs tools. */

import type { OfferedTool, ToolCall } from '../llm/model.ts'
import type { MemoryRecord } from '../memory/record.ts'
import type { CommitHit, LocateReply, SearchReply, WindowRecall } from '../protocol.ts'
import type {
  EditRequest,
  ListRequest,
  MemoryDetail,
  MemoryPage,
  OpenedMemory,
  RecallRequest,
  Remembered,
  RememberRequest,
} from '../protocol-memories.ts'

/** What running a tool gave; a failure is a result, which the model reads. */
export interface ToolResult {
  content: string
  ok: boolean
}

export interface ToolRunner {
  run(call: ToolCall, signal?: AbortSignal): Promise<ToolResult>
}

/** Tools that a model is offered, and what runs them. */
export interface ToolSet extends ToolRunner {
  /** In an order that stays from step to step: a changed list costs the cache of the whole prompt. */
  offered(): Promise<readonly OfferedTool[]>
  /** What the system text shall say of those that were offered last; asked for after `offered`. */
  about?(): string
  /** Answers a call of a tool that was not offered. */
  refuse?(call: ToolCall): ToolResult
}

/** How one question differs from the usual. */
export interface Asking {
  limit?: number
  signal?: AbortSignal | undefined
}

/** The memory of a repository, in this process or behind a service. Unknown ids and impossible wishes are `UserError`. */
export interface Knowledge {
  recall(request: RecallRequest, signal?: AbortSignal): Promise<WindowRecall>
  search(query: string, asking?: Asking): Promise<SearchReply>
  locate(query: string, asking?: Asking): Promise<LocateReply>
  commits(query: string, asking?: Asking): Promise<CommitHit[]>
  /** Files that change in the same commits as this one, most often first. */
  changedTogether(path: string, limit: number): Promise<{ path: string }[]>
  /** `mem:ID`, `art:SHA#L10-40`. */
  open(handle: string, range?: { from?: number; to?: number }): Promise<OpenedMemory>
  show(reference: string): Promise<MemoryDetail>
  list(request: ListRequest): Promise<MemoryPage>
  remember(request: RememberRequest): Promise<Remembered>
  edit(reference: string, edit: EditRequest): Promise<MemoryRecord>
  credit(report: {
    cited: readonly string[]
    outcome: 'helped' | 'hurt' | null
    sessionId: string
  }): Promise<void>
}

/** Lines are 1-based and included. */
export interface ReadFile {
  path: string
  text: string
  from: number
  to: number
  /** Lines of the whole file. */
  lines: number
}

export interface RanCommand {
  /** Null: it was ended, see `ended`. */
  exitCode: number | null
  ended: 'itself' | 'timeout' | 'stopped'
  /** Standard output and errors as they came. */
  output: string
  /** Of `output`, what was left out in the middle, in characters. */
  omitted: number
  seconds: number
}

/** The files and the shell of one repository, guarded by whoever owns them: paths never leave it. */
export interface Workspace {
  readonly root: string
  /** Relative paths with forward slashes. Throws `UserError` for what is missing, no text, too large or secret. */
  read(path: string, range?: { from?: number; to?: number }): Promise<ReadFile>
  /** Replaces text that occurs exactly once; `before` null makes a new file. Throws `UserError`, or when refused. */
  edit(path: string, change: { before: string | null; after: string }, signal?: AbortSignal): Promise<void>
  /** Asks the person unless it was allowed. Throws `UserError` when it was refused or may not run here at all. */
  run(command: string, options: { seconds: number; why: string; signal?: AbortSignal }): Promise<RanCommand>
  /** The command that runs the tests, as the person set it or memory knows it; null: not known. */
  testCommand(): Promise<string | null>
  /** What may be offered to a model at all: never `edit` or `run` in Restricted Mode. */
  readonly may: { edit: boolean; run: boolean }
}
