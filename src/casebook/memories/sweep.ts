/** Brings memory up to the code and the branches of now, and archives what there is too much of. */

import { forget } from '../../memory/learn/forget.ts'
import type { Status } from '../../memory/record.ts'
import { type SweepContext, sweepAnchors, sweepBranches } from '../sweeps.ts'
import type { MemoryRoom } from './room.ts'
import { decide } from './write.ts'

const inUse: readonly Status[] = ['active', 'stale']

export interface Sweeper {
  /** Everything: after a run. Rejects when `signal` aborts; what was decided before stays. */
  all(signal: AbortSignal): Promise<void>
  /** What cites these files: after they were saved. */
  touched(paths: readonly string[], signal: AbortSignal): Promise<void>
}

export function openSweeper(room: MemoryRoom): Sweeper {
  const settled = new Map<string, string>()
  return {
    async all(signal) {
      const context = contextOf(room, settled)
      if (context !== null) {
        if (context.commit === null) await sweepBranches(context, signal)
        await sweepAnchors(context, 'all', signal)
      }
      keepWithinCapacity(room)
    },
    async touched(paths, signal) {
      const context = contextOf(room, settled)
      if (context !== null) await sweepAnchors(context, paths, signal)
    },
  }
}

function contextOf(
  { store, repository, code }: MemoryRoom,
  settled: Map<string, string>,
): SweepContext | null {
  const view = code.view()
  if (view === null) return null
  const { git, commit, hasHistory } = repository
  return { store, db: view.db, viewId: view.viewId, git, commit, hasHistory, settled }
}

/** Reading all records costs time, so they are counted first. */
function keepWithinCapacity(room: MemoryRoom): void {
  const { store, settings } = room
  const learned = { kinds: ['fact', 'lesson'], statuses: inUse } as const
  if (store.count(learned) > settings.memoryCapacity) archiveSurplus(room)
}

/** Archives what hurt more than it helped, and what is worth least beyond the capacity. */
export function archiveSurplus(room: MemoryRoom): void {
  const { store, settings } = room
  decide(room, () => {
    const records = store.list({ kinds: ['fact', 'lesson'], statuses: inUse, limit: -1 })
    return forget(records, {
      actor: { type: 'indexer', name: 'capacity' },
      capacity: settings.memoryCapacity,
      now: Date.now(),
      freshness: ({ status }) => (status === 'stale' ? 0.6 : 1),
    })
  })
}
