/** Opens `index.db`: derived data, so a broken file is set aside and a new one begun, with the reason kept. */

import { renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseDamaged, type DatabaseSync, type OpenedDatabase, openDatabase } from './database.ts'
import { indexMigrations } from './schema.ts'

export interface OpenedIndex extends OpenedDatabase {
  /** Why everything has to be indexed again; null when the stored index serves. */
  rebuildReason: string | null
}

/** `folder` null keeps the index in memory. */
export function openIndex(folder: string | null): OpenedIndex {
  if (folder === null) return { ...openDatabase(':memory:', indexMigrations), rebuildReason: null }
  const file = join(folder, 'index.db')
  try {
    return { ...openDatabase(file, indexMigrations), rebuildReason: null }
  } catch (error) {
    if (!(error instanceof DatabaseDamaged)) throw error
    const aside = setAside(file)
    const opened = openDatabase(file, indexMigrations)
    return { ...opened, rebuildReason: `the stored index was damaged and is set aside as ${aside}` }
  }
}

/** Moves a broken database out of the way; only the newest broken index is kept. Returns its new name. */
export function setAside(file: string): string {
  const aside = `${file}.damaged`
  for (const suffix of ['', '-wal', '-shm']) {
    rmSync(aside + suffix, { force: true })
    try {
      renameSync(file + suffix, aside + suffix)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
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
  'vector',
]

/** Throws away what was derived; views, embedders and the journal of runs stay. The caller opens a transaction. */
export function clearIndex(db: DatabaseSync): void {
  for (const table of derivedTables) db.exec(`delete from ${table}`)
  for (const index of ['chunk_fts', 'path_fts', 'commit_fts']) {
    db.exec(`insert into ${index} (${index}) values ('delete-all')`)
  }
  db.exec('update view set head = null, complete = 0, generation = generation + 1')
}
