/** Takes over a log as it is: many events of this same memory, in one transaction, without holding them all. */

import type { Change, EventDraft, MemoryEvent } from '../event.ts'
import { UserError } from '../ports.ts'
import { same } from './canonical.ts'
import { transaction } from './database.ts'
import { type EventTexts, hashOf, textsOf, writeHashed } from './events.ts'
import {
  append,
  begin,
  checked,
  type LogOptions,
  proceed,
  project,
  recordIn,
  type Session,
  type Turn,
  tryAgain,
} from './log-writer.ts'

/** An event that comes from elsewhere. */
export interface ForeignEvent extends MemoryEvent {
  /**
   * The texts that its row will keep, from whoever has validated the event and its records and seen that they are in
   * their one form. Absent: nobody has.
   */
  texts?: EventTexts
}

/** Records that are projected at once: the more, the fewer are written twice; each takes some ten kilobytes. */
const usualBatch = 100

/**
 * Takes over events of this same log, which must continue what is here, and appends what `then` makes of them. Throws
 * `UserError`; then nothing changed.
 */
export function adopt(
  { batch = usualBatch, ...options }: LogOptions & { batch?: number },
  events: Iterable<ForeignEvent>,
  then: (record: Turn['record']) => readonly EventDraft[] = () => [],
): void {
  transaction(options.db, () => {
    const session = begin(options)
    for (const event of events) {
      takeOver(session, event)
      if (session.records.size + session.counted.size >= batch) flush(session)
    }
    for (const draft of then((id) => recordIn(session, id))) append(session, draft)
    project(session)
  })
}

function takeOver(session: Session, { texts, hash, ...event }: ForeignEvent): void {
  const { head } = session
  const spelled = texts ?? textsOf(event)
  if (event.seq !== head.seq + 1 || hashOf(head.hash, event, spelled) !== hash)
    throw continuesNot(head, event)
  const { type, at } = event
  for (const change of event.changes) apply(session, change, { type, at, isValid: texts !== undefined })
  const written = { ...event, hash }
  writeHashed(session.db, written, spelled)
  proceed(session, written)
}

function continuesNot(head: Session['head'], { seq }: Pick<MemoryEvent, 'seq'>): UserError {
  return new UserError(
    `Event ${seq} does not continue the log, which ends at ${head.seq}.`,
    'The file was cut, changed, or belongs to another memory. Nothing was changed.',
  )
}

function apply(session: Session, change: Change, event: Parameters<typeof checked>[2]): void {
  if (change.op === 'purged') {
    session.counted.delete(change.id)
    session.records.set(change.id, null)
    session.dirty.add(change.id)
  } else if (!same(checked(session, change, event), change))
    throw new UserError(`A change of ${change.id} is not in its usual form.`, tryAgain)
}

/** Writes what the events so far made of the records and forgets them: what comes reads them again. */
function flush(session: Session): void {
  project(session)
  session.records.clear()
  session.dirty.clear()
  session.counted.clear()
  session.unused.clear()
}
