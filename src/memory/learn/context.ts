/** What an intake works with: lookups into the store, and the records as its own events will leave them. */

import type { Actor } from '../event.ts'
import type { MemoryRecord, RecordDraft, Source } from '../record.ts'
import { type Activation, activation, plainOrigin } from './activate.ts'
import { type Evidence, isByPerson } from './evidence.ts'
import type { Neighbour } from './merge.ts'
import type { Workbook } from './workbook.ts'

export interface IntakeContext {
  actor: Actor
  evidence: Evidence
  /** `store.complete`. */
  complete(draft: RecordDraft): MemoryRecord
  /** `store.get`. */
  get(id: string): MemoryRecord | null
  /**
   * What the draft may repeat or contradict, of any status: the same words, the same fact key, the same anchors, the
   * top 5 by words and the top 5 by vectors. The same batch need not be looked through.
   */
  neighbours(draft: RecordDraft): readonly Neighbour[]
  /** Unix milliseconds of the store. */
  now: number
}

/** A context with the records as they will be. */
export interface Taking extends IntakeContext {
  book: Workbook
}

/** Words of a person, or what a person holds on to: nothing overwrites them without asking. */
export function isProtected(record: MemoryRecord): boolean {
  return isByPerson(record) || record.edited || record.pinned
}

/** Whether a record may be shown after all that supports it by now. */
export function mayActivate(record: RecordDraft, { book }: Taking): Activation {
  return activation(
    record,
    originsBy((id) => book.get(id)),
  )
}

/** Independent origin behind a source: a session, a commit, or that of the episode it names. */
export function originsBy(get: (id: string) => MemoryRecord | null): (source: Source) => string | null {
  return (source) => {
    if (source.type !== 'episode') return plainOrigin(source)
    const record = get(source.ref)
    if (record?.episode === undefined) return null
    const { sessionId, patch } = record.episode
    if (sessionId !== null) return `session:${sessionId}`
    return patch?.commit === undefined ? `episode:${record.id}` : `commit:${patch.commit}`
  }
}
