/** Records that are archived because something they depend on went, and that come back with it. Pure. */

import type { Actor, EventDraft } from '../event.ts'
import type { MemoryRecord, Status } from '../record.ts'
import { setFields } from './workbook.ts'

/** Kept as a flag with the status that the record had, so that nothing but the record is needed to bring it back. */
export type ExpiryCause = 'code-gone' | 'branch-gone'

/** Statuses that an expiry takes a record out of; what a person or a newer record ended stays ended. */
const archivable: readonly Status[] = ['candidate', 'active', 'stale', 'contested']
/** See `flags` of the record's schema. */
const mostFlags = 20

/** The status before it expired for this cause; null when it did not. */
export function expiredFrom({ flags }: Pick<MemoryRecord, 'flags'>, cause: ExpiryCause): Status | null {
  const flag = flags.find((one) => one.startsWith(`${cause}:`))?.slice(cause.length + 1)
  return archivable.find((status) => status === flag) ?? null
}

/**
 * What archiving changes; null where a record stays: pinned, ended already, or brought back by a person although
 * the cause goes on (it then still has the flag).
 */
export function expiring(record: MemoryRecord, cause: ExpiryCause, now: number) {
  if (record.pinned || expiredFrom(record, cause) !== null || !archivable.includes(record.status)) return null
  const flags = [...record.flags, `${cause}:${record.status}`].slice(-mostFlags)
  return { status: 'archived' as const, retiredAt: now, flags }
}

/** What coming back changes; null for a record that is not archived for this cause. */
export function returning(record: MemoryRecord, cause: ExpiryCause) {
  const status = record.status === 'archived' ? expiredFrom(record, cause) : null
  if (status === null) return null
  return { status, retiredAt: null, flags: record.flags.filter((flag) => !flag.startsWith(`${cause}:`)) }
}

/** One event that sets fields of one record; null when they are as they should be. */
export function fieldsEvent(
  { type, actor, reason }: { type: EventDraft['type']; actor: Actor; reason: string },
  record: MemoryRecord,
  fields: Parameters<typeof setFields>[1],
): EventDraft | null {
  const change = setFields(record, fields)
  return change === null ? null : { type, actor, reason: reason.slice(0, 1_000), changes: [change] }
}
