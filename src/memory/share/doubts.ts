/** Which records of a log must be looked at once it is here: what reads like an instruction waits for a person. Pure. */

import type { Actor, Change, EventDraft, MemoryEvent } from '../event.ts'
import type { MemoryRecord } from '../record.ts'
import { instructionSigns, withSigns } from '../safety/record-flags.ts'

/** Where the words of a record are that `instructionSigns` reads. */
const words = new Set(['text', 'cue', 'lesson', 'fact', 'episode', 'entities', 'tags'])

export interface Doubts {
  see(event: Pick<MemoryEvent, 'changes'>): void
  /** Records that are not known to be harmless, in the order of the log. */
  ids(): string[]
}

/** A record whose words were harmless at its birth and were never changed is so at the end, too. */
export function openDoubts(): Doubts {
  const harmless = new Set<string>()
  const doubtful = new Set<string>()
  const isHarmless = (change: Change) => {
    if (change.op === 'create') return instructionSigns(change.record).length === 0
    if (!harmless.has(change.id)) return false
    return change.op !== 'set' || !Object.keys(change.fields).some((field) => words.has(field))
  }
  return {
    see({ changes }) {
      for (const change of changes)
        if (isHarmless(change)) harmless.add(change.id)
        else doubtful.add(change.id)
    },
    ids: () => [...doubtful],
  }
}

export interface Asking {
  /** A record as it is at the end. */
  record: (id: string) => MemoryRecord | null
  actor: Actor
}

/** What the log lacks, even where somebody said that it is their own. */
export function suspicions(ids: readonly string[], { record: read, actor }: Asking): EventDraft[] {
  return ids.flatMap((id): EventDraft[] => {
    const record = read(id)
    if (record === null) return []
    const signs = instructionSigns(record)
    const change = signs.length === 0 ? null : waiting(record, signs)
    if (change === null) return []
    const reason = `It came in with an export and reads like an instruction (${signs.join(', ')}).`
    return [{ type: 'IMPORTED', actor, reason, payload: { flags: signs }, changes: [change] }]
  })
}

const shown = new Set<MemoryRecord['status']>(['active', 'stale', 'contested'])

function waiting(record: MemoryRecord, signs: readonly string[]): Change | null {
  const flags = withSigns(record.flags, signs)
  const marked = flags.length !== record.flags.length || flags.some((flag) => !record.flags.includes(flag))
  const fields = {
    ...(shown.has(record.status) && { status: { before: record.status, after: 'candidate' as const } }),
    ...(marked && { flags: { before: record.flags, after: flags } }),
  }
  return Object.keys(fields).length === 0 ? null : { op: 'set', id: record.id, fields }
}
