/** A file that is read line by line, several times if need be: only the line that is looked at is in memory. */

import { readSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { UserError } from '../ports.ts'

export interface LineFile {
  path: string
  descriptor: number
  bytes: number
}

export interface Line {
  /** Without the line feed. Holds only until the next line is asked for. */
  bytes: Buffer
  /** Offset of the line, and of what follows it. */
  start: number
  end: number
  terminated: boolean
}

/** Bytes read at once. */
const pieceSize = 1 << 20

/** Bytes of one line; an event or an artifact is far smaller. */
const longestLine = 256 << 20

/** Opens the file for the time of `work`: it stays the same file, whatever takes its name. Throws `UserError`. */
export async function withLines<Result>(
  path: string,
  work: (file: LineFile) => Promise<Result>,
): Promise<Result> {
  const handle = await open(path).catch((error: unknown) => {
    throw unreadable(path, error)
  })
  try {
    const stat = await handle.stat()
    if (!stat.isFile())
      throw new UserError(`${path} cannot be read: it is no file.`, 'Choose a file made by casebook export.')
    return await work({ path, descriptor: handle.fd, bytes: stat.size })
  } finally {
    await handle.close()
  }
}

/** Lines end with a line feed and nothing else: texts may hold other separators. `from`: offset of a line. */
export function* linesOf(file: LineFile, from = 0): Generator<Line> {
  const piece = Buffer.allocUnsafe(pieceSize)
  let before: Buffer[] = []
  let start = from
  let at = from
  for (;;) {
    const length = readPiece(file, piece, at)
    if (length === 0) break
    let begin = 0
    for (let feed = piece.indexOf(10); feed >= 0 && feed < length; feed = piece.indexOf(10, begin)) {
      const rest = piece.subarray(begin, feed)
      const bytes = before.length === 0 ? rest : Buffer.concat([...before, rest])
      before = []
      begin = feed + 1
      yield { bytes, start, end: at + begin, terminated: true }
      start = at + begin
    }
    at += length
    // The piece is filled again: what is kept of it must be a copy.
    if (begin < length) before.push(Buffer.from(piece.subarray(begin, length)))
    if (at - start > longestLine)
      throw new UserError(
        'A line of the export is longer than any memory.',
        'Get the file again from where it was made. Nothing was changed.',
      )
  }
  if (at > start) yield { bytes: Buffer.concat(before), start, end: at, terminated: false }
}

function readPiece({ path, descriptor }: LineFile, piece: Buffer, at: number): number {
  try {
    return readSync(descriptor, piece, 0, piece.length, at)
  } catch (error) {
    throw unreadable(path, error)
  }
}

function unreadable(path: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code
  if (error instanceof UserError || code === undefined) return error
  return new UserError(`${path} cannot be read (${code}).`, 'Choose a file made by casebook export.', error)
}
