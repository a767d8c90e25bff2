/** Embedders and their vectors in the index database. The caller opens transactions. */

import { randomUUID } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import type { Embedder } from '../ports.ts'
import type { Embedded } from '../types.ts'
import { readMeta, writeMeta } from './meta.ts'
import { dequantise, quantise } from './quantise.ts'

/** One generation of vectors: everything that one embedder made. */
export interface Generation {
  id: number
  identity: string
  dimensions: number
  active: boolean
}

/** A vector as it lies in the database (see quantise.ts). */
export interface StoredVector {
  id: number
  blob: Uint8Array
}

/** A text with its vector, as an embedder gives it or packed by `quantise` already. */
export type VectorOfText = Embedded | { hash: string; blob: Uint8Array }

/** A text that has no vector yet, with one place where it stands. */
export interface MissingText {
  hash: string
  chunkId: number
  blobId: number
  startLine: number
  endLine: number
}

const selectGeneration = 'select id, identity, dimensions, active from embedder where identity = ?'
const selectActive = 'select id, identity, dimensions, active from embedder where active = 1'
const selectAll = 'select id, identity, dimensions, active from embedder order by id'
const insertGeneration = 'insert into embedder (identity, dimensions) values (?, ?)'
const setActive = 'update embedder set active = (id = ?) where active <> (id = ?)'

/**
 * The generation of an embedder, created when it is new; never the active one by itself, except that the
 * very first generation serves at once. Throws `RangeError` when the identity is known with other dimensions.
 */
export function registerEmbedder(
  db: DatabaseSync,
  embedder: Pick<Embedder, 'id' | 'dimensions'>,
): Generation {
  const known = db.prepare(selectGeneration).get(embedder.id)
  if (known === undefined) {
    if (vectorEpoch(db) === '') writeMeta(db, epochKey, randomUUID())
    db.prepare(insertGeneration).run(embedder.id, embedder.dimensions)
    const created = generationOf(db.prepare(selectGeneration).get(embedder.id) ?? {})
    if (activeEmbedder(db) === undefined) activateEmbedder(db, created.id)
    return { ...created, active: activeEmbedder(db)?.id === created.id }
  }
  const generation = generationOf(known)
  if (generation.dimensions !== embedder.dimensions) {
    const text = `${generation.dimensions} dimensions are stored, ${embedder.dimensions} offered`
    throw new RangeError(`The embedder ${embedder.id} changed its size: ${text}.`)
  }
  return generation
}

/** The generation that answers searches. */
export function activeEmbedder(db: DatabaseSync): Generation | undefined {
  const row = db.prepare(selectActive).get()
  return row === undefined ? undefined : generationOf(row)
}

export function embedders(db: DatabaseSync): Generation[] {
  return db.prepare(selectAll).all().map(generationOf)
}

/** One statement, so that no reader ever sees two active generations or none. */
export function activateEmbedder(db: DatabaseSync, id: number): void {
  db.prepare(setActive).run(id, id)
}

const epochKey = 'vectors.epoch'
const nextKey = 'vectors.next'
const selectLast = 'select coalesce(max(id), 0) as last from vector'
const insertVector =
  'insert into vector (id, embedder_id, hash, vec) values (?, ?, ?, ?) on conflict (embedder_id, hash) do nothing'

/**
 * Stores vectors whose text has none yet and returns those with their new ids, ascending. An id is never
 * given twice in the life of a database (see `vectorEpoch`), so that caches may trust it.
 */
export function putVectors(
  db: DatabaseSync,
  embedderId: number,
  items: readonly VectorOfText[],
): StoredVector[] {
  const stored: StoredVector[] = []
  const statement = db.prepare(insertVector)
  const first = nextId(db)
  let id = first
  for (const item of items) {
    const blob = 'blob' in item ? item.blob : quantise(item.vector)
    const result = statement.run(id, embedderId, hashBlob(item.hash), blob)
    if (result.changes === 0) continue
    stored.push({ id, blob })
    id++
  }
  if (id !== first) writeMeta(db, nextKey, String(id))
  return stored
}

/** Random name of this database's sequence of vector ids; a cache made for another one is foreign. */
export function vectorEpoch(db: DatabaseSync): string {
  const known = readMeta(db, epochKey)
  if (known !== null) return known
  const epoch = randomUUID()
  writeMeta(db, epochKey, epoch)
  return epoch
}

function nextId(db: DatabaseSync): number {
  const kept = Number(readMeta(db, nextKey) ?? 1)
  const last = Number(db.prepare(selectLast).get()?.last ?? 0)
  return Math.max(kept, last + 1)
}

const selectVector = 'select vec from vector where embedder_id = ? and hash = ?'

