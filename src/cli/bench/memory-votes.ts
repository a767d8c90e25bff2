/** What votes of memory add to a ranking of files: weights found on the other repositories only. Pure. */

import type { FileVote } from '../../memory/recall/channels/memories.ts'
import { type Accuracy, accuracy } from './localise.ts'

/** One issue: the files as `locate` ranks them without memory, and what memory says. */
export interface Ranked {
  repo: string
  gold: readonly string[]
  files: readonly { path: string; score: number }[]
  votes: readonly FileVote[]
}

/** Of the best past fix, of all past fixes, of lessons; in the units of `recall/weights.ts`. */
export type VoteWeights = readonly [best: number, sum: number, lessons: number]

export interface VoteReport {
  off: Accuracy & { mrr: number }
  /** The best weights for all issues at once: what they owe to these very issues is in it. */
  fitted: { weights: VoteWeights } & Accuracy & { mrr: number }
  /** Each repository with weights found on the others: what may be believed. */
  heldOut: Accuracy & { mrr: number; weights: Record<string, VoteWeights> }
  /** Each column alone, with its best weight on the other repositories. */
  alone: ({ column: string } & Accuracy & { mrr: number })[]
}

const grid = [0, 0.2, 0.4, 0.7, 1, 1.5, 2]
const columnNames = ['best past fix', 'past fixes', 'lessons']

export function weighVotes(issues: readonly Ranked[]): VoteReport {
  const tables = issues.map(toTable)
  const all = grid.flatMap((best) =>
    grid.flatMap((sum) => grid.map((lessons): VoteWeights => [best, sum, lessons])),
  )
  const none: VoteWeights = [0, 0, 0]
  const ranks = ranksOf(tables, all)
  const whole = bestOf(
    all,
    ranks,
    tables.map((_, at) => at),
  )
  const held = holdOut(tables, all, ranks)
  return {
    off: shown(tables.map((table) => rankOf(table, none))),
    fitted: { weights: whole, ...shown(tables.map((table) => rankOf(table, whole))) },
    heldOut: { ...shown(held.ranks), weights: held.weights },
    alone: columnNames.map((column, at) => {
      const own = all.filter((weights) => weights.every((weight, other) => other === at || weight === 0))
      return { column, ...shown(holdOut(tables, own, ranksOf(tables, own)).ranks) }
    }),
  }
}

interface Table {
  repo: string
  /** Score without memory, and the three columns, each divided by its greatest. */
  rows: [base: number, best: number, sum: number, lessons: number][]
  /** Positions of the gold files; null where one is missing. */
  gold: number[] | null
}

function toTable({ repo, gold, files, votes }: Ranked): Table {
  const best = new Map<string, number>()
  const squares = new Map<string, number>()
  const lessons = new Map<string, number>()
  for (const { path, kind, score } of votes) {
    if (kind === 'lesson') lessons.set(path, (lessons.get(path) ?? 0) + score)
    else {
      best.set(path, Math.max(best.get(path) ?? 0, score))
      squares.set(path, (squares.get(path) ?? 0) + score ** 2)
    }
  }
  const column = (of: ReadonlyMap<string, number>, map: (value: number) => number = (value) => value) => {
    const values = files.map(({ path }) => map(of.get(path) ?? 0))
    const top = Math.max(0, ...values)
    return values.map((value) => (top > 0 ? value / top : 0))
  }
  const columns = [column(best), column(squares, Math.sqrt), column(lessons)]
  const rows = files.map(({ score }, at): Table['rows'][number] => {
    const [one, two, three] = columns.map((values) => values[at] ?? 0)
    return [score, one ?? 0, two ?? 0, three ?? 0]
  })
  const places = gold.map((path) => files.findIndex((file) => file.path === path))
  return { repo, rows, gold: places.includes(-1) ? null : places }
}

/** Place of the last gold file. Equal scores count against it. */
function rankOf({ rows, gold }: Table, [best, sum, lessons]: VoteWeights): number {
  if (gold === null) return Number.POSITIVE_INFINITY
  const scores = rows.map(([base, one, two, three]) => base + best * one + sum * two + lessons * three)
  const least = Math.min(...gold.map((at) => scores[at] ?? 0))
  return scores.filter((score) => score >= least).length
}

/** By weights, then by issue. */
function ranksOf(tables: readonly Table[], all: readonly VoteWeights[]): number[][] {
  return all.map((weights) => tables.map((table) => rankOf(table, weights)))
}

/** Greatest mean reciprocal rank over the chosen issues; of equals the smallest weights. */
function bestOf(
  all: readonly VoteWeights[],
  ranks: readonly (readonly number[])[],
  chosen: readonly number[],
): VoteWeights {
  const worth = ranks.map((own) => reciprocal(chosen.map((at) => own[at] ?? Number.POSITIVE_INFINITY)))
  const total = (at: number) => (all[at] ?? []).reduce((sum, weight) => sum + weight, 0)
  const order = all.map((_, at) => at)
  order.sort((a, b) => (worth[b] ?? 0) - (worth[a] ?? 0) || total(a) - total(b))
  return all[order[0] ?? 0] ?? [0, 0, 0]
}

function holdOut(
  tables: readonly Table[],
  all: readonly VoteWeights[],
  ranks: readonly (readonly number[])[],
): { ranks: number[]; weights: Record<string, VoteWeights> } {
  const weights: Record<string, VoteWeights> = {}
  for (const repo of new Set(tables.map((table) => table.repo))) {
    const others = tables.flatMap((table, at) => (table.repo === repo ? [] : [at]))
    weights[repo] = bestOf(all, ranks, others)
  }
  return { ranks: tables.map((table) => rankOf(table, weights[table.repo] ?? [0, 0, 0])), weights }
}

function reciprocal(ranks: readonly number[]): number {
  return ranks.length === 0 ? 0 : ranks.reduce((sum, rank) => sum + 1 / rank, 0) / ranks.length
}

function shown(ranks: readonly number[]): Accuracy & { mrr: number } {
  return { ...accuracy(ranks), mrr: reciprocal(ranks) }
}
