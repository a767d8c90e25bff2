/** The lines of an export file: a header, events in order, pieces, artifacts by sha, a footer with the hash of all. */

import { z } from 'zod'
import { eventTypes, type MemoryEvent } from '../event.ts'
import { kinds, linkSchema, recordId, recordSchema } from '../record.ts'

export const formatName = 'casebook-memory'
/** Raised when an older Casebook could not read a newer file. Pieces came with 2; files of 1 have none. */
export const formatVersion = 2

const count = z.int().min(0)
const hash = z.string().regex(/^[0-9a-f]{64}$/)

export const headerSchema = z.object({
  format: z.literal(formatName),
  version: z.int().min(1),
  namespace: z.string().min(1).max(100),
  counts: z.object({ events: count, artifacts: count, pieces: count.optional() }),
})
export type Header = z.infer<typeof headerSchema>

const json = z.json()
const changeSchema = z.discriminatedUnion('op', [
  z.object({ op: z.literal('create'), id: recordId, record: recordSchema }),
  z.object({ op: z.literal('remove'), id: recordId, record: recordSchema }),
  z.object({
    op: z.literal('set'),
    id: recordId,
    fields: z.record(z.string(), z.object({ before: json, after: json })),
  }),
  z.object({ op: z.literal('link'), id: recordId, link: linkSchema }),
  z.object({ op: z.literal('unlink'), id: recordId, link: linkSchema }),
  z.object({ op: z.literal('count'), id: recordId, add: z.record(z.string(), z.number()) }),
  z.object({ op: z.literal('purged'), id: recordId, kind: z.enum(kinds), reason: z.string() }),
])

const eventSchema = z.object({
  seq: z.int().min(1),
  at: z.int(),
  type: z.enum(eventTypes),
  actor: z.object({ type: z.enum(['person', 'agent', 'model', 'indexer', 'importer']), name: z.string() }),
  cause: z.int().min(1).nullable(),
  reason: z.string(),
  payload: json,
  changes: z.array(changeSchema),
  hash,
})

export const artifactSchema = z.object({
  sha: hash,
  kind: z.enum(['tool_output', 'diff', 'log', 'file']),
  mime: z.string().max(200),
  text: z.string(),
})
export type ExportedArtifact = z.infer<typeof artifactSchema>

/** A piece of work of another agent's session that was imported, see `PieceRow`: it must not come in again. */
export const pieceSchema = z.object({
  agent: z.string().max(100),
  key: z.string().min(1).max(100),
  sourceKey: z.string().max(100),
  sessionId: z.string().max(300),
  hash: z.string().max(100),
  endedAt: z.int(),
  episode: recordId,
})
export type ExportedPiece = z.infer<typeof pieceSchema>

export const footerSchema = z.object({
  events: count,
  artifacts: count,
  pieces: count.optional(),
  sha256: hash,
})
export type Counts = Omit<z.infer<typeof footerSchema>, 'sha256'>

/** What one line holds. */
export const lineSchema = z.union([
  z.strictObject({ event: eventSchema }),
  z.strictObject({ piece: pieceSchema }),
  z.strictObject({ artifact: artifactSchema }),
  z.strictObject({ end: footerSchema }),
])

/** The parsed event is what the line holds: `set` and `count` are checked against the record when it is applied. */
export function eventOf(parsed: z.infer<typeof eventSchema>): MemoryEvent {
  return parsed as MemoryEvent
}
