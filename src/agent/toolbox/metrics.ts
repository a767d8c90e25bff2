/** How well a chat keeps its tools few: the measures of MemTool, from the record of its turns. Pure. */

import type { ToolSession, TurnRecord } from './session.ts'

export interface ToolMetrics {
  turns: number
  /** Always shown beside the ratios: a chat that never adds a tool looks perfect otherwise. */
  added: number
  removed: number
  addedPerTurn: number
  /** Sum of removals / sum of additions; null without additions. */
  removalRatio: number | null
  /** Mean of the ratio over windows of three turns; windows without additions are left out. Null without any. */
  removalRatio3: number | null
  /** The same with no window above 1, as no value of the paper's table is: removals follow additions a turn later. */
  removalRatio3Capped: number | null
  windows: number
  /** Mean number of tools in the three turns after a peak; null when no peak has three turns after it. */
  residual3: number | null
  peaks: number
  /** Correct calls / all calls; null without calls. */
  toolCorrectness: number | null
  /** Mean of grades from 0 to 1 that a judge gave the turns; null without grades. */
  taskCompletion: number | null
  activeMost: number
  refusals: number
  hallucinated: number
  unreadable: number
  completions: Record<string, number>
  /** Estimated tokens of tools that were not sent, beside sending all of them each time. */
  tokensSaved: number
  tokensOffered: number
}

const windowSize = 3

export function metricsOf(turns: readonly TurnRecord[], grades: readonly number[] = []): ToolMetrics {
  const added = turns.map((turn) => changesOf(turn, 'added'))
  const removed = turns.map((turn) => changesOf(turn, 'removed'))
  const counts = turns.map(({ countEnd }) => countEnd)
  const calls = turns.flatMap((turn) => turn.calls)
  const ratios = windowRatios(added, removed)
  const residuals = residualsOf(counts)
  return {
    turns: turns.length,
    added: sum(added),
    removed: sum(removed),
    addedPerTurn: mean(added) ?? 0,
    removalRatio: sum(added) === 0 ? null : sum(removed) / sum(added),
    removalRatio3: mean(ratios),
    removalRatio3Capped: mean(ratios.map((ratio) => Math.min(1, ratio))),
    windows: ratios.length,
    residual3: mean(residuals),
    peaks: residuals.length,
    toolCorrectness: calls.length === 0 ? null : calls.filter(({ ok }) => ok).length / calls.length,
    taskCompletion: mean(grades),
    activeMost: Math.max(0, ...counts),
    refusals: sum(turns.map((turn) => turn.refusals)),
    hallucinated: sum(turns.map((turn) => turn.hallucinated)),
    unreadable: sum(turns.map((turn) => turn.unreadable)),
    completions: completionsOf(turns),
    tokensSaved: sum(turns.map(({ tokens }) => Math.max(0, tokens.all - tokens.offered))),
    tokensOffered: sum(turns.map(({ tokens }) => tokens.offered)),
  }
}

/** Everything of one chat's tools, for export. No message is in it. */
export function exportMetrics(session: ToolSession, grades: readonly number[] = []): string {
  const { id, mode, active, pinned, banned, turns } = session
  const report = { chat: id, mode, metrics: metricsOf(turns, grades), active, pinned, banned, turns }
  return `${JSON.stringify(report, null, 2)}\n`
}

/** (R[t-2] + R[t-1] + R[t]) / (A[t-2] + A[t-1] + A[t]), where something was added. */
export function windowRatios(added: readonly number[], removed: readonly number[]): number[] {
  return added.flatMap((_, end) => {
    if (end < windowSize - 1) return []
    const from = end - windowSize + 1
    const additions = sum(added.slice(from, end + 1))
    return additions === 0 ? [] : [sum(removed.slice(from, end + 1)) / additions]
  })
}

/**
 * For each peak the mean number of tools in the three turns after it. The paper does not define a peak: here a local
 * maximum, the last turn of a plateau. A set that never shrinks has none, so the turn that reached its most counts.
 */
export function residualsOf(counts: readonly number[]): number[] {
  const isPeak = (at: number) => rises(counts, at) && (counts[at + 1] ?? 0) < (counts[at] ?? 0)
  const inside = counts.map((_, at) => at).filter((at) => at + windowSize < counts.length)
  const peaks = inside.filter(isPeak)
  const highest = counts.indexOf(Math.max(...counts))
  const ends = peaks.length > 0 || !inside.includes(highest) || counts[highest] === 0 ? peaks : [highest]
  return ends.map((at) => sum(counts.slice(at + 1, at + 1 + windowSize)) / windowSize)
}

/** Whether the count rose to the plateau that ends here. */
function rises(counts: readonly number[], end: number): boolean {
  let start = end
  while (start > 0 && counts[start - 1] === counts[end]) start--
  return (counts[start - 1] ?? 0) < (counts[end] ?? 0)
}

function changesOf({ changes }: TurnRecord, op: 'added' | 'removed'): number {
  return changes.filter((change) => change.op === op).length
}

function completionsOf(turns: readonly TurnRecord[]): Record<string, number> {
  const all: Record<string, number> = {}
  for (const { completions } of turns)
    for (const [purpose, times] of Object.entries(completions)) all[purpose] = (all[purpose] ?? 0) + times
  return all
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : sum(values) / values.length
}
