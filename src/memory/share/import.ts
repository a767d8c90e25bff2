/** Memory comes in: single records that wait for a person, or, by an explicit wish, the log of this same memory as it was. */

import { basename } from 'node:path'
import type { Actor, Change, EventDraft, MemoryEvent } from '../event.ts'
import { UserError } from '../ports.ts'
import type { MemoryRecord } from '../record.ts'
import { instructionSigns, withSigns } from '../safety/record-flags.ts'
import { redact } from '../safety/redact.ts'
import { redactDeep } from '../safety/redact-deep.ts'
import { dropArtifacts } from '../store/artifacts.ts'
import { noHash } from '../store/events.ts'
import { applyChange, type State } from '../store/fold.ts'
import type { MemoryStore } from '../store/memory-store.ts'
import { holdsSecret } from './export.ts'
import { type ImportGate, type Merge, mergeRecords } from './merge-import.ts'
import { readExport } from './read-export.ts'

export interface ImportOptions {
  actor: Actor
  /** Unix milliseconds. */
  now?: () => number
  signal?: AbortSignal
  /**
   * A person says that it is an export of their own: its log is taken over as it is, with what it calls accepted,
   * pinned and verified. The hashes of a log hold no secret, so that anybody can make a file that fits.
   */
  restore?: boolean
  /** Judges single records that come in; by default all may. */
  gate?: ImportGate
}

export interface Imported {
  /** Records that were not here before. */
  added: number
  known: number
  artifacts: number
  mode: 'restored' | 'continued' | 'merged'
  notes: string[]
}

/** The file is read whole and found good before anything is written. Throws `UserError`; then nothing changed. */
export async function importMemory(
  store: MemoryStore,
  path: string,
  options: ImportOptions,
): Promise<Imported> {
  const file = await check(store, path, options.signal)
  const after = placeOf(store, file.events)
  const isKnown = after === file.events.length
  const verbatim = after !== null && !file.secret && (options.restore === true || isKnown)
  const added = file.artifacts ? await addArtifacts(store, path, options.signal) : nothingAdded
  try {
    const { notes, ...result } = verbatim
      ? takeOver(store, file.events, { after, actor: options.actor })
      : await merge(store, path, file, options)
    return { ...result, artifacts: added.shas.length, notes: [...notes, ...added.notes] }
  } catch (error) {
    dropArtifacts(store.db, added.shas)
    throw error
  }
}

interface CheckedFile {
  events: MemoryEvent[]
  /** Something in the log must be masked, so that it cannot be taken over as it is. */
  secret: boolean
  artifacts: boolean
}

const nothingAdded = { shas: [], notes: [] }

async function check(store: MemoryStore, path: string, signal?: AbortSignal): Promise<CheckedFile> {
  const events: MemoryEvent[] = []
  let secret = false
  let artifacts = false
  for await (const entry of readExport(path)) {
    signal?.throwIfAborted()
    if (entry.type === 'header' && entry.header.namespace !== store.namespace) throw foreign()
    artifacts ||= entry.type === 'artifact'
    if (entry.type !== 'event') continue
    events.push(entry.event)
    secret ||= await holdsSecret(entry.event)
  }
  return { events, secret, artifacts }
}

function foreign(): UserError {
  return new UserError(
    'The export belongs to another repository.',
    'Import it in a clone of the repository that it was made in. Nothing was changed.',
  )
}

/** How many of the file's events are here already, as the same log; null when the two went different ways. */
function placeOf(store: MemoryStore, events: readonly MemoryEvent[]): number | null {
  const common = Math.min(store.lastSeq(), events.length)
  const here = common === 0 ? noHash : store.event(common)?.hash
  const there = common === 0 ? noHash : events[common - 1]?.hash
  return here === there ? common : null
}

type Result = Omit<Imported, 'artifacts'>

interface TakeOver {
  /** Events that are here already. */
  after: number
  actor: Actor
}

