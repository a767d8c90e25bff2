/** Finds and orders the records that answer a question: channels, fusion, priors, anchors, one hop, near-duplicates. */

import type { AnchorState, RecallQuery, Recollection } from '../../recollection.ts'
import type { MemoryRecord, Status } from '../../record.ts'
import type { Gate } from '../../store/memory-store.ts'
import type { RankedList } from '../fuse.ts'
import { askChannels, askFailures, failureWeight, list } from './channels.ts'
import type { RecordRecallContext } from './context.ts'
import { filesInQuestion } from './located.ts'
import type { KnownQuestion } from './question.ts'
import { belowFloor, byRank, fuseLists, recollect, thin, withAnchors } from './ranking.ts'

export interface Found {
  /** Best first; nothing gone, muted or repeated among them. */
  ranked: Recollection[]
  cut: Recollection[]
  /** By id of a contested record: the ids of what contradicts it. */
  sides: Map<string, string[]>
}

/** Records whose contents are read: use and kind can hardly lift one from further down into the answer. */
const readAtMost = (limit: number) => Math.min(100, 40 + 4 * limit)
/** Records that come along because a found one is derived from them or completed by them. */
const mostNeighbours = 3
const neighbourShare = 0.5

/** What never comes out of the store: of another time, another branch, this very session or issue. */
export function gateOf(context: RecordRecallContext, query: RecallQuery, statuses: readonly Status[]): Gate {
  return {
    // What is being recorded this very millisecond counts; what bears a later date does not.
    before: query.before ?? context.now + 1,
    branches: context.branches,
    statuses,
    ...(query.kinds !== undefined && { kinds: query.kinds }),
    ...(query.sessionId !== undefined && { notSession: query.sessionId }),
    ...(query.text.trim() !== '' && { notIssue: query.text }),
    muted: true,
  }
}

export async function findRecords(
  context: RecordRecallContext,
  question: KnownQuestion,
  { query, gate }: { query: RecallQuery; gate: Gate },
): Promise<Found> {
  const files = await filesInQuestion(context, question, { query, gate })
  const lists = await askChannels(context, question, { gate, files })
  if (query.repair === true) lists.push(list('failure', failureWeight, askFailures(context, question, gate)))
  const found = readFound(context, lists, { query, gate })
  const { kept, cut } = dropUnfit(found, lists, { query, gate })
  const settled = await settleAnchors(context, kept, query.limit)
  const { around, sides } = neighbours(context, settled.ranked, { query, gate })
  const joined = await settleAnchors(context, around, around.length)
  const thinned = thin([...settled.ranked, ...joined.ranked].sort(byRank))
  return {
    ranked: thinned.kept,
    cut: [...thinned.cut, ...settled.cut, ...joined.cut, ...cut],
    sides,
  }
}

interface Asked {
  query: RecallQuery
  gate: Gate
}

function readFound(
  { store }: RecordRecallContext,
  lists: readonly RankedList<string>[],
  { query, gate }: Asked,
): Recollection[] {
  const fused = fuseLists(lists).slice(0, readAtMost(query.limit))
  const ids = fused.map(({ item }) => item)
  const records = new Map(store.visible(ids, gate).map((record) => [record.id, record]))
  const found = fused.flatMap((one) => {
    const record = records.get(one.item)
    return record === undefined ? [] : [recollect(record, one, query)]
  })
  return found.sort(byRank)
}

/** Takes out what is muted, shown already, no longer true, or weak in every channel that found it. A pin outranks the floor. */
function dropUnfit(
  found: readonly Recollection[],
  lists: readonly RankedList<string>[],
  { query, gate }: Asked,
): { kept: Recollection[]; cut: Recollection[] } {
  const weak = belowFloor(lists)
  const kept: Recollection[] = []
  const cut: Recollection[] = []
  for (const one of found) {
    const isShown = query.shown?.includes(one.record.id) === true
    const why = isShown
      ? 'Left out: it is shown already.'
      : whyUnfit(one.record, weak.has(one.record.id), gate.before)
    if (why === null) kept.push(one)
    else cut.push({ ...one, why })
  }
  return { kept, cut }
}

