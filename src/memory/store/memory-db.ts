/** Opens `memory.db`, which a person would miss: checked, backed up, restored, never deleted. */

import { copyFileSync, existsSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { UserError } from '../ports.ts'
import { backups, stamp } from './backups.ts'
import {
  DatabaseDamaged,
  type DatabaseSync,
  isDamage,
  type OpenedDatabase,
  openDatabase,
  quickCheck,
} from './database.ts'
import { readMeta, writeMeta } from './meta.ts'
import { memoryMigrations } from './schema.ts'
import { isUnfinished, wipeFiles } from './wipe.ts'

export interface OpenedMemory extends OpenedDatabase {
  file: string | null
  /** What happened to a damaged file, for the person; null when all is well. */
  message: string | null
}

/** `folder` null keeps the memory in memory, which the caller tells the person. */
export function openMemory(folder: string | null): OpenedMemory {
  if (folder === null) return { ...openDatabase(':memory:', memoryMigrations), file: null, message: null }
  const file = join(folder, 'memory.db')
  try {
    return { ...openChecked(file), file, message: null }
  } catch (error) {
    if (!(error instanceof DatabaseDamaged)) throw error
    return { ...restore(folder, file), file }
  }
}

function openChecked(file: string, always = false): OpenedDatabase {
  const walBytes = statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0
  const opened = openDatabase(file, memoryMigrations)
  try {
    requireTables(opened.db, file)
    prepare(opened.db)
    const due = always || checkIsDue(opened.db, walBytes > 0)
    const faults = due ? faultsOf(opened.db) : []
    if (faults.length === 0) {
      if (due) writeMeta(opened.db, markKey, JSON.stringify({ at: Date.now(), pid: process.pid }))
      if (isUnfinished(opened.db)) wipeFiles(opened.db)
      return opened
    }
    throw new DatabaseDamaged(file, new Error(faults.join('; ')))
  } catch (error) {
    opened.db.close()
    throw error
  }
}

const selectTables = "select name from sqlite_master where type = 'table'"

/** Before the first release a schema changed without a new number: such a file says it has what it lacks. */
function requireTables(db: DatabaseSync, file: string): void {
  const there = new Set(
    db
      .prepare(selectTables)
      .all()
      .map(({ name }) => name),
  )
  const wanted = [...memoryMigrations.join('\n').matchAll(/create (?:virtual )?table (\w+)/g)]
  const lacking = wanted.map(([, name]) => name).filter((name) => !there.has(name as string))
  if (lacking.length === 0) return
  throw new UserError(
    `${file} was written by a development version of Casebook: it has no ${lacking.join(', ')}.`,
    `Move ${file} and the folder backups beside it elsewhere; a new memory is begun then. Nothing was changed.`,
  )
}

/** Reading the whole file takes a quarter of a second per 100 MB: milliseconds after which it is done anyway. */
const checkEvery = 24 * 3_600_000

const markKey = 'checked'

/**
 * Once a day, and after a program that did not close the file: SQLite removes the log (`-wal`) with the last
 * connection. While the program that checked it last is still running, a log is no sign of a crash.
 */
function checkIsDue(db: DatabaseSync, leftOpen: boolean): boolean {
  const { at, pid } = JSON.parse(readMeta(db, markKey) ?? '{}') as Record<string, unknown>
  if (typeof at !== 'number' || Math.abs(Date.now() - at) > checkEvery) return true
  return leftOpen && !isRunning(pid)
}

function isRunning(pid: unknown): boolean {
  if (typeof pid !== 'number') return false
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** What is committed here survives a power cut; what is deleted leaves no bytes behind. */
function prepare(db: DatabaseSync): void {
  db.exec('pragma synchronous = full; pragma secure_delete = on')
  // Pages of 4 KB. An episode writes about fifty: moving them into the file every 80 episodes keeps writes quick.
  db.exec('pragma wal_autocheckpoint = 4000')
}

/** What is broken, empty when nothing is. Throws whatever else went wrong: a busy moment does not damage a file. */
export function faultsOf(db: DatabaseSync): string[] {
  try {
    return quickCheck(db)
  } catch (error) {
    if (!isDamage(error)) throw error
    return [error instanceof Error ? error.message : String(error)]
  }
}

/** The damaged file stays beside the restored one under a name with the time: nothing is lost. */
function restore(folder: string, file: string): OpenedDatabase & { message: string } {
  const aside = `${file}.damaged-${stamp()}`
  for (const suffix of ['', '-wal', '-shm'])
    if (existsSync(file + suffix)) renameSync(file + suffix, aside + suffix)
  for (const backup of backups(folder).reverse()) {
    copyFileSync(backup, file)
    try {
      const made = statSync(backup).mtime.toISOString()
      const message = `memory.db was damaged. The backup of ${made} was restored; the damaged file is kept as ${aside}.`
      return { ...openChecked(file, true), message }
    } catch (error) {
      if (!(error instanceof DatabaseDamaged)) throw error
      rmSync(file, { force: true })
    }
  }
  const message = `memory.db was damaged and there is no good backup. A new one was begun; the damaged file is kept as ${aside}.`
  return { ...openDatabase(file, memoryMigrations), message }
}

const insertConsent = `
  insert into consent (subject, granted_at, detail) values (?, ?, ?) on conflict (subject) do nothing`

/** Keeps when code was first sent to this embedder, with the person's agreement, for as long as the memory lives. */
export function recordConsent(db: DatabaseSync, embedder: string): void {
  db.prepare(insertConsent).run(`embedding ${embedder}`, Date.now(), 'agreed in the settings of this machine')
}
