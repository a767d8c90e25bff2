/** What a person decides about things that wait: candidates, contradictions, proposals. */

import type { Actor, Change, EventDraft } from '../../memory/event.ts'
import { linkTo, setFields } from '../../memory/learn/workbook.ts'
import { UserError } from '../../memory/ports.ts'
import type { MemoryRecord } from '../../memory/record.ts'
import { redact } from '../../memory/safety/redact.ts'
import { draftOf } from './change.ts'
import type { MemoryRoom } from './room.ts'
import { acceptAll, decide } from './write.ts'

/** Throws `UserError` for an unknown id; then none is accepted. */
export async function acceptCandidates(
  room: MemoryRoom,
  references: readonly string[],
): Promise<MemoryRecord[]> {
  const { store } = room
  const ids = [...new Set(references.map((reference) => store.find(reference).id))]
  await acceptAll(room, ids, await room.person())
  return ids.map((id) => store.find(id))
}

/** One of two that contradict each other is right, or both are. */
export async function decidePair(
  room: MemoryRoom,
  { winner, loser, decision }: { winner: string; loser: string; decision: 'supersede' | 'both' },
): Promise<void> {
  const { store } = room
  const ids = [store.find(winner).id, store.find(loser).id] as const
  if (ids[0] === ids[1]) throw new UserError('That is one and the same memory.', 'Give two ids.')
  const actor = await room.person()
  decide(room, () => {
    const [one, other] = [store.find(ids[0]), store.find(ids[1])]
    return decision === 'both' ? bothStay(one, other, actor) : oneWins(one, other, actor)
  })
}

function bothStay(one: MemoryRecord, other: MemoryRecord, actor: Actor): EventDraft[] {
  const why = 'a person says that both are right'
  const by = actor.name
  return draftOf('LINKED', actor, why, [
    ...apart(one, other),
    ...apart(other, one),
    linkTo(one, { type: 'complements', to: other.id, why, by }),
    linkTo(other, { type: 'complements', to: one.id, why, by }),
    ...[one, other].map((record) =>
      record.status === 'contested' ? setFields(record, { status: 'active' }) : null,
    ),
  ])
}

function oneWins(winner: MemoryRecord, loser: MemoryRecord, actor: Actor): EventDraft[] {
  const why = 'a person decided between the two'
  const validTo = Math.max(loser.validFrom, winner.validFrom)
  return draftOf('SUPERSEDED', actor, why, [
    ...apart(winner, loser),
    ...apart(loser, winner),
    setFields(loser, { status: 'superseded', validTo, retiredAt: Date.now() }),
    linkTo(winner, { type: 'supersedes', to: loser.id, why, by: actor.name }),
    setFields(winner, { status: 'active', flags: [], retiredAt: null }),
  ])
}

function apart(record: MemoryRecord, other: MemoryRecord): Change[] {
  const links = record.links.filter((link) => link.type === 'contradicts' && link.to === other.id)
  return links.map((link) => ({ op: 'unlink', id: record.id, link }))
}

interface Proposed {
  op: string
  target?: string
  by?: string
  itemId?: string
  targets?: string[]
  text?: string
  cue?: string
}

/** Accepting does what was proposed, with other words where `text` is given. The proposal waits no longer. */
export async function settleProposal(
  room: MemoryRoom,
  { seq, decision, text }: { seq: number; decision: 'accept' | 'reject'; text?: string | undefined },
): Promise<void> {
  const { store } = room
  const waiting = store.proposals(true).find((proposal) => proposal.seq === seq)
  if (waiting === undefined)
    throw new UserError(`No proposal ${seq} waits for a decision.`, "'casebook review' lists those that do.")
  const actor = await room.person()
  const proposed = waiting.proposal as unknown as Proposed
  const words = text === undefined ? null : (await redact(text.trim())).text
  decide(room, () => {
    const drafts =
      decision === 'reject' ? turnedDown(room, proposed, actor) : done(room, { proposed, words, actor })
    const [first, ...rest] = drafts.length === 0 ? [noChange(decision, actor)] : drafts
    return [{ ...(first as EventDraft), cause: seq }, ...rest.map((draft) => ({ ...draft, cause: seq }))]
  })
}

function noChange(decision: string, actor: Actor): EventDraft {
  return { type: 'REVALIDATED', actor, reason: `a person ${decision}ed the proposal`, changes: [] }
}

/** The newcomer that wanted the place of an old one is not wanted. */
function turnedDown({ store }: MemoryRoom, { by }: Proposed, actor: Actor): EventDraft[] {
  const newcomer = by === undefined ? null : store.get(by)
  if (newcomer?.status !== 'candidate') return []
  const retired = setFields(newcomer, { status: 'retracted', retiredAt: Date.now() })
  return draftOf('REJECTED', actor, 'a person kept the words as they were', [retired], {
    payload: { gate: 'person', count: 1 },
  })
}

interface Doing {
  proposed: Proposed
  words: string | null
  actor: Actor
}

function done({ store }: MemoryRoom, { proposed, words, actor }: Doing): EventDraft[] {
  const target = proposed.target ?? proposed.itemId ?? ''
  const known = store.get(target)
  if (known === null)
    throw new UserError('The memory that this proposal is about is gone.', 'Reject the proposal.')
  // A model that drops an insight that a person wrote proposes no words, only the end of it.
  if (proposed.op === 'archive') {
    const gone = setFields(known, { status: 'archived', retiredAt: Date.now() })
    return draftOf('ARCHIVED', actor, 'a person accepted that it is not needed any more', [gone])
  }
  const newcomer = proposed.by === undefined ? null : store.get(proposed.by)
  if (newcomer !== null) {
    const events = oneWins(newcomer, known, actor)
    if (words === null) return events
    return [...events, ...revised({ ...newcomer, status: 'active' }, words, actor)]
  }
  const changed = revised(known, words ?? proposed.text ?? known.text, actor, proposed.cue)
  return [...changed, ...merged(store, known, proposed.targets ?? [], actor)]
}

function revised(record: MemoryRecord, text: string, actor: Actor, cue?: string): EventDraft[] {
  const fields = { text, version: record.version + 1, edited: true, ...(cue ? { cue } : {}) }
  return draftOf('REVISED', actor, 'a person accepted the proposed words', [setFields(record, fields)])
}

/** The others of a merge end in the one that stays. */
function merged(
  store: MemoryRoom['store'],
  into: MemoryRecord,
  targets: readonly string[],
  actor: Actor,
): EventDraft[] {
  const others = targets.filter((id) => id !== into.id).flatMap((id) => store.get(id) ?? [])
  const why = 'a person accepted that they say the same'
  const changes = others.flatMap((record) => [
    linkTo(record, { type: 'merged_into', to: into.id, why, by: actor.name }),
    setFields(record, { status: 'superseded', retiredAt: Date.now() }),
  ])
  return draftOf('MERGED', actor, why, changes)
}
