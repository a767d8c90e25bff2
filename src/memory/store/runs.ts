/** The journal of index runs: nothing is rebuilt without a reason that stands here. */

import type { DatabaseSync } from './database.ts'

export interface RunRecord {
  id: number
  viewKey: string
  reason: string
  /** Unix milliseconds. */
  startedAt: number
  endedAt: number | null
  files: number
  parsed: number
  chunks: number
  commits: number
  error: string | null
}

export type RunTotals = Pick<RunRecord, 'files' | 'parsed' | 'chunks' | 'commits'>

/** Runs kept in the journal; older ones are dropped. */
const kept = 200

export function startRun(db: DatabaseSync, viewKey: string, reason: string): number {
  const insert = db.prepare('insert into run (view_key, reason, started_at) values (?, ?, ?)')
  const id = Number(insert.run(viewKey, reason, Date.now()).lastInsertRowid)
  db.prepare('delete from run where id <= ?').run(id - kept)
  return id
}

export function endRun(db: DatabaseSync, id: number, totals: RunTotals, error: string | null): void {
  db.prepare(
    'update run set ended_at = ?, files = ?, parsed = ?, chunks = ?, commits = ?, error = ? where id = ?',
  ).run(Date.now(), totals.files, totals.parsed, totals.chunks, totals.commits, error, id)
}

/** Newest first. */
export function recentRuns(db: DatabaseSync, viewKey: string, limit: number): RunRecord[] {
  const rows = db.prepare('select * from run where view_key = ? order by id desc limit ?').all(viewKey, limit)
  return rows.map((row) => ({
    id: Number(row.id),
    viewKey: String(row.view_key),
    reason: String(row.reason),
    startedAt: Number(row.started_at),
    endedAt: row.ended_at === null ? null : Number(row.ended_at),
    files: Number(row.files),
    parsed: Number(row.parsed),
    chunks: Number(row.chunks),
    commits: Number(row.commits),
    error: row.error === null ? null : String(row.error),
  }))
}
