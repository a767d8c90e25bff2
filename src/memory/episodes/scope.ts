/** Which sessions belong to a repository: by folders, remote and commit that were recorded, never by a folder's name. */

import { existsSync, realpathSync } from 'node:fs'
import { posix } from 'node:path'
import type { Git } from '../git.ts'
import type { Session } from './session.ts'

/** What tells a repository apart from others on this and other machines. */
export interface RepositoryIdentity {
  /** Work trees: the main one and those that were added, also deleted ones that git still lists. */
  roots: readonly string[]
  /** Addresses as `normaliseAddress` spells them. */
  remotes: ReadonlySet<string>
  /** Whether the repository has this commit; false outside git. */
  hasCommit(sha: string): Promise<boolean>
  /** Whether a path relative to the root is there, to find out where the root of a vanished folder was. */
  hasPath(path: string): boolean
}

/** Paths of a session relative to the repository: empty for its root, null for what lies elsewhere. */
export type Locate = (path: string) => string | null

/** Null where git is not asked: a plain folder has only its place. */
export async function identityOf(root: string, git: Git | null): Promise<RepositoryIdentity> {
  const listed = git === null ? [] : await worktrees(git)
  const roots = [root, ...listed].flatMap((path) => [path, realPath(path)])
  const urls =
    git === null ? '' : await git.run(['config', '--get-regexp', '^remote\\..*\\.url$']).catch(() => '')
  const addresses = urls.split('\n').flatMap((line) => line.split(' ').slice(1, 2))
  const known = new Map<string, boolean>()
  return {
    roots: [...new Set(roots)],
    remotes: new Set(addresses.map(normaliseAddress).filter((address) => address !== '')),
    hasPath: (path) => existsSync(`${root}/${path}`),
    async hasCommit(sha) {
      if (git === null || !/^[0-9a-f]{40}(?:[0-9a-f]{24})?$/.test(sha)) return false
      const has = known.get(sha) ?? (await git.run(['cat-file', '-e', `${sha}^{commit}`]).then(yes, no))
      known.set(sha, has)
      return has
    },
  }
}

const yes = () => true
const no = () => false

async function worktrees(git: Git): Promise<string[]> {
  const text = await git.run(['worktree', 'list', '--porcelain', '-z']).catch(() => '')
  return text
    .split('\0')
    .flatMap((line) => (line.startsWith('worktree ') ? [line.slice('worktree '.length)] : []))
}

function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    // A work tree that was deleted has only its name.
    return path
  }
}

