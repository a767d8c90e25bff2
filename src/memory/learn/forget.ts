/** Forgetting is archiving: what hurt more than it helped, and what is worth least when there is too much. */

import type { Actor, EventDraft } from '../event.ts'
import { type MemoryRecord, utilityOf } from '../record.ts'
import { isProtected } from './context.ts'
import { setFields, some } from './workbook.ts'

/** ReMe's rule with citations: enough uses to judge by, and fewer than half of them helped. */
const enough = { retrieved: 5, cited: 3 } as const
const leastShare = 0.5
/** Days after which idleness has cost half of its part. */
const idleHalfLife = 90
const day = 86_400_000

/** Null: it stays; else why it goes, in figures. */
export function uselessness({ counters }: Pick<MemoryRecord, 'counters'>): string | null {
  const { retrieved, cited, helped, hurt } = counters
  const outcomes = helped + hurt
  if (retrieved < enough.retrieved || cited < enough.cited || outcomes === 0) return null
  if (helped / outcomes >= leastShare) return null
  return `recalled ${retrieved} times, cited ${cited} times, helped ${shown(helped)} of ${shown(outcomes)} times`
}

export interface Keep {
  /** Unix milliseconds. */
  now: number
  /** 1 for fresh and moved anchors and for records without one, 0.6 drifted, 0 gone. */
  freshness(record: MemoryRecord): number
}

/** What a record is worth keeping, 0 to 1. Age acts here and nowhere else. */
export function retention(record: MemoryRecord, { now, freshness }: Keep): number {
  const idleDays = Math.max(0, now - (record.lastUsedAt ?? record.recordedAt)) / day
  const idle = 0.5 ** (idleDays / idleHalfLife)
  const worth = 0.5 * utilityOf(record.counters) + 0.3 * idle + 0.2 * freshness(record)
  return Math.max(record.pinned ? 1 : 0, worth)
}

export interface Forgetting extends Keep {
  actor: Actor
  /** Active facts and lessons that may be there (setting `memoryCapacity`). */
  capacity: number
}

/**
 * ARCHIVED for what is useless, then for the least retention beyond the capacity. Pinned records stay whatever
 * happens; what a person wrote goes only beyond the capacity when all else has gone, and the reason says so.
 */
export function forget(records: readonly MemoryRecord[], forgetting: Forgetting): EventDraft[] {
  const learned = records.filter(
    ({ kind, status }) => kind !== 'episode' && (status === 'active' || status === 'stale'),
  )
  const useless = new Map(
    learned.flatMap((record) => {
      const why = isProtected(record) ? null : uselessness(record)
      return why === null ? [] : [[record, why] as const]
    }),
  )
  const left = learned.filter((record) => !useless.has(record))
  const surplus = left.filter((record) => !record.pinned).sort(byRetention(forgetting))
  const beyond = surplus.slice(0, Math.max(0, left.length - forgetting.capacity))
  return [
    ...[...useless].map(([record, why]) => archived(record, why, forgetting.actor)),
    ...beyond.map((record) => archived(record, beyondCapacity(record, forgetting), forgetting.actor)),
  ]
}

/** Those of nobody first, then by retention, then the older ones. */
function byRetention(keep: Keep): (one: MemoryRecord, other: MemoryRecord) => number {
  return (one, other) =>
    Number(isProtected(one)) - Number(isProtected(other)) ||
    retention(one, keep) - retention(other, keep) ||
    (one.id < other.id ? -1 : 1)
}

function beyondCapacity(record: MemoryRecord, forgetting: Forgetting): string {
  const value = retention(record, forgetting).toFixed(3)
  const whose = isProtected(record) ? '; a person wrote it, and nothing of lesser worth was left' : ''
  return `more than ${forgetting.capacity} memories; this one is worth ${value}, the least${whose}`
}

function archived(record: MemoryRecord, reason: string, actor: Actor): EventDraft {
  return { type: 'ARCHIVED', actor, reason, changes: some([setFields(record, { status: 'archived' })]) }
}

function shown(value: number): string {
  return String(Math.round(value * 100) / 100)
}
