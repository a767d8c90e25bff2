/** Parsed content by git blob id: chunks, their text index, symbols, imports. Callers open transactions. */

import type { ParsedFile } from '../types.ts'
import type { DatabaseSync } from './database.ts'

const selectBlob = 'select id, bytes from blob where oid = ? and language = ?'
const insertBlob = 'insert into blob (oid, language, lines, bytes, fallback) values (?, ?, ?, ?, ?)'
const insertChunk = `
  insert into chunk (blob_id, kind, name, start_line, end_line, hash) values (?, ?, ?, ?, ?, ?)`
const insertChunkText = 'insert into chunk_fts (rowid, names, code, prose) values (?, ?, ?, ?)'
const insertSymbol = `
  insert into symbol (blob_id, name, folded, kind, container, start_line, end_line, hash) values (?, ?, ?, ?, ?, ?, ?, ?)`
const insertImport = 'insert into import (blob_id, module, names) values (?, ?, ?)'
const countContent = `
  select count(*) as chunks from chunk where blob_id in
    (select blob_id from view_file where view_id = ? and blob_id is not null)`
const countSymbols = `
  select count(*) as symbols from symbol where blob_id in
    (select blob_id from view_file where view_id = ? and blob_id is not null)`

export interface KnownBlob {
  id: number
  bytes: number
}

/** Content that was parsed before, by oid and language. */
export function findBlob(db: DatabaseSync): (oid: string, language: string) => KnownBlob | null {
  const select = db.prepare(selectBlob)
  return (oid, language) => {
    const row = select.get(oid, language)
    return row === undefined ? null : { id: Number(row.id), bytes: Number(row.bytes) }
  }
}

/** Returns a function that stores one parsed file and gives its blob id. Prepared once for many files. */
export function blobWriter(db: DatabaseSync): (oid: string, bytes: number, parsed: ParsedFile) => number {
  const find = findBlob(db)
  const blob = db.prepare(insertBlob)
  const chunk = db.prepare(insertChunk)
  const text = db.prepare(insertChunkText)
  const symbol = db.prepare(insertSymbol)
  const imported = db.prepare(insertImport)
  return (oid, bytes, parsed) => {
    const known = find(oid, parsed.language)
    if (known !== null) return known.id
    const row = blob.run(oid, parsed.language, parsed.lines, bytes, parsed.fallback ?? null)
    const id = Number(row.lastInsertRowid)
    for (const { kind, name, startLine, endLine, hash, fields } of parsed.chunks) {
      const inserted = chunk.run(id, kind, name, startLine, endLine, Buffer.from(hash, 'hex'))
      text.run(inserted.lastInsertRowid, fields.names, fields.code, fields.prose)
    }
    for (const { name, kind, container, startLine, endLine, hash } of parsed.symbols) {
      const own = Buffer.from(hash, 'hex')
      symbol.run(id, name, name.toLowerCase(), kind, container, startLine, endLine, own)
    }
    for (const { module, names } of parsed.imports) imported.run(id, module, names.join(' '))
    return id
  }
}

export function contentCounts(db: DatabaseSync, viewId: number): { chunks: number; symbols: number } {
  return {
    chunks: Number(db.prepare(countContent).get(viewId)?.chunks ?? 0),
    symbols: Number(db.prepare(countSymbols).get(viewId)?.symbols ?? 0),
  }
}

/**
 * Drops content that no view shows any more and that is older than the newest `keep` such blobs:
 * a branch one switches back to costs nothing, a year of saves does not pile up.
 */
export function collectGarbage(db: DatabaseSync, keep: number): number {
  const rows = db
    .prepare(
      `select id from blob where id not in (select blob_id from view_file where blob_id is not null)
       order by id desc limit -1 offset ?`,
    )
    .all(keep)
  const chunks = db.prepare('select id from chunk where blob_id = ?')
  const forgetText = db.prepare('delete from chunk_fts where rowid = ?')
  const forget = db.prepare('delete from blob where id = ?')
  for (const row of rows) {
    const blobId = Number(row.id)
    for (const chunk of chunks.iterate(blobId)) forgetText.run(Number(chunk.id))
    forget.run(blobId)
  }
  return rows.length
}
