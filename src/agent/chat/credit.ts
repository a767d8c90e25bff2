/** Credit for memories of an answer: cited when they were named, helped or hurt when the person says so. */

import type { Knowledge } from '../ports.ts'

/** A memory and the root that knows it, as a chat keeps it. */
export interface MemoryName {
  root: string
  id: string
}

export interface Credited {
  cited: readonly MemoryName[]
  outcome: 'helped' | 'hurt' | null
  sessionId: string
  knowledgeOf(root: string): Pick<Knowledge, 'credit'>
}

/** Nothing is told where nothing was cited: a memory that was shown and ignored is not guilty. */
export async function creditAnswer({ cited, outcome, sessionId, knowledgeOf }: Credited): Promise<void> {
  for (const [root, names] of Map.groupBy(cited, ({ root }) => root)) {
    await knowledgeOf(root).credit({ cited: names.map(({ id }) => id), outcome, sessionId })
  }
}
