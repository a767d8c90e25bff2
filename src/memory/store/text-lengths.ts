/** How many tokens each record has in the text index: read once, then only of what was written since. */

import type { Statements } from './database.ts'

export interface TextLengths {
  /** Another one after every write to the index. */
  state: string
  /** Tokens by row of `item`. */
  of: Int32Array
  /** Records in the index, and the tokens of one on average. */
  rows: number
  average: number
}

/** The two rows change with every write to the index: its pieces, and the number of its rows and tokens. */
const selectState = 'select block from item_fts_data where id in (1, 10) order by id'
const selectAll = 'select id, sz from item_fts_docsize'
const selectSome =
  'select id, sz from item_fts_docsize where id in (select item.rowid from json_each(?) join item on item.id = value)'
const selectSeq = 'select coalesce(max(seq), 0) as seq from event'
const selectChanges = 'select changes from event where seq > ?'

/** After more events than this all are read again: 0.5 microseconds a record. */
const mostNews = 100

interface Kept {
  state: string
  seq: number
  lengths: Int32Array
}

/** Asks for the state of the index each time: whoever wrote, in whatever process, is seen. */
export function openTextLengths(db: Statements): () => TextLengths {
  let kept: Kept | null = null
  return () => {
    const blocks = db.prepare(selectState).all()
    const state = blocks.map(({ block }) => Buffer.from(block as Uint8Array).toString('latin1')).join('\n')
    const [rows = 0, ...tokens] = varints((blocks[0]?.block as Uint8Array | undefined) ?? new Uint8Array())
    const sum = sumOf(tokens)
    if (kept?.state !== state) {
      const seq = Number(db.prepare(selectSeq).get()?.seq)
      const lengths = kept === null ? null : withNews(db, kept, seq)
      // Rows that were taken out or given anew show in the sum.
      const fits = lengths !== null && sumOf(lengths) === sum
      kept = { state, seq, lengths: fits ? lengths : readAll(db) }
    }
    return { state, of: kept.lengths, rows, average: rows === 0 ? 0 : sum / rows }
  }
}

/** Null: too much happened, or something that no event tells of. */
function withNews(db: Statements, { seq: seen, lengths }: Kept, seq: number): Int32Array | null {
  if (seq <= seen || seq - seen > mostNews) return null
  const changes = db.prepare(selectChanges).all(seen)
  const ids = changes.flatMap((row) =>
    (JSON.parse(String(row.changes)) as { id: string }[]).map(({ id }) => id),
  )
  return filled(lengths, db.prepare(selectSome).all(JSON.stringify(ids)))
}

function readAll(db: Statements): Int32Array {
  return filled(new Int32Array(0), db.prepare(selectAll).all())
}

function filled(lengths: Int32Array, found: readonly Record<string, unknown>[]): Int32Array {
  const last = found.reduce((most, { id }) => Math.max(most, Number(id)), -1)
  const all = last < lengths.length ? lengths : grown(lengths, last)
  for (const { id, sz } of found) all[Number(id)] = sumOf(varints(sz as Uint8Array))
  return all
}

/** Room for a quarter more, so that not every new record moves all. */
function grown(lengths: Int32Array, last: number): Int32Array {
  const more = new Int32Array(last + 1 + (last >> 2))
  more.set(lengths)
  return more
}

function sumOf(numbers: ArrayLike<number>): number {
  let sum = 0
  for (let at = 0; at < numbers.length; at++) sum += numbers[at] ?? 0
  return sum
}

/** SQLite's integers of variable length: seven bits a byte, high part first, the ninth byte whole. */
function varints(bytes: Uint8Array): number[] {
  const values: number[] = []
  let value = 0
  let taken = 0
  for (const byte of bytes) {
    taken++
    value = taken === 9 ? value * 256 + byte : value * 128 + (byte & 0x7f)
    if (byte >= 0x80 && taken < 9) continue
    values.push(value)
    value = 0
    taken = 0
  }
  return values
}
