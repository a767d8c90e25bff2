/** An export that was read and found good, read a second time to be written: the same bytes, or nothing. Synchronous. */

import type { MemoryEvent } from '../event.ts'
import { UserError } from '../ports.ts'
import { canonical } from '../store/canonical.ts'
import { type EventTexts, hashOf, noHash } from '../store/events.ts'
import type { ForeignEvent } from '../store/log-adopt.ts'
import { artifactSchema, type ExportedArtifact, type ExportedPiece, pieceSchema } from './export-format.ts'
import { type LineFile, linesOf } from './line-file.ts'

/** The hashes of a log, 32 bytes each. */
export interface Hashes {
  readonly count: number
  add(hash: string): void
  /** In hex, of the event `seq`; `noHash` for 0. */
  at(seq: number): string
}

export function openHashes(): Hashes {
  let bytes = Buffer.alloc(32 * 256)
  let count = 0
  return {
    get count() {
      return count
    },
    add(hash) {
      if ((count + 1) * 32 > bytes.length) bytes = Buffer.concat([bytes, Buffer.alloc(bytes.length)])
      bytes.write(hash, count * 32, 'hex')
      count++
    },
    at: (seq) => (seq === 0 ? noHash : bytes.toString('hex', (seq - 1) * 32, seq * 32)),
  }
}

/** The events after the first `after`, which have the hashes that they had before. Throws `UserError`. */
export function* eventsAgain(
  file: LineFile,
  hashes: Hashes,
  after = 0,
): Generator<ForeignEvent & { end: number }> {
  let seq = -1
  for (const { bytes, end } of linesOf(file)) {
    // The first line is the header.
    seq++
    if (seq <= after) continue
    if (seq > hashes.count) return
    const line = bytes.toString('utf8')
    const event = objectIn(line, file).event as MemoryEvent | undefined
    const texts = event === undefined ? undefined : textsOf(line, event, hashes)
    if (event?.seq !== seq || texts === undefined) throw changed(file)
    yield { ...event, texts, end }
  }
}

/**
 * The texts of an event, which have the hash that it had when it was checked: they are in their one form then. What
 * an export wrote stands so in its line; from others with spaces, for example, it is spelled anew.
 */
function textsOf(line: string, event: MemoryEvent, hashes: Hashes): EventTexts | undefined {
  const { seq } = event
  const isSame = (texts: EventTexts) => hashOf(hashes.at(seq - 1), event, texts) === hashes.at(seq)
  const own = { actor: canonical(event.actor), payload: canonical(event.payload) }
  const written = { ...own, changes: changesIn(line, event, own) }
  if (isSame(written)) return written
  return [{ ...own, changes: canonical(event.changes) }].find(isSame)
}

function changesIn(line: string, event: MemoryEvent, own: Omit<EventTexts, 'changes'>): string {
  const { at, cause, hash, reason, seq, type } = event
  const before = `{"event":{"actor":${own.actor},"at":${at},"cause":${cause},"changes":`
  const behind = `,"hash":"${hash}","payload":${own.payload},"reason":${JSON.stringify(reason)},"seq":${seq},"type":"${type}"}}`
  return line.slice(before.length, -behind.length)
}

/** Pieces and artifacts, from the offset where the first of them begins. Throws `UserError`. */
export function* restAgain(file: LineFile, from: number): Generator<ExportedPiece | ExportedArtifact> {
  for (const { bytes } of linesOf(file, from)) {
    const { piece, artifact, end } = objectIn(bytes.toString('utf8'), file)
    if (end !== undefined) return
    const { data } = (piece === undefined ? artifactSchema : pieceSchema).safeParse(piece ?? artifact)
    if (data === undefined) throw changed(file)
    yield data
  }
}

function objectIn(line: string, file: LineFile): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line)
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
  } catch {
    // It was JSON a moment ago.
  }
  throw changed(file)
}

export function changed({ path }: LineFile): UserError {
  return new UserError(
    `${path} was changed while it was read.`,
    'Import it again when nothing writes to it. Nothing was changed.',
  )
}
