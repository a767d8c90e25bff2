/** The files and chunks of one view as arrays, so that channels can add scores by position. */

import { type Role, roleOf } from '../code/trees.ts'
import type { DatabaseSync } from '../store/database.ts'

export interface CorpusFile {
  pathId: number
  path: string
  blobId: number
  role: Role
  language: string
}

export interface Corpus {
  files: CorpusFile[]
  fileOfPath: Map<string, number>
  fileOfPathId: Map<number, number>
  /** Files with the same bytes share a blob. */
  filesOfBlob: Map<number, number[]>
  /** Chunk ids of the view, ascending inside of a blob. */
  chunkIds: Int32Array
  /** Position of a chunk by its id, -1 for chunks of other views. */
  chunkAt: Int32Array
  /** Blob of a chunk, by position. */
  chunkBlob: Int32Array
  /** Tokens in code and prose, by position. */
  chunkLength: Int32Array
}

const selectFiles = `
  select f.path_id, p.path, f.blob_id, b.language from view_file f
  join path p on p.id = f.path_id join blob b on b.id = f.blob_id
  where f.view_id = ? order by p.path`
const selectChunks = `
  select c.id, c.blob_id, s.sz from (select distinct blob_id from view_file where view_id = ? and blob_id is not null) v
  join chunk c on c.blob_id = v.blob_id join chunk_fts_docsize s on s.id = c.id
  order by c.blob_id, c.id`

export function readCorpus(db: DatabaseSync, viewId: number): Corpus {
  return { ...readFiles(db, viewId), ...readChunks(db, viewId) }
}

function readFiles(db: DatabaseSync, viewId: number) {
  const files: CorpusFile[] = []
  const fileOfPath = new Map<string, number>()
  const fileOfPathId = new Map<number, number>()
  const filesOfBlob = new Map<number, number[]>()
  for (const row of db.prepare(selectFiles).iterate(viewId)) {
    const path = String(row.path)
    const [pathId, blobId] = [Number(row.path_id), Number(row.blob_id)]
    const file = files.length
    files.push({ pathId, path, blobId, role: roleOf(path), language: String(row.language) })
    fileOfPath.set(path, file)
    fileOfPathId.set(pathId, file)
    filesOfBlob.set(blobId, [...(filesOfBlob.get(blobId) ?? []), file])
  }
  return { files, fileOfPath, fileOfPathId, filesOfBlob }
}

function readChunks(db: DatabaseSync, viewId: number) {
  const statement = db.prepare(selectChunks)
  statement.setReturnArrays(true)
  const rows = statement.all(viewId) as unknown as [number, number, Uint8Array][]
  const largest = rows.reduce((max, [id]) => Math.max(max, id), 0)
  const chunkAt = new Int32Array(largest + 1).fill(-1)
  rows.forEach(([id], at) => {
    chunkAt[id] = at
  })
  return {
    chunkAt,
    chunkIds: Int32Array.from(rows, ([id]) => id),
    chunkBlob: Int32Array.from(rows, ([, blobId]) => blobId),
    chunkLength: Int32Array.from(rows, ([, , sizes]) => sumVarints(sizes)),
  }
}

/** FTS5 keeps the token counts of the columns as variable-length integers, seven bits a byte, high part first. */
function sumVarints(bytes: Uint8Array): number {
  let sum = 0
  let value = 0
  for (const byte of bytes) {
    value = (value << 7) | (byte & 0x7f)
    if (byte < 0x80) {
      sum += value
      value = 0
    }
  }
  return sum
}
