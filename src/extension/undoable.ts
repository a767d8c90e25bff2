/** The acts of a person that can still be taken back. */

import type { EventType, MemoryEvent } from '../memory/event.ts'

/** Counting is not acting, and what was purged is gone. */
const neverUndone = new Set<EventType>(['RETRIEVED', 'SHOWN', 'CITED', 'OUTCOME', 'PURGED', 'REVERTED'])

/** Newest first. An undo that was itself undone leaves its act to be undone again. */
export function undoable(events: readonly MemoryEvent[]): MemoryEvent[] {
  const newestFirst = events.toSorted((a, b) => b.seq - a.seq)
  const reverted = new Set<number>()
  return newestFirst.filter((event) => {
    if (event.type === 'REVERTED' && event.cause !== null && !reverted.has(event.seq))
      reverted.add(event.cause)
    return event.actor.type === 'person' && !neverUndone.has(event.type) && !reverted.has(event.seq)
  })
}
