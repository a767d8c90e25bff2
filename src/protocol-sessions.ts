/** What the doors may ask of other agents' past sessions: which there are, which to import, what came of them. */

import type { MemoryRecord } from './memory/record.ts'
import type { DistilSummary } from './protocol-memories.ts'

/** One agent whose sessions may lie on this machine. */
export interface SessionSource {
  /** Stable name: `claude-code`. */
  agent: string
  /** Name for people. */
  title: string
  /** Folders and files that exist and were looked through. */
  places: string[]
  /** Sessions that worked in this repository. */
  found: number
  bytes: number
  /** Of `found`: those that are new or have grown since the last import. */
  waiting: number
  /** What earlier imports made of them. */
  imported: number
  episodes: number
  demonstrations: number
  verdicts: { passed: number; failed: number; unknown: number }
  /** The person wants this agent's sessions in this memory. */
  chosen: boolean
  /** Unix milliseconds. */
  lastImport: number | null
}

export interface SessionSources {
  /** Whether the person was asked which agents to import: null agents chosen is an answer, too. */
  asked: boolean
  /** Agents that have left anything on this machine, most sessions first. */
  sources: SessionSource[]
  /** What cannot be seen from here, said plainly. */
  notes: string[]
}

export interface SessionProgress {
  agent: string
  done: number
  total: number
}

export interface SessionImportRequest {
  /** By default those that were chosen. Naming them is the person's consent to this one import. */
  agents?: readonly string[]
  /** Another folder or file than the usual ones, for example of a backup. */
  path?: string
  /** Unix milliseconds: sessions that changed later. */
  since?: number
  /** Also those that did not change since they were imported. */
  all?: boolean
  /** Milliseconds: sessions that changed more recently are still going on and wait. */
  quietFor?: number
}

export interface SessionImport {
  agents: string[]
  /** Sessions of this repository. */
  found: number
  imported: number
  /** Known already, not opened again. */
  unchanged: number
  episodes: number
  /** Of `episodes`: those that took the place of a shorter record of the same work. */
  extended: number
  /** Failing test before, change, passing test after. */
  demonstrations: number
  verdicts: { passed: number; failed: number; unknown: number }
  masked: number
  /** What was left out, most frequent first; `example` is a place. */
  skipped: { reason: string; count: number; example: string }[]
  learned: DistilSummary | null
  /** It was ended before all were read; what was imported stays. */
  stopped: boolean
  elapsedMs: number
}

export interface SessionListRequest {
  agent?: string
  /** Unix milliseconds: sessions that ended later. */
  since?: number
  offset?: number
  limit?: number
}

/** One imported session. */
export interface SessionEntry {
  agent: string
  sessionId: string
  goal: string
  startedAt: number
  endedAt: number
  verdicts: { passed: number; failed: number; unknown: number }
  /** Ids of its episodes as they stand now, oldest first. */
  episodes: string[]
  /** `file:line` of its first turn, for "open the source turn". */
  place: string | null
}

export interface SessionPage {
  sessions: SessionEntry[]
  total: number
}

export interface SessionDetail extends SessionEntry {
  records: MemoryRecord[]
  /** Whether the source is still on the disk. */
  sourceExists: boolean
}

/** One thing that happened in a turn. */
export interface TurnPart {
  kind: 'user' | 'assistant' | 'command' | 'edit' | 'tool' | 'note'
  /** Secrets are masked. */
  text: string
  /** `file:line` or `file#key`. */
  place: string
}

/** The turn of a session that an episode began with, up to the next thing that the person said. */
export interface SourceTurn {
  agent: string
  /** The agent's name for people. */
  title: string
  /** As the record has it: `file:line` or `file#key`. */
  place: string
  file: string
  /** 1-based; null where the source has no lines. */
  line: number | null
  /** Agents delete their sessions. */
  exists: boolean
  /** Empty where the source is gone or has changed. */
  parts: TurnPart[]
  /** There are more parts. */
  cut: boolean
}

/** Past sessions of other agents in one repository. Nothing is imported that a person did not choose. */
export interface Sessions {
  /** Looks through the disk. */
  sources(options?: { signal?: AbortSignal }): Promise<SessionSources>
  /** Agents to import from now on and to watch; kept. Throws `UserError` for an unknown agent. */
  choose(agents: readonly string[]): Promise<void>
  /** Throws `UserError` where nothing was chosen. A stop ends it with what was done until then. */
  import(
    request: SessionImportRequest & {
      signal?: AbortSignal
      onProgress?: (progress: SessionProgress) => void
    },
  ): Promise<SessionImport>
  list(request: SessionListRequest): Promise<SessionPage>
  /** By id or its beginning, also `agent:id`. Throws `UserError` for none or several. */
  show(reference: string): Promise<SessionDetail>
}

export interface SessionsWithTurns extends Sessions {
  /** The turn of a session that an episode began with. Throws `UserError` for memories that come from no session. */
  turn(id: string): Promise<SourceTurn>
}
