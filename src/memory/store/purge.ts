/** Purging: contents of records leave the log, the fold, the evidence and every file. The one act without undo. */

import type { Change, EventDraft, Json, MemoryEvent } from '../event.ts'
import { UserError } from '../ports.ts'
import type { Kind, Link, MemoryRecord } from '../record.ts'
import { dropArtifacts, hashesIn, namedArtifacts } from './artifacts.ts'
import { canonical, same } from './canonical.ts'
import { type DatabaseSync, transaction } from './database.ts'
import { eventsAfter, type Head, headOf, noHash, rewriteEvent, wholeLog, writeEvent } from './events.ts'
import { tombstone } from './fold.ts'
import { eraseRecord, readRecord, writeRecord } from './items.ts'
import type { LogOptions } from './log-writer.ts'
import { readMeta, shareKey, writeMeta } from './meta.ts'
import { type Finder, idFinder, quoteFinder, shortestQuote } from './quotes.ts'
import { markUnfinished, wipeFiles } from './wipe.ts'

/** What goes. */
interface Condemned {
  kinds: Map<string, Kind>
  reason: string
  /** Whether a text quotes the records: other events may. */
  quotes: Finder
  /** The same for JSON. */
  quotesInJson: Finder
  /** Whether JSON names them. */
  names: Finder
  /** Evidence that they name. */
  artifacts: string[]
  /** Events whose own words go, whatever they are about. */
  events: ReadonlySet<number>
}

/** Throws `UserError` for an unknown id or event; then nothing is gone. */
export function purge(
  options: LogOptions,
  { ids, events: seqs = [] }: { ids: readonly string[]; events?: readonly number[] | undefined },
  by: Pick<EventDraft, 'actor' | 'reason'>,
): MemoryEvent[] {
  const { db } = options
  if (ids.length === 0 && seqs.length === 0) return []
  const events = transaction(db, () => {
    const last = headOf(db).seq
    const unknown = seqs.find((seq) => seq < 1 || seq > last)
    if (unknown !== undefined)
      throw new UserError(
        `There is no event ${unknown}.`,
        "Nothing was purged. 'casebook log' lists the events.",
      )
    const condemned = condemn(db, { ids: [...new Set(ids)], events: new Set(seqs), reason: by.reason })
    const { reason } = condemned
    const before = headOf(db).hash
    const { head, from } = rewriteLog(db, condemned)
    clearFold(db, condemned)
    markUnfinished(db)
    const changes = [...condemned.kinds].map(([id, kind]) => tombstone(id, kind, reason))
    const payload = { break: { from, before, after: head.hash } }
    const event = {
      seq: head.seq + 1,
      at: options.now(),
      type: 'PURGED' as const,
      cause: null,
      payload,
      changes,
    }
    return [writeEvent(db, head, { ...event, actor: by.actor, reason })]
  })
  wipeFiles(db)
  return events
}

interface Sentence {
  ids: readonly string[]
  events: ReadonlySet<number>
  reason: string
}

function condemn(db: DatabaseSync, { ids, events, reason }: Sentence): Condemned {
  const kinds = new Map<string, Kind>()
  const artifacts: string[] = []
  const texts: string[] = []
  for (const id of ids) {
    const changes = eventsAfter(db, id, 0).flatMap((event) =>
      event.changes.filter((change) => change.id === id),
    )
    const first = changes.find((change) => change.op === 'create' || change.op === 'remove')
    if (first === undefined) {
      const purged = changes.some((change) => change.op === 'purged')
      throw new UserError(
        purged ? `The memory ${id} was purged already.` : `There is no memory ${id}.`,
        'Nothing was purged. List the memories to see their ids.',
      )
    }
    kinds.set(id, first.record.kind)
    artifacts.push(...hashesIn(canonical(changes)))
    texts.push(...changes.flatMap(textsIn).filter((text) => text.length >= shortestQuote))
  }
  const quotes = quoteFinder(texts)
  return {
    kinds,
    artifacts,
    events,
    quotes,
    quotesInJson: quoteFinder(texts.map((text) => JSON.stringify(text).slice(1, -1))),
    names: idFinder(kinds),
    // Whoever says why may say what.
    reason: quotes(reason) ? 'Purged.' : reason,
  }
}

/** What others would quote. Values of facts are left out: commands and versions stand in many events by right. */
function textsIn(change: Change): string[] {
  if (change.op === 'create' || change.op === 'remove')
    return [change.record.text, change.record.cue, change.record.episode?.goal ?? '']
  if (change.op !== 'set') return []
  const { text, cue } = change.fields
  return [text, cue]
    .flatMap((field) => [field?.before, field?.after])
    .filter((value) => typeof value === 'string')
}

/** Rewrites what holds contents, and the hashes from there on. `from`: the first event that is another one now. */
function rewriteLog(db: DatabaseSync, condemned: Condemned): { head: Head; from: number } {
  let last = { seq: 0, hash: noHash }
  let from = 0
  for (const { hash, ...event } of wholeLog(db)) {
    const clean = cleaned(event, condemned)
    if (from === 0 && clean !== event) from = event.seq
    last = { seq: event.seq, hash: from === 0 ? hash : rewriteEvent(db, last.hash, clean) }
    if (clean.type === 'PROPOSED' && clean !== event) rewriteProposal(db, clean)
  }
  return { head: last, from }
}

