/** Opens `memory.db`, which a person would miss: checked, backed up, restored, never deleted. */

import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import {
  DatabaseDamaged,
  type DatabaseSync,
  isDamage,
  type OpenedDatabase,
  openDatabase,
  quickCheck,
} from './database.ts'
import { memoryMigrations } from './schema.ts'

export interface OpenedMemory extends OpenedDatabase {
  file: string | null
  /** What happened to a damaged file, for the person; null when all is well. */
  message: string | null
}

/** Backups kept, newest last; one is made at most every `backupEvery` milliseconds. */
const keptBackups = 5
const backupEvery = 24 * 3_600_000

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

function openChecked(file: string): OpenedDatabase {
  const opened = openDatabase(file, memoryMigrations)
  try {
    const faults = faultsOf(opened.db)
    if (faults.length === 0) return opened
    throw new DatabaseDamaged(file, new Error(faults.join('; ')))
  } catch (error) {
    opened.db.close()
    throw error
  }
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
      return { ...openChecked(file), message }
    } catch (error) {
      if (!(error instanceof DatabaseDamaged)) throw error
      rmSync(file, { force: true })
    }
  }
  const message = `memory.db was damaged and there is no good backup. A new one was begun; the damaged file is kept as ${aside}.`
  return { ...openDatabase(file, memoryMigrations), message }
}

/** Full paths, oldest first. */
export function backups(folder: string): string[] {
  const place = join(folder, 'backups')
  if (!existsSync(place)) return []
  const names = readdirSync(place).filter((name) => /^memory-.*\.db$/.test(name))
  return names.sort().map((name) => join(place, name))
}

/** Writes a backup when the newest is older than a day or `force`; returns its path or null. */
export function backUp(db: DatabaseSync, folder: string, force = false): string | null {
  const existing = backups(folder)
  const newest = existing.at(-1)
  if (!force && newest !== undefined && Date.now() - statSync(newest).mtimeMs < backupEvery) return null
  mkdirSync(join(folder, 'backups'), { recursive: true })
  const target = join(folder, 'backups', `memory-${stamp()}.db`)
  const unfinished = `${target}.part`
  rmSync(unfinished, { force: true })
  db.prepare('vacuum into ?').run(unfinished)
  renameSync(unfinished, target)
  for (const old of existing.slice(0, Math.max(0, existing.length + 1 - keptBackups))) rmSync(old)
  return target
}

const insertConsent = `
  insert into consent (subject, granted_at, detail) values (?, ?, ?) on conflict (subject) do nothing`

/** Keeps when code was first sent to this embedder, with the person's agreement, for as long as the memory lives. */
export function recordConsent(db: DatabaseSync, embedder: string): void {
  db.prepare(insertConsent).run(`embedding ${embedder}`, Date.now(), 'agreed in the settings of this machine')
}

function stamp(): string {
  return new Date().toISOString().replaceAll(/[:.]/g, '-')
}
