/** The first reading of an export: whether all of it is good, and what the writing must know of it. Nothing is kept. */

import { UserError } from '../ports.ts'
import { redact } from '../safety/redact.ts'
import { hasArtifact } from '../store/artifacts.ts'
import type { MemoryStore } from '../store/memory-store.ts'
import { type Doubts, openDoubts } from './doubts.ts'
import { holdsSecret } from './export.ts'
import type { LineFile } from './line-file.ts'
import { type Hashes, openHashes } from './read-again.ts'
import { type ExportEntry, readExport } from './read-export.ts'

export interface CheckedExport {
  /** Of its log, in order. */
  hashes: Hashes
  /** Something in the log must be masked, so that it cannot be taken over as it is. */
  secret: boolean
  /** By the events that were not here when the reading began. */
  doubts: Doubts
  /** Offset behind the events. */
  rest: number
  /** Shas of the artifacts that come in. */
  artifacts: Set<string>
  /** Artifacts that stay out: there seem to be secrets in them. */
  leftOut: number
}

export interface Checking {
  /** Whether the log may be taken over: then `doubts` must be known. */
  restore: boolean
  signal?: AbortSignal
  /** Bytes that were read. */
  onProgress?: (done: number) => void
}

/** Throws `UserError` for whatever is wrong with the file, and when `signal` says so. */
export async function checkExport(
  store: MemoryStore,
  file: LineFile,
  { restore, signal, onProgress }: Checking,
): Promise<CheckedExport> {
  const start = { hashes: openHashes(), secret: false, doubts: openDoubts(), rest: 0 }
  const checked: CheckedExport = { ...start, artifacts: new Set<string>(), leftOut: 0 }
  const here = restore ? store.lastSeq() : Number.POSITIVE_INFINITY
  for await (const entry of readExport(file)) {
    if (signal?.aborted === true) throw stopped()
    await note(checked, entry, { store, here })
    onProgress?.(entry.end)
  }
  if (signal?.aborted === true) throw stopped()
  return checked
}

interface Place {
  store: MemoryStore
  /** Doubts begin behind this event, the last one here. */
  here: number
}

async function note(checked: CheckedExport, entry: ExportEntry, { store, here }: Place): Promise<void> {
  if (entry.type === 'header' && entry.header.namespace !== store.namespace) throw foreign()
  if (entry.type === 'header' || entry.type === 'event') checked.rest = entry.end
  if (entry.type === 'event') {
    checked.hashes.add(entry.event.hash)
    checked.secret ||= await holdsSecret(entry.event)
    if (entry.event.seq > here) checked.doubts.see(entry.event)
  }
  if (entry.type !== 'artifact' || hasArtifact(store.db, entry.artifact.sha)) return
  if ((await redact(entry.artifact.text)).masked > 0) checked.leftOut++
  else checked.artifacts.add(entry.artifact.sha)
}

function stopped(): UserError {
  return new UserError('The import was stopped.', 'Nothing was changed.')
}

function foreign(): UserError {
  return new UserError(
    'The export belongs to another repository.',
    'Import it in a clone of the repository that it was made in. Nothing was changed.',
  )
}
