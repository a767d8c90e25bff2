/** Long-term memory as one thing: the log, its fold and the evidence behind the interface of memory-store.ts. */

import { monotonicFactory } from 'ulid'
import type { MemoryEvent } from '../event.ts'
import { UserError } from '../ports.ts'
import { draftDefaults, type MemoryRecord, noUse, type RecordDraft } from '../record.ts'
import { dropUnnamed, readArtifact, writeArtifact } from './artifacts.ts'
import { cachedStatements } from './database.ts'
import { headOf, readEvent, readEvents } from './events.ts'
import { applyChange } from './fold.ts'
import { openItemSearch } from './item-search.ts'
import { idsFrom, readRecord } from './items.ts'
import { newestUse } from './last-use.ts'
import { adopt } from './log-adopt.ts'
import { rebuild, renew, verify } from './log-check.ts'
import { decide, type LogOptions, validate } from './log-writer.ts'
import type { MemoryStore, MemoryStoreOptions } from './memory-store.ts'
import { readProposals, readRejections } from './proposals.ts'
import { purge } from './purge.ts'
import { revertAll } from './undo.ts'

/** The store over an open `memory.db`. Whoever opened the database closes it. */
export function openMemoryStore(options: MemoryStoreOptions): MemoryStore {
  const { db, namespace } = options
  const log: LogOptions = { db, namespace, now: options.now ?? Date.now, statements: cachedStatements(db) }
  const newId = monotonicFactory()
  renew(db)
  return {
    db,
    namespace,
    complete: (draft) => complete(draft, { namespace, id: newId(log.now()), now: log.now() }),
    append: (drafts) => decide(log, () => drafts),
    decide: (work) => decide(log, work),
    adopt: (events, then) => adopt(log, events, then),
    revert: (seq, actor, reason) => revertAll(log, [{ seq, reason }], actor)[0] as MemoryEvent,
    revertAll: (steps, actor) => revertAll(log, steps, actor),
    purge: (ids, actor, reason, events) => purge(log, { ids, events }, { actor, reason }),

    get: (id) => readRecord(log.statements, id),
    find: (reference) => find(log, reference),
    asOf: (id, seq) => asOf(log, id, seq),
    events: (filter) => readEvents(db, filter),
    event: (seq) => readEvent(db, seq),
    lastSeq: () => headOf(log.statements).seq,
    proposals: (waitingOnly) => readProposals(db, waitingOnly),
    rejections: () => readRejections(db),
    ...openItemSearch(log.statements, namespace),

    putArtifact: (kind, mime, content) => writeArtifact(db, { kind, mime }, content, log.now()),
    artifact: (sha) => readArtifact(db, sha),
    collectArtifacts: () => dropUnnamed(db, log.now()),

    verify: () => verify(db),
    rebuild: () => rebuild(db),
  }
}

/** Episodes are evidence at once; facts and lessons must prove themselves, unless the draft says otherwise. */
function complete(draft: RecordDraft, given: { namespace: string; id: string; now: number }): MemoryRecord {
  const { namespace, id, now } = given
  return validate({
    ...draftDefaults(),
    validFrom: now,
    status: draft.kind === 'episode' ? 'active' : 'candidate',
    ...draft,
    id,
    namespace,
    recordedAt: now,
    version: 1,
    counters: noUse,
    lastUsedAt: null,
  })
}

/** Shorter prefixes are typing errors more often than names. */
const shortestPrefix = 4

function find({ db }: LogOptions, reference: string): MemoryRecord {
  const prefix = reference.trim().replace(/^mem:/i, '').replace(/@\d+$/, '').toUpperCase()
  const ids = prefix.length < shortestPrefix ? [] : idsFrom(db, prefix)
  if (ids.length > 1)
    throw new UserError(`Several memories begin with ${prefix}.`, 'Type more characters of the id.')
  const record = ids[0] === undefined ? null : readRecord(db, ids[0])
  if (record !== null) return record
  throw new UserError(`There is no memory ${reference}.`, 'List the memories to see their ids.')
}

function asOf({ db }: LogOptions, id: string, seq: number): MemoryRecord | null {
  const events = readEvents(db, { id, before: seq + 1, limit: -1 })
  let record = null as MemoryRecord | null
  for (const event of events.toReversed())
    for (const change of event.changes) if (change.id === id) record = applyChange(record, change)
  return record === null ? null : { ...record, lastUsedAt: newestUse(events, id) ?? record.lastUsedAt }
}
