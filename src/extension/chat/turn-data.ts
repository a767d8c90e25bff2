/** What a turn of the chat leaves in its result: it comes back with the history, also after a reload. Pure. */

import { z } from 'zod'

/** Memories and paths of one turn that are kept. */
const mostMemories = 100
const mostPaths = 20

const memoryName = z.object({ root: z.string(), id: z.string() })

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

/** The memory that `m3` names in the newest turn that recalled any; null: none. */
export function markedMemory(turns: readonly TurnData[], reference: string): TurnData['recalled'][0] | null {
  const number = /^\[?m(\d{1,4})\]?$/i.exec(reference.trim())?.[1]
  if (number === undefined) return null
  const newest = turns.findLast(({ recalled }) => recalled.length > 0)
  return newest?.recalled[Number(number) - 1] ?? null
}
