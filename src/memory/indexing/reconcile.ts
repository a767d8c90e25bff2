/** Compares what git lists with what the store knows: what changed, what went, what must be read. Pure. */

import { languageOf } from '../code/languages.ts'
import type { KnownBlob } from '../store/blobs.ts'
import type { ViewFile } from '../store/files.ts'
import type { ListedFile } from '../types.ts'

export interface Stamp {
  size: number
  mtime: number
}

export interface Known {
  files: ReadonlyMap<string, ViewFile>
  /** Parsed content, null when these bytes were never parsed as that language. */
  findBlob: (oid: string, language: string) => KnownBlob | null
  /** Size and time of files whose content git does not vouch for. */
  stamps: ReadonlyMap<string, Stamp>
  maxFileSize: number
}

export interface Plan {
  /** Rows to write at once: new paths, changed exclusions, content that is already parsed. */
  changed: ViewFile[]
  gone: string[]
  /** Files to read and perhaps parse. */
  pending: ListedFile[]
}

export function reconcile(listed: ReadonlyMap<string, ListedFile>, known: Known): Plan {
  const plan: Plan = { changed: [], gone: [], pending: [] }
  for (const file of listed.values()) placeFile(file, known, plan)
  for (const path of known.files.keys()) if (!listed.has(path)) plan.gone.push(path)
  return plan
}

function placeFile(file: ListedFile, known: Known, plan: Plan): void {
  const before = known.files.get(file.path)
  if (file.excluded !== undefined) {
    if (before?.excluded !== file.excluded) plan.changed.push({ ...emptyRow(file), excluded: file.excluded })
    return
  }
  if (before !== undefined && settled(file, before, known)) return
  const blob = file.oid === null ? null : known.findBlob(file.oid, languageOf(file.path))
  if (blob !== null && blob.bytes <= known.maxFileSize) {
    plan.changed.push({ ...emptyRow(file), blobId: blob.id, bytes: blob.bytes })
    return
  }
  plan.pending.push(file)
  // A known file stays searchable as it was until its new content is parsed.
  if (before === undefined || before.blobId === null) plan.changed.push(emptyRow(file))
}

function emptyRow({ path, oid, size }: ListedFile): ViewFile {
  return { path, oid, blobId: null, bytes: size, mtime: null, excluded: null }
}

/** Whether the stored row still tells the truth about this file, without reading it. */
function settled(file: ListedFile, before: ViewFile, known: Known): boolean {
  const fits = before.blobId !== null && (before.bytes ?? 0) <= known.maxFileSize
  const decided = fits || judgedByContent(before, known.maxFileSize)
  if (!decided) return false
  if (file.oid !== null && file.oid === before.oid) return true
  // Content that differs from git's by design (line ends, filters) goes by its time, like content unknown to git.
  const stamp = known.stamps.get(file.path)
  return stamp !== undefined && stamp.mtime === before.mtime && stamp.size === before.bytes
}

/** An exclusion that came from reading the file, under the size limit of today. */
function judgedByContent(row: ViewFile, maxFileSize: number): boolean {
  if (row.excluded === 'too-large') return (row.bytes ?? 0) > maxFileSize
  return row.excluded === 'binary' || row.excluded === 'secret'
}
