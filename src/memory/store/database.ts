/** The only door to SQLite: opens a database file, brings it to the newest schema, runs transactions. */

import { statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { UserError } from '../ports.ts'

export type { DatabaseSync, StatementSync } from 'node:sqlite'

/** `statfs` types of file systems where WAL's shared memory does not work: NFS, SMB, CIFS, SMB2, 9P, FUSE (sshfs). */
const networkFileSystems = new Set([0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x01021997, 0x65735546])

/** Milliseconds to wait for another process before SQLITE_BUSY; longer where locks cross a network. */
const busyTimeout = { local: 5_000, network: 15_000 }

/** What prepares statements: a database, or `cachedStatements` of one. */
export interface Statements {
  prepare(sql: string): StatementSync
}

/** Prepares each statement once. Not for statements that are read while the same one runs again. */
export function cachedStatements(db: DatabaseSync): Statements {
  const known = new Map<string, StatementSync>()
  return {
    prepare(sql) {
      const statement = known.get(sql) ?? db.prepare(sql)
      known.set(sql, statement)
      return statement
    },
  }
}

export interface OpenedDatabase {
  db: DatabaseSync
  journal: 'wal' | 'delete' | 'memory'
  /** True when the file did not hold a schema yet. */
  created: boolean
}

/** The file is not a database, or a broken one. The caller decides: rebuild or restore. */
export class DatabaseDamaged extends Error {
  readonly file: string
  constructor(file: string, cause: unknown) {
    super(`${file} is damaged: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
    this.name = 'DatabaseDamaged'
    this.file = file
  }
}

/**
 * Opens or creates `file` (or ':memory:') and applies missing migrations, each in a transaction.
 * Throws `DatabaseDamaged`, or `UserError` for a store of a newer version, a read-only or full disk.
 */
export function openDatabase(file: string, migrations: readonly string[]): OpenedDatabase {
  const db = guard(file, () => new DatabaseSync(file))
  try {
    return guard(file, () => prepare(db, file, migrations))
  } catch (error) {
    db.close()
    throw error
  }
}

function prepare(db: DatabaseSync, file: string, migrations: readonly string[]): OpenedDatabase {
  const network = file !== ':memory:' && onNetworkFileSystem(file)
  db.exec(`pragma busy_timeout = ${network ? busyTimeout.network : busyTimeout.local}`)
  requireFts5(db)
  const journal = file === ':memory:' ? 'memory' : network ? 'delete' : 'wal'
  db.exec(`pragma journal_mode = ${journal}; pragma synchronous = normal; pragma foreign_keys = on`)
  // Kilobytes when negative; what is not here the system's own cache gives back quickly.
  db.exec('pragma temp_store = memory; pragma cache_size = -12000')
  return { db, journal, created: migrate(db, file, migrations) }
}

function migrate(db: DatabaseSync, file: string, migrations: readonly string[]): boolean {
  const version = userVersion(db)
  if (version > migrations.length) {
    throw new UserError(
      `${file} was written by a newer Casebook (store version ${version}, this one knows ${migrations.length}).`,
      'Update Casebook, or name another store folder. Nothing was changed.',
    )
  }
  if (version === migrations.length) return false
  // Two windows may open a new store at once: the second one waits here and finds the work done.
  transaction(db, () => {
    for (let next = userVersion(db); next < migrations.length; next++) {
      db.exec(migrations[next] ?? '')
      db.exec(`pragma user_version = ${next + 1}`)
    }
  })
  return version === 0
}

export function userVersion(db: DatabaseSync): number {
  return Number(db.prepare('pragma user_version').get()?.user_version ?? 0)
}

/** Runs `work` in one immediate transaction; rolls back when it throws. Not to be nested. */
export function transaction<T>(db: DatabaseSync, work: () => T): T {
  db.exec('begin immediate')
  try {
    const result = work()
    db.exec('commit')
    return result
  } catch (error) {
    if (db.isTransaction) db.exec('rollback')
    throw error
  }
}

/** Whether an error means that the file's content is broken (SQLITE_CORRUPT, SQLITE_NOTADB). */
export function isDamage(error: unknown): boolean {
  if (error instanceof DatabaseDamaged) return true
  return [11, 26].includes(resultCode(error))
}

/** Whether another process held the database for longer than the busy timeout (SQLITE_BUSY). */
export function isBusy(error: unknown): boolean {
  return resultCode(error) === 5
}

/** Whether the database, or the folder in which it lies, cannot be written (SQLITE_READONLY). */
export function isReadOnly(error: unknown): boolean {
  return resultCode(error) === 8
}

/** SQLite's primary result code of an error; 0 for errors of other origin. */
function resultCode(error: unknown): number {
  const code = (error as { errcode?: unknown } | null)?.errcode
  return typeof code === 'number' ? code & 0xff : 0
}

/** Lines of `pragma quick_check` other than `ok`; empty when the file is sound. */
export function quickCheck(db: DatabaseSync): string[] {
  const rows = db.prepare('pragma quick_check(5)').all()
  return rows.map((row) => String(Object.values(row)[0])).filter((line) => line !== 'ok')
}

export function sqliteVersion(db: DatabaseSync): string {
  return String(db.prepare('select sqlite_version() as version').get()?.version)
}

function requireFts5(db: DatabaseSync): void {
  try {
    db.exec('create virtual table temp.fts5_probe using fts5(x); drop table temp.fts5_probe')
  } catch (error) {
    if (isDamage(error)) throw error
    throw new UserError(
      `This Node (${process.version}) has an SQLite without FTS5, the full-text search that Casebook needs.`,
      'Use VS Code 1.105 or newer, or Node 22.16 or newer for the command line.',
      error,
    )
  }
}

function onNetworkFileSystem(file: string): boolean {
  try {
    return networkFileSystems.has(statfsSync(dirname(file)).type >>> 0)
  } catch {
    // Unknown means local: opening reports a missing folder in clearer words.
    return false
  }
}

/** Turns SQLite's codes into errors that say what to do. */
function guard<T>(file: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof UserError) throw error
    if (isDamage(error)) throw new DatabaseDamaged(file, error)
    const code = resultCode(error)
    if (code === 13)
      throw new UserError(`No space left to write ${file}.`, 'Free disk space and try again.', error)
    if (code === 8 || code === 14 || code === 10) {
      throw new UserError(
        `${file} cannot be opened for writing.`,
        'Check the permissions of the folder.',
        error,
      )
    }
    if (code === 5) {
      throw new UserError(
        `${file} is locked by another program.`,
        'Close the other program and retry.',
        error,
      )
    }
    throw error
  }
}