function whyUnfit(record: MemoryRecord, isWeak: boolean, before = Number.POSITIVE_INFINITY): string | null {
  if (record.inhibited) return 'Left out: a person muted it.'
  if (record.validTo !== null && record.validTo < before) return 'Left out: it is no longer true.'
  if (isWeak && !record.pinned) return 'Left out: every channel that found it found others far better.'
  return null
}

/** Looked at beyond the limit: some fall to near-duplicates, pairs and the budget. */
const spare = 10

/**
 * Checks the code that records cite, best first, until nothing further down can come before what is settled: an
 * anchor can only lower a score.
 */
async function settleAnchors(
  { anchors }: RecordRecallContext,
  ordered: readonly Recollection[],
  limit: number,
): Promise<{ ranked: Recollection[]; cut: Recollection[] }> {
  const ranked: Recollection[] = []
  const cut: Recollection[] = []
  const need = limit * 2 + spare
  for (const [at, one] of ordered.entries()) {
    if (!one.record.pinned && ranked.filter(({ score }) => score >= one.score).length >= need) {
      cut.push(...ordered.slice(at).map((rest) => ({ ...rest, why: 'Left out: many others rank higher.' })))
      break
    }
    const states: AnchorState[] = one.record.anchors.length === 0 ? [] : await anchors(one.record)
    const settled = withAnchors(one, states)
    if (settled.factors.anchor > 0) ranked.push(settled)
    else cut.push({ ...settled, why: 'Left out: the code that it cites is gone.' })
  }
  return { ranked: ranked.sort(byRank), cut }
}

/** The other sides of contradictions, and up to three records that the best ones rest on or complement. */
function neighbours(
  { store }: RecordRecallContext,
  ranked: readonly Recollection[],
  { query, gate }: Asked,
): { around: Recollection[]; sides: Map<string, string[]> } {
  const known = new Set([...ranked.map(({ record }) => record.id), ...(query.shown ?? [])])
  const sides = new Map<string, string[]>()
  const around: Recollection[] = []
  const join = (
    one: Recollection,
    ids: readonly string[],
    how: { share: number; why: string; channel: string },
  ) => {
    const fresh = ids.filter((id) => !known.has(id))
    for (const record of store.visible(fresh, gate)) {
      if (record.inhibited || (record.validTo !== null && record.validTo < (gate.before ?? 0))) continue
      known.add(record.id)
      around.push(beside(one, record, how))
    }
  }
  const contested = ranked.filter(({ record }) => record.status === 'contested')
  for (const one of contested) {
    const others = contradicting(store, one.record, gate)
    for (const id of others) sides.set(id, [...(sides.get(id) ?? []), one.record.id])
    sides.set(one.record.id, [...(sides.get(one.record.id) ?? []), ...others])
    join(one, others, { share: 1, channel: 'contradiction', why: 'It contradicts a record that was found.' })
  }
  const before = around.length
  for (const one of ranked) {
    const left = mostNeighbours - (around.length - before)
    if (left <= 0) break
    const links = one.record.links.filter(({ type }) => type === 'derived_from' || type === 'complements')
    const ids = links.map(({ to }) => to).filter((id) => !known.has(id))
    join(one, ids.slice(0, left), {
      share: neighbourShare,
      channel: 'link',
      why: 'A record that was found rests on it or is completed by it.',
    })
  }
  return { around, sides }
}

function contradicting(store: RecordRecallContext['store'], record: MemoryRecord, gate: Gate): string[] {
  const linked = record.links.filter(({ type }) => type === 'contradicts').map(({ to }) => to)
  const own = linked.filter((id) => store.get(id)?.status === 'contested')
  const key = { kind: 'link', value: record.id } as const
  const back = store
    .list({ branches: gate.branches, statuses: ['contested'], key, limit: 10 })
    .filter(({ links }) => links.some(({ type, to }) => type === 'contradicts' && to === record.id))
  return [...new Set([...own, ...back.map(({ id }) => id)])]
}

function beside(
  one: Recollection,
  record: MemoryRecord,
  { share, why, channel }: { share: number; why: string; channel: string },
): Recollection {
  const score = one.score * share
  const detail = `mem:${one.record.id}`
  return {
    record,
    score,
    freshness: 'none',
    anchors: [],
    channels: [{ channel, rank: null, score: one.score, contribution: score, detail }],
    factors: { utility: 0.5, anchor: 1, kind: 1 },
    tokens: 0,
    why,
  }
}
