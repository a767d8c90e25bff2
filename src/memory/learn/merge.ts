/** Duplicates: what says the same is joined, with the sources of both. Likeness of vectors only nominates. */

import type { MemoryRecord, RecordDraft, Source } from '../record.ts'
import { turnsOrder } from './claims.ts'
import { sameSet, sameWords, saysTheSame, tokenJaccard } from './likeness.ts'

/** A record near the draft; `cosine` of their vectors, null where a channel without vectors found it. */
export interface Neighbour {
  record: MemoryRecord
  cosine: number | null
}

export type Dedup =
  /** D1: the same words. Nothing new but the sources. */
  | { kind: 'noop'; target: MemoryRecord }
  /** D2: nearly the same words about the same things. */
  | { kind: 'merge'; target: MemoryRecord }
  /** D3: those whose relation has to be looked at. */
  | { kind: 'new'; nominated: Neighbour[] }

/**
 * Cosine of the built-in embedder from which a pair is looked at. Measured on the hand-written pairs (`bench memory`):
 * at 0.92, where MemOS merges, it finds 28 % of those that say the same, follow or exclude each other; at 0.6 83 %,
 * with 6 in 1,000 pairs of strangers. Nothing is ever dropped for a cosine.
 */
export const nominationCosine = 0.6

/** Statuses that still say something; what is archived can be said again, but excludes nothing. A superseded record is no duplicate: what it said may be true again. */
const alive = new Set<MemoryRecord['status']>(['candidate', 'active', 'stale', 'contested', 'archived'])

export function dedup(draft: RecordDraft, neighbours: readonly Neighbour[]): Dedup {
  const comparable = neighbours.filter(
    ({ record }) => alive.has(record.status) && isComparable(draft, record),
  )
  const equal = comparable.find(({ record }) => sameWords(draft.text, record.text))
  if (equal !== undefined) return { kind: 'noop', target: equal.record }
  const near = comparable.find(({ record }) => isNearlyEqual(draft, record))
  if (near !== undefined) return { kind: 'merge', target: near.record }
  const nominated = neighbours.filter(
    ({ record, cosine }) =>
      alive.has(record.status) && record.status !== 'archived' && nominates(draft, record, cosine),
  )
  return { kind: 'new', nominated }
}

/** Same kind, key, value and polarity; and valid wherever the draft is. */
function isComparable(draft: RecordDraft, record: MemoryRecord): boolean {
  if (draft.kind !== record.kind || draft.kind === 'episode') return false
  if (record.branch !== null && record.branch !== (draft.branch ?? null)) return false
  if (draft.lesson?.polarity !== record.lesson?.polarity || draft.lesson?.role !== record.lesson?.role)
    return false
  return draft.fact?.key === record.fact?.key && draft.fact?.value === record.fact?.value
}

function isNearlyEqual(draft: RecordDraft, record: MemoryRecord): boolean {
  if (!sameSet(draft.entities ?? [], record.entities) || turnsOrder(draft.text, record.text)) return false
  return saysTheSame(draft.text, record.text)
}

function nominates(draft: RecordDraft, record: MemoryRecord, cosine: number | null): boolean {
  if (draft.kind !== record.kind || draft.kind === 'episode') return false
  if (cosine !== null && cosine >= nominationCosine) return true
  const key = draft.fact?.key ?? null
  if (key !== null && key === record.fact?.key) return true
  const entities = draft.entities ?? []
  if (entities.length > 0 && sameSet(entities, record.entities)) return true
  return tokenJaccard(draft.text, record.text) >= likely
}

/** Common words from which a pair is looked at where no vectors are at hand. */
const likely = 0.4

/** Fields that two records which say the same share after joining. Order of the arguments decides nothing but order. */
export function mergedFields(one: RecordDraft, other: RecordDraft): RecordDraft {
  const [longer, shorter] = byLength(one, other)
  return {
    ...longer,
    cue: (longer.cue ?? '') !== '' ? (longer.cue ?? '') : (shorter.cue ?? ''),
    entities: unionBy([...(longer.entities ?? []), ...(shorter.entities ?? [])], (entity) => entity).slice(
      0,
      200,
    ),
    tags: unionBy([...(longer.tags ?? []), ...(shorter.tags ?? [])], (tag) => tag).slice(0, 30),
    anchors: unionBy([...(longer.anchors ?? []), ...(shorter.anchors ?? [])], (anchor) =>
      JSON.stringify(anchor),
    ).slice(0, 100),
    flags: unionBy([...(longer.flags ?? []), ...(shorter.flags ?? [])], (flag) => flag).slice(0, 20),
    provenance: {
      ...longer.provenance,
      sources: mergedSources(longer.provenance.sources, shorter.provenance.sources),
    },
    validFrom: Math.min(one.validFrom ?? Number.MAX_SAFE_INTEGER, other.validFrom ?? Number.MAX_SAFE_INTEGER),
  }
}

/** The one with the longer text first; of equal length the one that sorts first. */
function byLength(one: RecordDraft, other: RecordDraft): [RecordDraft, RecordDraft] {
  const difference = other.text.length - one.text.length
  if (difference !== 0) return difference > 0 ? [other, one] : [one, other]
  return one.text <= other.text ? [one, other] : [other, one]
}

/** All sources, each once; at most as many as a record may have, the oldest kept. */
export function mergedSources(one: readonly Source[], other: readonly Source[]): Source[] {
  return unionBy([...one, ...other], sourceKey).slice(0, 200)
}

function sourceKey({ type, ref, turns, artifact }: Source): string {
  return JSON.stringify([type, ref, turns ?? null, artifact ?? null])
}

function unionBy<T>(items: readonly T[], key: (item: T) => string): T[] {
  const keys = items.map(key)
  return items.filter((_, at) => keys.indexOf(keys[at] ?? '') === at)
}
