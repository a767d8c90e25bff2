/** Reads files of JSON lines as a stream: what cannot be read is skipped and counted, memory stays bounded. */

import { createReadStream } from 'node:fs'
import { createZstdDecompress } from 'node:zlib'
import type { Skips } from './session.ts'

/** A record with its 1-based line. */
export interface JsonLine {
  line: number
  value: Record<string, unknown>
}

export interface JsonLinesOptions {
  skips: Skips
  /** Lines without this are not parsed, where a glance can tell: parsing is most of the time. */
  wanted?: (head: string) => boolean
  signal?: AbortSignal
}

/** Longer lines are skipped: lines of 10 MB are normal, of 250 MB broken (see session-formats, first rule). */
const longestLine = 128 * 1024 * 1024
const pieceSize = 1024 * 1024
const headLength = 400
const newline = 10

/** The objects of a file, plain or compressed with zstd. Throws what opening throws. */
export async function* jsonLines(file: string, options: JsonLinesOptions): AsyncGenerator<JsonLine> {
  let line = 0
  for await (const bytes of fileLines(file, options)) {
    line++
    if (bytes === null) {
      options.skips.skip('a line is too long', { file, line })
      continue
    }
    if (bytes.length === 0) continue
    if (options.wanted?.(bytes.toString('utf8', 0, headLength)) === false) continue
    const value = parse(bytes)
    if (value === null) options.skips.skip('a line is no JSON object', { file, line })
    else yield { line, value }
  }
}

/** The first object of a file, for what its head says; null where it has none in its first piece. */
export async function firstObject(file: string): Promise<Record<string, unknown> | null> {
  const quiet = { skip: () => {} }
  try {
    for await (const { value } of jsonLines(file, { skips: quiet })) return value
  } catch {
    // It may have gone meanwhile; whoever reads it whole will say so.
  }
  return null
}

function parse(bytes: Buffer): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8').replace(/^\uFEFF/, ''))
    return value !== null && typeof value === 'object' && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null
  } catch {
    // Counted by the caller: one bad line never costs the file.
    return null
  }
}

/** Lines of any text file without their ends; null in place of one that is too long. Throws what opening throws. */
export async function* fileLines(
  file: string,
  { signal }: Pick<JsonLinesOptions, 'signal'>,
): AsyncGenerator<Buffer | null> {
  let parts: Buffer[] = []
  let length = 0
  for await (const piece of pieces(file, signal)) {
    let from = 0
    for (let to = piece.indexOf(newline); to >= 0; to = piece.indexOf(newline, from)) {
      const last = piece.subarray(from, to)
      yield length + last.length > longestLine ? null : whole(parts, last)
      parts = []
      length = 0
      from = to + 1
    }
    const rest = piece.subarray(from)
    length += rest.length
    if (length > longestLine) parts = []
    else if (rest.length > 0) parts.push(rest)
  }
  if (length > 0) yield length > longestLine ? null : whole(parts, Buffer.alloc(0))
}

function whole(parts: Buffer[], last: Buffer): Buffer {
  const line = parts.length === 0 ? last : Buffer.concat([...parts, last])
  return line.at(-1) === 13 ? line.subarray(0, -1) : line
}

/** The bytes of a file, decompressed where it is packed with zstd. */
export async function* pieces(file: string, signal?: AbortSignal): AsyncGenerator<Buffer> {
  const stream = createReadStream(file, { highWaterMark: pieceSize, ...(signal && { signal }) })
  const source = file.endsWith('.zst') ? stream.pipe(createZstdDecompress()) : stream
  // A failure of the file must end the stream that is read, too.
  if (source !== stream) stream.on('error', (error) => source.destroy(error))
  try {
    for await (const piece of source) yield piece as Buffer
  } finally {
    stream.destroy()
  }
}
