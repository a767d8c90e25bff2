/** Fills a generation of vectors in the background: texts that lack one are read, embedded and stored. */

import { hash as digest } from 'node:crypto'
import { longestPiece } from '../code/chunk.ts'
import { LineTable } from '../code/lines.ts'
import type { Git } from '../git.ts'
import type { Embedder } from '../ports.ts'
import { type DatabaseSync, transaction } from '../store/database.ts'
import {
  countMissing,
  type MissingText,
  missingTexts,
  putVectors,
  type StoredVector,
} from '../store/vectors.ts'
import { type ContentReader, decode, objectReader, workTreeReader } from './content.ts'

/** Texts embedded and stored together: what a crash can cost, and how often progress is told. */
const batchTexts = 64

export interface VectoriseOptions {
  db: DatabaseSync
  git: Git
  /** Only texts that this view shows are sent: those of other work trees are not this one's to read. */
  viewId: number
  embedder: Embedder
  embedderId: number
  /** Limit of a text in bytes of its file. */
  maxFileSize: number
  signal: AbortSignal
  pause: () => Promise<void>
  onProgress: (done: number, total: number) => void
  onVectors: (vectors: StoredVector[]) => void
}

/** Embeds every text of the view that this generation lacks. Resolves to how many were added. Throws `EmbedderError`. */
export async function vectorise(options: VectoriseOptions): Promise<number> {
  const { db, git, viewId, embedder, embedderId, signal } = options
  const total = countMissing(db, embedderId, viewId)
  if (total === 0) return 0
  const objects = objectReader(git)
  const files = git.root === null ? null : workTreeReader(git.root)
  const unreadable = new Set<string>()
  let done = 0
  try {
    for (;;) {
      await options.pause()
      signal.throwIfAborted()
      const wanted = missingTexts(db, embedderId, batchTexts + unreadable.size, viewId).filter(
        ({ hash }) => !unreadable.has(hash),
      )
      if (wanted.length === 0) return done
      const texts = await readTexts(options, wanted, { objects, files })
      for (const { hash } of wanted) if (!texts.has(hash)) unreadable.add(hash)
      const vectors = await embedder.embed([...texts.values()], signal)
      const items = [...texts.keys()].map((hash, at) => ({ hash, vector: vectors[at] as Float32Array }))
      options.onVectors(transaction(db, () => putVectors(db, embedderId, items)))
      done += wanted.length
      options.onProgress(done, total)
    }
  } finally {
    objects.close()
  }
}

interface Readers {
  objects: ContentReader
  files: ContentReader | null
}

const selectPlace = `
  select b.oid, p.path from view_file f join blob b on b.id = f.blob_id join path p on p.id = f.path_id
  where f.view_id = ? and f.blob_id = ? limit 1`

/** Texts by hash. Content that changed meanwhile is left out: its new chunks are asked for by their own hash. */
async function readTexts(
  options: VectoriseOptions,
  wanted: MissingText[],
  readers: Readers,
): Promise<Map<string, string>> {
  const select = options.db.prepare(selectPlace)
  const texts = new Map<string, string>()
  for (const missing of wanted) {
    const row = select.get(options.viewId, missing.blobId)
    if (row === undefined) continue
    const file = { path: String(row.path), oid: String(row.oid) }
    const content = await readContent(file, readers, options.maxFileSize)
    const text = content === null ? undefined : textOf(decode(content), missing)
    if (text !== undefined) texts.set(missing.hash, text)
  }
  return texts
}

/** The text of a chunk, cut as the parser cuts; undefined where the content is not what was parsed. */
function textOf(content: string, { hash, startLine, endLine }: MissingText): string | undefined {
  const lines = new LineTable(content.charCodeAt(0) === 0xfeff ? content.slice(1) : content)
  const end = lines.end(endLine - 1)
  for (let from = lines.start(startLine - 1); from < end; from += longestPiece) {
    const text = lines.text.slice(from, Math.min(end, from + longestPiece))
    if (digest('sha256', text, 'hex').startsWith(hash)) return text
  }
  return undefined
}

/** Untracked content has no git object; then the file itself is read. */
async function readContent(
  file: { path: string; oid: string },
  { objects, files }: Readers,
  limit: number,
): Promise<Buffer | null> {
  for (const reader of [objects, files]) {
    const content = await reader?.read(file, limit)
    if (content !== undefined && typeof content === 'object' && 'bytes' in content) return content.bytes
  }
  return null
}
