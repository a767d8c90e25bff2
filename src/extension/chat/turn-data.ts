/** What a turn of the chat leaves in its result: it comes back with the history, also after a reload. Pure. */

import { z } from 'zod'

const memoryName = z.object({ root: z.string(), id: z.string() })

export const turnSchema = z.object({
  /** The same in all turns of a chat: credit and tools belong to it. */
  chatId: z.string().min(1).max(100),
  command: z.string().max(40),
  /** What was asked; empty for commands. */
  prompt: z.string(),
  /** `[m1]` is the first. */
  recalled: z.array(memoryName).max(100),
  cited: z.array(memoryName).max(100),
  /** Files that the answer named, relative to their root. */
  paths: z.array(z.string()).max(20),
  root: z.string().nullable(),
})

export type TurnData = z.infer<typeof turnSchema>

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
