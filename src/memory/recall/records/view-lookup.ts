/** Exact questions to one view of the index: which content lies at a path, and where a piece or a name is. */

import { createHash } from 'node:crypto'
import type { DatabaseSync, StatementSync } from '../../store/database.ts'
import type { Span } from '../../types.ts'

/** One view of `index.db`. */
export interface ViewContext {
  db: DatabaseSync
  viewId: number
}

/** A file as the view shows it. `blobId` is null while its content is not indexed. */
export interface Place {
  path: string
  oid: string | null
  blobId: number | null
}

/** A definition somewhere in the view; `symbol` is its qualified name, `hash` that of its own text. */
export interface Definition extends Place, Span {
  symbol: string
  hash: string | null
}

/** A piece of text somewhere in the view. */
export interface PiecePlace extends Place, Span {}

export interface ViewLookup {
  fileAt(path: string): Place | null
  /** Files with these bytes. */
  filesOf(oid: string): Place[]
  /** The parsed content of these bytes, visible or not. */
  blobIdOf(oid: string): number | null
  linesOf(blobId: number): number
  /** Definitions in one content by qualified name, or by plain name when `name` has no container. */
  definitionsIn(place: Place, name: string): Definition[]
  /** The innermost definition around lines. */
  definitionAround(place: Place, span: Span): Definition | null
  /** Definitions of a qualified or plain name in the whole view. */
  definitionsOf(name: string): Definition[]
  /** Those of them whose own text has this hash. */
  definitionsLike(name: string, hash: string): Definition[]
  /** Where a chunk with this text lies in one content. */
  pieceIn(place: Place, hash: string): PiecePlace | null
  /** Where a chunk with this text lies in the view. */
  piecesOf(hash: string): PiecePlace[]
  /** Hash of all chunks that these lines touch; null for lines that no chunk holds. */
  pieceHash(blobId: number, span: Span): string | null
  /** The file that holds most of the pieces of this content, at least half of them. */
  mostAlike(oid: string): Place | null
  /** Paths that the newest commit which deleted `path` added. */
  addedWhereDeleted(path: string): string[]
}

// `cross join` keeps the order as written: the planner would rather walk the whole view.
const places = 'join path p on p.id = f.path_id'
const selectFile = `
  select p.path, f.oid, f.blob_id from path p join view_file f on f.view_id = ? and f.path_id = p.id where p.path = ?`
const selectFilesOf = `
  select p.path, b.oid, f.blob_id from blob b
  cross join view_file f on f.view_id = ? and f.blob_id = b.id ${places}
  where b.oid = ? order by p.path limit 50`
const selectBlob = 'select id from blob where oid = ? order by id limit 1'
const selectLines = 'select lines from blob where id = ?'
const selectIn =
  'select name, container, start_line, end_line, hash from symbol where blob_id = ? and folded = ?'
const selectAround = `
  select name, container, start_line, end_line, hash from symbol where blob_id = ? and start_line <= ? and end_line >= ?
  order by end_line - start_line, length(container) desc limit 1`
/** More namesakes than this say nothing about one of them. */
const mostNamesakes = 300
const selectOf = `
  select s.name, s.container, s.start_line, s.end_line, s.hash, p.path, b.oid, f.blob_id from symbol s
  cross join view_file f on f.view_id = ? and f.blob_id = s.blob_id ${places} join blob b on b.id = f.blob_id
  where s.folded = ? limit ${mostNamesakes}`
const selectSame = selectOf.replace('s.folded = ?', 's.folded = ? and s.hash = ?')
const selectQualified = selectOf.replace('s.folded = ?', 's.folded = ? and s.container = ?')
const selectPieceIn = 'select start_line, end_line from chunk where blob_id = ? and hash = ? limit 1'
const selectPieces = `
  select c.start_line, c.end_line, p.path, b.oid, f.blob_id from chunk c
  cross join view_file f on f.view_id = ? and f.blob_id = c.blob_id ${places} join blob b on b.id = f.blob_id
  where c.hash = ? limit 20`
