/** The only way to read another program's SQLite: nothing of it is written, created, checkpointed or held for long. */

import { constants, type Stats } from 'node:fs'
import { copyFile, mkdtemp, open, realpath, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'

export type ForeignRow = Record<string, unknown>

/** One consistent view of a foreign database. */
export interface ForeignDatabase {
  all(sql: string, ...values: SQLInputValue[]): ForeignRow[]
  /** One row at a time, so that large values need not be held together. */
  each(sql: string, ...values: SQLInputValue[]): Iterable<ForeignRow>
  /** Names of a table's columns; empty where there is no such table: layouts change with every release. */
  columns(table: string): ReadonlySet<string>
}

export type ForeignResult<T> = { ok: true; value: T } | { ok: false; reason: string }

export interface ForeignOptions {
  signal?: AbortSignal
  /** Bytes of database and log that may be copied where nothing else is safe. */
  largestCopy?: number
}

/** Milliseconds before each try: a program that is writing is done soon. */
const pauses = [0, 40, 160, 640]
/** Milliseconds that a query waits for a lock before it is a failed try. The whole process waits with it. */
const busyTimeout = 100
const largestCopy = 256 * 1024 * 1024
/** A journal that nobody touched for so many milliseconds was left behind by a crash. */
const staleJournal = 10_000

/**
 * Runs `work` on one state of the database and says why where that cannot be had. `work` may run several times, so it
 * must only read and return plain data. Throws what `work` throws itself, and when it is aborted.
 *
 * Three ways, by what lies on the disk:
 * - No log: `immutable=1`. No lock is taken, so the program that owns the file never meets SQLITE_BUSY; that nothing
 *   was written meanwhile is checked afterwards.
 * - A log (WAL) with its index (-shm): `readonly_shm=1`. SQLite maps the index read-only, or, where its writer is gone,
 *   makes one in memory. Only readers' locks are held, which stop no writer, and only while `work` runs.
 * - A log without its index, or a journal of a crash: reading in place would write files there, so a private copy is
 *   read: a clone where the file system has those, else up to `largestCopy` bytes.
 */
export async function readForeign<T>(
  file: string,
  work: (db: ForeignDatabase) => T,
  options: ForeignOptions = {},
): Promise<ForeignResult<T>> {
  let reason = 'the database cannot be read'
  for (const [attempt, pause] of pauses.entries()) {
    options.signal?.throwIfAborted()
    if (pause > 0) await sleep(pause, undefined, options.signal && { signal: options.signal })
    const tried = await attemptRead(file, work, { ...options, isLast: attempt === pauses.length - 1 })
    if (tried.ok || tried.final) return tried.ok ? tried : { ok: false, reason: tried.reason }
    reason = tried.reason
  }
  return { ok: false, reason }
}

/**
 * Bounds of the keys that begin with `prefix`: `key >= first and key < second` goes through the key's index.
 * `prefix` must end in a character of ASCII.
 */
export function prefixRange(prefix: string): [string, string] {
  return [prefix, prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1)]
}

type Tried<T> = { ok: true; value: T } | { ok: false; reason: string; final: boolean }

interface Attempt extends ForeignOptions {
  isLast: boolean
}

async function attemptRead<T>(
  named: string,
  work: (db: ForeignDatabase) => T,
  options: Attempt,
): Promise<Tried<T>> {
  try {
    // The log lies beside the real file, not beside a link to it.
    const file = await realpath(named)
    const before = await stampOf(file)
    const way = wayOf(before)
    if (way === 'copy' && isYoung(before) && !options.isLast) return failed('it is being written', false)
    if (way === 'copy' || (way === 'shared' && options.isLast)) return await readCopy(file, work, options)
    if (way === 'shared') return readOpen(uriOf(file, way), work)
    const result = isCut(before) ? failed('the database is damaged', true) : readOpen(uriOf(file, way), work)
    // Answers and errors alike count only if the file stayed as it was.
    return isSame(before, await stampOf(file)) ? result : failed('it is being written', false)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT') return failed('the database is gone', true)
    if (code === 'EACCES' || code === 'EPERM') return failed('the database may not be read', true)
    throw error
  }
}

