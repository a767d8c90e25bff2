/** Reads what the channels found in the order of its rank, and no more of it than somebody looks at. */

import type { RecallQuery, Recollection } from '../../recollection.ts'
import type { MemoryRecord } from '../../record.ts'
import type { Gate, MemoryStore } from '../../store/memory-store.ts'
import type { Fused, RankedList } from '../fuse.ts'
import { belowFloor, byPlace, factorsOf, fuseLists, recollect, scoreOf } from './ranking.ts'

export interface Asked {
  query: RecallQuery
  gate: Gate
}

/** Records that may be looked at: use and kind can hardly lift one from further down into the answer. */
const lookedAt = (limit: number) => Math.min(100, 40 + 4 * limit)
/** Records read at once: an episode is long, and twenty of them are mostly enough. */
const batch = 12

/** A record that was found but not read. */
interface Waiting {
  id: string
  fused: Fused<string>
  pinned: boolean
  score: number
}

/** Best first. What is muted, shown already, no longer true or weak everywhere goes into `unfit`, with the reason. */
export function* inTurn(
  store: MemoryStore,
  lists: readonly RankedList<string>[],
  { query, gate, unfit, words = [] }: Asked & { unfit: Recollection[]; words?: readonly string[] },
): Generator<Recollection> {
  const weak = belowFloor(lists)
  const { waiting, records } = lookAt(store, lists, { query, gate })
  for (let at = 0; at < waiting.length; at += batch) {
    const next = waiting.slice(at, at + batch)
    const unread = next.map(({ id }) => id).filter((id) => !records.has(id))
    for (const record of store.visible(unread, gate)) records.set(record.id, record)
    for (const { id, fused } of next) {
      const record = records.get(id)
      if (record === undefined) continue
      const one = recollect(record, fused, query, words)
      const why = whyUnfit(record, { isWeak: weak.has(id), shown: query.shown, before: gate.before })
      if (why === null) yield one
      else unfit.push({ ...one, why })
    }
  }
}

/** The order needs use and kind only, and of lessons, which are short, what they are about. */
function lookAt(
  store: MemoryStore,
  lists: readonly RankedList<string>[],
  { query, gate }: Asked,
): { waiting: Waiting[]; records: Map<string, MemoryRecord> } {
  const fused = fuseLists(lists).slice(0, lookedAt(query.limit))
  const glances = store.glance(
    fused.map(({ item }) => item),
    gate,
  )
  const byId = new Map(glances.map((glance) => [glance.id, glance]))
  const lessons = glances.filter(({ kind }) => kind === 'lesson').map(({ id }) => id)
  const records = new Map(store.visible(lessons, gate).map((record) => [record.id, record]))
  const waiting = fused.flatMap((one): Waiting[] => {
    const glance = byId.get(one.item)
    if (glance === undefined) return []
    const { id, pinned } = glance
    const factors = factorsOf({ ...glance, lesson: records.get(id)?.lesson }, query)
    return [{ id, fused: one, pinned, score: scoreOf(one.score, factors) }]
  })
  return { waiting: waiting.sort(byPlace), records }
}

function whyUnfit(
  record: MemoryRecord,
  {
    isWeak,
    shown,
    before,
  }: { isWeak: boolean; shown: readonly string[] | undefined; before: number | undefined },
): string | null {
  if (shown?.includes(record.id) === true) return 'Left out: it is shown already.'
  if (record.inhibited) return 'Left out: a person muted it.'
  if (record.validTo !== null && record.validTo < (before ?? Number.POSITIVE_INFINITY))
    return 'Left out: it is no longer true.'
  // A pin outranks the floor.
  if (isWeak && !record.pinned) return 'Left out: every channel that found it found others far better.'
  return null
}
