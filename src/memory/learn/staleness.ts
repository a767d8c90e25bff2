/** What becomes of facts and lessons when the code that they cite changes, goes, or comes back. Pure. */

import type { Actor, EventDraft } from '../event.ts'
import type { AnchorState, Recollection } from '../recollection.ts'
import type { Anchor, MemoryRecord } from '../record.ts'
import { expiredFrom, expiring, fieldsEvent, returning } from './expiry.ts'

/** A record beside the code as the view of its branch shows it. */
export interface CheckedRecord {
  record: MemoryRecord
  states: readonly AnchorState[]
  freshness: Recollection['freshness']
  /** Its anchors with those that moved brought to where they are now. */
  anchors: readonly Anchor[]
}

const actor: Actor = { type: 'indexer', name: 'anchors' }

/**
 * At most one event a record, and none for what the record says already. Episodes are evidence of what was, so they
 * keep their status. What a person pinned keeps its status, too: recall marks it as changed.
 */
export function judgeStaleness(checked: readonly CheckedRecord[], now: number): EventDraft[] {
  return checked.flatMap((one) => judge(one, now) ?? [])
}

function judge(one: CheckedRecord, now: number): EventDraft | null {
  const { record, freshness } = one
  if (record.kind === 'episode' || freshness === 'none') return null
  if (freshness === 'gone') return archived(one, now)
  if (record.status === 'archived') return restored(one)
  return freshness === 'drifted' ? staled(one) : revalidated(one)
}

function archived({ record, states }: CheckedRecord, now: number): EventDraft | null {
  const fields = expiring(record, 'code-gone', now)
  if (fields === null) return null
  return fieldsEvent(
    { type: 'ARCHIVED', actor, reason: `code gone: ${names(states, ['gone'])}` },
    record,
    fields,
  )
}

function staled({ record, states }: CheckedRecord): EventDraft | null {
  if (record.status !== 'active' || record.pinned) return null
  const reason = `code changed since: ${names(states, ['drifted', 'gone'])}`
  return fieldsEvent({ type: 'STALED', actor, reason }, record, { status: 'stale' })
}

/** A stale record is true again, or the place of a true one moved; nothing when neither is so. */
function revalidated({ record, states, anchors }: CheckedRecord): EventDraft | null {
  const moved = states.filter(({ state }) => state === 'moved')
  const wasStale = record.status === 'stale'
  const inUse = ['active', 'contested', 'candidate'].includes(record.status)
  if (!wasStale && !(inUse && moved.length > 0)) return null
  const where = moved.map(({ to }) => placeName(to))
  const reason =
    moved.length > 0
      ? `the code moved: ${shorten(where)}`
      : 'the code is again as it was when this was learned'
  const status = wasStale ? { status: 'active' as const } : {}
  return fieldsEvent({ type: 'REVALIDATED', actor, reason }, record, { anchors: [...anchors], ...status })
}

/** What comes back changed comes back stale; what was stale and is as it was learned comes back active. */
function restored({ record, states, freshness, anchors }: CheckedRecord): EventDraft | null {
  const fields = returning(record, 'code-gone')
  if (fields === null) return null
  const drifted = freshness === 'drifted'
  const before = expiredFrom(record, 'code-gone')
  const usual = before === 'active' || before === 'stale'
  const status = usual ? (drifted ? ('stale' as const) : ('active' as const)) : fields.status
  const reason = `the code is back: ${names(states, ['fresh', 'moved', 'drifted'])}`
  const places = drifted ? {} : { anchors: [...anchors] }
  return fieldsEvent({ type: 'RESTORED', actor, reason }, record, { ...fields, ...places, status })
}

function names(states: readonly AnchorState[], which: readonly AnchorState['state'][]): string {
  return shorten(states.filter(({ state }) => which.includes(state)).map(({ anchor }) => placeName(anchor)))
}

/** At most three: a reason is read by people. */
function shorten(names: readonly string[]): string {
  const unique = [...new Set(names)]
  const more = unique.length > 3 ? ` and ${unique.length - 3} more` : ''
  return `${unique.slice(0, 3).join(', ')}${more}`
}

function placeName(place: { path: string; symbol?: string | undefined } | undefined): string {
  if (place === undefined) return 'elsewhere'
  return place.symbol === undefined ? place.path : `${place.symbol} (${place.path})`
}
