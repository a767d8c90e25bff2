/** Finds and orders the records that answer a question: channels, fusion, priors, anchors, one hop, near-duplicates. */

import type { AnchorState, RecallQuery, Recollection } from '../../recollection.ts'
import type { MemoryRecord, Status } from '../../record.ts'
import type { Gate } from '../../store/memory-store.ts'
import { askChannels, askFailures, failureWeight, list } from './channels.ts'
import type { RecordRecallContext } from './context.ts'
import { type Asked, inTurn } from './in-turn.ts'
import { filesInQuestion } from './located.ts'
import type { KnownQuestion } from './question.ts'
import { byRank, thin, withAnchors } from './ranking.ts'

export interface Found {
  /** Best first; nothing gone, muted or repeated among them. */
  ranked: Recollection[]
  /** The first of what was left out, at least so many where there are: what nobody asks for is not read. */
  cut: (most: number) => Recollection[]
  /** By id of a contested record: the ids of what contradicts it. */
  sides: Map<string, string[]>
}

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
  const unfit: Recollection[] = []
  const settled = await settleAnchors(
    context,
    inTurn(context.store, lists, { query, gate, unfit, words: question.words }),
    query.limit,
  )
  const { around, sides } = neighbours(context, settled.ranked, { query, gate })
  const joined = await settleAnchors(context, around, around.length)
  const thinned = thin([...settled.ranked, ...joined.ranked].sort(byRank))
  const first = [...thinned.cut, ...settled.cut]
  return {
    ranked: thinned.kept,
    cut: (most) =>
      first.length >= most ? first : [...first, ...settled.rest(), ...joined.cut, ...joined.rest(), ...unfit],
    sides,
  }
}

/** Looked at beyond the limit: some fall to near-duplicates, pairs and the budget. */
const spare = 10

/**
 * Checks the code that records cite, best first, until nothing further down can come before what is settled: an
 * anchor can only lower a score.
 */
async function settleAnchors(
  { anchors }: RecordRecallContext,
  ordered: Iterable<Recollection>,
  limit: number,
): Promise<Settled> {
  const ranked: Recollection[] = []
  const cut: Recollection[] = []
  const need = limit * 2 + spare
  const turn = ordered[Symbol.iterator]()
  let rest: () => Recollection[] = () => []
  for (let next = turn.next(); next.done !== true; next = turn.next()) {
    const one = next.value
    if (!one.record.pinned && ranked.filter(({ score }) => score >= one.score).length >= need) {
      rest = () => [one, ...remaining(turn)].map((other) => ({ ...other, why: outranked }))
      break
    }
    const states: AnchorState[] = one.record.anchors.length === 0 ? [] : await anchors(one.record)
    const settled = withAnchors(one, states)
    if (settled.factors.anchor > 0) ranked.push(settled)
    else cut.push({ ...settled, why: 'Left out: the code that it cites is gone.' })
  }
  return { ranked: ranked.sort(byRank), cut, rest }
}

interface Settled {
  ranked: Recollection[]
  cut: Recollection[]
  /** Those that were not looked at; they are read when somebody asks, once. */
  rest: () => Recollection[]
}

const outranked = 'Left out: many others rank higher.'

function remaining(turn: Iterator<Recollection>): Recollection[] {
  const found: Recollection[] = []
  for (let next = turn.next(); next.done !== true; next = turn.next()) found.push(next.value)
  return found
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
