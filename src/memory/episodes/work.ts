/** Cuts a session into pieces of work: what was rolled back goes, a new goal after finished work begins a new piece. */

import type { Step } from './session.ts'
import { testRunOf } from './test-command.ts'

/**
 * The steps that stand. A rollback takes the last `count` user turns with everything after them; the negative
 * evidence stays as the signal itself.
 */
export function withoutRolledBack(steps: readonly Step[]): Step[] {
  let kept: Step[] = []
  for (const step of steps) {
    if (step.type === 'signal' && step.signal === 'rolled-back' && step.count !== undefined) {
      const turns = kept.flatMap(({ type }, at) => (type === 'user' ? [at] : []))
      const from = turns.at(-step.count) ?? 0
      kept = [...kept.slice(0, from), { ...step, count: 0, signal: 'rolled-back' }]
    } else kept.push(step)
  }
  // A rollback that later work followed is history; only one at the end says that the work was given up.
  const lastWork = kept.findLastIndex(({ type }) => type === 'edit' || type === 'command')
  return kept.filter((step, at) => step.type !== 'signal' || step.signal !== 'rolled-back' || at > lastWork)
}

/** Milliseconds without a step after which a new request is new work (memory model 2.5). */
const longestPause = 30 * 60_000
/** File sets that share less than this are different work (memory model 2.5). */
const leastOverlap = 0.2

/**
 * A request begins new work when edits and a test run lie behind it and either a long pause, or the edits that
 * follow touch other files. Follow-ups ("still fails") stay with the work they are about.
 */
export function workOf(steps: readonly Step[]): Step[][] {
  const turns = userTurns(steps)
  const pieces: Step[][] = []
  for (const turn of turns) {
    const current = pieces.at(-1)
    if (current !== undefined && !beginsNew(current, turn)) current.push(...turn)
    else pieces.push([...turn])
  }
  return pieces
}

function userTurns(steps: readonly Step[]): Step[][] {
  const turns: Step[][] = []
  for (const step of steps) {
    const current = turns.at(-1)
    if (current === undefined || (step.type === 'user' && step.subagent !== true)) turns.push([step])
    else current.push(step)
  }
  return turns
}

function beginsNew(current: readonly Step[], turn: readonly Step[]): boolean {
  const before = filesOf(current)
  const after = filesOf(turn)
  if (before.size === 0 || after.size === 0) return false
  if (overlap(before, after) >= leastOverlap) return false
  const finished = current.some((step) => step.type === 'command' && testRunOf(step.command) !== null)
  return finished || pauseBetween(current, turn) > longestPause
}

function filesOf(steps: readonly Step[]): Set<string> {
  return new Set(steps.flatMap((step) => (step.type === 'edit' && step.applied ? [step.path] : [])))
}

function overlap(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  const shared = [...one].filter((path) => other.has(path)).length
  return shared / (one.size + other.size - shared)
}

function pauseBetween(current: readonly Step[], turn: readonly Step[]): number {
  const last = current.findLast(({ at }) => at !== null)?.at
  const first = turn.find(({ at }) => at !== null)?.at
  return last && first ? first - last : 0
}
