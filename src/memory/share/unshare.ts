/** The files of records that are forgotten: ours go, what somebody else changed is named. */

import { lstat, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { UserError } from '../ports.ts'
import type { MemoryStore } from '../store/memory-store.ts'
import { folderOf, readBase, type ShareOptions } from './share.ts'
import { type BaseFile, hashOf } from './share-plan.ts'

/** What lay in the share folder of these records. To be asked before they are purged: nothing of it is kept then. */
export function sharedFiles(store: MemoryStore, ids: readonly string[]): BaseFile[] {
  const base = readBase(store)
  return ids.flatMap((id) => base[id] ?? [])
}

/** Deletes the files that are as they were written. Answers with sentences for the person; never throws `UserError`. */
export async function removeShared(
  files: readonly BaseFile[],
  place: Pick<ShareOptions, 'root' | 'folder'>,
): Promise<string[]> {
  if (files.length === 0) return []
  const folder = await folderOf(place).catch((error: unknown) => {
    if (error instanceof UserError) return null
    throw error
  })
  const [removed, left]: [string[], string[]] = [[], []]
  for (const file of files) {
    const state = folder === null ? 'left' : await remove(join(folder, file.name), file)
    if (state === 'removed') removed.push(file.name)
    else if (state === 'left') left.push(file.name)
  }
  return [
    ...(removed.length === 0
      ? []
      : [`Deleted from the share folder: ${removed.join(', ')}. Where it was committed, git still has it.`]),
    ...(left.length === 0
      ? []
      : [`What was shared may still lie in ${left.join(', ')}: look there, and delete it yourself.`]),
  ]
}

async function remove(path: string, { hash }: BaseFile): Promise<'removed' | 'left' | 'gone'> {
  const stat = await lstat(path).catch(() => null)
  if (stat === null) return 'gone'
  if (!stat.isFile() || hashOf(await readFile(path, 'utf8').catch(() => '')) !== hash) return 'left'
  await rm(path, { force: true })
  return 'removed'
}
