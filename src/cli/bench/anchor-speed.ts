/** How long the anchors of a record take on an index of any size, made up without parsing. */

import { createHash } from 'node:crypto'
import { openAnchorCheck } from '../../memory/recall/records/anchors.ts'
import { openViewLookup } from '../../memory/recall/records/view-lookup.ts'
import type { Anchor } from '../../memory/record.ts'
import { blobWriter } from '../../memory/store/blobs.ts'
import { type DatabaseSync, transaction } from '../../memory/store/database.ts'
import { openView, saveViewState, type ViewFile, writeViewFiles } from '../../memory/store/files.ts'
import { openIndex } from '../../memory/store/index-db.ts'
import type { ParsedFile } from '../../memory/types.ts'
import { quantile } from './measure.ts'
import { openRandom, type Random } from './random.ts'

export interface AnchorSpeed {
  chunks: number
  /** Milliseconds for one record with ten anchors, when its code is as it was, and when half of it changed or went. */
  fresh: { p50: number; p95: number }
  mixed: { p50: number; p95: number }
}

const chunksOfFile = 8
const linesOfChunk = 12
const anchorsOfRecord = 10
const records = 300

export function measureAnchorSpeed({ chunks, seed }: { chunks: number; seed: number }): AnchorSpeed {
  const { db } = openIndex(null)
  try {
    const random = openRandom(seed)
    const { id: viewId } = openView(db, 'worktree:.')
    const files = Math.ceil(chunks / chunksOfFile)
    writeFiles(db, viewId, files)
    saveViewState(db, viewId, { head: null, complete: true })
    const made = Array.from({ length: records }, () => makeAnchors({ db, viewId }, files, random))
    const fresh = time({ db, viewId }, made)
    const mixed = time(
      { db, viewId },
      made.map((anchors) => unsettle(anchors, random)),
    )
    return { chunks: files * chunksOfFile, fresh, mixed }
  } finally {
    db.close()
  }
}

function writeFiles(db: DatabaseSync, viewId: number, files: number): void {
  transaction(db, () => {
    const write = blobWriter(db)
    const rows: ViewFile[] = []
    for (let file = 0; file < files; file++) {
      const oid = digest(`blob ${file}`, 40)
      const blobId = write(oid, 4_000, contentOf(file))
      rows.push({ path: pathOf(file), oid, blobId, bytes: 4_000, mtime: null, excluded: null })
    }
    writeViewFiles(db, viewId, rows, [])
  })
}

/** A class a file; each has an `__init__`, so that one name is as common as it gets. */
function contentOf(file: number): ParsedFile {
  const names = [
    '__init__',
    ...Array.from({ length: chunksOfFile - 1 }, (_, at) => `method_${(file + at * 97) % 3_000}`),
  ]
  const container = `Class${file}`
  const spans = names.map((name, at) => ({
    name,
    startLine: at * linesOfChunk + 1,
    endLine: (at + 1) * linesOfChunk,
    hash: digest(`${file} ${at}`, 32),
  }))
  const fields = { names: '', code: 'x', prose: '' }
  return {
    language: 'python',
    lines: chunksOfFile * linesOfChunk,
    chunks: spans.map((span) => ({ ...span, name: `${container}.${span.name}`, kind: 'definition', fields })),
    symbols: spans.map((span) => ({ ...span, kind: 'method', container })),
    imports: [],
  }
}

function makeAnchors(context: { db: DatabaseSync; viewId: number }, files: number, random: Random): Anchor[] {
  const lookup = openViewLookup(context)
  return Array.from({ length: anchorsOfRecord }, () => {
    const path = pathOf(random.between(0, files - 1))
    const place = lookup.fileAt(path)
    const line = random.between(1, chunksOfFile * linesOfChunk)
    const found = place && lookup.definitionAround(place, { startLine: line, endLine: line })
    if (!place?.oid || !found?.hash) throw new Error(`${path} was not written`)
    const { symbol, startLine, endLine, hash } = found
    return { path, symbol, blob: place.oid, commit: null, span: { startLine, endLine }, pieceHash: hash }
  })
}

/** Half of them: other bytes, another text, another place, or nothing left. */
function unsettle(anchors: readonly Anchor[], random: Random): Anchor[] {
  return anchors.map((anchor) => {
    const other = { ...anchor, blob: digest(`${random.next()}`, 40) }
    const kind = random.between(0, 7)
    if (kind === 0) return other
    if (kind === 1) return { ...other, pieceHash: digest('changed', 32) }
    if (kind === 2) return { ...other, path: `gone/${anchor.path}` }
    if (kind === 3) return { ...other, path: `gone/${anchor.path}`, pieceHash: digest('changed', 32) }
    return anchor
  })
}

function time(
  context: { db: DatabaseSync; viewId: number },
  all: readonly Anchor[][],
): { p50: number; p95: number } {
  const { check } = openAnchorCheck(context)
  const times = all.map((anchors) => {
    const start = performance.now()
    check(anchors)
    return performance.now() - start
  })
  return { p50: quantile(times, 0.5), p95: quantile(times, 0.95) }
}

function pathOf(file: number): string {
  return `area${file % 40}/part${file % 900}/file${file}.py`
}

function digest(text: string, digits: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, digits)
}