/** The same for all ways to write one address; `owner/name` alone is one of them. */
export function normaliseAddress(url: string): string {
  const plain = url.trim().replace(/^[a-z][a-z0-9+.-]*:\/\//i, '')
  const [, host, path] = /^(?:[^@/]*@)?([^/:]+\.[^/:]+|localhost)(?::\d+(?=\/))?[/:](.*)$/.exec(plain) ?? []
  const tidy = (text: string) => text.replace(/^\/+|\/+$/g, '').replace(/\.git$/, '')
  return (host === undefined ? tidy(plain) : `${host}/${tidy(path ?? '')}`).toLowerCase()
}

/** Whether a recorded address is one of ours; one without a host fits any host. */
export function isOurRemote(remote: string, { remotes }: Pick<RepositoryIdentity, 'remotes'>): boolean {
  const address = normaliseAddress(remote)
  if (address === '' || remotes.has(address)) return address !== ''
  return /^[^/]+\/[^/]+$/.test(address) && [...remotes].some((own) => own.endsWith(`/${address}`))
}

/** How the session's paths lie in the repository; null: it worked nowhere in it. */
export async function locateIn(session: Session, identity: RepositoryIdentity): Promise<Locate | null> {
  const roots = identity.roots.map((root) => normal(root))
  const nested = openNested()
  const folder = session.folders[0]
  const base = folder === undefined ? null : normal(folder)
  const isOurs = await claims(session, identity)
  // Another repository may have lain in this folder before; what began elsewhere may have come here later.
  if (isOurs === false && base !== null && inside(base, roots) !== null) return null
  const here = session.folders.some((one) => inside(normal(one), roots) !== null)
  const moved = !here && isOurs === true ? movedRoot(session, identity) : null
  const all = moved === null ? roots : [...roots, moved]
  const locate: Locate = (path) => {
    const whole = isWhole(path) ? normal(path) : base === null ? null : join(base, path)
    if (whole === null) return safeRelative(path)
    const found = inside(whole, all)
    if (found === null) return null
    return found.root === moved || !nested(found.root, found.path) ? withoutWorktree(found.path) : null
  }
  if (here || moved !== null) return locate
  return session.steps.some((step) => step.type === 'edit' && locate(step.path) !== null) ? locate : null
}

/** True: remote or commit say that it is ours; false: they say that it is another one's; null: they say nothing. */
async function claims(session: Session, identity: RepositoryIdentity): Promise<boolean | null> {
  const { remote, headCommit } = session
  if (remote !== null && isOurRemote(remote, identity)) return true
  if (headCommit !== null && (await identity.hasCommit(headCommit))) return true
  return remote !== null && headCommit !== null && identity.remotes.size > 0 ? false : null
}

/** Names of folders above which nobody keeps repositories. */
const mostUp = 5

/** The old place of a repository that was moved or renamed: the folder below which most edited paths are still ours. */
function movedRoot({ folders, steps }: Session, { hasPath }: RepositoryIdentity): string | null {
  const [first] = folders
  if (first === undefined) return null
  const edited = steps.flatMap((step) =>
    step.type === 'edit' && isWhole(step.path) ? normal(step.path) : [],
  )
  let [best, most] = [normal(first), -1]
  let folder = best
  for (let up = 0; up < mostUp && folder.length > 1; up++) {
    const own = edited.filter(
      (path) => path.startsWith(`${folder}/`) && hasPath(path.slice(folder.length + 1)),
    )
    if (own.length > most) [best, most] = [folder, own.length]
    folder = posix.dirname(folder)
  }
  return best
}

interface Inside {
  root: string
  path: string
}

/** The innermost of the roots that holds the path. */
function inside(path: string, roots: readonly string[]): Inside | null {
  const folded = fold(path)
  const holding = roots.map(fold).flatMap((root, at) => {
    const below = root.endsWith('/') ? root : `${root}/`
    return folded === root || folded.startsWith(below) ? (roots[at] ?? []) : []
  })
  const root = holding.sort((a, b) => b.length - a.length)[0]
  return root === undefined ? null : { root, path: path.slice(root.length).replace(/^\//, '') }
}

/** Agents make work trees inside the repository and delete them when they are done. */
function withoutWorktree(path: string): string {
  return path.replace(/^(?:\.[\w-]+\/)?\.?worktrees\/[^/]+(?:\/|$)/, '')
}

/** Submodules and clones inside the repository are others. */
function openNested(): (root: string, path: string) => boolean {
  const known = new Map<string, boolean>()
  return (root, path) => {
    const parts = path.split('/')
    return parts.some((_part, at) => {
      if (at === 0) return false
      const folder = `${root}/${parts.slice(0, at).join('/')}`
      const is = known.get(folder) ?? existsSync(`${folder}/.git`)
      known.set(folder, is)
      return is
    })
  }
}

function isWhole(path: string): boolean {
  return /^(?:[\\/]|[A-Za-z]:[\\/]|file:\/\/)/.test(path)
}

/** Forward slashes, no dots. */
function normal(path: string): string {
  const plain = path.startsWith('file://') ? decode(path.slice('file://'.length)) : path
  const isWindows = /^\/?[A-Za-z]:/.test(plain) || plain.startsWith('\\\\')
  const slashes = isWindows ? plain.replace(/\\/g, '/').replace(/^\/(?=[A-Za-z]:)/, '') : plain
  const short = posix.normalize(slashes).replace(/(?<=.)\/$/, '')
  return short
}

/** Windows does not tell capitals apart. */
function fold(path: string): string {
  return /^[A-Za-z]:|^\/\//.test(path) ? path.toLowerCase() : path
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function join(base: string, path: string): string {
  return posix.normalize(`${base}/${path.replace(/\\/g, '/')}`).replace(/(?<=.)\/$/, '')
}

/** Of a session without a folder: the path as it stands, unless it leads out. */
function safeRelative(path: string): string | null {
  const short = posix.normalize(path.replace(/\\/g, '/')).replace(/\/$/, '')
  return short.startsWith('..') || isWhole(short) ? null : short === '.' ? '' : short
}

/** Whether a folder lies in one of the work trees. */
export function touches(folder: string, { roots }: Pick<RepositoryIdentity, 'roots'>): boolean {
  return (
    inside(
      normal(folder),
      roots.map((root) => normal(root)),
    ) !== null
  )
}
