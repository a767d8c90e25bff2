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
