/** Memory comes in: single records that wait for a person, or, by an explicit wish, the log of this same memory as it was. */

import { basename } from 'node:path'
import type { Actor, MemoryEvent } from '../event.ts'
import { UserError } from '../ports.ts'
import type { MemoryRecord } from '../record.ts'
import { redact } from '../safety/redact.ts'
import { redactDeep } from '../safety/redact-deep.ts'
import { hasArtifact } from '../store/artifacts.ts'
import { applyChange, type State } from '../store/fold.ts'
import type { MemoryStore } from '../store/memory-store.ts'
import { addPiece } from '../store/session-sources.ts'
import { type CheckedExport, checkExport } from './check-export.ts'
import { suspicions } from './doubts.ts'
import { type LineFile, withLines } from './line-file.ts'
import { type ImportGate, type Merge, mergeRecords } from './merge-import.ts'
import { changed, eventsAgain, type Hashes, restAgain } from './read-again.ts'
import { inRoomyHeap } from './roomy-heap.ts'

/** Bytes of the file: each is read twice. What is being written cannot be stopped any more. */
export interface ImportProgress {
  phase: 'check' | 'write'
  done: number
  total: number
}

export interface ImportOptions {
  actor: Actor
  /** Unix milliseconds. */
  now?: () => number
  /** Rejects with a `UserError` while the file is checked; nothing is changed then. */
  signal?: AbortSignal
  onProgress?: (progress: ImportProgress) => void
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

/**
 * The file is read whole and found good before anything is written, then a second time into one transaction: whatever
 * happens, all of it is here or nothing. Throws `UserError`; then nothing changed.
 */
export async function importMemory(
  store: MemoryStore,
  path: string,
  options: ImportOptions,
): Promise<Imported> {
  const { restore = false, signal, onProgress } = options
  return await withLines(path, async (file) => {
    const report = (phase: ImportProgress['phase'], done: number) =>
      onProgress?.({ phase, done, total: file.bytes })
    const watching = { ...(signal && { signal }), onProgress: (done: number) => report('check', done) }
    const checked = await inRoomyHeap(() => checkExport(store, file, { restore, ...watching }))
    report('write', 0)
    // Whoever waits for this learns what comes next before it holds the process.
    await new Promise(setImmediate)
    const after = sharedPart(store, checked.hashes)
    const isKnown = after === checked.hashes.count
    const incoming = { file, checked, onWritten: (done: number) => report('write', done) }
    const imported =
      after !== null && !checked.secret && (restore || isKnown)
        ? await inRoomyHeap(async () => takeOver(store, incoming, { after, actor: options.actor }))
        : await merge(store, incoming, options)
    return { ...imported, notes: [...imported.notes, ...leftOut(checked)] }
  })
}

interface Incoming {
  file: LineFile
  checked: CheckedExport
  /** Bytes of the file that are written. */
  onWritten: (done: number) => void
}

/** How many of the file's events are here already, as the same log; null when the two went different ways. */
function sharedPart(store: MemoryStore, hashes: Hashes): number | null {
  const common = Math.min(store.lastSeq(), hashes.count)
  return common === 0 || store.event(common)?.hash === hashes.at(common) ? common : null
}

function leftOut({ leftOut: count }: CheckedExport): string[] {
  return count === 0 ? [] : [`${count} artifacts were left out: there seem to be secrets in them.`]
}

interface TakeOver {
  /** Events that are here already. */
  after: number
  actor: Actor
}

function takeOver(store: MemoryStore, incoming: Incoming, { after, actor }: TakeOver): Imported {
  const { hashes, doubts } = incoming.checked
  const before = store.count({})
  let flagged = 0
  let artifacts = 0
  store.adopt(reported(incoming, after), (record) => {
    artifacts = takeRest(store, incoming, { pieces: true })
    const drafts = suspicions(doubts.ids(), { record, actor })
    flagged = drafts.length
    return drafts
  })
  const added = Math.max(0, store.count({}) - before)
  const known = Math.max(0, store.count({}) - added)
  const notes = [
    ...(after === hashes.count ? ['All of it was here already.'] : []),
    ...(flagged === 0 ? [] : [`${flagged} of them read like instructions to a model: casebook review.`]),
  ]
  return { added, known, artifacts, mode: after === 0 ? 'restored' : 'continued', notes }
}

function* reported({ file, checked, onWritten }: Incoming, after: number) {
  for (const { end, ...event } of eventsAgain(file, checked.hashes, after)) {
    yield event
    onWritten(end)
  }
}

/** Evidence, and by wish the notes about sessions, inside of the transaction. Returns how many artifacts were new. */
function takeRest(store: MemoryStore, { file, checked }: Incoming, { pieces }: { pieces: boolean }): number {
  let artifacts = 0
  for (const entry of restAgain(file, checked.rest)) {
    if (!('sha' in entry)) {
      if (pieces) addPiece(store.db, entry)
      continue
    }
    const { sha, kind, mime, text } = entry
    if (!checked.artifacts.has(sha) || hasArtifact(store.db, sha)) continue
    if (store.putArtifact(kind, mime, text) !== sha) throw changed(file)
    artifacts++
  }
  return artifacts
}

async function merge(
  store: MemoryStore,
  incoming: Incoming,
  { actor, now = Date.now, restore = false, gate = () => null }: ImportOptions,
): Promise<Imported> {
  const { secret, hashes } = incoming.checked
  const from = basename(incoming.file.path)
  const all = stateOf(eventsAgain(incoming.file, hashes))
  const { records, masked } = secret ? await maskNew(store, all) : { records: all, masked: 0 }
  let merged: Merge = { drafts: [], added: 0, known: 0, notes: [] }
  let artifacts = 0
  store.decide(() => {
    artifacts = takeRest(store, incoming, { pieces: false })
    const status = (id: string) => statusOf(store, id)
    merged = mergeRecords(records, { status, actor, from, now: now(), gate })
    return merged.drafts
  })
  const why = secret ? 'there seem to be secrets in it' : 'the memory here went another way'
  const notes = [
    ...(restore ? [`It could not be restored as it was: ${why}.`] : []),
    ...merged.notes,
    ...(masked === 0 ? [] : [masked === 1 ? '1 secret was masked.' : `${masked} secrets were masked.`]),
  ]
  return { added: merged.added, known: merged.known, artifacts, mode: 'merged', notes }
}

function statusOf(store: MemoryStore, id: string): 'known' | 'purged' | 'new' {
  if (store.get(id) !== null) return 'known'
  return store.events({ id, types: ['PURGED'], limit: 1 }).length > 0 ? 'purged' : 'new'
}

function stateOf(events: Iterable<MemoryEvent>): MemoryRecord[] {
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
