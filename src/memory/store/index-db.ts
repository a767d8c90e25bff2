/** Opens `index.db`: derived data, so a broken file is set aside and a new one begun, with the reason kept. */

import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { UserError } from '../ports.ts'
import { DatabaseDamaged, type DatabaseSync, type OpenedDatabase, openDatabase } from './database.ts'
import { indexMigrations } from './schema.ts'

export interface OpenedIndex extends OpenedDatabase {
  /** Why everything has to be indexed again; null when the stored index serves. */
  rebuildReason: string | null
  file: string | null
  /** Tells this file from one that another process has put in its place since. */
  inode: number
}

/** `folder` null keeps the index in memory. Throws `UserError` when a damaged file cannot be set aside. */
export function openIndex(folder: string | null): OpenedIndex {
  if (folder === null) {
    return { ...openDatabase(':memory:', indexMigrations), rebuildReason: null, file: null, inode: 0 }
  }
  const file = join(folder, 'index.db')
  if (isDistrusted(file)) return beginAnew(file)
  try {
    return openFile(file, null)
  } catch (error) {
    if (!(error instanceof DatabaseDamaged)) throw error
    return beginAnew(file)
  }
}

/**
 * Notes that damage was found in an open index, so that the next opening sets the file aside: opening reads
 * only its first pages. Does nothing where another process has set it aside already.
 */
export function distrust({ file, inode }: OpenedIndex): void {
  if (file !== null && inodeOf(file) === inode) writeFileSync(marker(file), String(inode))
}

function isDistrusted(file: string): boolean {
  try {
    const noted = Number(readFileSync(marker(file), 'utf8'))
    return inodeOf(file) === noted
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}

function beginAnew(file: string): OpenedIndex {
  const aside = setAside(file)
  rmSync(marker(file), { force: true })
  return openFile(file, `the stored index was damaged and is set aside as ${aside}`)
}

function openFile(file: string, rebuildReason: string | null): OpenedIndex {
  const opened = openDatabase(file, indexMigrations)
  return { ...opened, rebuildReason, file, inode: inodeOf(file) }
}

function inodeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.ino ?? 0
}

function marker(file: string): string {
  return `${file}.distrusted`
}

/** Moves a broken database out of the way; only the newest broken index is kept. Returns its new name. */
export function setAside(file: string): string {
  const aside = `${file}.damaged`
  for (const suffix of ['', '-wal', '-shm']) {
    rmSync(aside + suffix, { force: true })
    try {
      renameSync(file + suffix, aside + suffix)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') continue
      const remedy = 'Close the other windows of this repository and try again.'
      throw new UserError(`The damaged index ${file} cannot be set aside.`, remedy, error)
    }
  }
  return aside
}

/** Tables in an order that no foreign key forbids. */
const derivedTables = [
  'view_commit',
  'commit_file',
  'commit_log',
  'import',
  'symbol',
  'chunk',
  'view_file',
  'blob',
  'path',
]

/** What a server was asked for, and perhaps paid, stays: it is found again by the text. */
const deleteOwnVectors = `
  delete from vector where embedder_id not in (select id from embedder where identity like 'endpoint:%')`

/** Throws away what was derived; views, embedders and the journal of runs stay. The caller opens a transaction. */
export function clearIndex(db: DatabaseSync): void {
  for (const table of derivedTables) db.exec(`delete from ${table}`)
  for (const index of ['chunk_fts', 'path_fts', 'commit_fts']) {
    db.exec(`insert into ${index} (${index}) values ('delete-all')`)
  }
  db.exec(deleteOwnVectors)
  db.exec('update view set head = null, complete = 0, generation = generation + 1')
}
