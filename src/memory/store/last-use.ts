/** When a record was last used: the time of the newest SHOWN or CITED event about it that was not undone. */

import type { EventType, MemoryEvent } from '../event.ts'
import type { Statements } from './database.ts'
import { readEvents } from './events.ts'
import { rowOf } from './items.ts'

/** Whether events of this type are uses of the records that they count. */
export function isUse(type: EventType): boolean {
  return type === 'SHOWN' || type === 'CITED'
}

const telling: readonly EventType[] = ['SHOWN', 'CITED', 'REVERTED']
/** Events looked at at first: nearly always the newest one decides. */
const atFirst = 8

/** Unix milliseconds; null without a use that holds. Undoing an undo counts. */
export function lastUse(db: Statements, id: string): number | null {
  const few = readEvents(db, { id, types: telling, limit: atFirst })
  const found = newestUse(few, id)
  if (found !== null || few.length < atFirst) return found
  return newestUse(readEvents(db, { id, types: telling, limit: -1 }), id)
}

/** `events` newest first: an undo stands before what it undoes. */
export function newestUse(events: readonly MemoryEvent[], id: string): number | null {
  const undone = new Set<number>()
  for (const { seq, type, cause, at, changes } of events) {
    if (undone.has(seq)) continue
    if (type === 'REVERTED' && cause !== null) undone.add(cause)
    if (isUse(type) && changes.some((change) => change.op === 'count' && change.id === id)) return at
  }
  return null
}

const updateUse = 'update item_use set last_used_at = ? where item = ?'

/** By the log alone, after a use was taken back. What a record was made with counts where no use is left. */
export function loggedLastUse(db: Statements, id: string): number | null {
  return lastUse(db, id) ?? madeWith(db, id)
}

export function writeLastUse(db: Statements, id: string): void {
  const row = rowOf(db, id)
  if (row !== undefined) db.prepare(updateUse).run(loggedLastUse(db, id), row)
}

function madeWith(db: Statements, id: string): number | null {
  for (const { changes } of readEvents(db, { id, limit: -1 }))
    for (const change of changes.toReversed())
      if (change.op === 'create' && change.id === id) return change.record.lastUsedAt
  return null
}
