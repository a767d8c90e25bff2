/** The fold of the log, pure: what a change makes of a record, the change that turns it round, and many at once. */

import type { Change, Json, MemoryEvent, SettableField } from '../event.ts'
import type { Counters, Kind, Link, MemoryRecord } from '../record.ts'
import { same } from './canonical.ts'

/** Records by id; what was removed or purged is not there. */
export type State = Map<string, MemoryRecord>

/** A change that does not fit the record as it is. `why` is a clause for people: `its status is ...`. */
export class ChangeConflict extends Error {
  readonly id: string
  constructor(id: string, why: string) {
    super(why)
    this.name = 'ChangeConflict'
    this.id = id
  }
}

/** Fields that say how a record was used, not what it is: they never stand in the way of another change. */
const useFields = new Set<string>(['counters', 'lastUsedAt'])

/** What a record becomes; null: it is not there. Throws `ChangeConflict`. Never changes its arguments. */
export function applyChange(record: MemoryRecord | null, change: Change): MemoryRecord | null {
  if (change.op === 'purged') return null
  if (change.op === 'create') {
    if (record !== null) throw new ChangeConflict(change.id, 'it exists already')
    return change.record
  }
  if (record === null) throw new ChangeConflict(change.id, 'it does not exist')
  switch (change.op) {
    case 'remove':
      if (!same(withoutUse(record), withoutUse(change.record)))
        throw new ChangeConflict(change.id, 'it is no longer as it was when its removal was decided')
      return null
    case 'set':
      return setFields(record, change.fields)
    case 'count':
      return { ...record, counters: addCounters(record.counters, change.add) }
    default:
      return { ...record, links: changeLinks(record, change) }
  }
}

type Fields = Extract<Change, { op: 'set' }>['fields']

function setFields(record: MemoryRecord, fields: Fields): MemoryRecord {
  const next: Record<string, unknown> = { ...record }
  for (const [field, change] of Object.entries(fields)) {
    const current = next[field] ?? null
    if (!same(current, change.before)) {
      const clause = `its ${field} is ${brief(current as Json)}, not ${brief(change.before)}`
      throw new ChangeConflict(record.id, clause)
    }
    if (change.after === null && optional.has(field)) delete next[field]
    else next[field] = change.after
  }
  return next as MemoryRecord
}

/** Bodies: there or not, never null. */
const optional = new Set<string>(['fact', 'lesson', 'episode'])

function changeLinks(record: MemoryRecord, change: { op: string; link: Link }): Link[] {
  const at = record.links.findIndex((link) => link.type === change.link.type && link.to === change.link.to)
  if (change.op === 'link') {
    if (at >= 0) throw new ChangeConflict(record.id, `it has the link ${linkName(change.link)} already`)
    return [...record.links, change.link].sort(byLink)
  }
  const found = record.links[at]
  if (found === undefined) throw new ChangeConflict(record.id, `it has no link ${linkName(change.link)}`)
  if (!same(found, change.link))
    throw new ChangeConflict(record.id, `its link ${linkName(change.link)} says something else`)
  return record.links.filter((link) => link !== found)
}

/** Links are a set: in order of type and target, so that taking one away and back changes nothing. */
export function byLink(one: Link, other: Link): number {
  const [a, b] = [`${one.type} ${one.to}`, `${other.type} ${other.to}`]
  return a < b ? -1 : a > b ? 1 : 0
}

function linkName(link: Link): string {
  return `${link.type} ${link.to}`
}

function brief(value: Json): string {
  const text = JSON.stringify(value)
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`
}

/** Fractions are kept to six places: sums are then the same in any order, and what is added can be taken away. */
export function roundCount(value: number): number {
  return Math.round(value * 1e6) / 1e6
}

export function addCounters(counters: Counters, add: Partial<Counters>): Counters {
  const next = { ...counters }
  for (const [name, value] of Object.entries(add) as [keyof Counters, number][])
    next[name] = roundCount(next[name] + value)
  return next
}

export function withoutUse(record: MemoryRecord): Partial<MemoryRecord> {
  const { counters, lastUsedAt, ...rest } = record
  return rest
}

/** The changes that take `changes` back, last first. What was purged stays so. */
export function invert(changes: readonly Change[]): Change[] {
  return changes.toReversed().flatMap((change) => inverse(change) ?? [])
}

function inverse(change: Change): Change | undefined {
  switch (change.op) {
    case 'create':
      return { ...change, op: 'remove' }
    case 'remove':
      return { ...change, op: 'create' }
    case 'link':
      return { ...change, op: 'unlink' }
    case 'unlink':
      return { ...change, op: 'link' }
    case 'count':
      return { ...change, add: negative(change.add) }
    case 'set':
      return { ...change, fields: swapped(change.fields) }
    case 'purged':
      return undefined
  }
}

function negative(add: Partial<Counters>): Partial<Counters> {
  return Object.fromEntries(Object.entries(add).map(([name, value]) => [name, 0 - value]))
}

function swapped(fields: Fields): Fields {
  const pairs = Object.entries(fields) as [SettableField, { before: Json; after: Json }][]
  return Object.fromEntries(
    pairs.map(([name, { before, after }]) => [name, { before: after, after: before }]),
  )
}

/** Whether a later change stands in the way of undoing `change`: both are about the same thing of one record. */
export function collides(change: Change, later: Change): boolean {
  if (change.id !== later.id || later.op === 'purged') return false
  if (later.op === 'create' || later.op === 'remove') return true
  if (change.op === 'count' || later.op === 'count') return false
  if (change.op === 'remove') return false
  if (change.op === 'create')
    return later.op !== 'set' || Object.keys(later.fields).some((f) => !useFields.has(f))
  if (change.op === 'set')
    return later.op === 'set' && Object.keys(later.fields).some((f) => f in change.fields)
  if (change.op === 'purged' || later.op === 'set') return false
  return change.link.type === later.link.type && change.link.to === later.link.to
}

/** The records after all these events, which begin at the first. Throws `ChangeConflict` for a broken log. */
export function fold(events: Iterable<Pick<MemoryEvent, 'changes'>>, state: State = new Map()): State {
  for (const event of events)
    for (const change of event.changes) {
      const next = applyChange(state.get(change.id) ?? null, change)
      if (next === null) state.delete(change.id)
      else state.set(change.id, next)
    }
  return state
}

/** What stays of a change when its record is purged. */
export function tombstone(id: string, kind: Kind, reason: string): Change {
  return { op: 'purged', id, kind, reason }
}
