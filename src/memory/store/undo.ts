/** Undo: the event that takes another one back, unless later ones build on it. */

import type { Change, EventDraft, MemoryEvent } from '../event.ts'
import { UserError } from '../ports.ts'
import type { DatabaseSync } from './database.ts'
import { eventsAfter, readEvent } from './events.ts'
import { collides, invert } from './fold.ts'
import { readRecord } from './items.ts'
import { decide, type LogOptions } from './log-writer.ts'
import { numberOf } from './proposals.ts'

/** Appends the event that takes event `seq` back. Throws `UserError`. */
export function revert(
  options: LogOptions,
  seq: number,
  by: Pick<EventDraft, 'actor' | 'reason'>,
): MemoryEvent {
  const [event] = decide(options, () => [compensation(options.db, seq, by)])
  if (event === undefined) throw new Error('unreachable')
  return event
}

function compensation(db: DatabaseSync, seq: number, by: Pick<EventDraft, 'actor' | 'reason'>): EventDraft {
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
  const changes = invert(event.changes).map((change) => asItIsNow(db, change))
  return { type: 'REVERTED', ...by, cause: seq, payload: { reverts: seq }, changes }
}

function asItIsNow(db: DatabaseSync, change: Change): Change {
  if (change.op !== 'remove') return change
  const record = readRecord(db, change.id)
  return record === null ? change : { ...change, record }
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
