/** Whether a file names a repository anywhere: a look at its bytes, many times faster than reading it as sessions. */

import { open as openFile } from 'node:fs/promises'
import { pieces } from './json-lines.ts'
import type { RepositoryIdentity } from './scope.ts'

/** Kept by other programs as databases: bytes of one session say nothing about another one. */
export function isDatabase(file: string): boolean {
  return /\.(?:db|vscdb|sqlite3?)$/i.test(file)
}

/** All ways in which logs write the places of a repository. */
export function needlesOf({ roots, remotes }: Pick<RepositoryIdentity, 'roots' | 'remotes'>): Buffer[] {
  const places = roots.filter((root) => root.length > 3).flatMap(spellings)
  // Of an address the last two parts: `git@host:owner/name.git` and `https://host/owner/name` share only those.
  const addresses = [...remotes].flatMap((remote) => remote.split('/').slice(-2).join('/'))
  return [...new Set([...places, ...addresses.filter((address) => address.includes('/'))])].map((text) =>
    Buffer.from(text),
  )
}

function spellings(root: string): string[] {
  const escaped = root.replace(/\\/g, '\\\\')
  const ascii = escaped.replace(
    /[^ -~]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  const slashes = root.replace(/\\/g, '/')
  return [root, escaped, escaped.replace(/\\/g, '\\\\'), ascii, slashes, encodeURI(slashes)]
}

/** False as well for what cannot be read: whoever reads it whole will say why. */
export async function mentions(
  file: string,
  needles: readonly Buffer[],
  signal?: AbortSignal,
): Promise<boolean> {
  const longest = Math.max(0, ...needles.map(({ length }) => length))
  let tail = Buffer.alloc(0)
  try {
    for await (const piece of pieces(file, signal)) {
      const seam = Buffer.concat([tail, piece.subarray(0, longest)])
      if (needles.some((needle) => names(piece, needle) || names(seam, needle))) return true
      tail = Buffer.from(piece.subarray(-longest))
    }
  } catch (error) {
    signal?.throwIfAborted()
    if (error instanceof TypeError) throw error
  }
  return false
}

/** `/home/ana/shop` is not named by `/home/ana/shopping`. What is cut off there may be it. */
function names(bytes: Buffer, needle: Buffer): boolean {
  for (let at = bytes.indexOf(needle); at >= 0; at = bytes.indexOf(needle, at + 1)) {
    const next = bytes[at + needle.length]
    if (next === undefined || !/[\w-]/.test(String.fromCharCode(next))) return true
  }
  return false
}

const headBytes = 64 * 1024
const commitField = /"(?:commit_hash|head_?commit|base_?commit|commit)"\s*:\s*"([0-9a-f]{40})"/gi

/** Commits that the head of a file says it began at. */
export async function commitsNamed(file: string): Promise<string[]> {
  try {
    const handle = await openFile(file, 'r')
    try {
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(headBytes), 0, headBytes, 0)
      const found = buffer.toString('latin1', 0, bytesRead).matchAll(commitField)
      return [...new Set([...found].map(([, sha]) => sha ?? ''))].slice(0, 5)
    } finally {
      await handle.close()
    }
  } catch {
    // As above.
    return []
  }
}
