/** Finds out what was opened: a work tree, a commit of a repository, or a plain folder; and where its store lies. */

import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, relative, resolve } from 'node:path'
import type { Settings } from '../config.ts'
import { type Git, openFolderAsGit, openGit } from '../memory/git.ts'
import { UserError } from '../memory/ports.ts'
import { placeStore, type StorePlace } from '../memory/store/location.ts'

export interface Repository {
  git: Git
  /** The folder that paths are relative to; for a bare repository its git directory. */
  root: string
  name: string
  /** Full id for time travel; null for the work tree. */
  commit: string | null
  /** False for a plain folder. */
  hasHistory: boolean
  /** Names the view in the store; in the repository's own store the same after it was moved or renamed. */
  viewKey: string
  place: StorePlace
  /** Removes what only this opening needed. */
  dispose: () => void
}

export interface RepositoryQuestion {
  repo: string
  at?: string | undefined
  store?: string | undefined
  settings: Settings
}

/** Throws `UserError` for a missing folder, an unknown commit, a bare repository without `at`. */
export async function openRepository(question: RepositoryQuestion): Promise<Repository> {
  const folder = resolve(question.repo)
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UserError(`There is no folder ${folder}.`, 'Check the path.')
  }
  const git = await openGit(folder)
  if (git === null) return await openPlainFolder(folder, question)
  const commit = question.at === undefined ? null : await resolveCommit(git, question.at)
  if (git.root === null && commit === null) {
    throw new UserError(
      `${folder} is a bare repository: it has no files of its own.`,
      'Name a commit with --at, for example --at HEAD.',
    )
  }
  const root = git.root ?? git.gitDir
  const place = await placeStore({
    commonDir: git.commonDir,
    root,
    setting: question.settings.storeLocation,
    override: question.store,
    identity: () => repositoryIdentity(git, root),
  })
  const viewKey = commit === null ? workTreeKey(git, place.folder) : `commit:${commit}`
  return {
    git,
    root,
    name: basename(root),
    commit,
    hasHistory: true,
    viewKey,
    place,
    dispose: () => undefined,
  }
}

async function openPlainFolder(root: string, question: RepositoryQuestion): Promise<Repository> {
  if (question.at !== undefined) {
    throw new UserError(
      `${root} is not a git repository, so there is no commit ${question.at}.`,
      'Leave out --at, or name a repository.',
    )
  }
  const place = await placeStore({
    commonDir: null,
    root,
    setting: question.settings.storeLocation,
    override: question.store,
    identity: async () => `folder-${createHash('sha256').update(root).digest('hex').slice(0, 16)}`,
  })
  // Git judges ignore rules only with a repository: an empty one beside the store lends them.
  const scratch = place.folder === null ? mkdtempSync(join(tmpdir(), 'casebook-')) : null
  const git = await openFolderAsGit(root, join(scratch ?? (place.folder as string), 'ignore-rules.git'))
  const dispose = () => scratch !== null && rmSync(scratch, { recursive: true, force: true })
  return {
    git,
    root,
    name: basename(root),
    commit: null,
    hasHistory: false,
    viewKey: question.store === undefined ? 'folder' : `folder:${root}`,
    place,
    dispose,
  }
}

/** Clones may share a store that lies elsewhere: there the whole path tells their work trees apart. */
function workTreeKey({ gitDir, commonDir }: Git, folder: string | null): string {
  const isOwn = folder === null || folder === join(commonDir, 'casebook')
  return isOwn ? `worktree:${relative(commonDir, gitDir) || '.'}` : `clone:${resolve(gitDir)}`
}

async function resolveCommit(git: Git, at: string): Promise<string> {
  try {
    return (await git.run(['rev-parse', '--verify', '--end-of-options', `${at}^{commit}`])).trim()
  } catch (error) {
    throw new UserError(
      `There is no commit ${at} in this repository.`,
      'Name a commit, branch or tag that `git log` knows; a shallow clone lacks old ones.',
      error,
    )
  }
}

/** Root commits stay the same through moves, renames and clones. A repository without commits goes by its place. */
async function repositoryIdentity(git: Git, root: string): Promise<string> {
  const roots = await git.run(['rev-list', '--max-parents=0', 'HEAD']).catch(() => root)
  return createHash('sha256').update(roots.trim().split('\n').sort().join('\n')).digest('hex').slice(0, 24)
}
