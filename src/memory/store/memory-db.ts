/** Opens `memory.db`, which a person would miss: checked, backed up, restored, never deleted. */

import { copyFileSync, existsSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { backups, stamp } from './backups.ts'
import {
  DatabaseDamaged,
  type DatabaseSync,
  isDamage,
  type OpenedDatabase,
  openDatabase,
  quickCheck,
} from './database.ts'
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

function openChecked(file: string): OpenedDatabase {
  const opened = openDatabase(file, memoryMigrations)
  try {
    prepare(opened.db)
    const faults = faultsOf(opened.db)
    if (faults.length === 0) {
      if (isUnfinished(opened.db)) wipeFiles(opened.db)
      return opened
    }
    throw new DatabaseDamaged(file, new Error(faults.join('; ')))
  } catch (error) {
    opened.db.close()
    throw error
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
      return { ...openChecked(file), message }
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