const selectCovering = `
  select hash from chunk where blob_id = ? and start_line <= ? and end_line >= ? order by start_line, id`
/** Of a very long file its first pieces stand for the rest. */
const mostPieces = 64
const selectAlike = `
  with old as (select distinct hash from chunk where blob_id = ?1 limit ${mostPieces})
  select p.path, b.oid, f.blob_id, count(distinct o.hash) as shared, (select count(*) from old) as all_pieces
  from old o cross join chunk c on c.hash = o.hash
  cross join view_file f on f.view_id = ?2 and f.blob_id = c.blob_id ${places} join blob b on b.id = f.blob_id
  group by f.path_id order by shared desc, p.path limit 2`
const selectDeletion = `
  select f.commit_id from path p cross join commit_file f on f.path_id = p.id
  cross join view_commit v on v.view_id = ? and v.commit_id = f.commit_id
  where p.path = ? and f.status = 'D' order by v.position limit 1`
const selectAdded = `
  select p.path from commit_file f join path p on p.id = f.path_id
  where f.commit_id = ? and f.status = 'A' order by p.path`

/** Statements are prepared once: keep the lookup for as long as the database and the view serve. */
export function openViewLookup({ db, viewId }: ViewContext): ViewLookup {
  const prepared = new Map<string, StatementSync>()
  const statement = (sql: string): StatementSync => {
    const known = prepared.get(sql) ?? db.prepare(sql)
    prepared.set(sql, known)
    return known
  }
  return {
    ...files(statement, viewId),
    ...definitions(statement, viewId),
    ...pieces(statement, viewId),
    addedWhereDeleted(path) {
      const commit = statement(selectDeletion).get(viewId, path)
      if (commit === undefined) return []
      const rows = statement(selectAdded).all(Number(commit.commit_id))
      return rows.map((row) => String(row.path))
    },
  }
}

type Prepare = (sql: string) => StatementSync
type Row = Record<string, unknown>

function files(statement: Prepare, viewId: number) {
  return {
    fileAt: (path: string) => placeOf(statement(selectFile).get(viewId, path)),
    filesOf: (oid: string) =>
      statement(selectFilesOf)
        .all(viewId, oid)
        .map((row) => toPlace(row)),
    blobIdOf(oid: string) {
      const row = statement(selectBlob).get(oid)
      return row === undefined ? null : Number(row.id)
    },
    linesOf: (blobId: number) => Number(statement(selectLines).get(blobId)?.lines ?? 0),
  }
}

function definitions(statement: Prepare, viewId: number) {
  const named = (name: string) => name.slice(name.lastIndexOf('.') + 1)
  const fits = (name: string) => (found: Definition) =>
    found.symbol === name || (!name.includes('.') && named(found.symbol) === name)
  return {
    definitionsIn(place: Place, name: string) {
      if (place.blobId === null) return []
      const rows = statement(selectIn).all(place.blobId, named(name).toLowerCase())
      return exactFirst(rows.map((row) => toDefinition(row, place)).filter(fits(name)), name)
    },
    definitionAround(place: Place, { startLine, endLine }: Span) {
      if (place.blobId === null) return null
      const row = statement(selectAround).get(place.blobId, startLine, endLine)
      return row === undefined ? null : toDefinition(row, place)
    },
    definitionsLike(name: string, hash: string) {
      const rows = statement(selectSame).all(viewId, named(name).toLowerCase(), Buffer.from(hash, 'hex'))
      const found = rows.map((row) => toDefinition(row, toPlace(row)))
      // The text holds the name, so another container is only another place.
      return exactFirst(
        found.filter((one) => named(one.symbol) === named(name)),
        name,
      )
    },
    definitionsOf(name: string) {
      const folded = named(name).toLowerCase()
      const container = name.slice(0, Math.max(0, name.lastIndexOf('.')))
      const rows = name.includes('.')
        ? statement(selectQualified).all(viewId, folded, container)
        : statement(selectOf).all(viewId, folded)
      return exactFirst(rows.map((row) => toDefinition(row, toPlace(row))).filter(fits(name)), name)
    },
  }
}

