/** Cuts a session into pieces of work: what was rolled back goes, a new goal after finished work begins a new piece. */

import { isCorrection, issuesOf, plainRequest, saysItFailed } from './goal.ts'
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
      kept = kept.slice(0, from)
      // Work before it stands: what was taken back says nothing about that.
      if (!kept.some((one) => one.type === 'edit' && one.applied))
        kept.push({ ...step, count: 0, signal: 'rolled-back' })
    } else kept.push(step)
  }
  // A rollback that later work followed is history; only one at the end says that the work was given up.
  const lastWork = kept.findLastIndex(({ type }) => type === 'edit' || type === 'command')
  return kept.filter((step, at) => step.type !== 'signal' || step.signal !== 'rolled-back' || at > lastWork)
}

/** What parts one piece of work from the next (memory model 2.5). */
export const boundaryRules = {
  /** File sets that share less than this are different work. */
  fileJaccard: 0.2,
  /** Milliseconds without a step after which other files are other work, tested or not. */
  idleMs: 30 * 60_000,
  /** Requests of one piece at most, where it was tested. */
  mostTurns: 40,
} as const

/**
 * A request begins new work when edits and a test run lie behind it and the edits that follow touch other files or
 * serve another issue. Follow-ups ("still fails") stay with the work they are about, and talk before the first edit
 * with the work that it leads to. A failure, a test that flips and a correction do not part anything: a repair is
 * made of them.
 */
export function workOf(steps: readonly Step[]): Step[][] {
  const pieces: Step[][] = []
  let talk: Step[][] = []
  let count = 0
  for (const turn of userTurns(steps)) {
    const current = pieces.at(-1)
    if (current === undefined) pieces.push([...turn])
    else if (isTalk(turn) && isTested(current)) {
      talk.push(turn)
      continue
    } else if (beginsNew(current, [...talk.flat(), ...turn], count)) {
      pieces.push([...talk.flat(), ...turn])
      count = 0
    } else for (const step of [...talk.flat(), ...turn]) current.push(step)
    talk = []
    count++
  }
  const last = pieces.at(-1)
  for (const step of talk.flat()) last?.push(step)
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

/** Words that only look: nothing was changed, run, or taken back, and nothing was said against the work. */
function isTalk(turn: readonly Step[]): boolean {
  return (
    turn.every(({ type }) => type === 'user' || type === 'assistant' || type === 'tool') && !isAgainst(turn)
  )
}

function isAgainst([first]: readonly Step[]): boolean {
  return first?.type === 'user' && (isCorrection(first.text) || saysItFailed(first.text))
}

function beginsNew(current: readonly Step[], turn: readonly Step[], turns: number): boolean {
  const before = filesOf(current)
  const after = filesOf(turn)
  if (before.size === 0 || after.size === 0 || isAgainst(turn)) return false
  const tested = isTested(current)
  if (tested && turns >= boundaryRules.mostTurns) return true
  if (tested && namesOtherIssue(current, turn)) return true
  if (overlap(before, after) >= boundaryRules.fileJaccard) return false
  return tested || pauseBetween(current, turn) > boundaryRules.idleMs
}

function isTested(steps: readonly Step[]): boolean {
  const edited = steps.findIndex(({ type }) => type === 'edit')
  return edited >= 0 && steps.some((step) => step.type === 'command' && testRunOf(step.command) !== null)
}

function namesOtherIssue(current: readonly Step[], turn: readonly Step[]): boolean {
  const named = (steps: readonly Step[]) =>
    steps.flatMap((step) => (step.type === 'user' ? issuesOf(plainRequest(step.text)) : []))
  const known = new Set(named(current))
  const other = named(turn)
  return known.size > 0 && other.length > 0 && !other.some((issue) => known.has(issue))
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
