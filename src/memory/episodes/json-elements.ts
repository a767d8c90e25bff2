/** Reads a big JSON file piece by piece: the elements of its lists one at a time, so that memory stays bounded. */

import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { type Fields, fields } from './fields.ts'
import type { Skips } from './session.ts'
import { tamed } from './tame.ts'

/** One element of a list, or one other member of the object that the file is. */
export interface JsonElement {
  /** Name of the list or member; null where the file itself is a list. */
  key: string | null
  /** Position in the list; -1 for a member that is none of the wanted lists. */
  index: number
  /** 1-based line at which it begins. */
  line: number
  value: unknown
}

export interface JsonElementsOptions {
  skips: Skips
  /** Members of the outermost object that are lists and are taken apart. */
  lists?: readonly string[]
  omit?: ReadonlySet<string>
  signal?: AbortSignal
}

/** Bytes of one element: more is broken, or no part of a conversation. */
const longestElement = 128 * 1024 * 1024
const pieceSize = 1024 * 1024

/** Broken elements are skipped and counted, the others are given; throws only what opening and a stop throw. */
export async function* jsonElements(file: string, options: JsonElementsOptions): AsyncGenerator<JsonElement> {
  const { skips, signal, omit } = options
  const scan = openScan(options.lists ?? [])
  const stream = createReadStream(file, { highWaterMark: pieceSize, ...(signal && { signal }) })
  const whole = function* (): Generator<JsonElement> {
    for (const slice of scan.slices.splice(0)) {
      const element = elementOf(slice)
      if (element === null) skips.skip('a part of the file is no JSON', { file, line: slice.line })
      else yield { ...element, value: tamed(element.value, omit ? { omit } : {}) }
    }
  }
  try {
    for await (const piece of stream) {
      scanPiece(scan, piece as Buffer)
      yield* whole()
    }
  } finally {
    stream.destroy()
  }
  if (scan.depth > 0) {
    skips.skip('the file ends too early', { file, line: scan.line })
    closeSlice(scan, Buffer.alloc(0), 0)
    yield* whole()
  } else if (scan.root === 0) skips.skip('the file is no JSON', { file })
}

/** A small file whole; empty where it is missing, and skipped and counted where it is broken or too large. */
export async function jsonFile(file: string, skips: Skips, signal?: AbortSignal): Promise<Fields> {
  const size = await stat(file).then(
    (stats) => (stats.isFile() ? stats.size : null),
    () => null,
  )
  if (size === null) return {}
  if (size > longestSideFile) {
    skips.skip('a side file is too large', { file })
    return {}
  }
  try {
    const content = await readFile(file, { encoding: 'utf8', ...(signal && { signal }) })
    const value: unknown = tamed(JSON.parse(content.replace(/^\uFEFF/, '')))
    return Array.isArray(value) ? { list: value } : fields(value)
  } catch (error) {
    signal?.throwIfAborted()
    skips.skip(error instanceof SyntaxError ? 'a side file is no JSON' : 'a side file cannot be read', {
      file,
    })
    return {}
  }
}

const longestSideFile = 64 * 1024 * 1024

/** What stands between two separators. */
interface Slice {
  key: string | null
  index: number
  line: number
  /** Null: too long. */
  bytes: Buffer | null
}

interface Scan {
  lists: readonly string[]
  /** Opening bracket of the file; 0: not met yet. */
  root: number
  depth: number
  /** Depth at which separators part slices: 1, or 2 inside of a wanted list. */
  level: 1 | 2
  key: string | null
  index: number
  inString: boolean
  escaped: boolean
  line: number
  sliceLine: number
  parts: Buffer[]
  length: number
  slices: Slice[]
}

function openScan(lists: readonly string[]): Scan {
  const place = { key: null, index: 0, line: 1, sliceLine: 1 }
  const inside = { inString: false, escaped: false, parts: [], length: 0, slices: [] }
  return { lists, root: 0, depth: 0, level: 1, ...place, ...inside }
}

const [quote, backslash, newline, comma] = [34, 92, 10, 44]
const [openBrace, closeBrace, openBracket, closeBracket] = [123, 125, 91, 93]

