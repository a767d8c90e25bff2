/** Looking for sessions on a disk: folders that may not exist, files that may go while one looks. */

import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { FoundSession } from './session.ts'

export interface SeenFile {
  file: string
  /** Unix milliseconds. */
  modifiedAt: number
  bytes: number
}

/** Files in a folder by full path, in order of name; none where there is no such folder. */
export async function filesIn(folder: string): Promise<string[]> {
  return await entriesOf(folder, 'isFile')
}

/** Folders in a folder by full path; links are followed, since people move such data to other disks. */
export async function foldersIn(folder: string): Promise<string[]> {
  return await entriesOf(folder, 'isDirectory')
}

async function entriesOf(folder: string, kind: 'isFile' | 'isDirectory'): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  const paths: string[] = []
  for (const entry of entries) {
    const path = join(folder, entry.name)
    const wanted = entry.isSymbolicLink() ? await stat(path).catch(() => null) : entry
    if (wanted?.[kind]() === true) paths.push(path)
  }
  return paths.sort()
}

/** Those of the files that are there, with size and time. */
export async function seen(files: readonly string[]): Promise<SeenFile[]> {
  const found: SeenFile[] = []
  for (const file of files) {
    const stats = await stat(file).catch(() => null)
    if (stats?.isFile() === true) found.push({ file, modifiedAt: stats.mtimeMs, bytes: stats.size })
  }
  return found
}

/** Newest first; equal ones by name, so that the order is the same each time. */
export function byAge(found: readonly FoundSession[]): FoundSession[] {
  return [...found].sort((a, b) => b.modifiedAt - a.modifiedAt || (a.ref < b.ref ? -1 : 1))
}
