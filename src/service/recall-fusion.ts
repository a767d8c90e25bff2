/** One recall over several memories: joined by rank, cut to one limit and one budget, each with its root. */

import type { Settings } from '../config.ts'
import type { Recollection } from '../memory/recollection.ts'
import type { RootedRecollection, WindowRecall } from '../protocol.ts'
import type { Memories, RecallRequest } from '../protocol-memories.ts'
import { type Answer, type AskedBooks, answersOf, fuseByRank } from './fusion.ts'
import { memoriesOf } from './memories-of.ts'

type Reply = Awaited<ReturnType<Memories['recall']>>
type Answered = Answer<Reply>

export interface AskedRecall extends AskedBooks {
  request: RecallRequest
  settings: Pick<Settings, 'recallLimit' | 'recallBudget'>
}

export async function fuseRecall(asked: AskedRecall): Promise<WindowRecall> {
  const started = performance.now()
  const answers = await answersOf(asked, (book) => memoriesOf(book).recall(asked.request))
  const [only] = answers
  if (asked.books.length === 1 && only !== undefined) return rooted(only)
  const { kept, left } = fitted(fuseByRank(answers.map((one) => rooted(one).memories)), asked)
  const speaking = answers.filter(({ reply }) => reply.memories.length > 0)
  const reasons = new Set(answers.flatMap(({ reply }) => reply.nothingFound ?? []))
  return {
    memories: kept,
    demonstrations: bestDemonstrations(answers),
    cut: [...left, ...fuseByRank(answers.map((one) => rooted(one).cut))],
    shadow: fuseByRank(answers.map((one) => rooted(one).shadow)),
    unknown: unknownEverywhere(answers),
    ...(kept.length > 0 ? {} : { nothingFound: [...reasons].join(' ') || 'No folder is open.' }),
    // Each root numbers its own memories: two blocks in one prompt would cite each other's.
    block: speaking.length === 1 ? (speaking[0]?.reply.block ?? '') : '',
    regime: [...new Set(answers.map(({ reply }) => reply.regime))].join(', '),
    milliseconds: performance.now() - started,
  }
}

function rooted({ book, reply }: Answered): WindowRecall {
  const named = (list: readonly Recollection[]) => list.map((one) => ({ ...one, root: book.root }))
  return { ...reply, memories: named(reply.memories), cut: named(reply.cut), shadow: named(reply.shadow) }
}

/** Best first while the limit and the budget hold; each root kept to both by itself already. */
function fitted(
  ranked: readonly RootedRecollection[],
  { request, settings }: AskedRecall,
): { kept: RootedRecollection[]; left: RootedRecollection[] } {
  const limit = request.limit ?? settings.recallLimit
  let budget = request.budget ?? settings.recallBudget
  const kept: RootedRecollection[] = []
  const left: RootedRecollection[] = []
  for (const one of ranked) {
    if (kept.length < limit && one.tokens <= budget) {
      budget -= one.tokens
      kept.push(one)
    } else left.push({ ...one, why: `Left out for memories of other folders. ${one.why}` })
  }
  return { kept, left }
}

/** As many as one root would give. */
function bestDemonstrations(answers: readonly Answered[]): Reply['demonstrations'] {
  const lists = answers.map(({ reply }) => reply.demonstrations)
  const most = Math.max(0, ...lists.map((list) => list.length))
  return lists
    .flat()
    .sort((a, b) => b.score - a.score)
    .slice(0, most)
}

/** A key that one root knows is not unknown. */
function unknownEverywhere(answers: readonly Answered[]): string[] {
  const [first, ...others] = answers.map(({ reply }) => reply.unknown)
  return (first ?? []).filter((key) => others.every((unknown) => unknown.includes(key)))
}
