/** What long-term memory can be asked and told: the log, its fold, artifacts. Implemented by `openMemoryStore`. */

import type { EventDraft, EventType, Json, MemoryEvent } from '../event.ts'
import type { Counters, Kind, MemoryRecord, RecordDraft, Status } from '../record.ts'
import type { DatabaseSync } from './database.ts'
import type { ForeignEvent } from './log-adopt.ts'

export interface MemoryStoreOptions {
  db: DatabaseSync
  /** The repository that this store belongs to; records of another one are refused. */
  namespace: string
  /** Unix milliseconds; a fake clock in tests. */
  now?: () => number
}

/**
 * What exact lookups go by; callers pass values as they are, the store spells them as `normaliseKey` does.
 * `path`: files touched or cited; `anchor`: cited ones only, as `path` and `path#symbol`. `symbol`: qualified, and
 * its last name. `source`: the `ref` of a source, or the commit of a patch. `link`: id of a record linked to.
 * `agent`: who did it. Asked for a path, symbol, signature or issue, the store looks into the entities too.
 */
export type KeyKind =
  | 'path'
  | 'symbol'
  | 'signature'
  | 'issue'
  | 'entity'
  | 'anchor'
  | 'source'
  | 'fact'
  | 'link'
  | 'agent'

/** What the store never gives out otherwise, whoever asks: enforced in SQL, not by the callers. */
export interface Gate {
  /** Unix milliseconds: only what was true strictly before (`valid_from < before`). */
  before?: number
  /** Branches whose own memories are visible besides those of the whole repository. */
  branches: readonly string[]
  statuses: readonly Status[]
  kinds?: readonly Kind[]
  /** A session never recalls itself. */
  notSession?: string
  /** Nor does an issue: its trimmed text. */
  notIssue?: string
  /** Muted records are left out unless asked for. */
  muted?: boolean
}

/** A record that a channel found; `score` is the channel's own, higher is better. */
export interface FoundRecord {
  id: string
  score: number
  detail?: string
}

/** What ranks a record beside what found it. */
export interface Glance {
  id: string
  kind: Kind
  pinned: boolean
  counters: Counters
}

export interface ListFilter extends Partial<Gate> {
  /** Exact key, for example all records anchored in a path. */
  key?: { kind: KeyKind; value: string }
  origin?: string
  /** Ids after this one in the list's order (newest `valid_from` first). */
  after?: string
  limit: number
}

export interface EventFilter {
  /** Events that touched this record. */
  id?: string
  types?: readonly EventType[]
  /** Seq, exclusive. */
  before?: number
  limit: number
}

/** A PROPOSED event waits until an event names it as its `cause`; its payload is the proposal, `itemId` the record. */
export interface Proposal {
  /** Seq of the PROPOSED event. */
  seq: number
  itemId: string | null
  proposal: Json
  settledBy: number | null
}

export interface ArtifactInfo {
  sha: string
  kind: 'tool_output' | 'diff' | 'log' | 'file'
  mime: string
  bytes: number
}

export interface MemoryStore {
  readonly db: DatabaseSync
  readonly namespace: string

