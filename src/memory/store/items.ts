/** Records as they are now: the rows of `item` and what belongs to them. The caller opens transactions. */

import { Tokenizer } from '../code/tokens.ts'
import type { Counters, MemoryRecord } from '../record.ts'
import { canonical } from './canonical.ts'
import type { Statements } from './database.ts'
import { withoutUse } from './fold.ts'
import { keysOf } from './record-keys.ts'
import { hash16, issueHash, type SearchTexts, searchTexts, textHash, wordsHash } from './record-texts.ts'

/**
 * The way in which records become rows, texts and keys. Whoever changes what `searchTexts`, `keysOf`, `valuesOf`
 * or `lastUse` give counts up: stores of another version are rebuilt from their log when they are opened.
 */
export const foldVersion = '2'

/** What `recordOf` reads. */
export const recordColumns =
  'body.record, use.retrieved, use.shown, use.cited, use.helped, use.hurt, use.last_used_at as used'

/** Where `recordColumns` stand besides `item`. */
export const recordTables =
  'join item_record as body on body.item = item.rowid join item_use as use on use.item = item.rowid'

const selectRecord = `select ${recordColumns} from item ${recordTables} where item.id = ?`

export function readRecord(db: Statements, id: string): MemoryRecord | null {
  const row = db.prepare(selectRecord).get(id)
  return row === undefined ? null : recordOf(row)
}

export function recordOf(row: Record<string, unknown>): MemoryRecord {
  const record = JSON.parse(String(row.record)) as MemoryRecord
  const { retrieved, shown, cited, helped, hurt } = row
  record.counters = { retrieved, shown, cited, helped, hurt } as unknown as Counters
  record.lastUsedAt = row.used === null ? null : Number(row.used)
  return record
}

const selectRow = 'select rowid, fts_hash as fts from item where id = ?'

/** The row of a record, or undefined. */
export function rowOf(db: Statements, id: string): number | undefined {
  const row = db.prepare(selectRow).get(id)
  return row === undefined ? undefined : Number(row.rowid)
}

const columns =
  'id, namespace, kind, status, branch, valid_from, recorded_at, origin, session_id, issue_hash, pinned, inhibited, text_hash, words_hash, fts_hash'
const insertItem = `insert into item (${columns}) values (${columns.replaceAll(/\w+/g, '?')}) returning rowid`
const insertRecord = 'insert or replace into item_record (item, record) values (?, ?)'
const updateItem = `update item set (${columns}) = (${columns.replaceAll(/\w+/g, '?')}) where rowid = ?`

/** Brings a record's rows to what it is now. Text index and keys are only touched where they differ. */
export function writeRecord(db: Statements, record: MemoryRecord, tokenizer = new Tokenizer()): void {
  const texts = searchTexts(record, tokenizer)
  const fts = hash16(JSON.stringify(texts))
  const values = valuesOf(record, fts)
  const known = db.prepare(selectRow).get(record.id)
  const row = Number(known?.rowid ?? db.prepare(insertItem).get(...values)?.rowid)
  if (known === undefined) writeTexts(db, row, texts)
  else {
    const old = fts.equals(known.fts as Uint8Array) ? null : readRecord(db, record.id)
    db.prepare(updateItem).run(...values, row)
    if (old !== null) {
      eraseTexts(db, row, searchTexts(old, tokenizer))
      writeTexts(db, row, texts)
    }
  }
  db.prepare(insertRecord).run(row, canonical(withoutUse(record)))
  writeKeys(db, row, record)
  writeUse(db, row, record)
}

function valuesOf(record: MemoryRecord, fts: Buffer): (string | number | null | Buffer)[] {
  const { episode } = record
  return [
    record.id,
    record.namespace,
    record.kind,
    record.status,
    record.branch,
    record.validFrom,
    record.recordedAt,
    episode?.origin ?? record.provenance.author,
    episode?.sessionId ?? null,
    episode === undefined ? null : issueHash(episode.goal),
    record.pinned ? 1 : 0,
    record.inhibited ? 1 : 0,
    textHash(record),
    wordsHash(record.text),
    fts,
  ]
}

const selectKeys = 'select kind, value from item_key where item = ?'
const deleteKey = 'delete from item_key where kind = ? and value = ? and item = ?'
const insertKey = 'insert or ignore into item_key (kind, value, item) values (?, ?, ?)'

function writeKeys(db: Statements, row: number, record: MemoryRecord): void {
  const wanted = new Map(keysOf(record).map(([kind, value]) => [`${kind}\n${value}`, { kind, value }]))
  for (const old of db.prepare(selectKeys).all(row)) {
    const name = `${old.kind}\n${old.value}`
    if (!wanted.delete(name)) db.prepare(deleteKey).run(String(old.kind), String(old.value), row)
  }
  const insert = db.prepare(insertKey)
  for (const { kind, value } of wanted.values()) insert.run(kind, value, row)
}

const insertUse = `
  insert or replace into item_use (item, retrieved, shown, cited, helped, hurt, last_used_at)
  values (?, ?, ?, ?, ?, ?, ?)`

export function writeUse(
  db: Statements,
  row: number,
  { counters, lastUsedAt }: Pick<MemoryRecord, 'counters' | 'lastUsedAt'>,
): void {
  const { retrieved, shown, cited, helped, hurt } = counters
  db.prepare(insertUse).run(row, retrieved, shown, cited, helped, hurt, lastUsedAt)
}

const selectUse =
  'select retrieved, shown, cited, helped, hurt, last_used_at as used from item_use where item = ?'

/** How the record of a row was used. */
export function readUse(db: Statements, row: number): Pick<MemoryRecord, 'counters' | 'lastUsedAt'> {
  const { used, ...counters } = { ...db.prepare(selectUse).get(row) }
  return { counters: counters as unknown as Counters, lastUsedAt: used == null ? null : Number(used) }
}

const deleteTexts =
  "insert into item_fts (item_fts, rowid, cue, body, entities, prose) values ('delete', ?, ?, ?, ?, ?)"
const insertTexts = 'insert into item_fts (rowid, cue, body, entities, prose) values (?, ?, ?, ?, ?)'

function writeTexts(db: Statements, row: number, texts: SearchTexts): void {
  db.prepare(insertTexts).run(row, texts.cue, texts.body, texts.entities, texts.prose)
}

/** The index must be told what it holds of a record: the same texts as when it was written, see `foldVersion`. */
function eraseTexts(db: Statements, row: number, texts: SearchTexts): void {
  db.prepare(deleteTexts).run(row, texts.cue, texts.body, texts.entities, texts.prose)
}

const deleteItem = 'delete from item where rowid = ?'

/** Takes a record out of all projections; nothing when it is not there. */
export function eraseRecord(db: Statements, id: string): void {
  const row = rowOf(db, id)
  const record = readRecord(db, id)
  if (row === undefined || record === null) return
  eraseTexts(db, row, searchTexts(record))
  db.prepare(deleteItem).run(row)
}

const selectIds = 'select id from item where id >= ? and id < ? order by id limit 2'

/** The ids that begin with `prefix`; two at most. */
export function idsFrom(db: Statements, prefix: string): string[] {
  return db
    .prepare(selectIds)
    .all(prefix, `${prefix}~`)
    .map((row) => String(row.id))
}
