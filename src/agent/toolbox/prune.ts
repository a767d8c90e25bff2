/** Which tools go without asking a model: those that went unused for too long. Pure. */

import type { ActiveTool } from './session.ts'

export interface UnusedRule {
  /** User turns for which a tool may go unused (MemTool: 2). */
  unusedTurns: number
  /** Tools carried into a new turn at most, those used last before others; null: any number, as in the paper. */
  carry: number | null
}

/** The tools to remove as the turn with this number begins, those that are `held` never. */
export function unusedTools(
  active: readonly ActiveTool[],
  turn: number,
  rule: UnusedRule,
  held: readonly string[] = [],
): string[] {
  const free = active.filter(({ name }) => !held.includes(name))
  const stale = free.filter((tool) => unusedFor(tool, turn) > rule.unusedTurns)
  const rest = free.filter((tool) => !stale.includes(tool))
  const room = rule.carry === null ? rest.length : rule.carry
  const beyond = [...rest].sort(byUse).slice(room)
  return [...stale, ...beyond].map(({ name }) => name)
}

/** As many tools as must go, those unused for longest first. Fewer when the others are held. */
export function leastRecent(
  active: readonly ActiveTool[],
  count: number,
  held: readonly string[] = [],
): string[] {
  const free = active.filter(({ name }) => !held.includes(name))
  return [...free]
    .sort((one, other) => byUse(other, one))
    .slice(0, Math.max(0, count))
    .map(({ name }) => name)
}

/** Turns that ended without a use of the tool: one that was never called was unused in the turn that brought it, too. */
function unusedFor({ addedTurn, lastUsedTurn }: ActiveTool, turn: number): number {
  return lastUsedTurn === null ? turn - addedTurn : turn - lastUsedTurn - 1
}

/** Used before never used, later before earlier. */
function byUse(one: ActiveTool, other: ActiveTool): number {
  return (other.lastUsedTurn ?? -1) - (one.lastUsedTurn ?? -1) || other.addedTurn - one.addedTurn
}
