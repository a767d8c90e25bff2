/** Credit: which of the shown memories were cited, and what the outcome makes of their counters. */

import type { Actor, Change, EventDraft } from '../event.ts'
import type { Counters, MemoryRecord } from '../record.ts'
import { allLiterals, hasLiteral } from './literals.ts'

/** One outcome credits at most so many, split equally (memory-model 3.6). */
export const mostCredited = 3

export interface ShownMemory {
  /** Its number in the block: `[m3]` has 3. */
  alias: number
  record: Pick<MemoryRecord, 'id' | 'text' | 'anchors' | 'fact' | 'lesson'>
}

/** What was done after the memories were shown. */
export interface NextStep {
  /** What the agent wrote. */
  reply?: string
  /** Paths that it edited, and the text of the edits. */
  edits?: readonly { path: string; text: string }[]
  commands?: readonly string[]
}

export interface Citation {
  id: string
  how: 'explicit' | 'implicit'
  detail: string
}

/** Explicit ones first, in order of mention; each memory once; never one that was not shown. */
export function findCitations(shown: readonly ShownMemory[], step: NextStep): Citation[] {
  const explicit = mentionedAliases(step.reply ?? '').flatMap((alias): Citation[] => {
    const memory = shown.find((one) => one.alias === alias)
    return memory === undefined ? [] : [{ id: memory.record.id, how: 'explicit', detail: `[m${alias}]` }]
  })
  const implicit = shown.flatMap(({ record }): Citation[] => {
    const detail = citedByAct(record, step)
    return detail === null ? [] : [{ id: record.id, how: 'implicit', detail }]
  })
  const first = new Map([...explicit, ...implicit].toReversed().map((citation) => [citation.id, citation]))
  return [...explicit, ...implicit].filter((citation) => first.get(citation.id) === citation)
}

/** Numbers in `[m3]`, `[m3, m4]` or `[M3; 4]`, each once. */
export function mentionedAliases(text: string): number[] {
  const groups = text.matchAll(/\[\s*m\d{1,4}(?:\s*[,;]\s*m?\d{1,4})*\s*\]/gi)
  const numbers = [...groups].flatMap((group) =>
    [...group[0].matchAll(/\d+/g)].map((match) => Number(match[0])),
  )
  return [...new Set(numbers)]
}

/** An edit at an anchor with its symbol, or one of the memory's literals in an edit or a command; null: neither. */
function citedByAct(record: ShownMemory['record'], step: NextStep): string | null {
  const edits = step.edits ?? []
  for (const anchor of record.anchors) {
    const edit = edits.find(({ path }) => path === anchor.path)
    const name = anchor.symbol?.split('.').at(-1)
    if (edit !== undefined && (name === undefined || hasLiteral(edit.text, name)))
      return `edited ${anchor.path}${name === undefined ? '' : `#${anchor.symbol}`}`
  }
  const acts = [...edits.map(({ text }) => text), ...(step.commands ?? [])]
  const literal = tellingLiterals(record).find((one) => acts.some((act) => hasLiteral(act, one)))
  return literal === undefined ? null : `used ${literal}`
}

/** Short numbers stand in any text and tell nothing; a fact's value counts as a whole. */
function tellingLiterals({ text, fact, lesson }: ShownMemory['record']): string[] {
  const all = [text, ...(lesson?.procedure ?? [])].flatMap(allLiterals)
  const value = fact?.value ?? ''
  return [...(value.length >= 4 ? [value] : []), ...all.filter((literal) => literal.length >= 4)]
}

export type StepOutcome = 'helped' | 'hurt'

/** Counters that one outcome adds, by record; at most the first three, in equal parts. */
export function creditOf(cited: readonly string[], outcome: StepOutcome): Map<string, Partial<Counters>> {
  const ids = [...new Set(cited)].slice(0, mostCredited)
  return new Map(ids.map((id) => [id, { [outcome]: 1 / ids.length }]))
}

export interface Usage {
  /** Everything that was retrieved, shown or not. */
  retrieved: readonly string[]
  shown: readonly string[]
  cited: readonly string[]
  /** Null: not known yet; nothing is credited. */
  outcome: StepOutcome | null
  sessionId: string
}

/** RETRIEVED, SHOWN, CITED and OUTCOME events with their counts. What was shown and not cited is not guilty. */
export function creditEvents(usage: Usage, actor: Actor): EventDraft[] {
  const payload = { sessionId: usage.sessionId }
  const event = (type: EventDraft['type'], reason: string, changes: Change[]): EventDraft[] =>
    changes.length === 0 ? [] : [{ type, actor, reason, payload, changes }]
  const outcome = usage.outcome === null ? [] : [...creditOf(usage.cited, usage.outcome)]
  return [
    ...event('RETRIEVED', 'found for a question', counts(usage.retrieved, 'retrieved')),
    ...event('SHOWN', 'shown to an agent', counts(usage.shown, 'shown')),
    ...event('CITED', 'used by the agent', counts(usage.cited, 'cited')),
    ...event(
      'OUTCOME',
      usage.outcome === 'helped' ? 'it helped: the work succeeded with it' : 'it hurt: it misled the work',
      outcome.map(([id, add]): Change => ({ op: 'count', id, add })),
    ),
  ]
}

function counts(ids: readonly string[], counter: keyof Counters): Change[] {
  return [...new Set(ids)].map((id) => ({ op: 'count', id, add: { [counter]: 1 } }))
}
