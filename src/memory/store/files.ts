/** Views and their files: which content is visible where. Callers open transactions. */

import { codeTokens } from '../code/tokens.ts'
import type { ExclusionReason } from '../types.ts'
import type { DatabaseSync } from './database.ts'

export interface View {
  id: number
  key: string
  head: string | null
  complete: boolean
  generation: number
}

export interface ViewFile {
  path: string
  oid: string | null
  blobId: number | null
  bytes: number | null
  /** Milliseconds since 1970, null where git vouches for the content. */
  mtime: number | null
  excluded: ExclusionReason | null
}

export interface Coverage {
  files: number
  indexed: number
  excluded: number
}

const insertView = 'insert into view (key) values (?) on conflict (key) do nothing'
const selectView = 'select id, key, head, complete, generation from view where key = ?'
const selectFiles = `
  select p.path, f.oid, f.blob_id, f.bytes, f.mtime, f.excluded
  from view_file f join path p on p.id = f.path_id where f.view_id = ?`
const upsertFile = `
  insert into view_file (view_id, path_id, oid, blob_id, bytes, mtime, excluded) values (?, ?, ?, ?, ?, ?, ?)
  on conflict (view_id, path_id) do update set oid = excluded.oid, blob_id = excluded.blob_id,
    bytes = excluded.bytes, mtime = excluded.mtime, excluded = excluded.excluded`
const deleteFile =
  'delete from view_file where view_id = ? and path_id = (select id from path where path = ?)'
const selectPath = 'select id from path where path = ?'
const insertPath = 'insert into path (path) values (?)'
const insertPathWords = 'insert into path_fts (rowid, words) values (?, ?)'
const bumpGeneration = 'update view set generation = generation + 1 where id = ?'
const selectCoverage = `
  select count(*) filter (where excluded is null) as files,
    count(*) filter (where excluded is null and blob_id is not null) as indexed,
    count(*) filter (where excluded is not null) as excluded
  from view_file where view_id = ?`

/** The view of a worktree root or of one commit; created on first use. */
export function openView(db: DatabaseSync, key: string): View {
  db.prepare(insertView).run(key)
  const row = db.prepare(selectView).get(key)
  if (row === undefined) throw new Error(`view ${key} was not created`)
  return {
    id: Number(row.id),
    key,
    head: row.head === null ? null : String(row.head),
    complete: row.complete === 1,
    generation: Number(row.generation),
  }
}

export function saveViewState(
  db: DatabaseSync,
  viewId: number,
  state: { head: string | null; complete: boolean },
) {
  db.prepare('update view set head = ?, complete = ?, scanned_at = ? where id = ?').run(
    state.head,
    state.complete ? 1 : 0,
    Date.now(),
    viewId,
  )
}

/** Views of commits that are kept, newest first: each shows a whole tree that nobody may look at again. */
const keptCommitViews = 100

/** Forgets views that `isCurrent` denies, and commit views beyond the newest. Their content stays until it is collected. */
export function dropStaleViews(db: DatabaseSync, isCurrent: (key: string) => boolean): void {
  const rows = db.prepare('select id, key from view order by scanned_at desc').all()
  let commits = 0
  for (const row of rows) {
    const key = String(row.key)
    const surplus = key.startsWith('commit:') && ++commits > keptCommitViews
    if (surplus || !isCurrent(key)) db.prepare('delete from view where id = ?').run(Number(row.id))
  }
}

/** All files of a view by path. */
export function viewFiles(db: DatabaseSync, viewId: number): Map<string, ViewFile> {
  const files = new Map<string, ViewFile>()
  for (const row of db.prepare(selectFiles).iterate(viewId)) {
    const file = toViewFile(row)
    files.set(file.path, file)
  }
  return files
}

function toViewFile(row: Record<string, unknown>): ViewFile {
  const number = (value: unknown) => (value === null ? null : Number(value))
  return {
    path: String(row.path),
    oid: row.oid === null ? null : String(row.oid),
    blobId: number(row.blob_id),
    bytes: number(row.bytes),
    mtime: number(row.mtime),
    excluded: row.excluded as ExclusionReason | null,
  }
}

/** Writes rows of a view and tells other processes that it changed. */
export function writeViewFiles(
  db: DatabaseSync,
  viewId: number,
  changed: Iterable<ViewFile>,
  gone: Iterable<string>,
) {
  const upsert = db.prepare(upsertFile)
  const remove = db.prepare(deleteFile)
  const paths = pathWriter(db)
  for (const file of changed) {
    upsert.run(viewId, paths(file.path), file.oid, file.blobId, file.bytes, file.mtime, file.excluded)
  }
  for (const path of gone) remove.run(viewId, path)
  db.prepare(bumpGeneration).run(viewId)
}

/** Paths of a view inside a folder: what goes when the folder goes. */
export function pathsUnder(db: DatabaseSync, viewId: number, folder: string): string[] {
  // '0' follows '/' in the order of bytes.
  const rows = db
    .prepare(`${selectFiles} and p.path > ? and p.path < ?`)
    .all(viewId, `${folder}/`, `${folder}0`)
  return rows.map((row) => String(row.path))
}

/** Whether a view has a file of this name in any folder. */
export function hasFileNamed(db: DatabaseSync, viewId: number, name: string): boolean {
  const like = 'and (p.path = ? or substr(p.path, -?) = ?) limit 1'
  const suffix = `/${name}`
  return db.prepare(`${selectFiles} ${like}`).get(viewId, name, suffix.length, suffix) !== undefined
}

/** Returns a function that gives a path's id and makes new paths searchable by their words. */
export function pathWriter(db: DatabaseSync): (path: string) => number {
  const select = db.prepare(selectPath)
  const insert = db.prepare(insertPath)
  const words = db.prepare(insertPathWords)
  const known = new Map<string, number>()
  return (path) => {
    const cached = known.get(path)
    if (cached !== undefined) return cached
    const found = select.get(path)
    const id = found === undefined ? Number(insert.run(path).lastInsertRowid) : Number(found.id)
    if (found === undefined) words.run(id, codeTokens(path).join(' '))
    known.set(path, id)
    return id
  }
}

export function viewGeneration(db: DatabaseSync, viewId: number): number {
  return Number(db.prepare('select generation from view where id = ?').get(viewId)?.generation ?? 0)
}

/** What any process last wrote about a view; `complete` is false once one of them began anew. */
export function viewState(db: DatabaseSync, viewId: number): { generation: number; complete: boolean } {
  const row = db.prepare('select generation, complete from view where id = ?').get(viewId)
  return { generation: Number(row?.generation ?? 0), complete: row?.complete === 1 }
}

export function coverage(db: DatabaseSync, viewId: number): Coverage {
  const row = db.prepare(selectCoverage).get(viewId) ?? {}
  return { files: Number(row.files), indexed: Number(row.indexed), excluded: Number(row.excluded) }
}

export function excludedFiles(db: DatabaseSync, viewId: number): { path: string; reason: ExclusionReason }[] {
  const rows = db.prepare(`${selectFiles} and f.excluded is not null order by p.path`).all(viewId)
  return rows.map((row) => ({ path: String(row.path), reason: row.excluded as ExclusionReason }))
}

export function languageCounts(db: DatabaseSync, viewId: number): { language: string; files: number }[] {
  const rows = db
    .prepare(
      `select b.language, count(*) as files from view_file f join blob b on b.id = f.blob_id
       where f.view_id = ? group by b.language order by files desc, b.language`,
    )
    .all(viewId)
  return rows.map((row) => ({ language: String(row.language), files: Number(row.files) }))
}
