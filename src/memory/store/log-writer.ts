/** Writes events: every change checked against what is there, then log and projections in one transaction. */

import { Tokenizer } from '../code/tokens.ts'
import type { Change, EventDraft, MemoryEvent } from '../event.ts'
import { UserError } from '../ports.ts'
import { type Counters, type MemoryRecord, recordSchema } from '../record.ts'
import { type DatabaseSync, type Statements, transaction } from './database.ts'
import { type Head, headOf, readEvents, writeEvent } from './events.ts'
import { addCounters, applyChange, byLink, ChangeConflict, roundCount } from './fold.ts'
import { eraseRecord, readRecord, readUse, rowOf, writeRecord, writeUse } from './items.ts'
import { isUse, loggedLastUse, writeLastUse } from './last-use.ts'
import { projectProposals } from './proposals.ts'

export interface LogOptions {
  db: DatabaseSync
  namespace: string
  now: () => number
  /** Of `db`. */
  statements: Statements
}

/** Records that a transaction has read or changed, and what it must still project. */
export interface Session {
  db: Statements
  namespace: string
  head: Head
  /** The last event of others. */
  start: number
  at: number
  records: Map<string, MemoryRecord | null>
  /** Whole records to project; of all others only the counters. */
  dirty: Set<string>
  /** Use by row of records that were only counted. */
  counted: Map<string, Use>
  /** Records of which a use was taken back. */
  unused: Set<string>
  /** Words come again and again: it remembers them for the whole transaction. */
  tokenizer: Tokenizer
}

interface Use {
  row: number
  counters: Counters
  lastUsedAt: number | null
}

/** Runs `work` in one immediate transaction and appends what it decides, or nothing at all. */
export function decide(options: LogOptions, work: () => readonly EventDraft[]): MemoryEvent[] {
  return inTurn(options, ({ append }) => work().map(append))
}

/** What can be done inside of a transaction whose events build on each other. */
export interface Turn {
  append(draft: EventDraft): MemoryEvent
  /** A record after the events so far: the tables get them at the end. */
  record(id: string): MemoryRecord | null
}

/** Appends one event after the other in one immediate transaction, or nothing at all. */
export function inTurn<Result>(options: LogOptions, work: (turn: Turn) => Result): Result {
  return transaction(options.db, () => {
    const session = begin(options)
    const result = work({
      append: (draft) => append(session, draft),
      record: (id) => recordIn(session, id),
    })
    project(session)
    return result
  })
}

/** More are mostly numbers and hashes that never come again, and each collection of garbage looks at all of them. */
const mostWords = 20_000

export function begin(options: LogOptions): Session {
  const state = {
    records: new Map(),
    dirty: new Set<string>(),
    counted: new Map(),
    unused: new Set<string>(),
    tokenizer: new Tokenizer(new Set(), mostWords),
  }
  const { statements, namespace } = options
  const head = headOf(statements)
  return { db: statements, namespace, ...state, head, start: head.seq, at: options.now() }
}

export function append(session: Session, draft: EventDraft): MemoryEvent {
  const seq = session.head.seq + 1
  const { type, actor, reason } = draft
  const changes = draft.changes.map((change) => checked(session, change, { type, at: session.at }))
  const cause = draft.cause ?? null
  if (cause !== null && (cause < 1 || cause >= seq))
    throw new UserError(`There is no event ${cause}.`, tryAgain)
  const event = { seq, at: session.at, type, actor, cause, reason, payload: draft.payload ?? null, changes }
  return keep(session, event)
}

function keep(session: Session, event: Omit<MemoryEvent, 'hash'>): MemoryEvent {
  const written = writeEvent(session.db, session.head, event)
  proceed(session, written)
  return written
}

/** After an event was written. */
export function proceed(session: Session, written: MemoryEvent): void {
  session.head = { seq: written.seq, hash: written.hash }
  projectProposals(session.db, written)
}

export const tryAgain = 'Look at it again and repeat what you wanted to do. Nothing was changed.'

/** What a change is checked against besides the records. */
interface Checking extends Pick<MemoryEvent, 'type' | 'at'> {
  /** Whether whoever read the event validated the records in it. */
  isValid?: boolean
}

/** Applies a change to the session's records and returns it as the log keeps it. Throws `UserError`. */
export function checked(session: Session, change: Change, event: Checking): Change {
  if (change.op === 'purged') throw new UserError('Only purging makes tombstones.', tryAgain)
  if (change.op === 'count') return counted(session, change, event)
  const current = recordIn(session, change.id)
  const tidy = tidied(session, { change, current, isValid: event.isValid === true })
  try {
    const next = applyChange(current, tidy)
    if (tidy.op === 'set') validate(next)
    session.records.set(change.id, next)
    session.dirty.add(change.id)
    return tidy
  } catch (error) {
    if (!(error instanceof ChangeConflict)) throw error
    throw new UserError(sentence(session, change, error.message), tryAgain)
  }
}

function sentence({ db, start }: Session, change: Change, why: string): string {
  const last = readEvents(db, { id: change.id, before: start + 1, limit: 1 })[0]
  const by =
    last === undefined ? '' : ` Last changed by ${last.actor.name} in event ${last.seq} (${last.type}).`
  return `The memory ${change.id} cannot be changed so: ${why}.${by}`
}

