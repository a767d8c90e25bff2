/** Recall: a question of a person or an agent, answered from long-term memory with the account of every rank. */

import type { RecallQuery, RecallReply, Recollection } from '../../recollection.ts'
import type { Status } from '../../record.ts'
import type { Gate } from '../../store/memory-store.ts'
import { allNotes } from './all-notes.ts'
import type { RecordRecallContext } from './context.ts'
import { demonstrate } from './demonstrate.ts'
import type { RankedDemonstration } from './demonstration-ranking.ts'
import { type Found, findRecords, gateOf } from './find.ts'
import { handleResolves } from './handles.ts'
import { maskAll, maskRecollections } from './mask.ts'
import { type KnownQuestion, readQuestion, settleQuestion } from './question.ts'
import { knowsKeyIn, withWholePaths } from './question-keys.ts'
import { frameTokens } from './recollection-text.ts'
import { renderBlock } from './render.ts'
import { arrange, type Selection, select, shareOf } from './selection.ts'
import { estimateTokens } from './token-estimate.ts'

/** What recall may show: candidates must prove themselves first, the rest is history. */
const shown: readonly Status[] = ['active', 'stale', 'contested']

/** Entries of the account of what was left out: each is masked, which costs more than finding it. */
const mostCut = 12

/** Same store, query and clock, same reply (but for `milliseconds`). */
export async function recallRecords(context: RecordRecallContext, query: RecallQuery): Promise<RecallReply> {
  const start = performance.now()
  const question = settleQuestion(withWholePaths(context, readQuestion(query)), knowsKeyIn(context))
  const gate = gateOf(context, query, shown)
  const found = await findRecords(context, question, { query, gate })
  const notes = await allNotes(context, question, { query, gate, found })
  const picked = notes.selection ?? pick(found, query)
  const { memories, block } = await present(context, picked.chosen, query)
  const dropped = picked.chosen.slice(memories.length).map((one) => ({ ...one, why: noRoom }))
  const demonstrations = await masked(context, await demonstrate(context, question, { query, gate }))
  const nothing = memories.length + demonstrations.length === 0
  const out = [...dropped, ...picked.cut]
  return {
    memories,
    demonstrations,
    cut: await maskRecollections(
      context.redact,
      [...out, ...found.cut(mostCut - out.length)].slice(0, mostCut),
    ),
    shadow: query.shadow === true ? await shadowOf(context, question, query) : [],
    unknown: question.unknown,
    ...(nothing && { nothingFound: whyNothing(question) }),
    block,
    regime: [notes.regime, context.regime()].filter(Boolean).join(' '),
    milliseconds: performance.now() - start,
  }
}

const noRoom = 'Left out: with its frame the block would not fit into the budget.'

function pick(found: Found, { limit, budget }: RecallQuery): Selection {
  const room = { limit, tokens: budget - frameTokens() }
  return select(arrange(found.ranked, limit), room, found.sides)
}

/** Masked texts may be longer, so the last ones go until the whole block fits. */
async function present(
  { redact, store }: RecordRecallContext,
  chosen: readonly Recollection[],
  { budget }: RecallQuery,
): Promise<{ memories: Recollection[]; block: string }> {
  const memories = await maskRecollections(redact, chosen)
  const resolves = (handle: string) => handleResolves(store, handle)
  const most = shareOf(budget - frameTokens())
  while (true) {
    const block = renderBlock(memories, resolves, most)
    if (memories.length === 0 || estimateTokens(block) <= budget) return { memories, block }
    const last = memories.pop()
    // Half of a contradiction would be a lie.
    if (last?.record.status === 'contested') dropOtherSides(memories)
  }
}

function dropOtherSides(memories: Recollection[]): void {
  while (memories.at(-1)?.record.status === 'contested') memories.pop()
}

/** Words that candidates are looked for by: a hint for the person, which must not slow the answer. */
const shadowWords = 8

/**
 * Candidates that would have been shown: never rendered, and found by words and keys alone. They are few among many,
 * which is what a search by likeness is slowest at.
 */
async function shadowOf(
  { vectors: _, locate: _locate, ...context }: RecordRecallContext,
  question: KnownQuestion,
  query: RecallQuery,
): Promise<Recollection[]> {
  const gate: Gate = gateOf(context, query, ['candidate'])
  const short = { ...question, words: question.words.slice(0, shadowWords) }
  const { chosen } = pick(await findRecords(context, short, { query, gate }), query)
  return maskRecollections(context.redact, chosen)
}

async function masked(
  { redact }: RecordRecallContext,
  found: readonly RankedDemonstration[],
): Promise<RankedDemonstration[]> {
  const texts = found.flatMap(({ issue, wrong, feedback, right }) => [
    issue,
    wrong ?? '',
    feedback ?? '',
    right,
  ])
  const clean = await maskAll(redact, texts)
  return found.map((one, at) => {
    const [issue = '', wrong = '', feedback = '', right = ''] = clean.slice(at * 4, at * 4 + 4)
    return {
      ...one,
      issue,
      right,
      wrong: one.wrong === null ? null : wrong,
      feedback: one.feedback === null ? null : feedback,
    }
  })
}

function whyNothing({ unknown, words, keys }: KnownQuestion): string {
  if (unknown.length > 0 && words.length === 0) {
    const names = unknown.slice(0, 5).map((name) => `“${name}”`)
    const more = unknown.length > 5 ? ` and ${unknown.length - 5} more` : ''
    return `Neither memory nor code knows ${names.join(', ')}${more}.`
  }
  if (words.length === 0 && keys.length === 0) return 'The question has no word to look for.'
  return 'No memory fits the question.'
}
