/** The size policy: while all facts and lessons fit into the budget, a prompt gets all of them in a stable order. */

import type { RecallQuery, Recollection } from '../../recollection.ts'
import type { Gate } from '../../store/memory-store.ts'
import type { RecordRecallContext } from './context.ts'
import type { Found } from './find.ts'
import type { KnownQuestion } from './question.ts'
import { isPrompt, recollect, withAnchors } from './ranking.ts'
import { entryOf, entryTokens, frameTokens } from './recollection-text.ts'
import { arrange, metSameFailure, type Selection, select } from './selection.ts'

export interface AllNotes {
  /** Null: there are too many, so recall chooses. */
  selection: Selection | null
  /** In words for people; empty where the policy does not apply. */
  regime: string
}

/** A fact takes at least this many tokens: more of them need not be looked at. */
const leastTokens = 20

/**
 * ConvoMem: below a threshold, include instead of retrieving. It applies where a prompt is put together; a question
 * of its own (`any`) gets an answer, and one about names that nothing knows gets nothing. Episodes that were found
 * take what is left.
 */
export async function allNotes(
  context: RecordRecallContext,
  question: KnownQuestion,
  { query, gate, found }: { query: RecallQuery; gate: Gate; found: Found },
): Promise<AllNotes> {
  const kinds = (query.kinds ?? ['fact', 'lesson']).filter((kind) => kind !== 'episode')
  if (!isPrompt(query.moment) || kinds.length === 0 || isAbstention(question))
    return { selection: null, regime: '' }
  const budget = query.budget - frameTokens()
  const most = Math.floor(budget / leastTokens)
  const filter = { ...gate, kinds, muted: false }
  const { store } = context
  if (store.count(filter, most + 1) > most) return chosenInstead
  const records = store.list({ ...filter, limit: most })
  const notes = await Promise.all(records.sort((a, b) => (a.id < b.id ? -1 : 1)).map(note))
  const whole = notes.filter((one) => isWhole(one, { query, gate }))
  const tokens = whole.reduce((sum, one) => sum + entryTokens(entryOf(one)), 0)
  if (tokens > budget) return chosenInstead
  const episodes = arrange(found.ranked, query.limit).filter(({ record }) => record.kind === 'episode')
  const failed = episodes.filter(metSameFailure)
  const others = episodes.filter((one) => !failed.includes(one))
  const room = { limit: whole.length + query.limit, tokens: budget }
  return {
    selection: select([...failed, ...whole, ...others], room, sidesOf(whole, found)),
    regime: `All ${whole.length} facts and lessons fit into the budget: none had to be chosen.`,
  }

  async function note(record: (typeof records)[number]): Promise<Recollection> {
    const known = found.ranked.find((one) => one.record.id === record.id)
    if (known !== undefined) return known
    const plain = recollect(record, { score: 0, explain: [] }, query)
    const anchors = record.anchors.length === 0 ? [] : await context.anchors(record)
    return { ...withAnchors(plain, anchors), why: 'All facts and lessons fit into the budget.' }
  }
}

function isWhole(
  { freshness, record }: Recollection,
  { query, gate }: { query: RecallQuery; gate: Gate },
): boolean {
  if (freshness === 'gone' || query.shown?.includes(record.id) === true) return false
  return record.validTo === null || gate.before === undefined || record.validTo >= gate.before
}

function isAbstention({ unknown, words, keys }: KnownQuestion): boolean {
  return unknown.length > 0 && words.length === 0 && keys.length === 0
}

const chosenInstead: AllNotes = {
  selection: null,
  regime: 'There are more facts and lessons than fit into the budget: recall chooses.',
}

/** Contradictions among all notes, besides those that were found. */
function sidesOf(notes: readonly Recollection[], found: Found): Map<string, string[]> {
  const sides = new Map(found.sides)
  for (const { record } of notes)
    for (const { type, to } of record.links) {
      if (type !== 'contradicts' || !notes.some((other) => other.record.id === to)) continue
      sides.set(record.id, [...new Set([...(sides.get(record.id) ?? []), to])])
      sides.set(to, [...new Set([...(sides.get(to) ?? []), record.id])])
    }
  return sides
}