function failed(reason: string, final: boolean): { ok: false; reason: string; final: boolean } {
  return { ok: false, reason, final }
}

type Way = 'immutable' | 'shared' | 'copy'

function wayOf({ db, wal, shm, journal }: Stamp): Way {
  // Opened in any other way, SQLite deletes the log of a database that holds no byte.
  if (db.size === 0) return 'immutable'
  if (journal !== null) return 'copy'
  if (wal === null) return 'immutable'
  return shm === null ? 'copy' : 'shared'
}

function isYoung({ journal }: Stamp): boolean {
  return journal !== null && Date.now() - journal.mtimeMs < staleJournal
}

function uriOf(file: string, way: 'immutable' | 'shared'): string {
  const query = way === 'immutable' ? 'immutable=1' : 'readonly_shm=1'
  return `${pathToFileURL(file).href}?mode=ro&${query}`
}

/** What tells whether a database was written to. */
interface Stamp {
  db: Stats
  /** SQLite's header with its change counter, which no clock's grain can hide. */
  head: string
  /** Null where there is none or nothing in it that SQLite would take. */
  wal: Stats | null
  /** The log's header: new with each turn of the log. */
  walHead: string
  shm: Stats | null
  /** Only one that is in use: its first bytes are cleared or it is deleted at the end of a transaction. */
  journal: Stats | null
}

const headLength = 100
const walHeadLength = 32

async function stampOf(file: string): Promise<Stamp> {
  const db = await stat(file)
  if (!db.isFile()) throw Object.assign(new Error(`${file} is no file`), { code: 'ENOENT' })
  const wal = await statOf(`${file}-wal`)
  const journal = await statOf(`${file}-journal`)
  const journalHead = journal === null ? '' : await headOf(`${file}-journal`, 8)
  const walHead = wal === null ? '' : await headOf(`${file}-wal`, walHeadLength)
  return {
    db,
    head: await headOf(file, headLength),
    wal: isLog(walHead) ? wal : null,
    walHead,
    shm: await statOf(`${file}-shm`),
    journal: /^(?:00)*$/.test(journalHead) ? null : journal,
  }
}

/**
 * Whether a log's header fits its checksum ("WAL File Format"). One that does not fit holds nothing, but a reader of
 * a crashed program's log waits 10 seconds for somebody to put it right.
 */
function isLog(head: string): boolean {
  const bytes = Buffer.from(head, 'hex')
  if (bytes.length < walHeadLength || bytes.readUInt32BE(0) >>> 1 !== 0x377f0682 >>> 1) return false
  const word = (at: number) => (bytes[3] === 0x83 ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at))
  let [one, two] = [0, 0]
  for (let at = 0; at < 24; at += 8) {
    one = (one + word(at) + two) >>> 0
    two = (two + word(at + 4) + one) >>> 0
  }
  return bytes.readUInt32BE(24) === one && bytes.readUInt32BE(28) === two
}

async function statOf(file: string): Promise<Stats | null> {
  return await stat(file).catch(() => null)
}

/** The first bytes as hexadecimal digits; empty where they cannot be read. */
async function headOf(file: string, length: number): Promise<string> {
  const handle = await open(file, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EACCES' || error.code === 'EPERM') throw error
    return null
  })
  try {
    const bytes = Buffer.alloc(length)
    const read = await handle?.read(bytes, 0, length, 0)
    return bytes.toString('hex', 0, read?.bytesRead ?? 0)
  } finally {
    await handle?.close()
  }
}

/** Shorter than its own header says: SQLite would read zeros there. Offsets from "The Database Header". */
function isCut({ db, head }: Stamp): boolean {
  const bytes = Buffer.from(head, 'hex')
  if (bytes.length < headLength) return false
  const isCurrent = bytes.readUInt32BE(24) === bytes.readUInt32BE(92)
  const pageSize = bytes.readUInt16BE(16) === 1 ? 65_536 : bytes.readUInt16BE(16)
  return isCurrent && bytes.readUInt32BE(28) * pageSize > db.size
}

function isSame(one: Stamp, other: Stamp): boolean {
  const { db, head, journal } = one
  return (
    db.size === other.db.size &&
    db.mtimeMs === other.db.mtimeMs &&
    db.ino === other.db.ino &&
    head === other.head &&
    (journal === null) === (other.journal === null)
  )
}

