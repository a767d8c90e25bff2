/** Where one piece of work ends and the next begins: topic and surprise, both without a model. */

import { jaccard } from './likeness.ts'

/** One turn of a session: what somebody said, and all that followed until somebody speaks again. */
export interface Turn {
  /** Unix milliseconds of its first and last sign of life; null where the log has no times. */
  startedAt: number | null
  endedAt: number | null
  /** Paths that were read, edited or named by commands. */
  files: readonly string[]
  issues: readonly string[]
  branch: string | null
  /** Error signatures of what was printed. */
  signatures: readonly string[]
  /** Tests that ran: their command or name, and whether they passed. The last result of each. */
  tests: readonly { name: string; passed: boolean }[]
  /** The person said no, took back, or discarded an edit. */
  corrected: boolean
}

export type BoundaryReason =
  | 'other files'
  | 'another issue'
  | 'another branch'
  | 'a pause'
  | 'a new failure'
  | 'a test changed its result'
  | 'a correction'
  | 'long enough'
  | 'end'

/** Turns `from` to `to`, both included. `reason`: what ended it. */
export interface Segment {
  from: number
  to: number
  reason: BoundaryReason
}

/** Constants of memory-model 2.5. */
export const boundaryRules = {
  /** Shared files below which the topic changed. */
  fileJaccard: 0.2,
  idleMs: 30 * 60_000,
  /** A shorter piece is no episode: only what must part earlier parts it. */
  fewestTurns: 3,
  mostTurns: 40,
} as const

/**
 * Cuts before a turn of another topic (files, issue, branch, pause) and after a surprise (first time of a failure, a
 * test that flips, a correction): what the surprise led to belongs to the next piece. A last piece of fewer than three
 * turns joins the one before unless a pause, an issue or a branch parts them.
 */
export function segmentTurns(turns: readonly Turn[]): Segment[] {
  const segments: Segment[] = []
  const seen = newSeen()
  let from = 0
  turns.forEach((turn, at) => {
    const topic = at > from ? topicReason(turns, from, at) : null
    if (topic !== null && (at - from >= boundaryRules.fewestTurns || hard.has(topic))) {
      segments.push({ from, to: at - 1, reason: topic })
      from = at
    }
    const length = at - from + 1
    const surprise = surpriseReason(turn, seen)
    const cut = length >= boundaryRules.mostTurns ? 'long enough' : surprise
    if (cut === null || length < boundaryRules.fewestTurns) return
    segments.push({ from, to: at, reason: cut })
    from = at + 1
  })
  if (from < turns.length) segments.push({ from, to: turns.length - 1, reason: 'end' })
  return joinShortEnd(segments)
}

/** Work on another issue, on another branch or on another day is another episode, however short. */
const hard = new Set<BoundaryReason>(['another issue', 'another branch', 'a pause'])

function topicReason(turns: readonly Turn[], from: number, at: number): BoundaryReason | null {
  const [turn, before] = [turns[at], turns[at - 1]]
  if (turn === undefined || before === undefined) return null
  if (turn.branch !== null && before.branch !== null && turn.branch !== before.branch) return 'another branch'
  if (isPause(before, turn)) return 'a pause'
  const past = turns.slice(from, at)
  const issues = new Set(past.flatMap((one) => one.issues))
  if (issues.size > 0 && turn.issues.length > 0 && !turn.issues.some((issue) => issues.has(issue)))
    return 'another issue'
  const files = new Set(past.flatMap((one) => one.files))
  const here = new Set(turn.files)
  if (files.size === 0 || here.size === 0) return null
  const active = recentFiles(past)
  // A turn on a part of the active files stays on its topic, however many those are.
  const known = [...here].filter((file) => active.has(file))
  const isOther = known.length * 2 < here.size && jaccard(here, active) < boundaryRules.fileJaccard
  return isOther ? 'other files' : null
}

/** Of the last turns that named any: an episode may grow over many files without changing its topic. */
function recentFiles(past: readonly Turn[]): Set<string> {
  const withFiles = past.filter((turn) => turn.files.length > 0)
  return new Set(withFiles.slice(-boundaryRules.fewestTurns).flatMap((turn) => turn.files))
}

function isPause(before: Turn, turn: Turn): boolean {
  const [end, start] = [before.endedAt ?? before.startedAt, turn.startedAt]
  return end !== null && start !== null && start - end > boundaryRules.idleMs
}

interface Seen {
  signatures: Set<string>
  tests: Map<string, boolean>
}

function newSeen(): Seen {
  return { signatures: new Set(), tests: new Map() }
}

/** What was seen stays seen over boundaries: a failure is new once in a session. */
function surpriseReason(turn: Turn, seen: Seen): BoundaryReason | null {
  const fresh = turn.signatures.some((signature) => !seen.signatures.has(signature))
  const flipped = turn.tests.some(({ name, passed }) => (seen.tests.get(name) ?? passed) !== passed)
  for (const signature of turn.signatures) seen.signatures.add(signature)
  for (const { name, passed } of turn.tests) seen.tests.set(name, passed)
  if (turn.corrected) return 'a correction'
  if (flipped) return 'a test changed its result'
  return fresh ? 'a new failure' : null
}

function joinShortEnd(segments: readonly Segment[]): Segment[] {
  const [before, last] = segments.slice(-2)
  if (before === undefined || last === undefined) return [...segments]
  const length = last.to - last.from + 1
  const joined = last.to - before.from + 1
  if (length >= boundaryRules.fewestTurns || hard.has(before.reason) || joined > boundaryRules.mostTurns)
    return [...segments]
  return [...segments.slice(0, -2), { from: before.from, to: last.to, reason: 'end' }]
}
