/** The lines of an export file: a header, events in order, artifacts by sha, a footer with the hash of all before. */

import { z } from 'zod'
import { eventTypes, type MemoryEvent } from '../event.ts'
import { kinds, linkSchema, recordId, recordSchema } from '../record.ts'

export const formatName = 'casebook-memory'
/** Raised when an older Casebook could not read a newer file. */
export const formatVersion = 1

const count = z.int().min(0)
const hash = z.string().regex(/^[0-9a-f]{64}$/)

export const headerSchema = z.object({
  format: z.literal(formatName),
  version: z.int().min(1),
  namespace: z.string().min(1).max(100),
  counts: z.object({ events: count, artifacts: count }),
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

export const footerSchema = z.object({ events: count, artifacts: count, sha256: hash })

/** What one line holds. */
export const lineSchema = z.union([
  z.strictObject({ event: eventSchema }),
  z.strictObject({ artifact: artifactSchema }),
  z.strictObject({ end: footerSchema }),
])

/** The parsed event is what the line holds: `set` and `count` are checked against the record when it is applied. */
export function eventOf(parsed: z.infer<typeof eventSchema>): MemoryEvent {
  return parsed as MemoryEvent
}
