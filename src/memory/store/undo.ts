/** Undo: the event that takes another one back, unless later ones build on it. */

import type { Change, EventDraft, MemoryEvent } from '../event.ts'
import { UserError } from '../ports.ts'
import type { DatabaseSync } from './database.ts'
import { eventsAfter, readEvent } from './events.ts'
import { collides, invert } from './fold.ts'
import { inTurn, type LogOptions, type Turn } from './log-writer.ts'
import { numberOf } from './proposals.ts'

/** One event to take back, and why. */
export interface UndoStep {
  seq: number
  reason: string
}

/**
 * Appends the events that take these back, in one transaction: all or none. `steps` may look into the log between two
 * of them, and finds there what was taken back so far. Throws `UserError`.
 */
export function revertAll(
  options: LogOptions,
  steps: Iterable<UndoStep>,
  actor: EventDraft['actor'],
): MemoryEvent[] {
  return inTurn(options, (turn) => {
    const events: MemoryEvent[] = []
    for (const { seq, reason } of steps) {
      const { db } = options
      events.push(turn.append(compensation(db, turn, { seq, actor, reason })))
    }
    return events
  })
}

function compensation(
  db: DatabaseSync,
  turn: Turn,
  { seq, ...by }: UndoStep & Pick<EventDraft, 'actor'>,
): EventDraft {
  const event = readEvent(db, seq)
  if (event === null) throw new UserError(`There is no event ${seq}.`, 'Look at the log for its number.')
  if (event.type === 'PURGED' || event.changes.some((change) => change.op === 'purged'))
    throw new UserError(`Event ${seq} cannot be undone: contents of it were purged.`, 'Purging is for ever.')
  const blockers = inTheWay(db, event)
  if (blockers.length > 0) {
    const names = blockers.map((later) => `${later.seq} (${later.type})`).join(', ')
    throw new UserError(
      `Event ${seq} cannot be undone: later events build on it: ${names}.`,
      'Undo those first.',
    )
  }
  const changes = invert(event.changes).map((change) => asItIsNow(turn, change))
  return { type: 'REVERTED', ...by, cause: seq, payload: { reverts: seq }, changes }
}

function asItIsNow(turn: Turn, change: Change): Change {
  if (change.op !== 'remove') return change
  const record = turn.record(change.id)
  return record === null ? change : { ...change, record }
}

/** What an undo brought back may have been undone anew, which leaves no change where the event had none. */
function undoneAgain(db: DatabaseSync, event: MemoryEvent): MemoryEvent | null {
  if (event.type !== 'REVERTED') return null
  let base: MemoryEvent | null = event
  while (base?.type === 'REVERTED') base = readEvent(db, numberOf(base.payload, 'reverts') ?? 0)
  const newest = base === null ? undefined : db.prepare(selectUndone).get(base.seq)
  const seq = Number(newest?.seq ?? 0)
  return seq > event.seq && holds(db, seq) ? readEvent(db, seq) : null
}

const selectUndone = `
  select seq from event where type = 'REVERTED' and cause = ? order by seq desc limit 1`

/** Later events about the same things that still hold. Throws `UserError` when `event` itself is undone already. */
function inTheWay(db: DatabaseSync, event: MemoryEvent): MemoryEvent[] {
  const undone = db.prepare(selectUndone).get(event.seq)
  if (undone !== undefined && holds(db, Number(undone.seq)))
    throw new UserError(
      `Event ${event.seq} was undone already by event ${undone.seq}.`,
      'Undo that one to bring it back.',
    )
  const found = new Map<number, MemoryEvent>()
  for (const id of new Set(event.changes.map((change) => change.id)))
    for (const later of living(eventsAfter(db, id, event.seq), event.seq))
      if (event.changes.some((change) => later.changes.some((other) => collides(change, other))))
        found.set(later.seq, later)
  const again = undoneAgain(db, event)
  if (again !== null) found.set(again.seq, again)
  return [...found.values()].sort((a, b) => a.seq - b.seq)
}

/** Whether an event was not undone, or its undoing was. */
function holds(db: DatabaseSync, seq: number): boolean {
  const undone = db.prepare(selectUndone).get(seq)
  return undone === undefined || !holds(db, Number(undone.seq))
}

/** Without the pairs of an event and its undoing, both after `seq`. */
function living(events: readonly MemoryEvent[], seq: number): MemoryEvent[] {
  const dead = new Set<number>()
  for (const event of events.toReversed()) {
    const target = numberOf(event.payload, 'reverts')
    if (event.type !== 'REVERTED' || dead.has(event.seq) || target === undefined || target < seq) continue
    dead.add(event.seq)
    dead.add(target)
  }
  return events.filter((event) => !dead.has(event.seq))
}
