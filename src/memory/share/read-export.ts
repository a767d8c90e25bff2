/** Reads an export file line by line and believes nothing: form, hashes, order, counts, footer. */

import { createHash, type Hash } from 'node:crypto'
import { setImmediate as breathe } from 'node:timers/promises'
import { z } from 'zod'
import type { MemoryEvent } from '../event.ts'
import { UserError } from '../ports.ts'
import { chainHash, noHash } from '../store/events.ts'
import {
  type Counts,
  type ExportedArtifact,
  type ExportedPiece,
  eventOf,
  formatName,
  formatVersion,
  type Header,
  headerSchema,
  lineSchema,
} from './export-format.ts'
import { type LineFile, linesOf } from './line-file.ts'

/** `end`: bytes of the file up to there. */
export type ExportEntry = { end: number } & (
  | { type: 'header'; header: Header }
  | { type: 'event'; event: MemoryEvent }
  | { type: 'piece'; piece: ExportedPiece }
  | { type: 'artifact'; artifact: ExportedArtifact }
)

/** Others get their turn after so many bytes. */
const breath = 1 << 20

/** The entries in order. Throws `UserError` at the first thing that is wrong, at the latest at the end of the file. */
export async function* readExport(file: LineFile): AsyncGenerator<ExportEntry> {
  const hash = createHash('sha256')
  const state: Progress = { ...nothing }
  let rested = 0
  let line = 0
  for (const { bytes, end, terminated } of linesOf(file)) {
    line++
    if (end - rested > breath) {
      rested = end
      await breathe()
    }
    if (state.ended || !terminated) throw broken(line, state.ended ? 'goes on after its end' : 'is cut off')
    const entry = entryOf(state, parse(bytes, line), { line, sofar: hash })
    if (entry === null) continue
    hash.update(bytes).update('\n')
    yield { ...entry, end }
  }
  if (!state.ended) throw broken(line + 1, 'is missing: the file was cut')
}

interface Progress {
  header: Header | null
  events: number
  pieces: number
  artifacts: number
  head: string
  /** Where the order of pieces or of artifacts has come to. */
  last: string
  ended: boolean
}

const nothing = { header: null, events: 0, pieces: 0, artifacts: 0, head: noHash, last: '', ended: false }

function headerOf(value: unknown): Header {
  const start = z.object({ format: z.literal(formatName), version: z.int() }).safeParse(value)
  if (!start.success)
    throw new UserError('This is no export of a Casebook memory.', 'Choose a file made by casebook export.')
  if (start.data.version > formatVersion)
    throw new UserError(
      `The export was made by a newer Casebook (format ${start.data.version}, this one reads up to ${formatVersion}).`,
      'Update Casebook and import again. Nothing was changed.',
    )
  const result = headerSchema.safeParse(value)
  if (!result.success) throw broken(1, 'is not valid')
  return result.data
}

interface Reading {
  line: number
  /** Over all lines before this one. */
  sofar: Hash
}

type Entry = ExportEntry extends infer One ? (One extends unknown ? Omit<One, 'end'> : never) : never

/** Null: the end of the file. */
function entryOf(state: Progress, value: unknown, { line, sofar }: Reading): Entry | null {
  if (state.header === null) {
    state.header = headerOf(value)
    return { type: 'header', header: state.header }
  }
  const result = lineSchema.safeParse(value)
  if (!result.success) throw broken(line, `is not valid: ${z.prettifyError(result.error).slice(0, 300)}`)
  const { data } = result
  if ('event' in data) return { type: 'event', event: nextEvent(state, eventOf(data.event), line) }
  if ('piece' in data) return { type: 'piece', piece: nextPiece(state, data.piece, line) }
  if ('artifact' in data) return { type: 'artifact', artifact: nextArtifact(state, data.artifact, line) }
  const { sha256, ...counts } = data.end
  if (!(isCounted(state, counts) && isCounted(state, state.header.counts)))
    throw broken(line, 'counts other than what the file holds')
  if (sofar.digest('hex') !== sha256) throw broken(line, 'has another hash than the lines before it')
  state.ended = true
  return null
}

function nextEvent(state: Progress, event: MemoryEvent, line: number): MemoryEvent {
  const { hash, ...rest } = event
  if (state.artifacts > 0 || state.pieces > 0) throw broken(line, 'is an event after what follows them')
  if (event.seq !== state.events + 1)
    throw broken(line, `is event ${event.seq}, expected ${state.events + 1}`)
  if (chainHash(state.head, rest) !== hash) throw broken(line, 'was changed: its hash does not fit')
  state.events++
  state.head = hash
  return event
}

function nextPiece(state: Progress, piece: ExportedPiece, line: number): ExportedPiece {
  const place = placeOf(piece)
  if (state.artifacts > 0 || (state.pieces > 0 && place <= state.last))
    throw broken(line, 'is not in its place')
  state.pieces++
  state.last = place
  return piece
}

/** Pieces stand in this order. */
export function placeOf({ agent, key }: ExportedPiece): string {
  return `${agent}\n${key}`
}

function nextArtifact(state: Progress, artifact: ExportedArtifact, line: number): ExportedArtifact {
  const sha = createHash('sha256').update(artifact.text, 'utf8').digest('hex')
  if (sha !== artifact.sha) throw broken(line, 'was changed: its hash does not fit')
  if (state.artifacts > 0 && artifact.sha <= state.last) throw broken(line, 'is not in its place')
  state.artifacts++
  state.last = artifact.sha
  return artifact
}

function isCounted(state: Progress, { events, artifacts, pieces = 0 }: Counts): boolean {
  return events === state.events && artifacts === state.artifacts && pieces === state.pieces
}

function parse(bytes: Buffer, line: number): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    if (line === 1) return null
    throw broken(line, 'is no JSON')
  }
}

function broken(line: number, what: string): UserError {
  return new UserError(
    `Line ${line} of the export ${what}.`,
    'Get the file again from where it was made. Nothing was changed.',
  )
}
