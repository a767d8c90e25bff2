/** Joins what the channels found into one order, with an account that adds up. Pure. */

import type { ChannelScore } from '../../protocol.ts'

/** One channel's answer: raw scores, best first, each item once. */
export interface RankedList<Item> {
  channel: string
  weight: number
  /** `certainty` from 0 to 1 weakens one entry: an answer to a part of the question only. */
  entries: readonly { item: Item; score: number; certainty?: number; detail?: string }[]
}

export interface Fused<Item> {
  item: Item
  score: number
  explain: ChannelScore[]
}

/** The constant of reciprocal rank fusion (Cormack, Clarke and Buettcher, 2009). */
const smoothing = 60

/** What the weakest entry of a list still counts beside its best: ranks alone cannot tell a near miss from a far one. */
const leastGrade = 0.5

/**
 * Reciprocal rank fusion: each list adds `weight / (60 + rank)`, graded from 1 for the list's best score down to
 * one half for a score of nothing. `prior` multiplies an item's contributions.
 * Ties are broken by the order of `key`, so equal input gives equal output.
 */
export function fuseRanks<Item>(
  lists: readonly RankedList<Item>[],
  key: (item: Item) => string,
  prior: (item: Item) => number = () => 1,
): Fused<Item>[] {
  const fused = new Map<string, Fused<Item>>()
  for (const { channel, weight, entries } of lists) {
    const best = entries[0]?.score ?? 0
    entries.forEach(({ item, score, certainty = 1, detail }, index) => {
      const contribution = (weight * certainty * prior(item) * grade(score, best)) / (smoothing + index + 1)
      const found = fused.get(key(item)) ?? { item, score: 0, explain: [] }
      found.score += contribution
      found.explain.push({
        channel,
        rank: index + 1,
        score,
        contribution,
        ...(detail !== undefined && { detail }),
      })
      fused.set(key(item), found)
    })
  }
  return [...fused].sort((a, b) => b[1].score - a[1].score || compare(a[0], b[0])).map(([, item]) => item)
}

function grade(score: number, best: number): number {
  const share = best > 0 ? Math.max(0, Math.min(1, score / best)) : 1
  return leastGrade + (1 - leastGrade) * share
}

/** One channel's scores over all items of a fixed list, by position. */
export interface ScoreColumn {
  channel: string
  weight: number
  scores: Float64Array
  /** True for a property of the item that is no answer to the query. */
  prior?: boolean
}

/**
 * Linear fusion: each column is divided by its greatest score among the candidates, then weighed and summed.
 * `keys` break ties. Candidates are positions; the result is ordered, best first, and ends after `limit`.
 */
export function fuseLinearly(
  columns: readonly ScoreColumn[],
  candidates: readonly number[],
  keys: (at: number) => string,
  limit = Number.POSITIVE_INFINITY,
): Fused<number>[] {
  const parts = scaled(columns, candidates)
  return ordered(parts, candidates, keys, limit).map(({ item, score }) => ({
    item,
    score,
    explain: explainLinear(parts, item),
  }))
}

/** The same order without its account, which takes as long as the order. */
export function rankLinearly(
  columns: readonly ScoreColumn[],
  candidates: readonly number[],
  keys: (at: number) => string,
  limit = Number.POSITIVE_INFINITY,
): { item: number; score: number }[] {
  return ordered(scaled(columns, candidates), candidates, keys, limit)
}

interface Part {
  column: ScoreColumn
  scale: number
  /** The scores of the column in order, for ranks; made when the first is wanted. */
  ascending: Float64Array | null
}

function scaled(columns: readonly ScoreColumn[], candidates: readonly number[]): Part[] {
  return columns.map((column) => {
    let top = 0
    for (const at of candidates) top = Math.max(top, column.scores[at] ?? 0)
    return { column, scale: top > 0 ? column.weight / top : 0, ascending: null }
  })
}

function ordered(
  parts: readonly Part[],
  candidates: readonly number[],
  keys: (at: number) => string,
  limit: number,
): { item: number; score: number }[] {
  const sums = new Float64Array(candidates.length)
  for (const { column, scale } of parts)
    for (const [index, at] of candidates.entries())
      sums[index] = (sums[index] as number) + scale * (column.scores[at] ?? 0)
  const all = candidates.map((item, index) => ({ item, score: sums[index] as number }))
  all.sort((a, b) => b.score - a.score || compare(keys(a.item), keys(b.item)))
  return all.slice(0, limit)
}

function explainLinear(parts: readonly Part[], item: number): ChannelScore[] {
  return parts.flatMap((part) => {
    const { channel, scores, prior } = part.column
    const score = scores[item] ?? 0
    if (score === 0 || part.scale === 0) return []
    const rank = prior === true ? null : 1 + countAbove(part, score)
    return [{ channel, rank, score, contribution: part.scale * score }]
  })
}

function countAbove(part: Part, score: number): number {
  part.ascending ??= part.column.scores.toSorted()
  const ordered = part.ascending
  let low = 0
  let high = ordered.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((ordered[middle] ?? 0) > score) high = middle
    else low = middle + 1
  }
  return ordered.length - low
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
