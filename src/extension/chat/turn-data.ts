/** What a turn of the chat leaves in its result: it comes back with the history, also after a reload. Pure. */

import { z } from 'zod'
import type { RootedRecollection, WindowRecall } from '../../protocol.ts'
import { labelOf } from '../memory-text.ts'

/** Memories and paths of one turn that are kept. */
const mostMemories = 100
const mostPaths = 20
/** What an account keeps: the whole goes into the chat's own storage. Lengths in characters. */
const mostExplained = 40
const mostCut = 8
const mostChannels = 9
const longestText = 500
const longestDetail = 200

const memoryName = z.object({ root: z.string(), id: z.string() })

const explained = memoryName.extend({
  kind: z.enum(['episode', 'fact', 'lesson']),
  title: z.string(),
  text: z.string(),
  freshness: z.enum(['fresh', 'moved', 'drifted', 'gone', 'none']),
  score: z.number(),
  channels: z.array(
    z.object({
      channel: z.string(),
      rank: z.number().nullable(),
      score: z.number(),
      contribution: z.number(),
      detail: z.string().exactOptional(),
    }),
  ),
  factors: z.object({ utility: z.number(), anchor: z.number(), kind: z.number() }),
  why: z.string(),
})
export type ExplainedMemory = z.infer<typeof explained>

/** Why a list was what it was, as it was shown: asked again, memory may say something else. */
const accountSchema = z.object({
  memories: z.array(explained).max(mostExplained),
  cut: z.array(explained).max(mostCut),
  unknown: z.array(z.string()).max(mostPaths),
  regime: z.string(),
  nothingFound: z.string().exactOptional(),
})
export type RecallAccount = z.infer<typeof accountSchema>

export function accountOf({ memories, cut, unknown, regime, nothingFound }: WindowRecall): RecallAccount {
  return {
    memories: memories.slice(0, mostExplained).map(explain),
    cut: cut.slice(0, mostCut).map(explain),
    unknown: unknown.slice(0, mostPaths).map((name) => name.slice(0, longestDetail)),
    regime: regime.slice(0, longestText),
    ...(nothingFound !== undefined && { nothingFound: nothingFound.slice(0, longestText) }),
  }
}

function explain({ root, record, ...one }: RootedRecollection): ExplainedMemory {
  const title = labelOf(record)
  const channels = one.channels.slice(0, mostChannels).map(({ detail, ...channel }) => ({
    ...channel,
    ...(detail !== undefined && { detail: detail.slice(0, longestDetail) }),
  }))
  return {
    root,
    id: record.id,
    kind: record.kind,
    title,
    text: record.kind === 'episode' ? title : record.text.slice(0, longestText),
    freshness: one.freshness,
    score: one.score,
    channels,
    factors: one.factors,
    why: one.why.slice(0, longestText),
  }
}

export const turnSchema = z.object({
  /** The same in all turns of a chat: credit and tools belong to it. */
  chatId: z.string().min(1).max(100),
  command: z.string().max(40),
  /** What was asked; empty for commands. */
  prompt: z.string(),
  /** `[m1]` is the first. */
  recalled: z.array(memoryName).max(mostMemories),
  cited: z.array(memoryName).max(mostMemories),
  /** Files that the answer named, relative to their root. */
  paths: z.array(z.string()).max(mostPaths),
  root: z.string().nullable(),
  /** What Casebook itself said in the answer. */
  statuses: z.array(z.string().max(4_000)).max(50).optional(),
  /** Of the list that a question or a recall showed; none where no memory was asked. */
  account: accountSchema.exactOptional(),
})

export type TurnData = z.infer<typeof turnSchema>

/** What of a turn goes into its result: with more than it takes the chat would lose itself in the next turn. */
export function keptData(data: TurnData): TurnData {
  const { recalled, cited, paths } = data
  return {
    ...data,
    recalled: recalled.slice(0, mostMemories),
    cited: cited.slice(0, mostMemories),
    paths: paths.slice(0, mostPaths),
  }
}

/** Null for a result of another make. */
export function turnDataOf(metadata: unknown): TurnData | null {
  const result = turnSchema.safeParse(metadata)
  return result.success ? result.data : null
}

/** Lists with marks are those of questions and of recalls. */
function isListed({ command }: TurnData): boolean {
  return command === '' || command === 'recall'
}

/** The newest turn that showed what memory holds; undefined: none did. */
export function newestListed(turns: readonly TurnData[]): TurnData | undefined {
  return turns.findLast((turn) => isListed(turn) && (turn.account !== undefined || turn.recalled.length > 0))
}

/** The memory that `m3` names in the newest list that was shown; null: none. */
export function markedMemory(turns: readonly TurnData[], reference: string): TurnData['recalled'][0] | null {
  const number = /^\[?m(\d{1,4})\]?$/i.exec(reference.trim())?.[1]
  if (number === undefined) return null
  const newest = turns.findLast((turn) => isListed(turn) && turn.recalled.length > 0)
  return newest?.recalled[Number(number) - 1] ?? null
}

/** What the newest list said of a memory; undefined: it was not in it, or a tool found it. */
export function explainedMemory(turns: readonly TurnData[], id: string): ExplainedMemory | undefined {
  return newestListed(turns)?.account?.memories.find((one) => one.id === id)
}