  /** A complete record from a draft: id, namespace, times, version 1. Throws `UserError` naming the field that is wrong. */
  complete(draft: RecordDraft): MemoryRecord
  /**
   * Appends events and projects them in one transaction, or changes nothing. Throws `UserError` when a record is
   * unknown, invalid, of another repository, or was changed by somebody else since (`before` differs).
   */
  append(drafts: readonly EventDraft[]): MemoryEvent[]
  /** As `append`, with drafts decided inside the transaction on what is there then. */
  decide(work: () => readonly EventDraft[]): MemoryEvent[]
  /**
   * Takes over events of this same log as they are (an export): the first one must continue what is here. Throws
   * `UserError` when hashes or records do not fit, and changes nothing then. They are asked for one after the other
   * inside the transaction. `then` may answer with events of its own, which are appended in the same transaction.
   */
  adopt(
    events: Iterable<ForeignEvent>,
    then?: (record: (id: string) => MemoryRecord | null) => readonly EventDraft[],
  ): void
  /** Compensates an event (REVERTED). Throws `UserError` that names later events which must be undone first. */
  revert(seq: number, actor: EventDraft['actor'], reason: string): MemoryEvent
  /**
   * Compensates several events one after the other in one transaction, or none of them. `steps` may look into the log
   * between two of them. Throws as `revert` does.
   */
  revertAll(steps: Iterable<{ seq: number; reason: string }>, actor: EventDraft['actor']): MemoryEvent[]
  /**
   * The one act that cannot be undone: contents go from log, fold, artifacts and backups; a tombstone stays. Of
   * `events` (seqs) reason and payload go, whatever they are about.
   */
  purge(
    ids: readonly string[],
    actor: EventDraft['actor'],
    reason: string,
    events?: readonly number[],
  ): MemoryEvent[]

  get(id: string): MemoryRecord | null
  /** By full id or unique prefix, with or without `mem:`. Throws `UserError` for none or several. */
  find(reference: string): MemoryRecord
  /** State of a record after event `seq`; null when it did not exist. */
  asOf(id: string, seq: number): MemoryRecord | null
  list(filter: ListFilter): MemoryRecord[]
  /** Counting ends at `atMost`: whoever asks whether there are many need not wait for all. */
  count(filter: Omit<ListFilter, 'limit' | 'after'>, atMost?: number): number
  events(filter: EventFilter): MemoryEvent[]
  event(seq: number): MemoryEvent | null
  lastSeq(): number
  proposals(waitingOnly: boolean): Proposal[]
  /** REJECTED events by the `gate` of their payload (`count` of it, else one each). */
  rejections(): Record<string, number>

  /** Of many, at once, in no order: for ranking without reading whole records. Gated ones are left out. */
  glance(ids: readonly string[], gate: Gate): Glance[]
  /** Of many, at once, whole. Order as asked; gated ones are left out. */
  visible(ids: readonly string[], gate: Gate): MemoryRecord[]
  byKey(kind: KeyKind, values: readonly string[], gate: Gate, limit: number): FoundRecord[]
  /** Of records that are known to be visible: which of them have which of these keys. */
  keysAmong(kind: KeyKind, values: readonly string[], ids: readonly string[]): { id: string; value: string }[]
  /** BM25 over cue, body, entities and prose for tokens of `codeTokens`. */
  byWords(tokens: readonly string[], gate: Gate, limit: number): FoundRecord[]
  /** Ids of the records of this kind whose text has the same words (case, punctuation and spaces aside), any status. */
  sameWords(kind: Kind, text: string): string[]
  /** Records whose embedded text has one of these hashes (see `vectors.ts`). */
  byTextHash(hashes: readonly Uint8Array[], gate: Gate): FoundRecord[]
  /** The records without a vector of this generation, with the text to embed. */
  withoutVector(generationId: number, limit: number): { id: string; hash: Uint8Array; record: MemoryRecord }[]
  /** Whether any record knows the key: abstention goes by it. */
  knowsKey(kind: KeyKind, value: string): boolean
  /** Whether any record says a token of `codeTokens`. */
  knowsWord(token: string): boolean

  /** Stores evidence (masked by the caller) and returns its SHA-256. Equal content is kept once. */
  putArtifact(kind: ArtifactInfo['kind'], mime: string, content: string): string
  /** Null when it was purged or never there. */
  artifact(sha: string): { info: ArtifactInfo; content: string } | null
  /** Drops what no event names; returns how many. */
  collectArtifacts(): number

  /** Broken links of the hash chain and differences between log and fold; empty when all is well. */
  verify(): string[]
  /** Throws the fold away and makes it anew from the log. */
  rebuild(): void
}
