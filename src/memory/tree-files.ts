/** Reads files below a folder, and nothing else: no links, on no step of the way, no pipes, no devices. */

import { constants, type Stats } from 'node:fs'
import { type FileHandle, lstat, open } from 'node:fs/promises'
import { dirname, join } from 'node:path'

export interface TreeFile {
  bytes: Buffer
  /** Milliseconds since 1970. */
  mtime: number
}

/** Why there is nothing to read. `symlink`: the file, or a folder on the way to it, is a link. */
export type NoFile = 'gone' | 'symlink' | 'unreadable'

export interface TreeFiles {
  /** `path` is relative to the root, with `/`. A file larger than `limit` bytes gives only its size. */
  read(path: string, limit: number): Promise<TreeFile | { size: number } | NoFile>
}

/** Each folder is judged once for the life of this object: open a new one for each run. */
export function treeFiles(root: string): TreeFiles {
  const folders = new Map<string, Promise<NoFile | null>>([['.', Promise.resolve(null)]])
  const judge = (folder: string): Promise<NoFile | null> => {
    const known = folders.get(folder) ?? judgeFolder(root, folder, judge)
    folders.set(folder, known)
    return known
  }
  return {
    async read(path, limit) {
      const refused = await judge(dirname(path))
      if (refused !== null) return refused
      try {
        return await readFile(join(root, path), limit)
      } catch (error) {
        return reasonOf(error)
      }
    },
  }
}

/** Null when only real folders lead to it. */
async function judgeFolder(
  root: string,
  folder: string,
  judge: (parent: string) => Promise<NoFile | null>,
): Promise<NoFile | null> {
  const refused = await judge(dirname(folder))
  if (refused !== null) return refused
  try {
    return reasonAgainst(await lstat(join(root, folder)))
  } catch (error) {
    return reasonOf(error)
  }
}

function reasonAgainst(folder: Stats): NoFile | null {
  if (folder.isSymbolicLink()) return 'symlink'
  return folder.isDirectory() ? null : 'gone'
}

/** The size comes from the open file: between a question by name and the reading, another could take its place. */
async function readFile(file: string, limit: number): Promise<TreeFile | { size: number } | NoFile> {
  // Windows does not know the flag.
  if (constants.O_NOFOLLOW === undefined && (await lstat(file)).isSymbolicLink()) return 'symlink'
  const handle = await open(file, flags())
  try {
    return await readOpened(handle, limit)
  } finally {
    await handle.close()
  }
}

async function readOpened(handle: FileHandle, limit: number): Promise<TreeFile | { size: number } | NoFile> {
  const status = await handle.stat()
  if (!status.isFile()) return 'unreadable'
  if (status.size > limit) return { size: status.size }
  return { bytes: await handle.readFile(), mtime: Math.floor(status.mtimeMs) }
}

/** Without O_NONBLOCK the opening of a pipe would wait for somebody to write into it. */
function flags(): number {
  return constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)
}

function reasonOf(error: unknown): NoFile {
  const { code } = error as NodeJS.ErrnoException
  // ENOTDIR: a folder on the way became a file. EMLINK: ELOOP of FreeBSD.
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'gone'
  return code === 'ELOOP' || code === 'EMLINK' ? 'symlink' : 'unreadable'
}
