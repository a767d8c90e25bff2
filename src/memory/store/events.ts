/** The append-only log: rows of `event`, chained by hashes over canonical JSON. The caller opens transactions. */

import { createHash } from 'node:crypto'
import type { Actor, Change, EventType, Json, MemoryEvent } from '../event.ts'
import { canonical } from './canonical.ts'
import type { Statements } from './database.ts'
import type { EventFilter } from './memory-store.ts'

/** The hash before the first event. */
export const noHash = '0'.repeat(64)

/** The end of the log. */
export interface Head {
  seq: number
  hash: string
}

const selectHead = 'select seq, hash from event order by seq desc limit 1'

export function headOf(db: Statements): Head {
  const row = db.prepare(selectHead).get()
  return row === undefined ? { seq: 0, hash: noHash } : { seq: Number(row.seq), hash: hex(row.hash) }
}

/** The texts of an event that its row keeps, in their one form. */
export interface EventTexts {
  actor: string
  payload: string
  changes: string
}

export function textsOf(event: Omit<MemoryEvent, 'hash'>): EventTexts {
  const { actor, payload, changes } = event
  return { actor: canonical(actor), payload: canonical(payload), changes: canonical(changes) }
}

/** SHA-256 of the hash before and the event's canonical JSON (its keys in order, without the hash). */
export function hashOf(before: string, event: Omit<MemoryEvent, 'hash'>, texts: EventTexts): string {
  const { at, cause, reason, seq, type } = event
  const start = `{"actor":${texts.actor},"at":${at},"cause":${cause},"changes":${texts.changes}`
  const end = `"payload":${texts.payload},"reason":${JSON.stringify(reason)},"seq":${seq},"type":"${type}"}`
  return createHash('sha256').update(before).update(`${start},${end}`).digest('hex')
}

/** The hash that an event must have after the one with `before`. */
export function chainHash(before: string, event: Omit<MemoryEvent, 'hash'>): string {
  return hashOf(before, event, textsOf(event))
}

const insertEvent = `
  insert into event (seq, at, type, actor, cause, reason, payload, changes, hash)
  values (?, ?, ?, ?, ?, ?, ?, ?, ?)`
const insertTouched = 'insert or ignore into item_event (id, seq) values (?, ?)'

/** Appends one event after `head`, with the records that it touched. */
export function writeEvent(db: Statements, head: Head, event: Omit<MemoryEvent, 'hash'>): MemoryEvent {
  const texts = textsOf(event)
  const written = { ...event, hash: hashOf(head.hash, event, texts) }
  writeHashed(db, written, texts)
  return written
}

/** The same with an event whose hash and texts are known to be right. */
export function writeHashed(db: Statements, event: MemoryEvent, texts: EventTexts): void {
  const { seq, at, type, cause, reason, hash } = event
  const { actor, payload, changes } = texts
  db.prepare(insertEvent).run(seq, at, type, actor, cause, reason, payload, changes, Buffer.from(hash, 'hex'))
  noteTouched(db, event)
}

/** Keeps which records an event touched. */
export function noteTouched(db: Statements, event: Pick<MemoryEvent, 'seq' | 'changes'>): void {
  const statement = db.prepare(insertTouched)
  for (const id of new Set(event.changes.map((change) => change.id))) statement.run(id, event.seq)
}

const updateEvent = 'update event set reason = ?, payload = ?, changes = ?, hash = ? where seq = ?'

/** Puts another content in place of an event's: only a purge does. */
export function rewriteEvent(db: Statements, before: string, event: Omit<MemoryEvent, 'hash'>): string {
  const texts = textsOf(event)
  const hash = hashOf(before, event, texts)
  db.prepare(updateEvent).run(event.reason, texts.payload, texts.changes, Buffer.from(hash, 'hex'), event.seq)
  return hash
}

const selectEvent = 'select * from event where seq = ?'

export function readEvent(db: Statements, seq: number): MemoryEvent | null {
  const row = db.prepare(selectEvent).get(seq)
  return row === undefined ? null : eventOf(row)
}

const selectEvents = `
  select * from event where (?1 is null or seq < ?1)
    and (?2 is null or type in (select value from json_each(?2))) order by seq desc limit ?3`
const selectEventsOf = `
  select event.* from item_event join event on event.seq = item_event.seq
  where item_event.id = ?4 and (?1 is null or item_event.seq < ?1)
    and (?2 is null or type in (select value from json_each(?2))) order by item_event.seq desc limit ?3`

/** Newest first. */
export function readEvents(db: Statements, filter: EventFilter): MemoryEvent[] {
  const types = filter.types === undefined ? null : JSON.stringify(filter.types)
  const values = [filter.before ?? null, types, filter.limit]
  const rows =
    filter.id === undefined
      ? db.prepare(selectEvents).all(...values)
      : db.prepare(selectEventsOf).all(...values, filter.id)
  return rows.map(eventOf)
}

const selectLater = `
  select event.* from item_event join event on event.seq = item_event.seq
  where item_event.id = ? and item_event.seq > ? order by item_event.seq`

/** Events after `seq` that touched a record, oldest first. */
export function eventsAfter(db: Statements, id: string, seq: number): MemoryEvent[] {
  return db.prepare(selectLater).all(id, seq).map(eventOf)
}

/** Few: an event may hold a hundred records. */
const selectPage = 'select * from event where seq > ? order by seq limit 32'

/** The whole log, oldest first, read in pages: the caller may write between two events. */
export function* wholeLog(db: Statements, after = 0): Generator<MemoryEvent> {
  let last = after
  while (true) {
    const rows = db.prepare(selectPage).all(last)
    if (rows.length === 0) return
    for (const row of rows) {
      last = Number(row.seq)
      yield eventOf(row)
    }
  }
}

function eventOf(row: Record<string, unknown>): MemoryEvent {
  return {
    seq: Number(row.seq),
    at: Number(row.at),
    type: String(row.type) as EventType,
    actor: JSON.parse(String(row.actor)) as Actor,
    cause: row.cause === null ? null : Number(row.cause),
    reason: String(row.reason),
    payload: JSON.parse(String(row.payload)) as Json,
    changes: JSON.parse(String(row.changes)) as Change[],
    hash: hex(row.hash),
  }
}

function hex(value: unknown): string {
  return Buffer.from(value as Uint8Array).toString('hex')
}
