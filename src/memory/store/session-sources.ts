/** What memory knows of other agents' sessions: which files were looked at, and which pieces of work came of them. */

import { type DatabaseSync, transaction } from './database.ts'

/** What came of one import of one source. */
export interface SourceCounts {
  sessions: number
  episodes: number
  demonstrations: number
  passed: number
  failed: number
  unknown: number
}

export interface SourceRow {
  agent: string
  key: string
  ref: string | null
  stamp: string
  bytes: number
  /** Unix milliseconds. */
  modifiedAt: number
  importedAt: number | null
  counts: SourceCounts
}

export interface PieceRow {
  agent: string
  key: string
  sourceKey: string
  sessionId: string
  hash: string
  endedAt: number
  /** Id of the episode. */
  episode: string
}

export const noCounts: SourceCounts = {
  sessions: 0,
  episodes: 0,
  demonstrations: 0,
  passed: 0,
  failed: 0,
  unknown: 0,
}

const selectSource = 'select * from session_source where agent = ? and key = ?'
const selectSources = 'select * from session_source where ref is not null'
const upsertSource = `
  insert into session_source (agent, key, ref, stamp, bytes, modified_at, imported_at, counts)
  values (?, ?, ?, ?, ?, ?, ?, ?)
  on conflict (agent, key) do update set ref = excluded.ref, stamp = excluded.stamp, bytes = excluded.bytes,
    modified_at = excluded.modified_at, imported_at = excluded.imported_at, counts = excluded.counts`
const selectPiece = 'select * from session_piece where agent = ? and key = ?'
const countAllPieces = 'select count(*) as count from session_piece'
const selectPieces = 'select * from session_piece where agent = ? and session_id = ? order by ended_at, key'
const upsertPiece = `
  insert into session_piece (agent, key, source_key, session_id, hash, ended_at, episode) values (?, ?, ?, ?, ?, ?, ?)
  on conflict (agent, key) do update set source_key = excluded.source_key, session_id = excluded.session_id,
    hash = excluded.hash, ended_at = excluded.ended_at, episode = excluded.episode`
const selectAllPieces = 'select * from session_piece order by agent, key'
const insertPiece = `
  insert into session_piece (agent, key, source_key, session_id, hash, ended_at, episode) values (?, ?, ?, ?, ?, ?, ?)
  on conflict (agent, key) do nothing`
const selectSessions = `
  select agent, session_id, max(ended_at) as ended_at, count(*) as pieces from session_piece
  where (?1 = '' or agent = ?1) and ended_at >= ?2
  group by agent, session_id order by ended_at desc, session_id`
const selectNamed = `
  select distinct agent, session_id from session_piece
  where session_id = ?1 or agent || ':' || session_id = ?1 or session_id like ?2 escape '\\'
  order by session_id = ?1 desc, agent, session_id limit 20`

export function sourceOf(db: DatabaseSync, agent: string, key: string): SourceRow | null {
  const row = db.prepare(selectSource).get(agent, key)
  return row === undefined ? null : readSource(row)
}

/** Sources of this repository. */
export function ownSources(db: DatabaseSync): SourceRow[] {
  return db.prepare(selectSources).all().map(readSource)
}

export function keepSources(db: DatabaseSync, rows: readonly SourceRow[]): void {
  if (rows.length === 0) return
  transaction(db, () => {
    for (const row of rows) writeSource(db, row)
  })
}

function writeSource(db: DatabaseSync, row: SourceRow): void {
  const { agent, key, ref, stamp, bytes, modifiedAt, importedAt, counts } = row
  const time = Math.round(modifiedAt)
  db.prepare(upsertSource).run(agent, key, ref, stamp, bytes, time, importedAt, JSON.stringify(counts))
}

export function pieceOf(db: DatabaseSync, agent: string, key: string): PieceRow | null {
  const row = db.prepare(selectPiece).get(agent, key)
  return row === undefined ? null : readPiece(row)
}

/** Oldest first. */
export function piecesOf(db: DatabaseSync, agent: string, sessionId: string): PieceRow[] {
  return db.prepare(selectPieces).all(agent, sessionId).map(readPiece)
}

export function countPieces(db: DatabaseSync): number {
  return Number(db.prepare(countAllPieces).get()?.count ?? 0)
}

/** By agent and key. */
export function allPieces(db: DatabaseSync): PieceRow[] {
  return db.prepare(selectAllPieces).all().map(readPiece)
}

/** Keeps a piece that was imported elsewhere; what is known of it here stays. The caller opens transactions. */
export function addPiece(db: DatabaseSync, piece: PieceRow): void {
  const { agent, key, sourceKey, sessionId, hash, endedAt, episode } = piece
  db.prepare(insertPiece).run(agent, key, sourceKey, sessionId, hash, endedAt, episode)
}

/** What one source gave: all of it or nothing. */
export function keepImport(db: DatabaseSync, source: SourceRow, pieces: readonly PieceRow[]): void {
  transaction(db, () => {
    const statement = db.prepare(upsertPiece)
    for (const { agent, key, sourceKey, sessionId, hash, endedAt, episode } of pieces)
      statement.run(agent, key, sourceKey, sessionId, hash, endedAt, episode)
    writeSource(db, source)
  })
}

export interface ImportedSession {
  agent: string
  sessionId: string
  endedAt: number
}

/** Newest first. `agent` empty: of all; `since` in Unix milliseconds. */
export function importedSessions(db: DatabaseSync, agent: string, since: number): ImportedSession[] {
  return db
    .prepare(selectSessions)
    .all(agent, since)
    .map((row) => ({
      agent: String(row.agent),
      sessionId: String(row.session_id),
      endedAt: Number(row.ended_at),
    }))
}

/** By id, `agent:id`, or the beginning of an id; an exact one stands first. */
export function sessionsNamed(db: DatabaseSync, name: string): { agent: string; sessionId: string }[] {
  const prefix = `${name.replace(/[\\%_]/g, '\\$&')}%`
  return db
    .prepare(selectNamed)
    .all(name, prefix)
    .map((row) => ({ agent: String(row.agent), sessionId: String(row.session_id) }))
}

type Row = Record<string, unknown>

function readSource(row: Row): SourceRow {
  return {
    agent: String(row.agent),
    key: String(row.key),
    ref: row.ref === null ? null : String(row.ref),
    stamp: String(row.stamp),
    bytes: Number(row.bytes),
    modifiedAt: Number(row.modified_at),
    importedAt: row.imported_at === null ? null : Number(row.imported_at),
    counts: { ...noCounts, ...(JSON.parse(String(row.counts)) as Partial<SourceCounts>) },
  }
}

function readPiece(row: Row): PieceRow {
  return {
    agent: String(row.agent),
    key: String(row.key),
    sourceKey: String(row.source_key),
    sessionId: String(row.session_id),
    hash: String(row.hash),
    endedAt: Number(row.ended_at),
    episode: String(row.episode),
  }
}