/** Opens, reads, closes: locks and memory are gone when it returns. */
function readOpen<T>(location: string, work: (db: ForeignDatabase) => T, readOnly = true): Tried<T> {
  let db: DatabaseSync | undefined
  try {
    db = new DatabaseSync(location, { readOnly, enableForeignKeyConstraints: false })
    // A foreign schema is not trusted: it may call no functions; broken pages are errors, not guesses.
    db.exec(`pragma busy_timeout = ${busyTimeout}; pragma trusted_schema = off; pragma query_only = on`)
    db.exec('pragma cell_size_check = on; pragma temp_store = memory; pragma cache_size = -8000')
    // All queries of one piece of work see the same state.
    db.exec('begin')
    const value = work(viewOf(db))
    return { ok: true, value }
  } catch (error) {
    return failureOf(error)
  } finally {
    db?.close()
  }
}

function viewOf(db: DatabaseSync): ForeignDatabase {
  return {
    all: (sql, ...values) => db.prepare(sql).all(...values) as ForeignRow[],
    each: (sql, ...values) => db.prepare(sql).iterate(...values) as Iterable<ForeignRow>,
    columns(table) {
      const rows = db.prepare('select name from pragma_table_info(?)').all(table)
      return new Set(rows.map(({ name }) => String(name)))
    },
  }
}

/** SQLite's primary codes. */
const codes = { error: 1, busy: 5, locked: 6, corrupt: 11, notADatabase: 26 }

function failureOf(error: unknown): { ok: false; reason: string; final: boolean } {
  const { code, errcode } = error as { code?: unknown; errcode?: unknown }
  // A number too large for JavaScript stands only where bytes were garbled.
  if (code === 'ERR_OUT_OF_RANGE') return failed('the database is damaged', true)
  if (code !== 'ERR_SQLITE_ERROR' || typeof errcode !== 'number') throw error
  const primary = errcode & 0xff
  const message = (error as Error).message
  if (primary === codes.error) return failed(`the database has another layout: ${message}`, true)
  if (primary === codes.corrupt || primary === codes.notADatabase)
    return failed('the database is damaged', true)
  if (primary === codes.busy || primary === codes.locked)
    return failed('another program holds the database', false)
  return failed(`the database cannot be opened: ${message}`, false)
}

/** A private copy in a folder that only this user may enter, gone afterwards. */
async function readCopy<T>(
  file: string,
  work: (db: ForeignDatabase) => T,
  options: Attempt,
): Promise<Tried<T>> {
  const folder = await mkdtemp(join(tmpdir(), 'casebook-foreign-'))
  try {
    const copy = join(folder, 'copy.db')
    const before = await stampOf(file)
    const refused = await copyBounded(file, copy, options.largestCopy ?? largestCopy)
    if (refused !== null) return failed(refused, true)
    const after = await stampOf(file)
    // The log may have grown, which does no harm; a new turn of it means that the database changed.
    if (!isSame(before, after) || before.walHead !== after.walHead)
      return failed('it is being written', false)
    // SQLite may write here: it replays the log or rolls back what a crash left.
    return readOpen(copy, work, false)
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

/** Null when all is copied, else why not. */
async function copyBounded(file: string, copy: string, limit: number): Promise<string | null> {
  const parts = ['', '-wal', '-journal']
  const sizes = await Promise.all(parts.map((suffix) => statOf(file + suffix)))
  const bytes = sizes.reduce((sum, found) => sum + (found?.size ?? 0), 0)
  for (const suffix of parts.filter((_, at) => sizes[at] !== null)) {
    if (await clone(file + suffix, copy + suffix)) continue
    if (bytes > limit)
      return `the database has an open log and is too large to copy (${Math.round(bytes / 1e6)} MB)`
    await copyFile(file + suffix, copy + suffix)
  }
  return null
}

/** Copy on write costs nothing, whatever the size; most file systems of Linux and Windows have none. */
async function clone(from: string, to: string): Promise<boolean> {
  return await copyFile(from, to, constants.COPYFILE_FICLONE_FORCE).then(
    () => true,
    () => false,
  )
}
