/** A second look at the few anchors that will be shown: what changed on disk and is not indexed yet is not fresh. */

import { hash } from 'node:crypto'
import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import type { AnchorState } from '../../recollection.ts'
import { type TreeFiles, treeFiles } from '../../tree-files.ts'
import type { ViewContext } from './view-lookup.ts'

export interface DiskContext extends ViewContext {
  /** Absolute path of the work tree; null for a view of an old commit, which no disk can change. */
  root: string | null
}

/** Bytes; larger files are not indexed either. */
const longestRead = 8_000_000

const selectStamp = `
  select f.oid, f.bytes, f.mtime from path p join view_file f on f.view_id = ? and f.path_id = p.id where p.path = ?`

/**
 * Fresh and moved anchors whose file differs from what the index says become drifted; others stay as they are. Each
 * file is read at most once, through no link. The next run of the index then knows better.
 */
export async function confirmOnDisk(
  context: DiskContext,
  states: readonly AnchorState[],
): Promise<AnchorState[]> {
  const { root } = context
  if (root === null) return [...states]
  const files = treeFiles(root)
  const known = new Map<string, Promise<boolean>>()
  const asIndexed = (path: string) => {
    const answer = known.get(path) ?? isAsIndexed({ ...context, root, files }, path)
    known.set(path, answer)
    return answer
  }
  return await Promise.all(
    states.map(async (one) => {
      if (one.state !== 'fresh' && one.state !== 'moved') return one
      const same = await asIndexed(one.to?.path ?? one.anchor.path)
      return same ? one : { ...one, state: 'drifted' as const }
    }),
  )
}

interface Disk extends ViewContext {
  root: string
  files: TreeFiles
}

async function isAsIndexed({ db, viewId, root, files }: Disk, path: string): Promise<boolean> {
  const row = db.prepare(selectStamp).get(viewId, path)
  if (row === undefined || row.oid === null) return false
  const oid = String(row.oid)
  // The index keeps a time only where git does not vouch for the content.
  if (row.mtime !== null) {
    const stat = await lstat(join(root, path)).catch(() => null)
    const same = stat?.size === row.bytes && Math.floor(stat?.mtimeMs ?? -1) === row.mtime
    if (stat?.isFile() === true && same) return true
  }
  const file = await files.read(path, longestRead)
  return typeof file === 'object' && 'bytes' in file && blobOf(file.bytes, oid.length) === oid
}

/** Git's name for these bytes: SHA-1 in 40 digits, SHA-256 in 64. */
function blobOf(bytes: Uint8Array, digits: number): string {
  const named = Buffer.concat([Buffer.from(`blob ${bytes.length}\0`), bytes])
  return hash(digits === 64 ? 'sha256' : 'sha1', named, 'hex')
}
