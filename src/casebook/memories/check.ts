/** Whether what memory shows is what its log says, and the repair: the fold made anew from the log. */

import { type DatabaseSync, transaction } from '../../memory/store/database.ts'
import { readMeta, writeMeta } from '../../memory/store/meta.ts'
import type { MemoryCheck } from '../../protocol-memories.ts'
import type { MemoryRoom } from './room.ts'

const key = 'verified'

/** Reads the whole log: seconds at 10,000 records. With `repair` the fold is made anew where it is wrong. */
export function check({ store, vectors, log }: MemoryRoom, repair: boolean): MemoryCheck {
  const events = store.lastSeq()
  const found = store.verify()
  const isRepaired = repair && found.length > 0
  if (isRepaired) {
    log.warn(`memory is made anew from its log: ${found.join(' ')}`)
    store.rebuild()
    setImmediate(() => void vectors.fill())
  }
  const faults = isRepaired ? store.verify() : found
  const mark = JSON.stringify({ at: Date.now(), faults: faults.length })
  transaction(store.db, () => writeMeta(store.db, key, mark))
  return { events, found, faults, repaired: isRepaired }
}

/** When the last look was, in Unix milliseconds, and how much was wrong after it; null when there was none. */
export function lastCheck(db: DatabaseSync): { at: number; faults: number } | null {
  const value = readMeta(db, key)
  return value === null ? null : (JSON.parse(value) as { at: number; faults: number })
}