function takeOver(store: MemoryStore, events: readonly MemoryEvent[], { after, actor }: TakeOver): Result {
  const mode = after === 0 ? 'restored' : 'continued'
  const before = store.count({})
  const fresh = events.slice(after)
  let flagged = 0
  store.adopt(fresh, (record) => {
    const drafts = suspicions(fresh, { record, actor })
    flagged = drafts.length
    return drafts
  })
  const added = Math.max(0, store.count({}) - before)
  const known = Math.max(0, store.count({}) - added)
  const notes = [
    ...(after === events.length ? ['All of it was here already.'] : []),
    ...(flagged === 0 ? [] : [`${flagged} of them read like instructions to a model: casebook review.`]),
  ]
  return { added, known, mode, notes }
}

/** What reads like an instruction waits for a person, even where somebody said that the log is their own. */
function suspicions(
  events: readonly MemoryEvent[],
  { record: read, actor }: { record: (id: string) => MemoryRecord | null; actor: Actor },
): EventDraft[] {
  const ids = new Set(events.flatMap(({ changes }) => changes.map(({ id }) => id)))
  return [...ids].flatMap((id): EventDraft[] => {
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

async function merge(
  store: MemoryStore,
  path: string,
  { events, secret }: CheckedFile,
  { actor, now = Date.now, restore = false, gate = () => null }: ImportOptions,
): Promise<Result> {
  const from = basename(path)
  const all = stateOf(events)
  const { records, masked } = secret ? await maskNew(store, all) : { records: all, masked: 0 }
  let merged: Merge = { drafts: [], added: 0, known: 0, notes: [] }
  store.decide(() => {
    const status = (id: string) => statusOf(store, id)
    merged = mergeRecords(records, { status, actor, from, now: now(), gate })
    return merged.drafts
  })
  const why = secret ? 'there seem to be secrets in it' : 'the memory here went another way'
  const notes = [
    ...(restore ? [`It could not be restored as it was: ${why}.`] : []),
    ...merged.notes,
    ...(masked === 0 ? [] : [`${masked} secrets were masked.`]),
  ]
  return { added: merged.added, known: merged.known, mode: 'merged', notes }
}

function statusOf(store: MemoryStore, id: string): 'known' | 'purged' | 'new' {
  if (store.get(id) !== null) return 'known'
  return store.events({ id, types: ['PURGED'], limit: 1 }).length > 0 ? 'purged' : 'new'
}

function stateOf(events: readonly MemoryEvent[]): MemoryRecord[] {
  const state: State = new Map()
  for (const { seq, changes } of events)
    for (const change of changes) {
      try {
        const next = applyChange(state.get(change.id) ?? null, change)
        next === null ? state.delete(change.id) : state.set(change.id, next)
      } catch (error) {
        throw new UserError(
          `Event ${seq} of the export does not fit what came before it.`,
          'Get the file again from where it was made. Nothing was changed.',
          error,
        )
      }
    }
  return [...state.values()]
}

async function maskNew(store: MemoryStore, records: readonly MemoryRecord[]) {
  const result: MemoryRecord[] = []
  let masked = 0
  for (const record of records) {
    if (store.get(record.id) !== null) {
      result.push(record)
      continue
    }
    const clean = await redactDeep(record, redact)
    masked += clean.masked
    result.push({ ...clean.value, masked: record.masked + clean.masked })
  }
  return { records: result, masked }
}

/** Evidence goes in first: an event must not name what is not there. */
async function addArtifacts(store: MemoryStore, path: string, signal?: AbortSignal) {
  const shas: string[] = []
  let secrets = 0
  for await (const entry of readExport(path)) {
    signal?.throwIfAborted()
    if (entry.type !== 'artifact' || store.artifact(entry.artifact.sha) !== null) continue
    const { sha, kind, mime, text } = entry.artifact
    if ((await redact(text)).masked > 0) {
      secrets++
      continue
    }
    store.putArtifact(kind, mime, text)
    shas.push(sha)
  }
  const notes = secrets === 0 ? [] : [`${secrets} artifacts were left out: there seem to be secrets in them.`]
  return { shas, notes }
}
