/** What happens to memory: the entries of the append-only log, and the changes that a fold of them applies. */

import type { Counters, Kind, Link, MemoryRecord } from './record.ts'

/**
 * ADMITTED: passed the gates and became a candidate. ACTIVATED: may be shown to an agent. PROPOSED: waits for a
 * person (an edit of words a person wrote, a merge). PROMOTED: its branch was merged. IMPORTED: from an export.
 */
export const eventTypes = [
  'RECORDED',
  'PROPOSED',
  'REJECTED',
  'ADMITTED',
  'ACTIVATED',
  'LINKED',
  'REVISED',
  'SUPERSEDED',
  'MERGED',
  'CONTESTED',
  'STALED',
  'REVALIDATED',
  'PROMOTED',
  'RETRIEVED',
  'SHOWN',
  'CITED',
  'OUTCOME',
  'PINNED',
  'INHIBITED',
  'ARCHIVED',
  'RESTORED',
  'RETRACTED',
  'PURGED',
  'REVERTED',
  'IMPORTED',
  'COMPACTED',
] as const
export type EventType = (typeof eventTypes)[number]

/** Who did it. `name` of a model is `model@prompt-version`. */
export interface Actor {
  type: 'person' | 'agent' | 'model' | 'indexer' | 'importer'
  name: string
}

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/** Fields that a `set` may change; counters and links have changes of their own, `lastUsedAt` follows from the log. */
export type SettableField = Exclude<
  keyof MemoryRecord,
  'id' | 'kind' | 'namespace' | 'counters' | 'links' | 'lastUsedAt'
>

/**
 * What an event does to one record. Every change can be turned round; `set` names the value before, so that a fold
 * and an undo can tell that somebody else was faster.
 */
export type Change =
  | { op: 'create'; id: string; record: MemoryRecord }
  | { op: 'remove'; id: string; record: MemoryRecord }
  | { op: 'set'; id: string; fields: Partial<Record<SettableField, { before: Json; after: Json }>> }
  | { op: 'link'; id: string; link: Link }
  | { op: 'unlink'; id: string; link: Link }
  | { op: 'count'; id: string; add: Partial<Counters> }
  /** What stays of any change whose record was purged. Only `MemoryStore.purge` makes it. */
  | { op: 'purged'; id: string; kind: Kind; reason: string }

export interface MemoryEvent {
  /** 1, 2, 3 … without gaps. */
  seq: number
  /** Unix milliseconds. */
  at: number
  type: EventType
  actor: Actor
  /** The event that led to this one. */
  cause: number | null
  /** One sentence for people: why. */
  reason: string
  payload: Json
  changes: Change[]
  /** Hex SHA-256 of the event before (64 zeros for the first) and this one's canonical JSON. */
  hash: string
}

/** An event that has not happened yet. */
export interface EventDraft {
  type: EventType
  actor: Actor
  cause?: number | null
  reason: string
  payload?: Json
  changes: Change[]
}
