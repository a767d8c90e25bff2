/** Memory leaves: log and evidence as JSON lines, the same bytes for the same log. */

import { createHash } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import type { MemoryEvent } from '../event.ts'
import { UserError } from '../ports.ts'
import { redact } from '../safety/redact.ts'
import { mayHoldSecrets, redactDeep } from '../safety/redact-deep.ts'
import { hashesIn } from '../store/artifacts.ts'
import { canonical } from '../store/canonical.ts'
import { chainHash, noHash, wholeLog } from '../store/events.ts'
import type { MemoryStore } from '../store/memory-store.ts'
import { allPieces } from '../store/session-sources.ts'
import { type Counts, formatName, formatVersion } from './export-format.ts'
import { placeOf } from './read-export.ts'

export interface ExportOptions {
  /** Writes out what looks like a secret, too: only by a person's explicit wish. */
  force?: boolean
  signal?: AbortSignal
}

export interface ExportCounts {
  events: number
  records: number
  artifacts: number
  bytes: number
}

/** Takes one piece of the file after the other. */
export type Sink = (text: string) => Promise<void>

/** Pieces are written at about this many characters. */
const pieceSize = 1 << 20

/**
 * Writes the whole memory. The log is written as it is: secrets were masked before they came into it, and masking
 * now would break its hashes. What the rules of today still find stops the export. Throws `UserError`.
 */
export async function exportMemory(
  store: MemoryStore,
  sink: Sink,
  options: ExportOptions = {},
): Promise<ExportCounts> {
  const plan = await survey(store, options)
  const out = openPieces(sink)
  const { events, artifacts } = plan
  // In the order that the reader expects, whatever the database sorts by.
  const pieces = allPieces(store.db).sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1))
  const counts = { events, artifacts: artifacts.length, pieces: pieces.length }
  await out.line({ format: formatName, version: formatVersion, namespace: store.namespace, counts })
  for await (const event of slice(store, events, options.signal)) await out.line({ event })
  for (const piece of pieces) await out.line({ piece })
  for (const sha of artifacts) {
    await turn(options.signal)
    const artifact = store.artifact(sha)
    if (artifact === null) throw changed()
    const { kind, mime } = artifact.info
    await out.line({ artifact: { sha, kind, mime, text: artifact.content } })
  }
  if ((store.event(events)?.hash ?? noHash) !== plan.head) throw changed()
  const bytes = await out.close({ ...counts })
  return { events, artifacts: artifacts.length, records: plan.records, bytes }
}

/** As a file that is there whole or not at all: written beside its place and then renamed. */
export async function exportToFile(
  store: MemoryStore,
  path: string,
  options: ExportOptions = {},
): Promise<ExportCounts> {
  const partial = `${path}.${process.pid}.partial`
  try {
    const counts = await writeWhole(store, partial, options)
    await rename(partial, path)
    return counts
  } catch (error) {
    await rm(partial, { force: true })
    throw readable(error, path)
  }
}

async function writeWhole(store: MemoryStore, path: string, options: ExportOptions): Promise<ExportCounts> {
  const file = await open(path, 'w', 0o600)
  try {
    const counts = await exportMemory(store, (text) => file.appendFile(text), options)
    await file.sync()
    return counts
  } finally {
    await file.close()
  }
}

interface Survey {
  events: number
  /** Hash of the last event. */
  head: string
  records: number
  /** Shas of the evidence that the log names and that is there, sorted. */
  artifacts: string[]
}

/** Reads the log once: its chain, what it names, and whether anything in it must not leave. */
async function survey(store: MemoryStore, { force, signal }: ExportOptions): Promise<Survey> {
  const events = store.lastSeq()
  const named = new Set<string>()
  const ids = new Set<string>()
  const found: string[] = []
  let head = noHash
  for await (const { hash, ...event } of slice(store, events, signal)) {
    if (chainHash(head, event) !== hash) throw changed()
    head = hash
    for (const sha of hashesIn(canonical([event.payload, event.changes]))) named.add(sha)
    for (const { id, op } of event.changes) op === 'purged' ? ids.delete(id) : ids.add(id)
    if (!force && (await holdsSecret({ ...event, hash }))) found.push(await nameOf({ ...event, hash }))
  }
  const artifacts = [...named].sort().filter((sha) => store.artifact(sha) !== null)
  if (!force)
    for (const sha of artifacts) {
      await turn(signal)
      if ((await redact(store.artifact(sha)?.content ?? '')).masked > 0)
        found.push(`artifact ${sha.slice(0, 12)}`)
    }
  if (found.length > 0) throw refusal(found)
  return { events, head, records: ids.size, artifacts }
}

async function* slice(
  store: MemoryStore,
  events: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<MemoryEvent> {
  for (const event of wholeLog(store.db)) {
    if (event.seq > events) return
    await turn(signal)
    yield event
  }
}

/** Others get theirs, and may have stopped this. */
async function turn(signal: AbortSignal | undefined): Promise<void> {
  await new Promise(setImmediate)
  if (signal?.aborted === true) throw new UserError('The export was stopped.', 'Nothing was written.')
}

/** Whether the rules of today would mask something in it. */
export async function holdsSecret({ reason, payload, changes }: MemoryEvent): Promise<boolean> {
  const words = { reason, payload, changes }
  return (await mayHoldSecrets(words, redact)) && (await redactDeep(words, redact)).masked > 0
}

/** What has to be forgotten: the record, or the words of the event that are its own. */
async function nameOf(event: MemoryEvent): Promise<string> {
  const own = { ...event, changes: event.changes.filter(({ op }) => op === 'purged') }
  if (await holdsSecret(own)) return `event:${event.seq}`
  for (const change of event.changes)
    if (await holdsSecret({ ...event, reason: '', payload: null, changes: [change] }))
      return `mem:${change.id} (event ${event.seq})`
  return `event:${event.seq}`
}

/** Counts bytes and hashes them; `close` writes the footer and returns the bytes of the whole file. */
function openPieces(sink: Sink) {
  const hash = createHash('sha256')
  let bytes = 0
  let waiting = ''
  const flush = async () => {
    hash.update(waiting)
    bytes += Buffer.byteLength(waiting)
    await sink(waiting)
    waiting = ''
  }
  const line = async (value: unknown) => {
    waiting += `${canonical(value)}\n`
    if (waiting.length >= pieceSize) await flush()
  }
  const close = async (counts: Counts) => {
    await flush()
    const footer = `${canonical({ end: { ...counts, sha256: hash.digest('hex') } })}\n`
    await sink(footer)
    return bytes + Buffer.byteLength(footer)
  }
  return { line, close }
}

const mostNamed = 10

function refusal(found: readonly string[]): UserError {
  const more = found.length > mostNamed ? ` and ${found.length - mostNamed} more` : ''
  return new UserError(
    `Nothing was exported: there seem to be secrets in ${found.slice(0, mostNamed).join(', ')}${more}.`,
    "'casebook forget' takes these names, and what they mean goes for ever. Or export with --force if it is no secret.",
  )
}

function changed(): UserError {
  return new UserError(
    'The memory changed while it was exported, or its log is damaged.',
    'Export again. If it fails again, run casebook doctor.',
  )
}

function readable(error: unknown, path: string): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code
  if (error instanceof UserError || code === undefined) return error
  return new UserError(`${path} cannot be written (${code}).`, 'Choose another place.', error)
}
