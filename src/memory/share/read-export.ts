/** Reads an export file line by line and believes nothing: form, hashes, order, counts, footer. */

import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { z } from 'zod'
import type { MemoryEvent } from '../event.ts'
import { UserError } from '../ports.ts'
import { chainHash, noHash } from '../store/events.ts'
import {
  type ExportedArtifact,
  eventOf,
  formatName,
  formatVersion,
  type Header,
  headerSchema,
  lineSchema,
} from './export-format.ts'

export type ExportEntry =
  | { type: 'header'; header: Header }
  | { type: 'event'; event: MemoryEvent }
  | { type: 'artifact'; artifact: ExportedArtifact }

/** Bytes of one line; an event or an artifact is far smaller. */
const longestLine = 256 << 20

/** The entries in order. Throws `UserError` at the first thing that is wrong, at the latest at the end of the file. */
export async function* readExport(path: string): AsyncGenerator<ExportEntry> {
  const hash = createHash('sha256')
  const state: Progress = { header: null, events: 0, artifacts: 0, head: noHash, lastSha: '', ended: false }
  let line = 0
  for await (const { bytes, terminated } of linesOf(path)) {
    line++
    if (state.ended || !terminated) throw broken(line, state.ended ? 'goes on after its end' : 'is cut off')
    const value = parse(bytes, line)
    if (state.header === null) {
      state.header = headerOf(value)
      hash.update(bytes).update('\n')
      yield { type: 'header', header: state.header }
      continue
    }
    const result = lineSchema.safeParse(value)
    if (!result.success) throw broken(line, `is not valid: ${z.prettifyError(result.error).slice(0, 300)}`)
    if ('end' in result.data) {
      check(state, result.data.end, hash.digest('hex'), line)
      continue
    }
    hash.update(bytes).update('\n')
    if ('event' in result.data)
      yield { type: 'event', event: nextEvent(state, eventOf(result.data.event), line) }
    else yield { type: 'artifact', artifact: nextArtifact(state, result.data.artifact, line) }
  }
  if (!state.ended) throw broken(line + 1, 'is missing: the file was cut')
}

interface Progress {
  header: Header | null
  events: number
  artifacts: number
  head: string
  lastSha: string
  ended: boolean
}

function headerOf(value: unknown): Header {
  const start = z.object({ format: z.literal(formatName), version: z.int() }).safeParse(value)
  if (!start.success)
    throw new UserError('This is no export of a Casebook memory.', 'Choose a file made by casebook export.')
  if (start.data.version > formatVersion)
    throw new UserError(
      `The export was made by a newer Casebook (format ${start.data.version}, this one reads up to ${formatVersion}).`,
      'Update Casebook and import again. Nothing was changed.',
    )
  const result = headerSchema.safeParse(value)
  if (!result.success) throw broken(1, 'is not valid')
  return result.data
}

function nextEvent(state: Progress, event: MemoryEvent, line: number): MemoryEvent {
  const { hash, ...rest } = event
  if (state.artifacts > 0) throw broken(line, 'is an event after the artifacts')
  if (event.seq !== state.events + 1)
    throw broken(line, `is event ${event.seq}, expected ${state.events + 1}`)
  if (chainHash(state.head, rest) !== hash) throw broken(line, 'was changed: its hash does not fit')
  state.events++
  state.head = hash
  return event
}

function nextArtifact(state: Progress, artifact: ExportedArtifact, line: number): ExportedArtifact {
  const sha = createHash('sha256').update(artifact.text, 'utf8').digest('hex')
  if (sha !== artifact.sha) throw broken(line, 'was changed: its hash does not fit')
  if (artifact.sha <= state.lastSha) throw broken(line, 'is not in its place')
  state.artifacts++
  state.lastSha = artifact.sha
  return artifact
}

function check(
  state: Progress,
  end: { events: number; artifacts: number; sha256: string },
  sha256: string,
  line: number,
): void {
  const counts = state.header?.counts
  const asCounted = [end, counts].every(
    (one) => one?.events === state.events && one.artifacts === state.artifacts,
  )
  if (!asCounted) throw broken(line, 'counts other than what the file holds')
  if (end.sha256 !== sha256) throw broken(line, 'has another hash than the lines before it')
  state.ended = true
}

function parse(bytes: Buffer, line: number): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    if (line === 1) return null
    throw broken(line, 'is no JSON')
  }
}

/** Lines end with a line feed and nothing else: texts may hold other separators. */
async function* linesOf(path: string): AsyncGenerator<{ bytes: Buffer; terminated: boolean }> {
  let parts: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
      let rest = chunk as Buffer
      for (let at = rest.indexOf(10); at >= 0; at = rest.indexOf(10)) {
        yield { bytes: Buffer.concat([...parts, rest.subarray(0, at)]), terminated: true }
        parts = []
        length = 0
        rest = rest.subarray(at + 1)
      }
      if (rest.length === 0) continue
      parts.push(rest)
      length += rest.length
      if (length > longestLine) throw broken(0, 'is longer than any memory')
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException | null)?.code
    if (error instanceof UserError || code === undefined) throw error
    throw new UserError(`${path} cannot be read (${code}).`, 'Choose a file made by casebook export.', error)
  }
  if (length > 0) yield { bytes: Buffer.concat(parts), terminated: false }
}

function broken(line: number, what: string): UserError {
  const where = line === 0 ? 'A line of the export' : `Line ${line} of the export`
  return new UserError(`${where} ${what}.`, 'Get the file again from where it was made. Nothing was changed.')
}
