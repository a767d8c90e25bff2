/** Evidence by content: outputs, diffs and logs under their SHA-256, compressed; kept while an event names them. */

import { createHash } from 'node:crypto'
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import type { DatabaseSync } from './database.ts'
import type { ArtifactInfo } from './memory-store.ts'

const insertArtifact = `
  insert into artifact (sha, kind, mime, bytes, data, created_at) values (?, ?, ?, ?, ?, ?)
  on conflict (sha) do update set created_at = max(created_at, excluded.created_at)`

/** Stores a text and returns its SHA-256. `now` in Unix milliseconds. */
export function writeArtifact(
  db: DatabaseSync,
  info: Pick<ArtifactInfo, 'kind' | 'mime'>,
  content: string,
  now: number,
): string {
  const bytes = Buffer.from(content, 'utf8')
  const sha = createHash('sha256').update(bytes).digest('hex')
  db.prepare(insertArtifact).run(sha, info.kind, info.mime, bytes.length, zstdCompressSync(bytes), now)
  return sha
}

const selectArtifact = 'select * from artifact where sha = ?'

export function readArtifact(db: DatabaseSync, sha: string): { info: ArtifactInfo; content: string } | null {
  const row = db.prepare(selectArtifact).get(sha)
  if (row === undefined) return null
  const info = {
    sha,
    kind: row.kind as ArtifactInfo['kind'],
    mime: String(row.mime),
    bytes: Number(row.bytes),
  }
  return { info, content: zstdDecompressSync(row.data as Uint8Array).toString('utf8') }
}

const selectSha = 'select 1 from artifact where sha = ?'

export function hasArtifact(db: DatabaseSync, sha: string): boolean {
  return db.prepare(selectSha).get(sha) !== undefined
}

const selectOld = 'select sha from artifact where created_at < ?'
const deleteArtifact = 'delete from artifact where sha = ?'
const selectTexts = 'select payload, changes from event'

/** Whoever stores evidence may take this long (milliseconds) to append the event that names it. */
const grace = 3_600_000

/** Drops what no event names and is older than an hour; returns how many. */
export function dropUnnamed(db: DatabaseSync, now: number): number {
  const old = db
    .prepare(selectOld)
    .all(now - grace)
    .map((row) => String(row.sha))
  if (old.length === 0) return 0
  const named = namedArtifacts(db)
  const gone = old.filter((sha) => !named.has(sha))
  dropArtifacts(db, gone)
  return gone.length
}

export function dropArtifacts(db: DatabaseSync, shas: readonly string[]): void {
  const statement = db.prepare(deleteArtifact)
  for (const sha of shas) statement.run(sha)
}

/** Every SHA-256 that the log names anywhere. The fold holds nothing that the log does not. */
export function namedArtifacts(db: DatabaseSync): Set<string> {
  const named = new Set<string>()
  for (const row of db.prepare(selectTexts).iterate())
    for (const sha of hashesIn(`${row.payload} ${row.changes}`)) named.add(sha)
  return named
}

export function hashesIn(text: string): string[] {
  return text.match(/\b[0-9a-f]{64}\b/g) ?? []
}
