/** One recall over several memories: joined by rank, cut to one limit and one budget, each with its root. */

import { basename } from 'node:path'
import type { Settings } from '../config.ts'
import { joinBlocks } from '../memory/recall/records/join-blocks.ts'
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
  const { kept, left, block } = rendered(
    each,
    fitted(fuseByRank(each.map(({ memories }) => memories)), limits),
    limits,
  )
  const reasons = new Set(each.flatMap(({ nothingFound }) => nothingFound ?? []))
  return {
    memories: kept,
    demonstrations: bestDemonstrations(each),
    cut: [...left, ...fuseByRank(each.map(({ cut }) => cut))],
    shadow: fuseByRank(each.map(({ shadow }) => shadow)),
    unknown: unknownEverywhere(each),
    ...(kept.length > 0 ? {} : { nothingFound: [...reasons].join(' ') || 'No folder is open.' }),
    block,
    regime: [...new Set(each.map(({ regime }) => regime))].join(', '),
  }
}

interface Fitted {
  kept: RootedRecollection[]
  left: RootedRecollection[]
}

/** One block with numbers of its own: those of two roots in one prompt would cite each other's memories. */
function rendered(each: readonly WindowRecall[], { kept, left }: Fitted, { budget }: { budget: number }) {
  const speaking = each.filter(({ memories }) => memories.length > 0)
  if (speaking.length <= 1) return { kept, left, block: speaking[0]?.block ?? '' }
  const names = namesOf(kept.map(({ root }) => root))
  const parts = kept.map(({ root, record }) => {
    const own = speaking.find(({ memories }) => memories[0]?.root === root)
    const at = own?.memories.findIndex((one) => one.record.id === record.id) ?? -1
    return { block: own?.block ?? '', at, name: `in ${names.get(root) ?? root}` }
  })
  const { block, count } = joinBlocks(parts, budget)
  return { kept: kept.slice(0, count), left: [...kept.slice(count).map(leftOut), ...left], block }
}

/** The folder's name, or its whole path where two have the same. */
function namesOf(roots: readonly string[]): Map<string, string> {
  const all = [...new Set(roots)]
  const isAlone = (root: string) => all.every((other) => other === root || basename(other) !== basename(root))
  return new Map(all.map((root) => [root, isAlone(root) ? basename(root) : root]))
}

function rooted({ root, reply }: RootRecall): WindowRecall {
  const named = (list: RecallReply['memories']) => list.map((one) => ({ ...one, root }))
  return { ...reply, memories: named(reply.memories), cut: named(reply.cut), shadow: named(reply.shadow) }
}

/** Best first while limit and budget hold. */
function fitted(
  ranked: readonly RootedRecollection[],
  { limit, budget }: { limit: number; budget: number },
): Fitted {
  const kept: RootedRecollection[] = []
  const left: RootedRecollection[] = []
  let tokens = 0
  for (const one of ranked) {
    if (kept.length < limit && tokens + one.tokens <= budget) {
      tokens += one.tokens
      kept.push(one)
    } else left.push(leftOut(one))
  }
  return { kept, left }
}

function leftOut(one: RootedRecollection): RootedRecollection {
  return { ...one, why: `Left out for memories of other folders. ${one.why}` }
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
