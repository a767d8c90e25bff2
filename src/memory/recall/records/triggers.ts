/** When a session asks memory: the recall points of a trace, each showing only what was not shown yet. Pure. */

import type { Moment } from '../../recollection.ts'
import { errorSignatures } from '../../signatures.ts'

/** What happens in a session, as far as recall cares. */
export type TraceStep =
  | { type: 'task'; text: string }
  /** A command or a check ran; `exitCode` null: unknown. */
  | { type: 'check'; command: string; output: string; exitCode: number | null; attempt?: string }
  | { type: 'edit'; path: string }
  /** The person said that it is wrong, or took it back. */
  | { type: 'correction'; text: string }
  /** Records that went into the prompt. */
  | { type: 'shown'; ids: readonly string[] }

export type RecallReason = 'task-start' | 'new-error' | 'first-edit' | 'failed-check' | 'correction'

/** Ask here, and leave out what is `shown` already (`RecallQuery.shown`). */
export interface RecallPoint {
  /** Index of the step. */
  step: number
  reason: RecallReason
  moment: Moment
  /** Signatures that came up; empty without an error. */
  signatures: string[]
  /** The same failure as before: `RecallQuery.repair`. */
  repair: boolean
  shown: string[]
}

/** Insertions of one task at most (MemGen's own limit). */
const mostPoints = 5
/** The same signature this often in so many checks is a failure that comes again (memory model 3.5). */
const again = { times: 2, within: 5 } as const

interface Session {
  points: number
  seen: Set<string>
  edited: Set<string>
  shown: Set<string>
  /** Signatures of the newest checks. */
  recent: string[][]
}

/** The points of a whole trace; a new task begins anew, but what was shown stays shown. */
export function recallPoints(trace: readonly TraceStep[]): RecallPoint[] {
  const session: Session = {
    points: 0,
    seen: new Set(),
    edited: new Set(),
    shown: new Set(),
    recent: [],
  }
  return trace.flatMap((step, at) => {
    if (step.type === 'task')
      Object.assign(session, { points: 0, seen: new Set(), edited: new Set(), recent: [] })
    const wish = take(step, session)
    if (step.type === 'shown') for (const id of step.ids) session.shown.add(id)
    if (wish === null || session.points >= mostPoints) return []
    session.points++
    return [{ step: at, signatures: [], repair: false, ...wish, shown: [...session.shown].sort() }]
  })
}

type Wish = Pick<RecallPoint, 'reason' | 'moment'> & Partial<Pick<RecallPoint, 'signatures' | 'repair'>>

function take(step: TraceStep, session: Session): Wish | null {
  if (step.type === 'task') return { reason: 'task-start', moment: 'task-start' }
  if (step.type === 'correction') return { reason: 'correction', moment: 'any' }
  if (step.type === 'check') return takeCheck(step, session)
  if (step.type !== 'edit' || session.edited.has(step.path)) return null
  session.edited.add(step.path)
  return { reason: 'first-edit', moment: 'before-edit' }
}

/** An error that is new beats the mere failure; a check that passed asks for nothing. */
function takeCheck({ output, exitCode }: TraceStep & { type: 'check' }, session: Session): Wish | null {
  if (exitCode === 0) return null
  const signatures = errorSignatures(output)
  session.recent = [...session.recent, signatures].slice(-again.within)
  const isNew = signatures.some((one) => !session.seen.has(one))
  for (const one of signatures) session.seen.add(one)
  if (isNew) return { reason: 'new-error', moment: 'after-failure', signatures }
  const times = (one: string) => session.recent.filter((found) => found.includes(one)).length
  const repair = signatures.some((one) => times(one) >= again.times)
  return exitCode === null ? null : { reason: 'failed-check', moment: 'after-failure', signatures, repair }
}
