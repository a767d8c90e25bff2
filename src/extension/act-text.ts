/** What somebody did to the memory, in words: the act and the memory that it was about. */

import type { Change, EventType, MemoryEvent } from '../memory/event.ts'
import { labelOf } from './memory-text.ts'

const verbs: { [type in EventType]?: string } = {
  RECORDED: 'Remembered',
  ADMITTED: 'Remembered',
  ACTIVATED: 'Accepted',
  REJECTED: 'Rejected',
  REVISED: 'Edited',
  SUPERSEDED: 'Replaced',
  MERGED: 'Joined',
  CONTESTED: 'Doubted',
  ARCHIVED: 'Archived',
  RESTORED: 'Restored',
  RETRACTED: 'Retracted',
  IMPORTED: 'Imported',
  PROMOTED: 'Taken over from a branch',
  LINKED: 'Linked',
}

/** For example `Pinned: Round half to even in money.`; `nameOf` tells the text of a memory that the event names. */
export function actText(event: MemoryEvent, nameOf: (id: string) => string | undefined): string {
  const names = changedIds(event).flatMap((id) => nameOf(id) ?? createdName(event.changes, id) ?? [])
  const [first, ...others] = [...new Set(names)]
  const verb = toggled(event) ?? verbs[event.type] ?? event.type
  if (first === undefined) return event.reason === '' ? verb : `${verb}: ${event.reason}`
  return `${verb}: ${first}${others.length > 0 ? ` (+${others.length})` : ''}`
}

export function changedIds({ changes }: MemoryEvent): string[] {
  return [...new Set(changes.map(({ id }) => id))]
}

function createdName(changes: readonly Change[], id: string): string | undefined {
  for (const change of changes) {
    if (change.op === 'create' && change.id === id) return labelOf(change.record)
  }
  return undefined
}

/** Pinning and muting have one event for both ways. */
function toggled({ type, changes }: MemoryEvent): string | undefined {
  if (type !== 'PINNED' && type !== 'INHIBITED') return undefined
  const field = type === 'PINNED' ? 'pinned' : 'inhibited'
  const isOn = changes.some((change) => change.op === 'set' && change.fields[field]?.after === true)
  if (type === 'PINNED') return isOn ? 'Pinned' : 'Unpinned'
  return isOn ? 'Muted' : 'Unmuted'
}
