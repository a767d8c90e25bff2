/** ExpeRepair's role lists: numbered insights that a model adds to, rewords and thins out. Lists in, lists out. */

import { sameWords } from './likeness.ts'

/** An insight in its list; `id` null: added by this update. */
export interface Insight {
  id: string | null
  text: string
  /** A person wrote or changed it. */
  edited: boolean
}

/** `number` counts from 1 in the list as it was shown. */
export type InsightOperation =
  | { operation: 'ADD'; experience: string }
  | { operation: 'EDIT'; number: number; experience: string }
  | { operation: 'REMOVE'; number: number }

export interface InsightRules {
  /** Most insights of a list (ExpeRepair: 15). */
  cap: number
  /** The authors' behaviour: what is beyond the cap falls off the end, so that the newest are lost. */
  compat: boolean
}

export interface InsightUpdate {
  list: Insight[]
  /** Operations that did nothing, and why. */
  rejected: { operation: InsightOperation; reason: string }[]
  /** Ids of those that an ADD said again: one more episode supports them. */
  repeated: string[]
  /** Changes of what a person wrote: to be asked for, not done. */
  proposed: { insight: Insight; operation: InsightOperation }[]
}

/**
 * Applies the operations. Numbers mean the list as shown: each is shifted by how many smaller ones were removed before.
 * Removing and rewording come before adding, so that a full list takes an ADD only together with a REMOVE.
 */
export function applyOperations(
  shown: readonly Insight[],
  operations: readonly InsightOperation[],
  rules: InsightRules,
): InsightUpdate {
  return rules.compat
    ? applyAsAuthors(shown, operations, rules.cap)
    : applyInOrder(shown, operations, rules.cap)
}

function applyInOrder(
  shown: readonly Insight[],
  operations: readonly InsightOperation[],
  cap: number,
): InsightUpdate {
  const update: InsightUpdate = { list: [...shown], rejected: [], repeated: [], proposed: [] }
  const removed = new Set<number>()
  for (const operation of operations) {
    if (operation.operation === 'ADD') continue
    const at = positionOf(operation.number, removed)
    const insight = shown[operation.number - 1]
    if (insight === undefined) refuse(update, operation, `there is no insight ${operation.number}`)
    else if (removed.has(operation.number))
      refuse(update, operation, `${operation.number} was removed already`)
    else if (insight.edited) update.proposed.push({ insight, operation })
    else if (operation.operation === 'REMOVE') {
      removed.add(operation.number)
      update.list.splice(at, 1)
    } else if (operation.experience.trim() === '') refuse(update, operation, 'it has no text')
    else update.list[at] = { ...insight, text: operation.experience.trim() }
  }
  for (const operation of operations) if (operation.operation === 'ADD') addTo(update, operation, cap)
  return update
}

/** Where a number of the shown list stands now. */
function positionOf(number: number, removed: ReadonlySet<number>): number {
  return number - 1 - [...removed].filter((one) => one < number).length
}

function addTo(update: InsightUpdate, operation: InsightOperation & { operation: 'ADD' }, cap: number): void {
  const text = operation.experience.trim()
  const known = update.list.find((insight) => sameWords(insight.text, text))
  if (text === '') refuse(update, operation, 'it has no text')
  else if (known !== undefined) update.repeated.push(...(known.id === null ? [] : [known.id]))
  else if (update.list.length >= cap) refuse(update, operation, `the list is full (${cap}): remove one first`)
  else update.list.push({ id: null, text, edited: false })
}

function refuse(update: InsightUpdate, operation: InsightOperation, reason: string): void {
  update.rejected.push({ operation, reason })
}

/** As the authors' code does it, in the order given, the second of two equal REMOVEs taking the next one. */
function applyAsAuthors(
  shown: readonly Insight[],
  operations: readonly InsightOperation[],
  cap: number,
): InsightUpdate {
  const list = [...shown]
  const removed: number[] = []
  const rejected: InsightUpdate['rejected'] = []
  for (const operation of operations) {
    if (operation.operation === 'ADD') {
      list.push({ id: null, text: operation.experience, edited: false })
      continue
    }
    const at = operation.number - 1 - removed.filter((number) => number < operation.number).length
    const insight = list[at]
    if (insight === undefined) rejected.push({ operation, reason: `there is no insight ${operation.number}` })
    else if (operation.operation === 'EDIT') list[at] = { ...insight, text: operation.experience }
    else {
      list.splice(at, 1)
      removed.push(operation.number)
    }
  }
  return { list: list.slice(0, cap), rejected, repeated: [], proposed: [] }
}

export interface RenderedInsights {
  /** `1. ...` lines; empty without an insight. */
  text: string
  /** Numbers of the text to positions of the list. */
  shown: number[]
  /** Left out for want of room, with why: to be logged. */
  dropped: { at: number; why: string }[]
}

/** Characters of a token, roughly. */
const charactersPerToken = 4

/** The whole list within `budget` tokens; over it the least used go first, of equal use the last in order. */
export function renderInsights(
  insights: readonly { text: string; used: number }[],
  budget: number,
): RenderedInsights {
  const kept = new Set(insights.keys())
  const dropped: RenderedInsights['dropped'] = []
  const size = () => Math.ceil(linesOf(insights, kept).length / charactersPerToken)
  while (kept.size > 0 && size() > budget) {
    const at = [...kept].reduce((worst, one) =>
      (insights[one]?.used ?? 0) <= (insights[worst]?.used ?? 0) ? one : worst,
    )
    kept.delete(at)
    dropped.push({ at, why: `over the budget of ${budget} tokens; used ${insights[at]?.used ?? 0} times` })
  }
  return { text: linesOf(insights, kept), shown: [...kept], dropped }
}

function linesOf(insights: readonly { text: string }[], kept: ReadonlySet<number>): string {
  return [...kept].map((at, i) => `${i + 1}. ${insights[at]?.text.replaceAll(/\s+/g, ' ')}`).join('\n')
}
