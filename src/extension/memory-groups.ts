/** The groups of the tree, and what of the memory each one asks for. */

import type { MemoryRecord } from '../memory/record.ts'
import type { ListRequest, ReviewQueue } from '../protocol-memories.ts'

export type MemoryGroup = 'review' | 'lessons' | 'facts' | 'episodes' | 'archived'

const kept = ['active', 'stale', 'contested'] as const

/** Review is asked for by itself. */
export const listed: Record<Exclude<MemoryGroup, 'review'>, ListRequest> = {
  lessons: { kinds: ['lesson'], statuses: kept },
  facts: { kinds: ['fact'], statuses: kept },
  episodes: { kinds: ['episode'], statuses: kept },
  archived: { statuses: ['archived', 'superseded', 'retracted'] },
}

/** What waits for a person, each memory once. */
export function waitingRecords({ candidates, contested, proposals }: ReviewQueue): MemoryRecord[] {
  const all = [
    ...contested.flatMap(({ one, other }) => [one, other]),
    ...proposals.flatMap(({ item }) => item ?? []),
    ...candidates.map(({ record }) => record),
  ]
  return [...new Map(all.map((record) => [record.id, record])).values()]
}
