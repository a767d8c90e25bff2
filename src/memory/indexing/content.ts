/** Reads the bytes of listed files: from the work tree, or from git objects for a commit. */

import { createHash } from 'node:crypto'
import { lstat, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Git } from '../git.ts'
import { isUtf16 } from './exclude.ts'

export interface Content {
  bytes: Buffer
  /** Milliseconds since 1970; null for git objects. */
  mtime: number | null
}

export interface ContentReader {
  /** Null when the file is gone or cannot be read; larger than `limit` bytes gives only the size. */
  read(
    file: { path: string; oid: string | null },
    limit: number,
  ): Promise<Content | 'gone' | 'unreadable' | Oversized>
  close(): void
}

export interface Oversized {
  size: number
}

export function workTreeReader(root: string): ContentReader {
  return {
    async read({ path }, limit) {
      const file = join(root, path)
      try {
        const { size, mtimeMs } = await lstat(file)
        if (size > limit) return { size }
        return { bytes: await readFile(file), mtime: Math.floor(mtimeMs) }
      } catch (error) {
        return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'gone' : 'unreadable'
      }
    },
    close: () => undefined,
  }
}

interface Waiting {
  resolve: (content: Content | 'gone') => void
  reject: (error: Error) => void
}

/** One `git cat-file --batch` process answers in the order of the questions. */
export function objectReader(git: Git): ContentReader {
  const child = git.open(['cat-file', '--batch'])
  const waiting: Waiting[] = []
  const parts: Buffer[] = []
  let held = 0
  const fail = (error: Error) => {
    for (const { reject } of waiting.splice(0)) reject(error)
  }
  child.on('error', fail)
  child.on('close', () => fail(new Error('git cat-file ended early')))
  child.stdin.on('error', () => undefined)
  child.stdout.on('data', (part: Buffer) => {
    parts.push(part)
    held += part.length
    held = answer(parts, held, waiting)
  })
  return {
    read({ oid }) {
      return new Promise((resolve, reject) => {
        waiting.push({ resolve, reject })
        child.stdin.write(`${oid}\n`)
      })
    },
    close() {
      child.removeAllListeners('close')
      child.kill()
      fail(new Error('closed'))
    },
  }
}

/** Hands out complete answers; returns how many bytes are still held. */
function answer(parts: Buffer[], held: number, waiting: Waiting[]): number {
  for (;;) {
    const first = parts[0]
    if (first === undefined) return held
    let end = first.indexOf(10)
    if (end < 0 && parts.length > 1) {
      parts.splice(0, parts.length, Buffer.concat(parts))
      end = parts[0]?.indexOf(10) ?? -1
    }
    if (end < 0) return held
    const header = (parts[0] as Buffer).toString('utf8', 0, end).split(' ')
    const size = header[1] === 'missing' ? -1 : Number(header[2])
    const needed = size < 0 ? end + 1 : end + 1 + size + 1
    if (held < needed) return held
    if ((parts[0] as Buffer).length < needed) parts.splice(0, parts.length, Buffer.concat(parts))
    const whole = parts[0] as Buffer
    const next = waiting.shift()
    if (size < 0) next?.resolve('gone')
    // A copy: the piece it came from would otherwise stay in memory as long as the file does.
    else next?.resolve({ bytes: Buffer.from(whole.subarray(end + 1, end + 1 + size)), mtime: null })
    held -= needed
    if (needed === whole.length) parts.shift()
    else parts[0] = whole.subarray(needed)
  }
}

/** Git's blob id of these bytes; the length of known ids tells which hash the repository uses. */
export function blobId(bytes: Uint8Array, algorithm: 'sha1' | 'sha256'): string {
  return createHash(algorithm).update(`blob ${bytes.length}\0`).update(bytes).digest('hex')
}

/** UTF-8 where valid, else UTF-16 by its mark, else Latin-1: no file is dropped for its encoding. */
export function decode(bytes: Uint8Array): string {
  if (isUtf16(bytes)) return new TextDecoder(bytes[0] === 0xff ? 'utf-16le' : 'utf-16be').decode(bytes)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('latin1').decode(bytes)
  }
}
