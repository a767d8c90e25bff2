/** Undo: takes back what a person did, an act with all events that belong to it or one event alone. */

import type { EventType, MemoryEvent } from '../../memory/event.ts'
import { UserError } from '../../memory/ports.ts'
import { collides } from '../../memory/store/fold.ts'
import type { MemoryStore } from '../../memory/store/memory-store.ts'
import type { MemoryRoom } from './room.ts'

/** Events that are no decision of anybody. */
const traces = new Set<EventType>(['RETRIEVED', 'SHOWN', 'CITED', 'OUTCOME', 'PURGED', 'COMPACTED'])
/** Events looked through for the newest act. */
const mostLooked = 20_000
const page = 200

/**
 * By default the newest act of a person that still holds, with all events that belong to it: all or none of them. With
 * `seq` that event alone, or with `whole` the act that it belongs to.
 */
export async function undo(
  { store, person }: MemoryRoom,
  seq?: number,
  { whole = false }: { whole?: boolean } = {},
): Promise<MemoryEvent> {
  const actor = await person()
  const reverted = store.revertAll(undoing(store, seq, whole), actor)
  const last = reverted.at(-1)
  if (last !== undefined) return last
  throw new UserError(
    'There is nothing to undo: no act of a person holds.',
    "'casebook log' lists what happened.",
  )
}

/** Looked up inside the transaction: nobody can come in between. */
function* undoing(
  store: MemoryStore,
  seq: number | undefined,
  whole: boolean,
): Generator<{ seq: number; reason: string }> {
  for (const event of seq === undefined ? newestAct(store) : named(store, seq, whole)) {
    for (const later of sweepsSince(store, event.seq))
      yield { seq: later, reason: `event ${event.seq} is undone` }
    const what = event.reason === '' ? '' : `: ${event.reason}`
    yield { seq: event.seq, reason: `a person undid event ${event.seq}${what}` }
  }
}

/** An unknown or undone event is left to the store, which says what is wrong with it. */
function named(store: MemoryStore, seq: number, whole: boolean): { seq: number; reason: string }[] {
  const event = whole ? store.event(seq) : null
  if (event === null) return [{ seq, reason: '' }]
  const undone = undoneSince(store, event.seq)
  const holding = wholeAct(event, store).filter((one) => !undone.has(one.seq))
  return holding.length === 0 ? [event] : holding
}

function undoneSince(store: MemoryStore, seq: number): Set<number> {
  const reverts = store.events({ types: ['REVERTED'], limit: mostLooked }).filter((one) => one.seq > seq)
  return revertedBy(reverts)
}

/** What holds no more; newest first, because an undo may itself be undone. */
function revertedBy(newestFirst: readonly MemoryEvent[]): Set<number> {
  const undone = new Set<number>()
  for (const { type, seq, cause } of newestFirst)
    if (type === 'REVERTED' && cause !== null && !undone.has(seq)) undone.add(cause)
  return undone
}

/** What is noted where the code moved on: it goes with the act that it is about. */
const notes = new Set<EventType>(['STALED', 'REVALIDATED', 'ARCHIVED', 'RESTORED'])

/**
 * Notes about the code that stand in the way of an undo, newest first. None where anything else does: the store then
 * says what must be undone first.
 */
function sweepsSince(store: MemoryStore, seq: number): number[] {
  const act = store.event(seq)
  if (act === null) return []
  const ids = [...new Set(act.changes.map(({ id }) => id))]
  const later = ids
    .flatMap((id) => store.events({ id, limit: mostLooked }))
    .filter((event) => event.seq > seq)
    .sort((a, b) => b.seq - a.seq)
  const undone = revertedBy(later)
  const holding = later
    .filter((event) => event.type !== 'REVERTED' && !undone.has(event.seq))
    .filter(({ changes }) => changes.some((one) => act.changes.some((other) => collides(other, one))))
  const isNoted = holding.every(({ actor, type }) => actor.type === 'indexer' && notes.has(type))
  return isNoted ? [...new Set(holding.map((event) => event.seq))] : []
}

/** Newest first. Events that one act caused are undone with it. */
function newestAct(store: MemoryStore): MemoryEvent[] {
  const undone = new Set<number>()
  for (let before: number | undefined, looked = 0; looked < mostLooked; ) {
    const events = store.events({ limit: page, ...(before !== undefined && { before }) })
    for (const event of events) {
      if (event.type === 'REVERTED') {
        if (!undone.has(event.seq) && event.cause !== null) undone.add(event.cause)
      } else if (isAct(event) && !undone.has(event.seq)) {
        return wholeAct(event, store).filter(({ seq }) => !undone.has(seq))
      }
    }
    if (events.length === 0) break
    before = events.at(-1)?.seq ?? 1
    looked += events.length
  }
  return []
}

function isAct({ actor, type, changes }: MemoryEvent): boolean {
  return actor.type === 'person' && !traces.has(type) && changes.length > 0
}

/** What was written in the same moment for the same cause, one after the other; newest first. */
function wholeAct(event: MemoryEvent, store: MemoryStore): MemoryEvent[] {
  const head = headOf(event, store)
  const act: MemoryEvent[] = []
  for (let from = head.seq; ; from += page) {
    const next = store.events({ before: from + page, limit: page }).filter(({ seq }) => seq >= from)
    const own = next.filter(
      ({ seq, cause, at }) => seq === head.seq || (cause === head.seq && at === head.at),
    )
    act.push(...own)
    if (own.length < page) break
  }
  return act.sort((a, b) => b.seq - a.seq)
}

function headOf(event: MemoryEvent, store: MemoryStore): MemoryEvent {
  const cause = event.cause === null ? null : store.event(event.cause)
  return cause !== null && cause.at === event.at && isAct(cause) ? cause : event
}
