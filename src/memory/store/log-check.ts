/** Whether log and fold are sound, and the fold made anew from the log. */

import { Tokenizer } from '../code/tokens.ts'
import type { Json, MemoryEvent } from '../event.ts'
import type { MemoryRecord } from '../record.ts'
import { cachedStatements, type DatabaseSync, openDatabase, transaction } from './database.ts'
import { chainHash, headOf, noHash, noteTouched, wholeLog } from './events.ts'
import { ChangeConflict, fold, type State } from './fold.ts'
import { foldVersion, writeRecord } from './items.ts'
import { lastUse } from './last-use.ts'
import { readMeta, writeMeta } from './meta.ts'
import { projectProposals } from './proposals.ts'
import { hash16 } from './record-texts.ts'
import { memoryMigrations } from './schema.ts'

const clearFold = `
  delete from item_key; delete from item_use; delete from item_record; delete from item; insert into item_fts (item_fts) values ('delete-all');
  delete from item_event; delete from proposal; delete from rejection`

const versionKey = 'fold.version'

/** Rebuilds the projections where another version of this program made them. */
export function renew(db: DatabaseSync): void {
  if (readMeta(db, versionKey) === foldVersion) return
  if (headOf(db).seq === 0) writeMeta(db, versionKey, foldVersion)
  else rebuild(db)
}

/** Throws all projections away and makes them anew from the log, in one transaction. */
export function rebuild(db: DatabaseSync): void {
  transaction(db, () => {
    db.exec(clearFold)
    projectAll(db, wholeLog(db))
    writeMeta(db, versionKey, foldVersion)
  })
}

function projectAll(db: DatabaseSync, log: Iterable<MemoryEvent>): void {
  const statements = cachedStatements(db)
  const tokenizer = new Tokenizer()
  const state: State = new Map()
  for (const event of log) {
    noteTouched(statements, event)
    projectProposals(statements, event)
    fold([event], state)
  }
  for (const record of inOrder(state)) {
    const lastUsedAt = lastUse(statements, record.id) ?? record.lastUsedAt
    writeRecord(statements, { ...record, lastUsedAt }, tokenizer)
  }
}

function inOrder(state: State): MemoryRecord[] {
  return [...state.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
}

/** What is wrong, in sentences; empty when all is well. Makes the fold anew in memory to compare. */
export function verify(db: DatabaseSync): string[] {
  const faults = faultsOfChain(db)
  try {
    return [...faults, ...faultsOfFold(db)]
  } catch (error) {
    if (!(error instanceof ChangeConflict)) throw error
    return [...faults, `The log cannot be folded: ${error.id}: ${error.message}.`]
  }
}

/** A purge that rewrote the log from event `from` on, as its event tells. */
interface Break {
  seq: number
  from: number
  after: string
  ids: Set<string>
}

function faultsOfChain(db: DatabaseSync): string[] {
  const faults: string[] = []
  const breaks: Break[] = []
  const hashes = new Map<number, string>([[0, noHash]])
  const stones: [seq: number, id: string][] = []
  let last = { seq: 0, hash: noHash }
  for (const { hash, ...event } of wholeLog(db)) {
    if (event.seq !== last.seq + 1) faults.push(`Events ${last.seq + 1} to ${event.seq - 1} are missing.`)
    if (chainHash(last.hash, event) !== hash) faults.push(`Event ${event.seq} does not fit its hash.`)
    if (event.type === 'PURGED') breaks.push(breakOf(event))
    else for (const change of event.changes) if (change.op === 'purged') stones.push([event.seq, change.id])
    hashes.set(event.seq, hash)
    last = { seq: event.seq, hash }
  }
  for (const [seq, id] of stones)
    if (!breaks.some((one) => one.seq > seq && one.from <= seq && one.ids.has(id)))
      faults.push(`Event ${seq} lost the memory ${id} without a purge.`)
  return [...faults, ...breaks.flatMap((one) => unexplained(one, breaks, hashes))]
}

function breakOf(event: Omit<MemoryEvent, 'hash'>): Break {
  const payload = event.payload as { break?: { from?: Json; after?: Json } } | null
  const { from, after } = payload?.break ?? {}
  const ids = new Set(event.changes.map((change) => change.id))
  return { seq: event.seq, from: Number(from ?? 0), after: String(after ?? ''), ids }
}

/** A purge tells the hash that the log had after it; only a later purge may have changed that again. */
function unexplained(one: Break, all: readonly Break[], hashes: ReadonlyMap<number, string>): string[] {
  const again = all.some((other) => other.seq > one.seq && other.from < one.seq)
  if (again || hashes.get(one.seq - 1) === one.after) return []
  return [`The log before event ${one.seq} is not what its purge left.`]
}

const copyLog = `
  insert into event (seq, at, type, actor, cause, reason, payload, changes, hash)
  values (?, ?, ?, ?, ?, ?, ?, ?, zeroblob(32))`

/** Tables of the fold, in a form that does not depend on row numbers. */
const tables: Record<string, string> = {
  item: `select id, namespace, kind, status, branch, valid_from, recorded_at, origin, session_id, hex(issue_hash),
    pinned, inhibited, hex(text_hash), hex(words_hash), hex(fts_hash) from item order by id`,
  records: 'select id, record from item_record join item on item.rowid = item_record.item order by id',
  'use of items': `select id, retrieved, shown, cited, helped, hurt, last_used_at
    from item_use join item on item.rowid = item_use.item order by id`,
  keys: `select id, item_key.kind, value from item_key join item on item.rowid = item_key.item order by id, 2, 3`,
  'text index': `select id from item_fts join item on item.rowid = item_fts.rowid order by id`,
  words: 'select term, doc, cnt from item_terms order by term',
  'touched records': 'select id, seq from item_event order by id, seq',
  proposals: 'select seq, item_id, proposal, settled_by from proposal order by seq',
  rejections: 'select gate, count from rejection where count <> 0 order by gate',
}

function faultsOfFold(db: DatabaseSync): string[] {
  const shadow = openDatabase(':memory:', memoryMigrations).db
  try {
    transaction(shadow, () => projectAll(shadow, copied(shadow, wholeLog(db))))
    return Object.entries(tables).flatMap(([name, sql]) =>
      difference(name, [...rows(db, sql)], [...rows(shadow, sql)]),
    )
  } finally {
    shadow.close()
  }
}

/** Undo and proposals look back into the log: the copy has it too. */
function* copied(shadow: DatabaseSync, log: Iterable<MemoryEvent>): Generator<MemoryEvent> {
  const insert = shadow.prepare(copyLog)
  for (const event of log) {
    const { seq, at, type, cause, reason } = event
    const payload = JSON.stringify(event.payload)
    insert.run(
      seq,
      at,
      type,
      JSON.stringify(event.actor),
      cause,
      reason,
      payload,
      JSON.stringify(event.changes),
    )
    yield event
  }
}

function* rows(db: DatabaseSync, sql: string): Generator<string> {
  for (const row of db.prepare(sql).iterate()) {
    const text = JSON.stringify(Object.values(row))
    // Whole records twice would fill the memory.
    yield text.length < 300 ? text : text.slice(0, 100) + hash16(text).toString('hex')
  }
}

function difference(name: string, is: string[], should: string[]): string[] {
  if (is.length === should.length && is.every((row, at) => row === should[at])) return []
  const expected = new Set(should)
  const found = new Set(is)
  const wrong = is.find((row) => !expected.has(row)) ?? should.find((row) => !found.has(row)) ?? ''
  return [`The ${name} differ from the log, first at ${wrong.slice(1, 60)}.`]
}
