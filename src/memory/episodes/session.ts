/** What every importer makes of a foreign session: an ordered list of steps, free of the format it came from. */

/** Where a step stands in its source, for "open the source turn". */
export interface Place {
  /** Absolute path of the file or database. */
  file: string
  /** 1-based line, where the source has lines. */
  line?: number
  /** Key of the row or record, where it has those. */
  key?: string
}

/** How an exit code is known, best evidence first. */
export type ExitEvidence = 'field' | 'text' | 'summary' | 'status'

interface Common {
  /** Unix milliseconds; null where the format has no time for it. */
  at: number | null
  place: Place
  /** The step happened in a subagent of the session. */
  subagent?: boolean
}

/** Long texts are cut in the middle to `longestText` and say so. */
export type Step = Common &
  (
    | { type: 'user'; text: string }
    | { type: 'assistant'; text: string }
    | {
        type: 'command'
        command: string
        /** Folder that it ran in, where the format says it. */
        cwd?: string
        exitCode: number | null
        /** Null: nothing tells how it ended. */
        evidence: ExitEvidence | null
        output: string
      }
    | {
        type: 'edit'
        /** As recorded: absolute, or relative to the session's folder. */
        path: string
        before?: string
        after?: string
        /** Unified, without a file header where the format has none. */
        diff?: string
        /** False: the edit failed or was refused. */
        applied: boolean
      }
    | { type: 'tool'; name: string; input: string; output: string; isError: boolean | null }
    /** What a person or the program said about earlier steps. `count`: turns that a rollback took back. */
    | {
        type: 'signal'
        signal:
          | 'accepted'
          | 'rejected'
          | 'modified'
          | 'undone'
          | 'rolled-back'
          | 'committed'
          | 'pull-request'
          | 'completed'
          | 'aborted'
        detail: string
        /** Path that it is about; absent: the steps before it. */
        path?: string
        count?: number
      }
    /** A summary took the place of earlier turns in the agent's context: no new work. */
    | { type: 'compaction'; text: string }
  )

export type StepType = Step['type']
export type StepOf<T extends StepType> = Extract<Step, { type: T }>

export interface Session {
  agent: string
  sessionId: string
  parentSessionId: string | null
  /** Folders that it worked in, as recorded, first one first. Never guessed from the name of a folder. */
  folders: string[]
  remote: string | null
  branch: string | null
  /** Full sha at the start. */
  headCommit: string | null
  /** Unix milliseconds. */
  startedAt: number
  endedAt: number
  title: string
  model: string | null
  steps: Step[]
  /** File or database that it was read from. */
  source: string
}

/** A session of which nothing is known yet but where it is: readers that go line by line fill it in. */
export function openSession({
  agent,
  sessionId,
  source,
}: Pick<Session, 'agent' | 'sessionId' | 'source'>): Session {
  return {
    agent,
    sessionId,
    parentSessionId: null,
    folders: [],
    remote: null,
    branch: null,
    headCommit: null,
    startedAt: 0,
    endedAt: 0,
    title: '',
    model: null,
    steps: [],
    source,
  }
}

/** Characters of one text that are kept: the first and last half of it. */
export const longestText = 40_000

/** One session on disk, before it is read. */
export interface FoundSession {
  agent: string
  /** File, folder or database row: what `read` needs. */
  ref: string
  /** Files whose size and time tell that it grew. */
  files: string[]
  modifiedAt: number
  bytes: number
  /** Folder that it worked in, where finding it out is cheap. */
  folder?: string
}

/** Why something was not imported; counted by reason, with an example. */
export interface Skips {
  skip(reason: string, place: Place): void
}

/** Roots of this machine, so that tests and remote hosts can give others. */
export interface Machine {
  platform: NodeJS.Platform
  home: string
  env: Readonly<Record<string, string | undefined>>
  /** Folders of repositories: some agents write beside the code. */
  repositories: readonly string[]
}

/** One agent's format. Reads only; never writes, locks or checkpoints anything of another program. */
export interface Importer {
  /** Stable name in provenance: `claude-code`, `codex`. */
  agent: string
  /** Name for people. */
  title: string
  /** Folders or files that may hold sessions; those that exist are watched. */
  places(machine: Machine): string[]
  /** Sessions at one place, newest first. */
  find(place: string, skips: Skips, signal?: AbortSignal): AsyncIterable<FoundSession>
  /** The sessions of one finding: usually one. Bad lines are skipped and counted, never thrown. */
  read(found: FoundSession, skips: Skips, signal?: AbortSignal): AsyncIterable<Session>
}
