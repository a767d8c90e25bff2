/** The commit log of each view: messages, files, text search rows. Callers open transactions. */

import { codeTokens } from '../code/tokens.ts'
import type { Commit, CommitFile } from '../types.ts'
import type { DatabaseSync } from './database.ts'
import { pathWriter } from './files.ts'

const selectId = 'select id from commit_log where sha = ?'
const insertCommit = `
  insert into commit_log (sha, time, author, subject, body, issues, reverts) values (?, ?, ?, ?, ?, ?, ?)`
const insertFile = 'insert or ignore into commit_file (commit_id, path_id, status) values (?, ?, ?)'
const insertText = 'insert into commit_fts (rowid, message, files) values (?, ?, ?)'
const insertPosition = 'insert into view_commit (view_id, position, commit_id) values (?, ?, ?)'
const selectBySha = 'select * from commit_log where sha = ?'
const selectFiles = `
  select p.path, f.status from commit_file f join path p on p.id = f.path_id where f.commit_id = ? order by p.path`

/** Ids of commits that are already stored, by sha. */
export function knownCommits(db: DatabaseSync, shas: readonly string[]): Map<string, number> {
  const select = db.prepare(selectId)
  const known = new Map<string, number>()
  for (const sha of shas) {
    const row = select.get(sha)
    if (row !== undefined) known.set(sha, Number(row.id))
  }
  return known
}

/** Returns a function that stores one commit and gives its id. Prepared once for many commits. */
export function commitWriter(db: DatabaseSync): (commit: Commit) => number {
  const select = db.prepare(selectId)
  const insert = db.prepare(insertCommit)
  const file = db.prepare(insertFile)
  const text = db.prepare(insertText)
  const pathId = pathWriter(db)
  return (commit) => {
    const row = select.get(commit.sha)
    if (row !== undefined) return Number(row.id)
    const { sha, time, author, subject, body } = commit
    const inserted = insert.run(
      sha,
      time,
      author,
      subject,
      body,
      commit.issues.join(' '),
      commit.reverts.join(' '),
    )
    const id = Number(inserted.lastInsertRowid)
    for (const { path, status } of commit.files) file.run(id, pathId(path), status)
    const words = codeTokens(commit.files.map(({ path }) => path).join(' ')).join(' ')
    text.run(id, codeTokens(`${subject}\n${body}`).join(' '), words)
    return id
  }
}

/** Replaces a view's history by these commits, newest first. */
export function writeViewCommits(db: DatabaseSync, viewId: number, commitIds: readonly number[]): void {
  db.prepare('delete from view_commit where view_id = ?').run(viewId)
  const insert = db.prepare(insertPosition)
  commitIds.forEach((id, position) => {
    insert.run(viewId, position, id)
  })
}

export function countCommits(db: DatabaseSync, viewId: number): number {
  return Number(db.prepare('select count(*) as n from view_commit where view_id = ?').get(viewId)?.n ?? 0)
}

/** A stored commit by its full sha. */
export function readCommit(db: DatabaseSync, sha: string): Commit | null {
  const row = db.prepare(selectBySha).get(sha)
  if (row === undefined) return null
  const words = (value: unknown) => String(value).split(' ').filter(Boolean)
  const files = db.prepare(selectFiles).all(Number(row.id))
  return {
    sha,
    time: Number(row.time),
    author: String(row.author),
    subject: String(row.subject),
    body: String(row.body),
    issues: words(row.issues),
    reverts: words(row.reverts),
    files: files.map((file): CommitFile => ({ path: String(file.path), status: String(file.status) })),
  }
}

export interface HotFile {
  path: string
  /** Commits of the view's history that changed it. */
  edits: number
  /** Unix seconds of the newest of them. */
  lastEdit: number
}

export interface Companion {
  path: string
  /** Commits that changed both. */
  together: number
  /** Of the commits that changed either file, the share that changed both (Jaccard), 0 to 1. */
  share: number
}

const selectHot = `
  select p.path, count(*) as edits, max(c.time) as last from view_commit v
  join commit_log c on c.id = v.commit_id join commit_file f on f.commit_id = c.id join path p on p.id = f.path_id
  where v.view_id = ?1 and p.id in (select path_id from view_file where view_id = ?1)
  group by p.id order by edits desc, last desc, p.path limit ?2`

/** The files of a view that its history changed most often. */
export function hotFiles(db: DatabaseSync, viewId: number, limit: number): HotFile[] {
  return db
    .prepare(selectHot)
    .all(viewId, limit)
    .map((row) => ({ path: String(row.path), edits: Number(row.edits), lastEdit: Number(row.last) }))
}

/** A commit that changes more files than this moves or reformats; that files are in it together says nothing. */
const mostCompanions = 30

const selectTogether = `
  with mine as (
    select f.commit_id as id from path p join commit_file f on f.path_id = p.id
    join view_commit v on v.view_id = ?1 and v.commit_id = f.commit_id
    where p.path = ?2 and (select count(*) from commit_file o where o.commit_id = f.commit_id) <= ?3),
  pairs as (
    select o.path_id, count(*) as together from mine join commit_file o on o.commit_id = mine.id group by o.path_id)
  select p.path, together, together * 1.0 / ((select count(*) from mine) - together + (
      select count(*) from commit_file a join view_commit v on v.view_id = ?1 and v.commit_id = a.commit_id
      where a.path_id = pairs.path_id)) as share
  from pairs join path p on p.id = pairs.path_id
  where p.path <> ?2 and p.id in (select path_id from view_file where view_id = ?1)
  order by share desc, together desc, p.path limit ?4`

/** The files that change in the same commits as `path`, closest first; empty for a path without history. */
export function changedTogether(db: DatabaseSync, viewId: number, path: string, limit: number): Companion[] {
  return db
    .prepare(selectTogether)
    .all(viewId, path, mostCompanions, limit)
    .map((row) => ({ path: String(row.path), together: Number(row.together), share: Number(row.share) }))
}

/** Drops commits that no view's history holds any more: rebased away, or fallen off the end. */
export function forgetUnreachable(db: DatabaseSync): number {
  const rows = db
    .prepare('select id from commit_log where id not in (select commit_id from view_commit)')
    .all()
  const forgetText = db.prepare('delete from commit_fts where rowid = ?')
  const forget = db.prepare('delete from commit_log where id = ?')
  for (const row of rows) {
    forgetText.run(Number(row.id))
    forget.run(Number(row.id))
  }
  return rows.length
}
