/** Records of somebody else's log as they come in here: candidates that a person looks at. Pure. */

import type { Actor, EventDraft } from '../event.ts'
import { type MemoryRecord, noUse } from '../record.ts'
import { instructionSigns, withSigns } from '../safety/record-flags.ts'

export interface MergeContext {
  /** Whether this id is here, or was here and was purged. */
  status: (id: string) => 'known' | 'purged' | 'new'
  actor: Actor
  /** Name of the file, for provenance. */
  from: string
  /** Unix milliseconds. */
  now: number
  gate: ImportGate
}

/** Why a record must not come in, with the name of the gate; null when it may. Learning knows, sharing only asks. */
export type ImportGate = (record: MemoryRecord) => { gate: string; reason: string } | null

export interface Merge {
  drafts: EventDraft[]
  /** Records that come in; the other drafts tell of those that do not. */
  added: number
  known: number
  notes: string[]
}

/** `records` is the state at the end of the other log. Equal input gives equal drafts, in the order of ids. */
export function mergeRecords(records: readonly MemoryRecord[], context: MergeContext): Merge {
  const sorted = records.toSorted((a, b) => (a.id < b.id ? -1 : 1))
  const status = new Map(sorted.map(({ id }) => [id, context.status(id)]))
  const fresh = sorted.filter((record) => status.get(record.id) === 'new' && record.status !== 'retracted')
  const refusals = new Map(fresh.map((record) => [record.id, context.gate(record)]))
  const wanted = fresh.filter(({ id }) => refusals.get(id) === null)
  const ids = new Set(wanted.map(({ id }) => id))
  const arrives = (id: string) => ids.has(id) || context.status(id) === 'known'
  const dropped = wanted.flatMap((record) => record.links.filter((link) => !arrives(link.to)))
  const drafts = wanted.map((record) => draftOf(record, arrives, context))
  const refused = fresh.flatMap((record) => {
    const refusal = refusals.get(record.id)
    return refusal == null ? [] : [refusalOf(record, refusal, context)]
  })
  const count = (state: 'known' | 'purged') => [...status.values()].filter((one) => one === state).length
  const flagged = drafts.filter(({ payload }) => (payload as { flags: string[] }).flags.length > 0).length
  const retracted = sorted.filter((one) => status.get(one.id) === 'new' && one.status === 'retracted').length
  const notes = [
    sentence(
      wanted.length,
      'memory came',
      'memories came',
      'in as candidates: accept them with casebook review',
    ),
    sentence(refused.length, 'was', 'were', 'turned away by the gates: casebook log tells why'),
    sentence(count('purged'), 'was', 'were', 'left out: purged here before'),
    sentence(retracted, 'was', 'were', 'left out: found wrong where they come from'),
    sentence(flagged, 'speaks', 'speak', 'like instructions to a model and waits for a person'),
    sentence(dropped.length, 'link was', 'links were', 'dropped: what they point to is not here'),
  ].filter(Boolean)
  return { drafts: [...drafts, ...refused], added: drafts.length, known: count('known'), notes }
}

/** Nothing of the words is kept where they may hold a secret or anything at all. */
function refusalOf(
  { kind, text }: MemoryRecord,
  { gate, reason }: { gate: string; reason: string },
  { actor, from }: MergeContext,
): EventDraft {
  const words = gate === 'G7' ? text.slice(0, 300) : ''
  const payload = { gate, reason, kind: String(kind), text: words, from }
  return { type: 'REJECTED', actor, reason: `${gate}: ${reason} (from ${from})`, payload, changes: [] }
}

function draftOf(record: MemoryRecord, arrives: (id: string) => boolean, context: MergeContext): EventDraft {
  const { actor, from, now } = context
  const signs = instructionSigns(record)
  const { sources } = record.provenance
  const imported: MemoryRecord = {
    ...record,
    confidence: 'imported',
    // Retired ones stay so; all others prove themselves here anew.
    status: record.status === 'archived' || record.status === 'superseded' ? record.status : 'candidate',
    recordedAt: now,
    version: 1,
    links: record.links.filter((link) => arrives(link.to)),
    counters: noUse,
    lastUsedAt: null,
    pinned: false,
    inhibited: false,
    flags: withSigns(record.flags, signs),
    provenance: { ...record.provenance, sources: [...sources.slice(0, 199), { type: 'import', ref: from }] },
  }
  return {
    type: 'IMPORTED',
    actor,
    reason: `It came in from ${from}.`,
    payload: { from, flags: signs },
    changes: [{ op: 'create', id: record.id, record: imported }],
  }
}

function sentence(count: number, one: string, many: string, what: string): string {
  return count === 0 ? '' : `${count} ${count === 1 ? one : many} ${what}.`
}