const updateProposal = 'update proposal set proposal = ? where seq = ?'

function rewriteProposal(db: DatabaseSync, event: Omit<MemoryEvent, 'hash'>): void {
  db.prepare(updateProposal).run(JSON.stringify(event.payload), event.seq)
}

type Unhashed = Omit<MemoryEvent, 'hash'>

/** The event without contents of condemned records; itself when it holds none. */
function cleaned(event: Unhashed, condemned: Condemned): Unhashed {
  const { kinds, quotes, quotesInJson, names, events } = condemned
  const changes = cleanChanges(event, condemned)
  const touched =
    events.has(event.seq) || event.changes.some((change) => kinds.has(change.id) && change.op !== 'count')
  const payload = event.payload === null ? '' : canonical(event.payload)
  const quoted = quotes(event.reason) || quotesInJson(payload)
  const named = names(payload)
  if (!touched && !quoted && !named) return changes === event.changes ? event : { ...event, changes }
  const reason = touched || quoted ? 'Purged.' : event.reason
  return { ...event, changes, reason, payload: skeleton(event.payload) }
}

function cleanChanges({ seq, changes }: Unhashed, { kinds, reason, quotes, events }: Condemned): Change[] {
  const gone = new Set<string>()
  const clean = changes.flatMap((change) => {
    const kind = kinds.get(change.id)
    if (kind === undefined && change.op === 'purged')
      return [events.has(seq) || quotes(change.reason) ? { ...change, reason: 'Purged.' } : change]
    if (kind === undefined) return [withoutWhys(change, kinds)]
    if (gone.has(change.id)) return []
    gone.add(change.id)
    return [tombstone(change.id, kind, reason)]
  })
  return clean.length === changes.length && clean.every((change, at) => change === changes[at])
    ? changes
    : clean
}

/** Links to what is gone stay, but no longer say why. */
function withoutWhys(change: Change, gone: ReadonlyMap<string, Kind>): Change {
  if (change.op === 'link' || change.op === 'unlink') {
    const link = silenced(change.link, gone)
    return link === change.link ? change : { ...change, link }
  }
  if (change.op !== 'create' && change.op !== 'remove') return change
  const record = withSilentLinks(change.record, gone)
  return record === change.record ? change : { ...change, record }
}

function withSilentLinks(record: MemoryRecord, gone: ReadonlyMap<string, Kind>): MemoryRecord {
  const links = record.links.map((link) => silenced(link, gone))
  return links.every((link, at) => link === record.links[at]) ? record : { ...record, links }
}

function silenced(link: Link, gone: ReadonlyMap<string, Kind>): Link {
  return gone.has(link.to) && link.why !== '' ? { ...link, why: '' } : link
}

/** What stays of a payload: what the fold and the check go by. */
function skeleton(payload: Json): Json {
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) return null
  const kept = Object.entries(payload).filter(
    ([name, value]) =>
      ['gate', 'count', 'reverts', 'break'].includes(name) ||
      (name === 'itemId' && /^[0-9A-HJKMNP-TV-Z]{26}$/.test(String(value))),
  )
  return { ...Object.fromEntries(kept), purged: true }
}

const selectLinked =
  "select item.id as id from item_key join item on item.rowid = item where item_key.kind = 'link' and value = ?"
const deleteVectors =
  'delete from vector where not exists (select 1 from item where item.text_hash = vector.hash)'
const forgetEpoch = "delete from meta where key = 'vectors.epoch'"

/** What is noted of the last sharing names files by the words of their records. */
function clearShared(db: DatabaseSync, kinds: ReadonlyMap<string, Kind>): void {
  const value = readMeta(db, shareKey)
  if (value === null) return
  let base: unknown
  try {
    base = JSON.parse(value)
  } catch {
    base = {}
  }
  const kept = Object.entries(base ?? {}).filter(([id]) => !kinds.has(id))
  writeMeta(db, shareKey, JSON.stringify(Object.fromEntries(kept)))
}

function clearFold(db: DatabaseSync, { kinds, artifacts }: Condemned): void {
  clearShared(db, kinds)
  const linked = [...kinds.keys()].flatMap((id) => db.prepare(selectLinked).all(id.toLowerCase()))
  for (const id of kinds.keys()) eraseRecord(db, id)
  for (const id of new Set(linked.map((row) => String(row.id)))) {
    const record = readRecord(db, id)
    if (record !== null && !same(record, withSilentLinks(record, kinds)))
      writeRecord(db, withSilentLinks(record, kinds))
  }
  const named = artifacts.length === 0 ? new Set<string>() : namedArtifacts(db)
  dropArtifacts(
    db,
    artifacts.filter((sha) => !named.has(sha)),
  )
  // A graph on disk still holds the vectors: with another epoch it is foreign and is thrown away.
  if (db.prepare(deleteVectors).run().changes > 0) db.prepare(forgetEpoch).run()
}
