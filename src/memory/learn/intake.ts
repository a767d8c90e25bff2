/** Proposals become events: gates, duplicates, links, conflicts, activation. Pure; called inside `store.decide`. */

import type { EventDraft } from '../event.ts'
import type { Link, MemoryRecord, RecordDraft, Source } from '../record.ts'
import { admit, type Gate, sessionOf } from './admit.ts'
import { labelPair, type PairLabel } from './conflict.ts'
import type { IntakeContext, Taking } from './context.ts'
import { isByPerson } from './evidence.ts'
import { join, support } from './joining.ts'
import { jaccard, tokenJaccard } from './likeness.ts'
import { mostRelated, relatedLinks, sourceLinks } from './links.ts'
import { dedup, type Neighbour } from './merge.ts'
import type { LearnProposal } from './proposal.ts'
import { settle } from './settle.ts'
import { openWorkbook, setFields, some } from './workbook.ts'

/** The events that a batch of proposals leads to. A proposal that fails becomes one REJECTED and changes nothing. */
export function intake(proposals: readonly LearnProposal[], context: IntakeContext): EventDraft[] {
  const book = openWorkbook(context.actor, context.get)
  const evidence = { ...context.evidence, sessionOf: sessionsBy(book.get) }
  for (const proposal of proposals) take(proposal, { ...context, evidence, book })
  return book.events
}

/** A person lets a candidate be shown: against its flags, and over what it contradicts. */
export function accept(id: string, context: IntakeContext): EventDraft[] {
  const book = openWorkbook(context.actor, context.get)
  settle(id, { byPerson: true }, { ...context, book })
  return book.events
}

function take(proposal: LearnProposal, taking: Taking): void {
  if (proposal.op === 'noop') {
    takeSupport(proposal.target, proposal.sources, taking)
    return
  }
  const known = targetsOf(proposal).map((id) => taking.book.get(id))
  if (known.includes(null)) {
    reject(proposal.draft, 'G1', 'names a memory that does not exist', taking)
    return
  }
  const admission = admit(proposal.draft, taking.evidence)
  if (!admission.ok) {
    reject(proposal.draft, admission.gate, admission.reason, taking)
    return
  }
  if (proposal.op !== 'merge') {
    takeDraft(proposal.draft, proposal, taking)
    return
  }
  const parents = known.filter((record) => record !== null)
  join(proposal.draft, parents, proposal.why ?? 'they say the same', taking)
}

function targetsOf(proposal: Exclude<LearnProposal, { op: 'noop' }>): readonly string[] {
  if (proposal.op === 'merge') return proposal.targets
  return proposal.op === 'supersede' ? [proposal.target] : []
}

/** REJECTED: nothing of the text is kept where it may hold a secret or anything at all. */
function reject(draft: RecordDraft, gate: Gate | 'retracted', reason: string, { book }: Taking): void {
  const text = gate === 'G1' || gate === 'G4' ? '' : draft.text.slice(0, 300)
  book.write('REJECTED', `${gate}: ${reason}`, [], { gate, reason, kind: String(draft.kind), text })
}

function takeSupport(target: string, sources: readonly Source[], taking: Taking): void {
  const record = taking.book.get(target)
  if (record === null) return
  const real = sources.filter((source) => exists(source, taking) && !wasShown(target, source, taking))
  support(record, { ...record, provenance: { ...record.provenance, sources: real } }, taking)
}

function exists(source: Source, { book, evidence }: Taking): boolean {
  if (source.type === 'episode') return book.get(source.ref) !== null
  return source.type === 'person' || evidence.textOf(source) !== null
}

/** A session that was shown a memory and agrees with it proves nothing. */
function wasShown(target: string, source: Source, { evidence }: Taking): boolean {
  const session = sessionOf(source, evidence)
  return session !== null && evidence.shownIn(session).some(({ id }) => id === target)
}

function sessionsBy(get: (id: string) => MemoryRecord | null): (source: Source) => string | null {
  return ({ type, ref }) => (type === 'episode' ? (get(ref)?.episode?.sessionId ?? null) : null)
}

type Entering = Extract<LearnProposal, { op: 'add' | 'supersede' }>

function takeDraft(draft: RecordDraft, proposal: Entering, taking: Taking): void {
  if (draft.kind === 'episode') {
    enter(draft, { proposal, neighbours: [], verdicts: [] }, taking)
    if (proposal.op === 'supersede') replaceEpisode(proposal.target, taking)
    return
  }
  const neighbours = nearby(draft, taking)
  const retracted = neighbours.find(({ record }) => record.status === 'retracted' && repeats(draft, record))
  if (retracted !== undefined && !isByPerson(draft)) {
    reject(draft, 'retracted', `memory ${retracted.record.id} said so and was retracted`, taking)
    return
  }
  const decision = dedup(draft, neighbours)
  if (decision.kind === 'noop') {
    support(decision.target, draft, taking)
    return
  }
  if (decision.kind === 'merge') {
    join(draft, [decision.target], 'nearly the same words', taking)
    return
  }
  const stated = statedLabels(proposal)
  const nominated = [...decision.nominated.map(({ record }) => record.id), ...stated.keys()]
  const others = [...new Set(nominated)].map((id) => taking.book.get(id)).filter((record) => record !== null)
  const verdicts = others.map((known) => ({ known, ...labelPair(draft, known, stated.get(known.id)) }))
  const duplicate = verdicts.find(({ label }) => label === 'duplicate')
  if (duplicate !== undefined) {
    support(duplicate.known, draft, taking)
    return
  }
  enter(draft, { proposal, neighbours, verdicts }, taking)
}

