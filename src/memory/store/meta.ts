/** Single values that a database keeps of itself, by key. Both databases have the table. Callers open transactions. */

import type { DatabaseSync } from './database.ts'

const selectMeta = 'select value from meta where key = ?'
const upsertMeta =
  'insert into meta (key, value) values (?, ?) on conflict (key) do update set value = excluded.value'

/** What is noted of the last sharing: a purge must find it, too. */
export const shareKey = 'share'

/** Null where nothing was kept. */
export function readMeta(db: DatabaseSync, key: string): string | null {
  const value = db.prepare(selectMeta).get(key)?.value
  return typeof value === 'string' ? value : null
}

export function writeMeta(db: DatabaseSync, key: string, value: string): void {
  db.prepare(upsertMeta).run(key, value)
}