/** Only brackets, strings and separators are looked at; the engine's own parser reads the slices. */
function scanPiece(scan: Scan, piece: Buffer): void {
  let from = 0
  // What follows the end of the outermost value is no part of it.
  for (let at = 0; at < piece.length && !isOver(scan); at++) {
    const byte = piece[at]
    if (scan.inString) {
      if (scan.escaped) scan.escaped = false
      else if (byte === backslash) scan.escaped = true
      else if (byte === quote) scan.inString = false
      continue
    }
    if (byte === quote) scan.inString = scan.depth > 0
    else if (byte === newline) scan.line++
    else if (byte === openBrace || byte === openBracket) from = open(scan, byte, { piece, from, at })
    else if (byte === closeBrace || byte === closeBracket) from = close(scan, { piece, from, at })
    else if (byte === comma && scan.depth === scan.level) {
      closeSlice(scan, piece.subarray(from), at - from)
      from = at + 1
    }
  }
  if (scan.depth > 0) keep(scan, piece.subarray(from))
}

function isOver(scan: Scan): boolean {
  return scan.root !== 0 && scan.depth === 0
}

interface Spot {
  piece: Buffer
  /** Where the slice begins in the piece. */
  from: number
  at: number
}

function open(scan: Scan, byte: number, { piece, from, at }: Spot): number {
  scan.depth++
  if (scan.depth === 1) {
    scan.root = byte
    return begin(scan, at)
  }
  if (scan.depth !== 2 || scan.level !== 1 || scan.root !== openBrace || byte !== openBracket) return from
  const name = nameBefore(scan, piece.subarray(from, at))
  if (name === null) return from
  Object.assign(scan, { level: 2, key: name, index: 0 })
  return begin(scan, at)
}

function begin(scan: Scan, at: number): number {
  Object.assign(scan, { parts: [], length: 0, sliceLine: scan.line })
  return at + 1
}

/** The wanted list whose bracket opens: the slice so far is its name. */
function nameBefore(scan: Scan, last: Buffer): string | null {
  if (scan.length + last.length > 200) return null
  const [, name] = /^\s*"(\w+)"\s*:\s*$/.exec(Buffer.concat([...scan.parts, last]).toString('utf8')) ?? []
  return name !== undefined && scan.lists.includes(name) ? name : null
}

function close(scan: Scan, { piece, from, at }: Spot): number {
  if (scan.depth === 0) return from
  const ends = scan.depth === scan.level
  if (ends) closeSlice(scan, piece.subarray(from), at - from)
  scan.depth--
  if (!ends) return from
  Object.assign(scan, { level: 1, key: null })
  return at + 1
}

function keep(scan: Scan, rest: Buffer): void {
  scan.length += rest.length
  if (scan.length > longestElement) scan.parts = []
  else if (rest.length > 0) scan.parts.push(rest)
}

function closeSlice(scan: Scan, rest: Buffer, length: number): void {
  keep(scan, rest.subarray(0, length))
  const bytes = scan.length > longestElement ? null : Buffer.concat(scan.parts)
  const { key, index, sliceLine } = scan
  if (bytes === null || !isBlank(bytes))
    scan.slices.push({ key, index, line: firstLine(bytes, sliceLine), bytes })
  scan.index++
  begin(scan, 0)
}

function isBlank(bytes: Buffer): boolean {
  return bytes.every((byte) => byte <= 32)
}

/** Blank lines before the element are none of its own. */
function firstLine(bytes: Buffer | null, line: number): number {
  let at = line
  for (const byte of bytes ?? []) {
    if (byte > 32) break
    if (byte === newline) at++
  }
  return at
}

function elementOf({ key, index, line, bytes }: Slice): JsonElement | null {
  if (bytes === null) return null
  const text = bytes.toString('utf8').trim()
  try {
    if (key !== null || !text.startsWith('"')) return { key, index, line, value: JSON.parse(text) }
    const member = memberOf(text)
    return member === null ? { key, index, line, value: JSON.parse(text) } : { index: -1, line, ...member }
  } catch {
    return null
  }
}

/** `"name": value`; null for a string that is an element of a list. */
function memberOf(text: string): { key: string; value: unknown } | null {
  const [head, name] = /^"((?:[^"\\]|\\.){0,200})"\s*:/.exec(text) ?? []
  if (head === undefined || name === undefined) return null
  return { key: name, value: JSON.parse(text.slice(head.length)) }
}
