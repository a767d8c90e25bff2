/** What a person does to records: edit, pin, mute, archive, reject, retract. One act is one event. */

import type { Actor, Change, EventDraft, EventType } from '../../memory/event.ts'
import { judgeEdited } from '../../memory/learn/admit.ts'
import { setFields } from '../../memory/learn/workbook.ts'
import { UserError } from '../../memory/ports.ts'
import { reanchor } from '../../memory/recall/records/anchors.ts'
import type { MemoryRecord, Status } from '../../memory/record.ts'
import { findOwn, redact } from '../../memory/safety/redact.ts'
import type { MemoryStore } from '../../memory/store/memory-store.ts'
import type { EditRequest, MemoryAction } from '../../protocol-memories.ts'
import type { MemoryRoom } from './room.ts'

type Fields = Parameters<typeof setFields>[1]

/** Throws `UserError` for an episode, and when somebody else was faster than `expectedVersion`. */
export async function edit(room: MemoryRoom, reference: string, request: EditRequest): Promise<MemoryRecord> {
  const { store, code } = room
  const found = store.find(reference)
  if (found.kind === 'episode')
    throw new UserError(
      'An episode is evidence: its words do not change.',
      'Remember a lesson about it, or forget the episode.',
    )
  const words = await masked(request)
  const [states, { head }, actor] = await Promise.all([
    code.states(found.anchors),
    code.branches(),
    room.person(),
  ])
  const anchors = reanchor(found, states, { which: ['moved', 'drifted'], commit: head })
  store.decide(() => {
    const record = store.find(found.id)
    checkVersion(record, request.expectedVersion ?? found.version, store)
    const fields = editedFields(record, words)
    if (Object.keys(fields).length === 0) return []
    checkWords(record, { ...fields, masked: record.masked + words.masked })
    // Whoever changes the words of a stale memory says that they are true of the code as it is now.
    const renewed: Fields = record.status === 'stale' ? { status: 'active', anchors } : {}
    const marks: Fields = { version: record.version + 1, edited: true, masked: record.masked + words.masked }
    return draftOf('REVISED', actor, 'a person changed its words', [
      setFields(record, { ...fields, ...renewed, ...marks }),
    ])
  })
  return store.find(found.id)
}

interface MaskedWords {
  text?: string
  cue?: string
  tags?: string[]
  procedure?: string[]
  value?: string | null
  checker?: string | null
  masked: number
}

async function masked(request: EditRequest): Promise<MaskedWords> {
  let count = 0
  const clean = async (text: string) => {
    const result = await redact(text.trim())
    count += result.masked
    return result.text
  }
  const { text, cue, tags, procedure, value, checker } = request
  const words = {
    ...(text !== undefined && { text: await clean(text) }),
    ...(cue !== undefined && { cue: await clean(cue) }),
    ...(tags !== undefined && { tags: await Promise.all(tags.map(clean)) }),
    ...(procedure !== undefined && { procedure: await Promise.all(procedure.map(clean)) }),
    ...(value !== undefined && { value: value === null ? null : await clean(value) }),
    ...(checker !== undefined && { checker: checker === null ? null : await clean(checker) }),
  }
  if (words.text === '')
    throw new UserError('A memory needs words.', "Use 'forget' or 'archive' to be rid of it.")
  return { ...words, masked: count }
}

function checkVersion(record: MemoryRecord, expected: number, store: MemoryStore): void {
  if (record.version === expected) return
  const last = store.events({ id: record.id, types: ['REVISED', 'REVERTED', 'MERGED'], limit: 1 })[0]
  const by = last === undefined ? '' : ` by ${last.actor.name} (event ${last.seq})`
  throw new UserError(
    `The memory ${record.id} was changed meanwhile${by}: it is version ${record.version}, not ${expected}.`,
    'Look at it again and repeat your change. Nothing was changed.',
  )
}

/** Throws `UserError` where the result is nothing that could have been remembered. */
function checkWords(record: MemoryRecord, fields: Fields): void {
  const why = judgeEdited({ ...record, ...fields }, { secretsIn: (text) => findOwn(text).length })
  if (why === null) return
  throw new UserError(
    `The change was not made: ${why}.`,
    'Write one thought in a few whole words. Nothing was changed.',
  )
}

function editedFields(record: MemoryRecord, words: MaskedWords): Fields {
  const { text, cue, tags, procedure } = words
  const fields: Fields = {}
  if (text !== undefined && text !== record.text) fields.text = text
  if (cue !== undefined && cue !== record.cue) fields.cue = cue
  if (tags !== undefined && tags.join('\n') !== record.tags.join('\n')) fields.tags = tags
  if (procedure !== undefined && record.lesson !== undefined)
    if (procedure.join('\n') !== record.lesson.procedure.join('\n'))
      fields.lesson = { ...record.lesson, procedure }
  const fact = editedFact(record, words)
  if (fact !== undefined && JSON.stringify(fact) !== JSON.stringify(record.fact)) fields.fact = fact
  return fields
}