export function vectorByHash(
  db: DatabaseSync,
  generation: Generation,
  hash: string,
): Float32Array | undefined {
  const row = db.prepare(selectVector).get(generation.id, hashBlob(hash))
  return row === undefined ? undefined : dequantise(row.vec as Uint8Array, generation.dimensions)
}

const countAll = 'select count(*) as count from vector where embedder_id = ?'

export function countVectors(db: DatabaseSync, embedderId: number): number {
  return Number(db.prepare(countAll).get(embedderId)?.count ?? 0)
}

const selectPage = 'select id, vec from vector where +embedder_id = ? and id > ? order by id limit ?'

/**
 * All stored vectors of a generation by ascending id, after `afterId`. Read in pages: the caller may write
 * or wait between two items.
 */
export function* storedVectors(db: DatabaseSync, embedderId: number, afterId = 0): Generator<StoredVector> {
  const statement = db.prepare(selectPage)
  let last = afterId
  while (true) {
    const rows = statement.all(embedderId, last, 2_000)
    if (rows.length === 0) return
    for (const row of rows) {
      last = Number(row.id)
      yield { id: last, blob: row.vec as Uint8Array }
    }
  }
}

const selectIds = 'select id from vector where embedder_id = ? order by id'

export function vectorIds(db: DatabaseSync, embedderId: number): number[] {
  return db
    .prepare(selectIds)
    .all(embedderId)
    .map((row) => Number(row.id))
}

const selectMissing = `
  select hash, min(chunk.id) as chunk, blob_id as blob, start_line as first, end_line as last from chunk
  where blob_id in (select blob_id from view_file where blob_id is not null and (?3 is null or view_id = ?3))
    and not exists (select 1 from vector where embedder_id = ?1 and vector.hash = chunk.hash)
  group by hash order by chunk limit ?2`

/** Visible texts (in one view, or in any) that a generation lacks, each once, oldest first. */
export function missingTexts(
  db: DatabaseSync,
  embedderId: number,
  limit: number,
  viewId: number | null = null,
): MissingText[] {
  return db
    .prepare(selectMissing)
    .all(embedderId, limit, viewId)
    .map((row) => ({
      hash: Buffer.from(row.hash as Uint8Array).toString('hex'),
      chunkId: Number(row.chunk),
      blobId: Number(row.blob),
      startLine: Number(row.first),
      endLine: Number(row.last),
    }))
}

const countMissingTexts = `
  select count(distinct hash) as count from chunk
  where blob_id in (select blob_id from view_file where blob_id is not null and (?2 is null or view_id = ?2))
    and not exists (select 1 from vector where embedder_id = ?1 and vector.hash = chunk.hash)`

export function countMissing(db: DatabaseSync, embedderId: number, viewId: number | null = null): number {
  return Number(db.prepare(countMissingTexts).get(embedderId, viewId)?.count ?? 0)
}

const deleteOrphans = `
  delete from vector where not exists (select 1 from chunk where chunk.hash = vector.hash) returning id`

/** Removes vectors of texts that no chunk has any more; returns their ids for the index in memory. */
export function removeOrphanVectors(db: DatabaseSync): number[] {
  return db
    .prepare(deleteOrphans)
    .all()
    .map((row) => Number(row.id))
}

const selectChunks = `
  select vector.id as vector, chunk.id as chunk from json_each(?) as wanted
  join vector on vector.id = wanted.value join chunk on chunk.hash = vector.hash`

/** The chunks that have the text of each vector: equal text in several files shares one vector. */
export function chunksOf(db: DatabaseSync, ids: readonly number[]): Map<number, number[]> {
  const chunks = new Map<number, number[]>()
  for (const row of db.prepare(selectChunks).all(JSON.stringify(ids))) {
    const id = Number(row.vector)
    const list = chunks.get(id)
    if (list === undefined) chunks.set(id, [Number(row.chunk)])
    else list.push(Number(row.chunk))
  }
  return chunks
}

const selectHashes =
  'select vector.id, vector.hash from json_each(?) as wanted join vector on vector.id = wanted.value'

/** The hash of the text of each vector; unknown ids are left out. */
export function hashesOf(db: DatabaseSync, ids: readonly number[]): Map<number, Uint8Array> {
  const rows = db.prepare(selectHashes).all(JSON.stringify(ids))
  return new Map(rows.map((row) => [Number(row.id), row.hash as Uint8Array]))
}

function hashBlob(hash: string): Buffer {
  return Buffer.from(hash, 'hex')
}

function generationOf(row: Record<string, unknown>): Generation {
  return {
    id: Number(row.id),
    identity: String(row.identity),
    dimensions: Number(row.dimensions),
    active: row.active === 1,
  }
}
