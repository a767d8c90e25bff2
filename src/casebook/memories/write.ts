/** The one door through which memory is written: masked, flagged, brought into form, judged, and then embedded. */

import { codeTokens } from '../../memory/code/tokens.ts'
import type { Actor, EventDraft, MemoryEvent } from '../../memory/event.ts'
import type { IntakeContext } from '../../memory/learn/context.ts'
import { accept, intake } from '../../memory/learn/intake.ts'
import type { Neighbour } from '../../memory/learn/merge.ts'
import type { LearnProposal } from '../../memory/learn/proposal.ts'
import { citeText } from '../../memory/recall/records/cite.ts'
import { type MemoryRecord, type RecordDraft, statuses } from '../../memory/record.ts'
import { flagged } from '../../memory/safety/record-flags.ts'
import { redact } from '../../memory/safety/redact.ts'
import { redactDeep } from '../../memory/safety/redact-deep.ts'
import { withArtifacts } from './contents.ts'
import { gatherEvidence } from './evidence.ts'
import type { MemoryRoom } from './room.ts'

/** Records near a draft that each channel may name. */
const mostNear = 5
/** Records with the same key or place. */
const mostSame = 50

export interface Written {
  events: MemoryEvent[]
  /** Secrets that were masked in what was handed in. */
  masked: number
  /** What was proposed, in the form that was judged. */
  drafts: RecordDraft[]
}

/** Proposals of whatever origin. Never half: all events of one call are one transaction. */
export async function write(
  room: MemoryRoom,
  proposals: readonly LearnProposal[],
  actor: Actor,
): Promise<Written> {
  let masked = 0
  const prepared: LearnProposal[] = []
  for (const proposal of proposals) {
    if (proposal.op === 'noop') prepared.push(proposal)
    else {
      const draft = cited(room, await prepare(room, proposal.draft))
      masked += (draft.masked ?? 0) - (proposal.draft.masked ?? 0)
      prepared.push({ ...proposal, draft })
    }
  }
  const drafts = prepared.flatMap((proposal) => (proposal.op === 'noop' ? [] : [proposal.draft]))
  const context = await intakeContext(room, drafts, actor)
  const events = decide(room, () => intake(prepared, context))
  return { events, masked, drafts }
}

/** A person lets a candidate be shown, whatever its flags say. */
export async function acceptAll(room: MemoryRoom, ids: readonly string[], actor: Actor): Promise<void> {
  const records = ids.flatMap((id) => room.store.get(id) ?? [])
  const context = await intakeContext(room, records, actor)
  decide(room, () => ids.flatMap((id) => accept(id, context)))
}

/** As `store.decide`; what the first event led to names it, and vectors follow when the answer is out. */
export function decide(room: MemoryRoom, work: () => EventDraft[]): MemoryEvent[] {
  const { store, vectors } = room
  const events = store.decide(() => {
    const first = store.lastSeq() + 1
    const drafts = work()
    // A PROPOSED event that is named as a cause counts as settled.
    if (drafts[0]?.type === 'PROPOSED') return drafts
    return drafts.map((draft, at) => (at === 0 || draft.cause != null ? draft : { ...draft, cause: first }))
  })
  if (events.length > 0) setImmediate(() => void vectors.fill())
  return events
}

/** Masked before anything else sees it; long contents lie in artifacts. */
async function prepare(room: MemoryRoom, draft: RecordDraft): Promise<RecordDraft> {
  const { value, masked } = await redactDeep(draft, redact)
  const clean = { ...value, masked: (draft.masked ?? 0) + masked }
  return withArtifacts(isOwnWord(clean) ? clean : flagged(clean, { attempts: false }), room.store)
}

/** What names code cites it, whoever wrote it: only so will a change of the code be noticed. */
function cited({ code }: MemoryRoom, draft: RecordDraft): RecordDraft {
  const view = code.view()
  if (draft.kind === 'episode' || (draft.anchors ?? []).length > 0 || view?.complete !== true) return draft
  const context = { db: view.db, viewId: view.viewId, head: view.head }
  const anchors = citeText(context, `${draft.text}\n${draft.cue ?? ''}`)
  return anchors.length === 0 ? draft : { ...draft, anchors }
}

/** A person may say what a person wants; all else may come from somebody who wants to move an agent. */
function isOwnWord({ provenance }: RecordDraft): boolean {
  return provenance.author === 'person' && !provenance.sources.some(({ type }) => type === 'import')
}

async function intakeContext(
  room: MemoryRoom,
  drafts: readonly RecordDraft[],
  actor: Actor,
): Promise<IntakeContext> {
  const { store } = room
  return {
    actor,
    evidence: await gatherEvidence(room, drafts),
    complete: (draft) => store.complete(draft),
    get: (id) => store.get(id),
    neighbours: (draft) => neighbours(room, draft),
    now: Date.now(),
  }
}

/** Of any status: what was retracted or superseded is news, too. */
function neighbours(room: MemoryRoom, draft: RecordDraft): Neighbour[] {
  const { store, vectors } = room
  const gate = { branches: branchesOf(draft), statuses, kinds: [draft.kind], muted: true }
  const keyed = (kind: 'fact' | 'anchor', values: readonly string[]) =>
    values.length === 0 ? [] : store.byKey(kind, values, gate, mostSame).map(({ id }) => id)
  const key = draft.fact?.key
  const places = (draft.anchors ?? []).map(({ path, symbol }) =>
    symbol === undefined ? path : `${path}#${symbol}`,
  )
  const words = store.byWords(codeTokens(draft.text), gate, mostNear).map(({ id }) => id)
  const like = vectors.like(store.complete(draft), gate, mostNear)
  const cosines = new Map(like.map(({ id, score }) => [id, score]))
  const ids = [
    ...store.sameWords(draft.kind, draft.text),
    ...keyed('fact', key == null ? [] : [key]),
    ...keyed('anchor', places),
    ...words,
    ...cosines.keys(),
  ]
  return [...new Set(ids)].flatMap((id) => {
    const record = store.get(id)
    return record === null ? [] : [{ record, cosine: cosines.get(id) ?? null }]
  })
}

/** A memory of another branch is neither doubled nor contradicted by this one. */
function branchesOf({ branch }: RecordDraft): string[] {
  return branch == null ? [] : [branch]
}

/** The record that a proposal became or joined; null when it was turned away. */
export function outcomeOf(events: readonly MemoryEvent[]): { id: string; isNew: boolean } | null {
  for (const event of events) {
    const created = event.changes.find((change) => change.op === 'create')
    if (created !== undefined) return { id: created.id, isNew: true }
  }
  const joined = events.find(({ type }) => type === 'MERGED' || type === 'RESTORED' || type === 'ACTIVATED')
  const [change] = joined?.changes ?? []
  return change === undefined ? null : { id: change.id, isNew: false }
}

/** Why a proposal was turned away; null when it was not. */
export function refusalOf(events: readonly MemoryEvent[]): string | null {
  return events.find(({ type }) => type === 'REJECTED')?.reason ?? null
}

export function createdIn(events: readonly MemoryEvent[]): MemoryRecord[] {
  return events.flatMap(({ changes }) =>
    changes.flatMap((change) => (change.op === 'create' ? [change.record] : [])),
  )
}
