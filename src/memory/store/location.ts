/** Where a repository's store lies, and why there. */

import { accessSync, constants, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { userDataFolder } from '../data-folder.ts'
import { UserError } from '../ports.ts'

export interface StorePlace {
  /** Null: nothing can be written, the index lives in memory only. */
  folder: string | null
  /** One sentence for people. */
  note: string
}

export interface PlaceQuestion {
  /** Shared by all worktrees; null for a folder without git. */
  commonDir: string | null
  root: string
  setting: 'repository' | 'user'
  /** A folder named by the person; wins over the setting. */
  override?: string | undefined
  /** Name of the repository that survives moving and renaming it; used by the setting `user`. */
  identity: () => Promise<string>
}

/** Chooses and creates the folder. Throws `UserError` when a folder that the person named cannot be written. */
export async function placeStore(question: PlaceQuestion): Promise<StorePlace> {
  if (question.override !== undefined) return named(question.override)
  const { folder, note } = await preferred(question)
  if (create(folder)) return { folder, note }
  return {
    folder: null,
    note: `${dirname(folder)} cannot be written: the index is kept in memory only and is gone at the end.`,
  }
}

function named(folder: string): StorePlace {
  if (create(folder)) return { folder, note: 'In the folder that was named.' }
  throw new UserError(
    `The store folder ${folder} cannot be written.`,
    'Name another folder, or correct its permissions.',
  )
}

async function preferred({
  commonDir,
  root,
  setting,
  identity,
}: PlaceQuestion): Promise<{ folder: string; note: string }> {
  if (setting === 'user') {
    const folder = join(userDataFolder(), 'repositories', await identity())
    return { folder, note: "In the user's data folder, by the setting casebook.storeLocation." }
  }
  if (commonDir !== null) {
    return {
      folder: join(commonDir, 'casebook'),
      note: "Inside the repository's git directory, shared by its worktrees.",
    }
  }
  return {
    folder: join(root, '.casebook'),
    note: 'In .casebook, because the folder is not a git repository.',
  }
}

/** Makes the folder with its own ignore file; false where nothing can be written. */
function create(folder: string): boolean {
  try {
    makeFolder(folder)
    accessSync(folder, constants.W_OK)
    const ignore = join(folder, '.gitignore')
    if (!existsSync(ignore)) writeFileSync(ignore, '# Made by Casebook; the folder is never committed.\n*\n')
    return true
  } catch {
    return false
  }
}

/** Level by level: Node's own `recursive` never ends below /proc, where making a folder fails as if its parent were gone. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return
  const parent = dirname(folder)
  if (parent !== folder) makeFolder(parent)
  try {
    mkdirSync(folder)
  } catch (error) {
    // Another process was faster.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}
