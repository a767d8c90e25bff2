/** Reads the bytes of listed files: from the work tree, or from git objects for a commit. */

import { createHash } from 'node:crypto'
import type { Git } from '../git.ts'
import { treeFiles } from '../tree-files.ts'
import { isUtf16 } from './exclude.ts'

export interface Content {
  bytes: Buffer
  /** Milliseconds since 1970; null for git objects. */
  mtime: number | null
}

export interface ContentReader {
  /**
   * Larger than `limit` bytes gives only the size. `symlink`: the file or a folder on the way to it is a link,
   * and links are not followed. `size`, where the listing knows it, saves asking for what is too large.
   */
  read(
    file: { path: string; oid: string | null; size?: number | null },
    limit: number,
  ): Promise<Content | 'gone' | 'unreadable' | 'symlink' | Oversized>
  close(): void
}

export interface Oversized {
  size: number
}

/** For one run: what it learned about folders is not asked again. */
export function workTreeReader(root: string): ContentReader {
  const files = treeFiles(root)
  return { read: ({ path }, limit) => files.read(path, limit), close: () => undefined }
}

interface Waiting {
  limit: number
  resolve: (content: Content | Oversized | 'gone') => void
  reject: (error: Error) => void
}

/** One `git cat-file --batch` process answers in the order of the questions. Rejects all after it ended. */
export function objectReader(git: Git): ContentReader {
  const child = git.open(['cat-file', '--batch'])
  const waiting: Waiting[] = []
  let ended: Error | null = null
  const fail = (error: Error) => {
    ended ??= error
    for (const { reject } of waiting.splice(0)) reject(ended)
  }
  child.on('error', fail)
  child.on('close', () => fail(new Error('git cat-file ended early')))
  child.stdin.on('error', () => undefined)
  child.stderr.resume()
  const take = answerTaker(waiting)
  child.stdout.on('data', take)
  return {
    read({ oid, size }, limit) {
      if (ended !== null) return Promise.reject(ended)
      if (size != null && size > limit) return Promise.resolve({ size })
      return new Promise((resolve, reject) => {
        waiting.push({ limit, resolve, reject })
        child.stdin.write(`${oid}\n`)
      })
    },
    close() {
      fail(new Error('closed'))
      child.kill()
    },
  }
}

interface Answer {
  size: number
  /** Bytes still to come, with the line break at the end. */
  left: number
  /** Null for what is too large: its bytes pass by. */
  kept: Buffer[] | null
}

/** Takes git's output piece by piece and gives each complete answer to the question that waits for it. */
function answerTaker(waiting: Waiting[]): (part: Buffer) => void {
  let header = ''
  let answer: Answer | null = null
  return (part) => {
    let at = 0
    while (at < part.length) {
      if (answer === null) {
        const end = part.indexOf(10, at)
        header += part.toString('latin1', at, end < 0 ? part.length : end)
        if (end < 0) return
        at = end + 1
        answer = begin(header, waiting)
        header = ''
      } else {
        const taken = part.subarray(at, at + answer.left)
        // A copy: the piece it came from would otherwise stay in memory as long as the file does.
        answer.kept?.push(Buffer.from(taken))
        answer.left -= taken.length
        at += taken.length
        if (answer.left === 0) answer = finish(answer, waiting)
      }
    }
  }
}

/** `<oid> <type> <size>` opens an answer; `<oid> missing` is one already. */
function begin(header: string, waiting: Waiting[]): Answer | null {
  const [, , size] = header.split(' ')
  if (size !== undefined) {
    const bytes = Number(size)
    return { size: bytes, left: bytes + 1, kept: bytes > (waiting[0]?.limit ?? 0) ? null : [] }
  }
  waiting.shift()?.resolve('gone')
  return null
}

function finish({ size, kept }: Answer, waiting: Waiting[]): null {
  const next = waiting.shift()
  if (kept === null) next?.resolve({ size })
  else next?.resolve({ bytes: Buffer.concat(kept).subarray(0, size), mtime: null })
  return null
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
