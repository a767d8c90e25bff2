/** Makes sure that what was purged is in no file any more: free pages, text index, write-ahead log, backups. */

import { readdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { backUp, backups } from './backups.ts'
import { type DatabaseSync, isBusy } from './database.ts'

const key = 'purge.unfinished'
const mark = "insert or replace into meta (key, value) values (?, 'yes')"
const unmark = 'delete from meta where key = ?'
const selectMark = 'select 1 from meta where key = ?'
const selectFile = "select file from pragma_database_list where name = 'main'"

/** Part of the transaction that purges: a program that ends before `wipeFiles` goes on at the next opening. */
export function markUnfinished(db: DatabaseSync): void {
  db.prepare(mark).run(key)
}

export function isUnfinished(db: DatabaseSync): boolean {
  return db.prepare(selectMark).get(key) !== undefined
}

/**
 * Merges the text index (deleted words leave it then), writes the database anew, empties the write-ahead log and
 * puts one new backup in place of all others. Where another process is in the way it is tried again at the next
 * opening; false then.
 */
export function wipeFiles(db: DatabaseSync): boolean {
  const file = String(db.prepare(selectFile).get()?.file ?? '')
  try {
    db.exec("insert into item_fts (item_fts) values ('optimize')")
    db.exec('vacuum')
    if (file !== '' && !emptyWal(db)) return false
  } catch (error) {
    if (!isBusy(error)) throw error
    return false
  }
  if (file !== '') replaceBackups(db, dirname(file))
  db.prepare(unmark).run(key)
  return file === '' || emptyWal(db)
}

/** A writer never reuses a log that was cut to nothing: overwritten frames would stay readable behind new ones. */
function emptyWal(db: DatabaseSync): boolean {
  return Number(db.prepare('pragma wal_checkpoint(truncate)').get()?.busy ?? 0) === 0
}

function replaceBackups(db: DatabaseSync, folder: string): void {
  const old = backups(folder)
  const made = backUp(db, folder, true)
  for (const file of old) if (file !== made) rmSync(file, { force: true })
  for (const name of readdirSync(folder))
    if (/^memory\.db\.damaged-/.test(name)) rmSync(join(folder, name), { force: true })
}
