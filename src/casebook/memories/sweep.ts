/** Brings memory up to the code and the branches of now, and archives what there is too much of. */

import { forget } from '../../memory/learn/forget.ts'
import type { Status } from '../../memory/record.ts'
import { transaction } from '../../memory/store/database.ts'
import type { MemoryStore } from '../../memory/store/memory-store.ts'
import { readMeta, writeMeta } from '../../memory/store/meta.ts'
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

/** Reading all records costs time: done once a day, and whenever there are too many. */
function keepWithinCapacity(room: MemoryRoom): void {
  const { store, settings } = room
  const learned = { kinds: ['fact', 'lesson'], statuses: inUse } as const
  const last = Number(readMeta(store.db, key) ?? 0)
  const isDue = Math.abs(Date.now() - last) >= day
  if (isDue || store.count(learned) > settings.memoryCapacity) archiveSurplus(room)
}

const day = 86_400_000
/** Unix milliseconds of the last look at all of them. */
const key = 'forget.looked'

/** Archives what hurt more than it helped, and what is worth least beyond the capacity. */
export function archiveSurplus(room: MemoryRoom): void {
  const { store, settings } = room
  const now = Date.now()
  decide(room, () => {
    const records = store.list({ kinds: ['fact', 'lesson'], statuses: inUse, limit: -1 })
    const drafts = forget(records, {
      actor: { type: 'indexer', name: 'capacity' },
      capacity: settings.memoryCapacity,
      now,
      freshness: ({ status }) => (status === 'stale' ? 0.6 : 1),
    })
    return drafts.filter(({ changes: [change] }) => change === undefined || !isWanted(store, change.id))
  })
  transaction(store.db, () => writeMeta(store.db, key, String(now)))
}

/** A person brought it back after it had been archived: it is not taken away again. */
function isWanted(store: MemoryStore, id: string): boolean {
  const back = store.events({ id, types: ['RESTORED', 'REVERTED'], limit: 20 })
  return back.some(({ type, actor, cause }) => {
    if (actor.type !== 'person') return false
    return type === 'RESTORED' || (cause !== null && store.event(cause)?.type === 'ARCHIVED')
  })
}
