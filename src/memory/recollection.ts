/** What recall gives back: a record with its state against the code as it is, and the account of its rank. */

import type { Anchor, Kind, MemoryRecord } from './record.ts'

/** When recall is asked: the same question needs different memories at different points of a repair. */
export const moments = [
  'any',
  'task-start',
  /** Before the first reproduction test: past first tests (ExpeRepair). */
  'first-test',
  /** After a failed test: (failed, feedback, later success) of tests like it. */
  'after-failure',
  /** Refining a patch: wrong patch and the right one. */
  'refine-patch',
  'before-edit',
] as const
export type Moment = (typeof moments)[number]

/**
 * `moved`: the same code elsewhere, `to` says where. `drifted`: still there, but changed, perhaps elsewhere. A fresh
 * one has `to` where its lines moved inside of the file.
 */
export interface AnchorState {
  anchor: Anchor
  state: 'fresh' | 'moved' | 'drifted' | 'gone'
  to?: AnchorPlace
}

/** Where code is now, with all that an anchor needs to be brought there. */
export interface AnchorPlace {
  path: string
  symbol?: string
  startLine?: number
  endLine?: number
  blob?: string
  pieceHash?: string
}

export interface RecallQuery {
  text: string
  moment: Moment
  /** What is open or being edited. */
  path?: string
  symbol?: string
  /** What the failing command printed. */
  output?: string
  command?: string
  /** The test or patch at hand, for the field-weighted moments. */
  attempt?: string
  kinds?: readonly Kind[]
  /** Unix milliseconds; only what was known strictly before. */
  before?: number
  sessionId?: string
  /** Ids that this prompt shows already: left out. */
  shown?: readonly string[]
  /** The failure has come up before in this session: avoid-lessons and failed episodes come too. */
  repair?: boolean
  limit: number
  /** Tokens that the rendered block may take. */
  budget: number
  /** Candidates are found in shadow: listed apart, never rendered. */
  shadow?: boolean
}

/** One line of the account of a rank. */
export interface RecallChannel {
  channel: string
  rank: number | null
  score: number
  contribution: number
  detail?: string
}

export interface Recollection {
  record: MemoryRecord
  score: number
  /** Worst of its anchors that still counts: fresh or moved 1, drifted 0.6, gone 0; `none` cites no code. */
  freshness: 'fresh' | 'moved' | 'drifted' | 'gone' | 'none'
  anchors: AnchorState[]
  channels: RecallChannel[]
  /** Factors of §3.5: utility (0 to 1, neutral 0.5), anchor freshness, kind. */
  factors: { utility: number; anchor: number; kind: number }
  tokens: number
  /** Why it is here, or why it was cut, in words for people. */
  why: string
}

/** (failed attempt, its feedback, later success) of one episode; `wrong` null for a first success. */
export interface Demonstration {
  episodeId: string
  kind: 'test-initial' | 'test-repair' | 'patch'
  issue: string
  wrong: string | null
  feedback: string | null
  right: string
  endedAt: number
  verified: boolean
  /** Episodes that showed the same. */
  uses?: number
}

export interface RecallReply {
  memories: Recollection[]
  /** For the moments of a repair: one by default. */
  demonstrations: (Demonstration & { score: number; parts: Record<string, number>; ranker: string })[]
  /** Found and left out, with why: budget, floor, duplicate, gone, muted. */
  cut: Recollection[]
  /** Candidates that would have been shown. */
  shadow: Recollection[]
  /** Keys of the question that nothing knows: paths, symbols, signatures. */
  unknown: string[]
  /** Present when nothing is shown: why. */
  nothingFound?: string
  /** The quoted block for a prompt; empty when there is nothing. */
  block: string
  /** How vectors were searched, and whether all records fit without searching. */
  regime: string
  milliseconds: number
}