/** Episodes never change: work that went on is recorded anew, and the shorter record goes. */
function replaceEpisode(target: string, { book, now }: Taking): void {
  const known = book.get(target)
  if (known === null || known.status === 'archived') return
  const change = setFields(known, { status: 'archived', retiredAt: now })
  book.write('ARCHIVED', 'the work went on, and a longer record took its place', some([change]))
}

interface Relations {
  proposal: Entering
  neighbours: readonly Neighbour[]
  verdicts: readonly { known: MemoryRecord; label: PairLabel; why: string }[]
}

function enter(draft: RecordDraft, relations: Relations, taking: Taking): void {
  const by = draft.provenance.author
  const complements = relations.verdicts
    .filter(({ label }) => label === 'complement')
    .slice(0, mostRelated)
    .map(({ known, why }): Link => ({ type: 'complements', to: known.id, why, by }))
  const links = [
    ...(draft.links ?? []),
    ...sourceLinks(draft),
    ...complements,
    ...freeLinks(draft, relations, taking),
  ]
  // Episodes are evidence: they are there as soon as they happened. What an import brings unproven waits.
  const at = draft.kind === 'episode' ? 'RECORDED' : 'ADMITTED'
  const isTrusted = isByPerson(draft) || (draft.kind === 'episode' && draft.status !== 'candidate')
  const status = isTrusted ? 'active' : 'candidate'
  const record = taking.complete({ ...draft, status, links: distinct(links).slice(0, 300) })
  const why = isByPerson(draft) ? 'a person said so' : at === 'RECORDED' ? 'it happened' : 'passed the gates'
  taking.book.write(at, why, [{ op: 'create', id: record.id, record }])
  if (at === 'RECORDED') return
  const conflicts = relations.verdicts.filter(
    ({ label }) => label === 'supersedes' || label === 'contradicts',
  )
  const past = relations.neighbours
    .map((neighbour) => neighbour.record)
    .filter((one) => one.status === 'superseded' && one.fact?.key != null && one.fact.key === draft.fact?.key)
  settle(record.id, { conflicts, past }, taking)
}

/** Deterministic links first; what the proposer adds fills up to the limit. */
function freeLinks(draft: RecordDraft, { neighbours, proposal }: Relations, { book }: Taking): Link[] {
  const alive = neighbours
    .map(({ record }) => record)
    .filter(({ status }) => status !== 'superseded' && status !== 'retracted')
  const said = proposal.op === 'add' ? (proposal.related ?? []) : []
  const added = said
    .filter(({ to, type }) => type === 'related_to' && book.get(to) !== null)
    .map(
      ({ to, why }): Link => ({
        type: 'related_to',
        to,
        why: why.slice(0, 500),
        by: draft.provenance.author,
      }),
    )
  return distinct([...relatedLinks(draft, alive), ...added]).slice(0, mostRelated)
}

function statedLabels(proposal: Entering): Map<string, PairLabel> {
  if (proposal.op === 'supersede') return new Map([[proposal.target, 'supersedes']])
  const strong = (proposal.related ?? []).filter(({ type }) => type !== 'related_to')
  return new Map(strong.map(({ to, type }) => [to, type === 'contradicts' ? 'contradicts' : 'complement']))
}

function distinct(links: readonly Link[]): Link[] {
  return [
    ...new Map(links.toReversed().map((link) => [`${link.type} ${link.to}`, link])).values(),
  ].toReversed()
}

/** Common words from which two records of one batch are looked at. */
const batchShare = 0.3

/** Neighbours as they will be, and those of the batch itself. */
function nearby(draft: RecordDraft, { book, neighbours }: Taking): Neighbour[] {
  const stored = neighbours(draft).map(({ record, cosine }) => ({ record: book.current(record), cosine }))
  const known = new Set(stored.map(({ record }) => record.id))
  const entities = new Set(draft.entities ?? [])
  const key = draft.fact?.key ?? null
  const near = book.created().filter((record) => {
    if (known.has(record.id) || record.kind !== draft.kind) return false
    if (key !== null && record.fact?.key === key) return true
    return (
      jaccard(entities, new Set(record.entities)) > 0 || tokenJaccard(draft.text, record.text) >= batchShare
    )
  })
  return [...stored, ...near.map((record) => ({ record, cosine: null }))]
}

function repeats(draft: RecordDraft, record: MemoryRecord): boolean {
  return dedup(draft, [{ record: { ...record, status: 'active' }, cosine: null }]).kind !== 'new'
}
