/** The events of one decision, and the records as they will be after them: later steps of a decision see earlier ones. */

import type { Actor, Change, EventDraft, Json, SettableField } from '../event.ts'
import type { Link, MemoryRecord } from '../record.ts'
import { applyChange } from '../store/fold.ts'

export interface Workbook {
  readonly events: EventDraft[]
  /** A record after the events so far. */
  get(id: string): MemoryRecord | null
  /** The newest state of a record that somebody read from the store. */
  current(record: MemoryRecord): MemoryRecord
  /** Records that the events so far create. */
  created(): MemoryRecord[]
  write(type: EventDraft['type'], reason: string, changes: Change[], payload?: Json): void
}

export function openWorkbook(actor: Actor, stored: (id: string) => MemoryRecord | null): Workbook {
  const events: EventDraft[] = []
  const changed = new Map<string, MemoryRecord>()
  const made = new Set<string>()
  const get = (id: string) => changed.get(id) ?? stored(id)
  return {
    events,
    get,
    current: (record) => changed.get(record.id) ?? record,
    created: () => [...made].flatMap((id) => changed.get(id) ?? []),
    write(type, reason, changes, payload) {
      for (const change of changes) {
        const after = applyChange(get(change.id), change)
        if (after !== null) changed.set(change.id, after)
        if (change.op === 'create') made.add(change.id)
      }
      events.push({
        type,
        actor,
        reason: reason.slice(0, 1_000),
        changes,
        ...(payload === undefined ? {} : { payload }),
      })
    },
  }
}

/** A `set` of those fields that differ from the record as it is; null where all are as they were. */
export function setFields(
  record: MemoryRecord,
  fields: { [Field in SettableField]?: MemoryRecord[Field] },
): Change | null {
  const differing = (Object.keys(fields) as SettableField[]).filter(
    (field) => JSON.stringify(record[field]) !== JSON.stringify(fields[field]),
  )
  if (differing.length === 0) return null
  const entries = differing.map((field) => [
    field,
    { before: asJson(record[field]), after: asJson(fields[field]) },
  ])
  return { op: 'set', id: record.id, fields: Object.fromEntries(entries) }
}

export function linkTo(record: MemoryRecord, link: Link): Change | null {
  const known = record.links.some((one) => one.type === link.type && one.to === link.to)
  return known ? null : { op: 'link', id: record.id, link }
}

export function some(changes: readonly (Change | null)[]): Change[] {
  return changes.filter((change) => change !== null)
}

/** Fields of a record are JSON by their schema; the type system cannot see it through optional keys. */
function asJson(value: unknown): Json {
  return value === undefined ? null : (value as Json)
}
