/** How far the history was read into memory: kept in memory.db, so that a run with nothing new ends at once. */

import type { Actor } from '../memory/event.ts'
import { transaction } from '../memory/store/database.ts'
import type { MemoryStore } from '../memory/store/memory-store.ts'
import { readMeta, writeMeta } from '../memory/store/meta.ts'

/** Who writes what comes from the history. */
export const historian: Actor = { type: 'indexer', name: 'history' }

export interface HistoryState {
  /** Commit whose history is remembered whole, and up to how many commits. */
  head: string
  limit: number
  commits: number
  episodes: number
  /** Commit that facts and lessons were last derived at; null: never. */
  learnedAt: string | null
  /** Fingerprint of the files that commands are read from. */
  commandFiles: string
  /** New fixes since facts and lessons were derived. */
  waiting: number
}

const key = 'history'

/** Null before the first run, and when it cannot be read: then everything is looked at again, which adds nothing. */
export function readHistoryState({ db }: MemoryStore): HistoryState | null {
  const value = readMeta(db, key)
  if (value === null) return null
  try {
    return JSON.parse(value) as HistoryState
  } catch {
    return null
  }
}

export function writeHistoryState({ db }: MemoryStore, state: HistoryState): void {
  transaction(db, () => writeMeta(db, key, JSON.stringify(state)))
}