/** Where some have exactly this qualified name, the others are namesakes. */
function exactFirst(found: Definition[], name: string): Definition[] {
  const exact = found.filter(({ symbol }) => symbol === name)
  return exact.length > 0 ? exact : found
}

function pieces(statement: Prepare, viewId: number) {
  const pieceHash = (blobId: number, { startLine, endLine }: Span) => {
    const rows = statement(selectCovering).all(blobId, endLine, startLine)
    return joinHashes(rows.map((row) => hex(row.hash)))
  }
  return {
    pieceHash,
    pieceIn(place: Place, hash: string) {
      if (place.blobId === null) return null
      const row = statement(selectPieceIn).get(place.blobId, Buffer.from(hash, 'hex'))
      return row === undefined ? null : { ...place, ...toSpan(row) }
    },
    piecesOf: (hash: string) =>
      statement(selectPieces)
        .all(viewId, Buffer.from(hash, 'hex'))
        .map((row) => ({ ...toPlace(row), ...toSpan(row) })),
    mostAlike(oid: string) {
      const blob = statement(selectBlob).get(oid)
      if (blob === undefined) return null
      const [best, next] = statement(selectAlike).all(Number(blob.id), viewId)
      if (best === undefined || Number(best.shared) * 2 < Number(best.all_pieces)) return null
      // Two that are equally alike are copies of something common: neither is the one that moved.
      return next !== undefined && next.shared === best.shared ? null : toPlace(best)
    },
  }
}

/**
 * Definitions of one name in one file as one: overloads with their implementation, partial classes, redefinitions.
 * Its place is the longest of them (of equal ones the last, which is the implementation), its hash that of all in the order of their lines; null where one has none.
 */
export function grouped(found: readonly Definition[]): Definition[] {
  const groups = Map.groupBy(found, ({ path, symbol }) => `${path}#${symbol}`)
  return [...groups.values()].flatMap((group) => {
    const inOrder = [...group].sort((a, b) => a.startLine - b.startLine || a.endLine - b.endLine)
    const longest = [...inOrder].sort((a, b) => a.endLine - a.startLine - (b.endLine - b.startLine)).at(-1)
    const hashes = inOrder.flatMap(({ hash }) => hash ?? [])
    const hash = hashes.length < inOrder.length ? null : joinHashes(hashes)
    return longest === undefined ? [] : [{ ...longest, hash }]
  })
}

/** The hash of one chunk is that chunk's own; of several, the hash of theirs in order. */
function joinHashes(hashes: readonly string[]): string | null {
  if (hashes.length <= 1) return hashes[0] ?? null
  return createHash('sha256').update(hashes.join('')).digest('hex').slice(0, 32)
}

function hex(value: unknown): string {
  return Buffer.from(value as Uint8Array).toString('hex')
}

function placeOf(row: Row | undefined): Place | null {
  return row === undefined ? null : toPlace(row)
}

function toPlace(row: Row): Place {
  return {
    path: String(row.path),
    oid: row.oid === null ? null : String(row.oid),
    blobId: row.blob_id === null ? null : Number(row.blob_id),
  }
}

function toSpan(row: Row): Span {
  return { startLine: Number(row.start_line), endLine: Number(row.end_line) }
}

function toDefinition(row: Row, { path, oid, blobId }: Place): Definition {
  const container = String(row.container)
  const symbol = container === '' ? String(row.name) : `${container}.${String(row.name)}`
  return { path, oid, blobId, symbol, hash: row.hash === null ? null : hex(row.hash), ...toSpan(row) }
}