/** A value that the words no longer hold would contradict them in every comparison; its checker would prove it. */
function editedFact({ fact, text: old }: MemoryRecord, words: MaskedWords): MemoryRecord['fact'] {
  if (fact === undefined) return undefined
  const { text = old, value, checker } = words
  const isGone = fact.value !== null && old.includes(fact.value) && !text.includes(fact.value)
  const isOther = isGone || (value !== undefined && value !== fact.value)
  return {
    key: fact.key,
    value: value === undefined ? (isGone ? null : fact.value) : value,
    checker: checker === undefined ? (isOther ? null : fact.checker) : checker,
  }
}

interface Act {
  type: EventType
  reason: string
  /** Null when the record is so already. Throws `UserError` when it cannot become so. */
  fields(record: MemoryRecord, store: MemoryStore): Fields | null
}

const hidden: readonly Status[] = ['archived', 'retracted', 'superseded']

/** All but `accept`, which settles conflicts as well. */
export const acts: Record<Exclude<MemoryAction, 'accept'>, Act> = {
  pin: { type: 'PINNED', reason: 'a person pinned it', fields: () => ({ pinned: true }) },
  unpin: { type: 'PINNED', reason: 'a person took the pin away', fields: () => ({ pinned: false }) },
  mute: { type: 'INHIBITED', reason: 'a person muted it', fields: () => ({ inhibited: true }) },
  unmute: { type: 'INHIBITED', reason: 'a person unmuted it', fields: () => ({ inhibited: false }) },
  archive: {
    type: 'ARCHIVED',
    reason: 'a person archived it',
    fields: ({ status }) => (status === 'archived' ? null : { status: 'archived', retiredAt: Date.now() }),
  },
  restore: {
    type: 'RESTORED',
    reason: 'a person brought it back',
    fields: (record, store) =>
      hidden.includes(record.status)
        ? { status: statusBefore(record, store), retiredAt: null, validTo: null }
        : null,
  },
  reject: {
    type: 'REJECTED',
    reason: 'a person turned it away',
    fields: ({ status, id }) => {
      if (status === 'retracted') return null
      if (status === 'candidate' || status === 'contested')
        return { status: 'retracted', retiredAt: Date.now() }
      throw new UserError(
        `The memory ${id} is ${status}, no candidate.`,
        "Use 'retract' when it is wrong, 'archive' when it is not needed.",
      )
    },
  },
  share: {
    type: 'REVISED',
    reason: 'a person shares it with the team',
    fields: (record) => {
      if (record.kind !== 'episode') return { visibility: 'team' }
      throw new UserError('Episodes stay on this machine.', 'Share a fact or a lesson about it.')
    },
  },
  unshare: {
    type: 'REVISED',
    reason: 'a person keeps it to this machine',
    fields: () => ({ visibility: 'local' }),
  },
  retract: {
    type: 'RETRACTED',
    reason: 'a person says that it was wrong',
    fields: ({ status }) => (status === 'retracted' ? null : { status: 'retracted', retiredAt: Date.now() }),
  },
}

/** What it was before it went out of sight. */
function statusBefore(record: MemoryRecord, store: MemoryStore): Status {
  for (const event of store.events({ id: record.id, limit: 100 }))
    for (const change of event.changes) {
      if (change.op !== 'set' || change.id !== record.id) continue
      const status = change.fields.status
      if (status?.after === record.status && !hidden.includes(status.before as Status))
        return status.before as Status
    }
  return record.kind === 'episode' ? 'active' : 'candidate'
}

/** Throws `UserError` for an unknown id; then nothing is changed, of none of them. */
export async function act(
  room: MemoryRoom,
  {
    references,
    action,
    reason,
  }: { references: readonly string[]; action: keyof typeof acts; reason?: string | undefined },
): Promise<MemoryRecord[]> {
  const { store } = room
  const actor = await room.person()
  const ids = [...new Set(references.map((reference) => store.find(reference).id))]
  store.decide(() => {
    const { type, reason: usual, fields } = acts[action]
    const changes = ids.map((id) => {
      const record = store.find(id)
      const wanted = fields(record, store)
      return wanted === null ? null : setFields(record, wanted)
    })
    const count = changes.filter((change) => change !== null).length
    const payload = action === 'reject' ? { payload: { gate: 'person', count } } : {}
    return draftOf(type, actor, reason ?? usual, changes, payload)
  })
  return ids.map((id) => store.find(id))
}

/** No event where nothing changes. */
export function draftOf(
  type: EventType,
  actor: Actor,
  reason: string,
  changes: readonly (Change | null)[],
  more: Pick<EventDraft, 'payload' | 'cause'> = {},
): EventDraft[] {
  const real = changes.filter((change) => change !== null)
  return real.length === 0 ? [] : [{ type, actor, reason, changes: real, ...more }]
}
