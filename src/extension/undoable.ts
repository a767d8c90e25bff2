/** The acts of a person that can still be taken back. */

import type { EventType, MemoryEvent } from '../memory/event.ts'

/** Counting is not acting, and what was purged is gone. */
const neverUndone = new Set<EventType>(['RETRIEVED', 'SHOWN', 'CITED', 'OUTCOME', 'PURGED', 'REVERTED'])

/**
 * Newest first, each by its first event with the changes of its like. An undo that was itself undone leaves its act
 * to be undone again.
 */
export function undoable(events: readonly MemoryEvent[]): MemoryEvent[] {
  const newestFirst = events.toSorted((a, b) => b.seq - a.seq)
  const reverted = new Set<number>()
  const holding = newestFirst.filter((event) => {
    if (event.type === 'REVERTED' && event.cause !== null && !reverted.has(event.seq))
      reverted.add(event.cause)
    return event.actor.type === 'person' && !neverUndone.has(event.type) && !reverted.has(event.seq)
  })
  const acts = Map.groupBy(holding, (event) => headOf(event, holding).seq)
  return [...acts.values()].map(asOne)
}

/** What one act caused was written in the same moment and names it. */
function headOf(event: MemoryEvent, all: readonly MemoryEvent[]): MemoryEvent {
  return all.find(({ seq, at }) => seq === event.cause && at === event.at) ?? event
}

function asOne(act: readonly MemoryEvent[]): MemoryEvent {
  const [head, ...rest] = act.toReversed()
  const alike = rest.filter(({ type }) => type === head?.type)
  return { ...(head as MemoryEvent), changes: [head, ...alike].flatMap((one) => one?.changes ?? []) }
}