export function recordIn(session: Session, id: string): MemoryRecord | null {
  const known = session.records.get(id)
  if (known !== undefined) return known
  const record = readRecord(session.db, id)
  const counts = session.counted.get(id)
  if (record !== null && counts !== undefined) {
    record.counters = counts.counters
    record.lastUsedAt = counts.lastUsedAt
  }
  session.counted.delete(id)
  session.records.set(id, record)
  return record
}

interface Tidying {
  change: Exclude<Change, { op: 'count' | 'purged' }>
  current: MemoryRecord | null
  /** The records in the change were validated. */
  isValid: boolean
}

/** The change in the form that the log keeps: validated, links in order, a removal with the counts of now. */
function tidied(session: Session, { change, current, isValid }: Tidying): Change {
  if (change.op === 'set' && 'lastUsedAt' in change.fields)
    throw new UserError('When a memory was last used follows from the log: nobody sets it.', tryAgain)
  if (change.op === 'set' && current?.kind === 'episode') keepsEvidence(change)
  if (change.op === 'remove' && current !== null) {
    // A use that was taken back in this transaction is not projected yet.
    const takenBack = session.unused.has(change.id)
    const lastUsedAt = takenBack ? loggedLastUse(session.db, change.id) : current.lastUsedAt
    return { ...change, record: { ...change.record, counters: current.counters, lastUsedAt } }
  }
  if (change.op !== 'create') return change
  const record = isValid ? change.record : validate(change.record)
  if (record.id !== change.id)
    throw new UserError(`The memory ${change.id} has the id ${record.id}.`, tryAgain)
  if (record.namespace !== session.namespace)
    throw new UserError(
      `The memory ${record.id} belongs to another repository.`,
      'Import it instead: that makes a copy for this repository.',
    )
  const gone = purgedBy(session.db, record.id)
  if (gone !== undefined)
    throw new UserError(`The memory ${record.id} was purged in event ${gone}.`, tryAgain)
  return { ...change, record: { ...record, links: record.links.toSorted(byLink) } }
}

const selectPurged = `
  select event.seq from item_event join event on event.seq = item_event.seq
  where item_event.id = ? and event.type = 'PURGED' limit 1`

function purgedBy(db: Statements, id: string): number | undefined {
  const row = db.prepare(selectPurged).get(id)
  return row === undefined ? undefined : Number(row.seq)
}

/** What an episode saw does not change afterwards. */
const evidence = [
  'text',
  'cue',
  'episode',
  'entities',
  'anchors',
  'commit',
  'validFrom',
  'recordedAt',
] as const

function keepsEvidence(change: Extract<Change, { op: 'set' }>): void {
  const field = evidence.find((name) => name in change.fields)
  if (field === undefined) return
  throw new UserError(
    `The ${field} of the episode ${change.id} cannot be changed: episodes are evidence.`,
    'Write a lesson about it, or forget the episode.',
  )
}

/** Throws `UserError` naming the first field that is wrong. */
export function validate(record: unknown): MemoryRecord {
  const result = recordSchema.safeParse(record)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  const field = issue?.path.join('.') ?? ''
  throw new UserError(
    `A memory is not valid: ${field === '' ? '' : `${field}: `}${issue?.message ?? 'unknown'}.`,
    'Nothing was written. Correct the field and try again.',
    result.error,
  )
}

function counted(
  session: Session,
  change: Extract<Change, { op: 'count' }>,
  event: Pick<MemoryEvent, 'type' | 'at'>,
): Change {
  const add = Object.fromEntries(Object.entries(change.add).map(([name, value]) => [name, roundCount(value)]))
  const known = session.records.get(change.id)
  const place = known === undefined ? useIn(session, change.id) : undefined
  const use = known ?? place
  if (use === undefined) throw new UserError(sentence(session, change, 'it does not exist'), tryAgain)
  const counters = addCounters(use.counters, add)
  const below = Object.entries(counters).find(([, value]) => !(value >= 0))
  if (below !== undefined)
    throw new UserError(sentence(session, change, `it would have ${below[0]} ${below[1]} times`), tryAgain)
  const lastUsedAt = isUse(event.type) ? event.at : use.lastUsedAt
  if (event.type === 'REVERTED') session.unused.add(change.id)
  if (known === undefined || known === null)
    session.counted.set(change.id, { row: place?.row ?? 0, counters, lastUsedAt })
  else {
    session.records.set(change.id, { ...known, counters, lastUsedAt })
    session.dirty.add(change.id)
  }
  return { ...change, add }
}

function useIn(session: Session, id: string): Use | undefined {
  const known = session.counted.get(id)
  if (known !== undefined) return known
  const row = rowOf(session.db, id)
  return row === undefined ? undefined : { row, ...readUse(session.db, row) }
}

/** Writes what the events made of the records. */
export function project({ db, records, dirty, counted, unused, tokenizer }: Session): void {
  for (const { row, ...use } of counted.values()) writeUse(db, row, use)
  for (const id of dirty) {
    const record = records.get(id) ?? null
    if (record === null) eraseRecord(db, id)
    else writeRecord(db, record, tokenizer)
  }
  for (const id of unused) writeLastUse(db, id)
}
