/** One recall over several memories: joined by rank, cut to one limit and one budget, each with its root. */

import type { Settings } from '../config.ts'
import type { RecallReply } from '../memory/recollection.ts'
import type { RootedRecollection, WindowRecall } from '../protocol.ts'
import type { RecallRequest } from '../protocol-memories.ts'
import { type AskedBooks, answersOf, fuseByRank } from './fusion.ts'

export interface AskedRecall extends AskedBooks {
  request: RecallRequest
  settings: Pick<Settings, 'recallLimit' | 'recallBudget'>
}

export interface RootRecall {
  root: string
  reply: RecallReply
}

export async function fuseRecall({ request, settings, ...asked }: AskedRecall): Promise<WindowRecall> {
  const started = performance.now()
  const answers = await answersOf(asked, (book) => book.memories.recall(request))
  const replies = answers.map(({ book, reply }) => ({ root: book.root, reply }))
  const [only] = replies
  if (asked.books.length === 1 && only !== undefined) return rooted(only)
  const limits = {
    limit: request.limit ?? settings.recallLimit,
    budget: request.budget ?? settings.recallBudget,
  }
  return { ...joinRecalls(replies, limits), milliseconds: performance.now() - started }
}

/** `budget` in tokens. Each root has kept to both limits by itself. */
export function joinRecalls(
  replies: readonly RootRecall[],
  limits: { limit: number; budget: number },
): Omit<WindowRecall, 'milliseconds'> {
  const each = replies.map(rooted)
  const { kept, left } = fitted(fuseByRank(each.map(({ memories }) => memories)), limits)
  const speaking = each.filter(({ memories }) => memories.length > 0)
  const reasons = new Set(each.flatMap(({ nothingFound }) => nothingFound ?? []))
  return {
    memories: kept,
    demonstrations: bestDemonstrations(each),
    cut: [...left, ...fuseByRank(each.map(({ cut }) => cut))],
    shadow: fuseByRank(each.map(({ shadow }) => shadow)),
    unknown: unknownEverywhere(each),
    ...(kept.length > 0 ? {} : { nothingFound: [...reasons].join(' ') || 'No folder is open.' }),
    // Each root numbers its own memories: two blocks in one prompt would cite each other's.
    block: speaking.length === 1 ? (speaking[0]?.block ?? '') : '',
    regime: [...new Set(each.map(({ regime }) => regime))].join(', '),
  }
}

function rooted({ root, reply }: RootRecall): WindowRecall {
  const named = (list: RecallReply['memories']) => list.map((one) => ({ ...one, root }))
  return { ...reply, memories: named(reply.memories), cut: named(reply.cut), shadow: named(reply.shadow) }
}

/** Best first while limit and budget hold. */
function fitted(
  ranked: readonly RootedRecollection[],
  { limit, budget }: { limit: number; budget: number },
): { kept: RootedRecollection[]; left: RootedRecollection[] } {
  const kept: RootedRecollection[] = []
  const left: RootedRecollection[] = []
  let tokens = 0
  for (const one of ranked) {
    if (kept.length < limit && tokens + one.tokens <= budget) {
      tokens += one.tokens
      kept.push(one)
    } else left.push({ ...one, why: `Left out for memories of other folders. ${one.why}` })
  }
  return { kept, left }
}

/** As many as one root would give. */
function bestDemonstrations(replies: readonly WindowRecall[]): WindowRecall['demonstrations'] {
  const most = Math.max(0, ...replies.map(({ demonstrations }) => demonstrations.length))
  const all = replies.flatMap(({ demonstrations }) => demonstrations)
  return all.sort((a, b) => b.score - a.score).slice(0, most)
}

/** A key that one root knows is not unknown. */
function unknownEverywhere(replies: readonly WindowRecall[]): string[] {
  const [first, ...others] = replies
  return (first?.unknown ?? []).filter((key) => others.every(({ unknown }) => unknown.includes(key)))
}
