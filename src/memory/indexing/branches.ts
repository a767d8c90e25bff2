/** What git knows of branches: which is checked out, which is the default, what became of those that are gone. */

import { askGit, type Git } from '../git.ts'

/** The branches of a repository at one moment. Names are short: `feature/x`. */
export interface Branches {
  /** Null when a commit is checked out and no branch. */
  current: string | null
  /** Commit that is checked out; null before the first one. */
  head: string | null
  /** Where everything ends that is merged; null before the first commit. */
  standard: string | null
  /** Heads of the default branch: the local one and those of remotes. */
  standardTips: string[]
  /** Heads of each branch: the local one first, then those of remotes. */
  tips: ReadonlyMap<string, readonly string[]>
}

/** One line a ref: names cannot hold line breaks or NUL. */
export const refFormat = '--format=%(refname)%00%(objectname)%00%(symref)%00%(HEAD)'
const usualNames = ['main', 'master', 'trunk', 'develop']

/** One process while a branch with commits is checked out: each start of one holds up a large process. */
export async function readBranches(git: Git, signal?: AbortSignal): Promise<Branches> {
  const refs = parseRefs(await git.run(['for-each-ref', refFormat, 'refs/heads', 'refs/remotes'], signal))
  const { tips } = refs
  const { current, head } = refs.checkedOut ?? (await askHead(git, signal))
  const standard = await defaultName(git, refs, current, signal)
  const standardTips = standard === null ? [] : [...(tips.get(standard) ?? [])]
  return { current, head, standard, standardTips, tips }
}

/** A detached HEAD, or a branch before its first commit. */
async function askHead(git: Git, signal?: AbortSignal): Promise<Pick<Branches, 'current' | 'head'>> {
  const ref = await answer(git, ['symbolic-ref', '--quiet', 'HEAD'], signal)
  const head = await answer(git, ['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'], signal)
  return { current: ref?.startsWith('refs/heads/') === true ? ref.slice('refs/heads/'.length) : null, head }
}

export interface Refs {
  tips: Map<string, string[]>
  /** The branch that `origin/HEAD` (or another remote's) names. */
  remoteHead: string | null
  checkedOut: { current: string; head: string } | null
}

export function parseRefs(text: string): Refs {
  const tips = new Map<string, string[]>()
  let remoteHead: string | null = null
  let checkedOut: Refs['checkedOut'] = null
  for (const line of text.split('\n')) {
    const [ref = '', oid = '', symref = '', mark] = line.split('\0')
    const remote = /^refs\/remotes\/([^/]+)\/(.+)$/.exec(ref)
    if (remote?.[2] === 'HEAD') {
      const target = /^refs\/remotes\/[^/]+\/(.+)$/.exec(symref)?.[1] ?? null
      if (remoteHead === null || remote[1] === 'origin') remoteHead = target ?? remoteHead
      continue
    }
    const name = remote?.[2] ?? (ref.startsWith('refs/heads/') ? ref.slice('refs/heads/'.length) : '')
    if (mark === '*') checkedOut = { current: name, head: oid }
    if (name !== '' && oid !== '') tips.set(name, [...(tips.get(name) ?? []), oid])
  }
  return { tips, remoteHead, checkedOut }
}

async function defaultName(
  git: Git,
  { tips, remoteHead }: Refs,
  current: string | null,
  signal?: AbortSignal,
): Promise<string | null> {
  if (remoteHead !== null && tips.has(remoteHead)) return remoteHead
  const usual = usualNames.find((name) => tips.has(name))
  if (usual !== undefined) return usual
  const configured = await answer(git, ['config', '--get', 'init.defaultBranch'], signal)
  if (configured !== null && tips.has(configured)) return configured
  return current
}

/** Null when git says no. */
async function answer(git: Git, args: readonly string[], signal?: AbortSignal): Promise<string | null> {
  return (await askGit(git, args, signal))?.trim() || null
}

/**
 * The branch that a memory made now is born on: null on the default branch and where no branch is checked out, for
 * then it holds everywhere.
 */
export function birthBranch({ current, standard }: Branches): string | null {
  return current === standard ? null : current
}

/**
 * Branches whose own memories are seen from here: the one that is checked out, and those that it is stacked on,
 * which are part of it and not of the default branch. Not the default branch: what holds there has no branch.
 */
export async function visibleBranches(git: Git, signal?: AbortSignal): Promise<string[]> {
  return await visibleFrom(git, await readBranches(git, signal), signal)
}

/** As `visibleBranches`, for who has read the branches already. */
export async function visibleFrom(git: Git, branches: Branches, signal?: AbortSignal): Promise<string[]> {
  const { current, head, standard, standardTips } = branches
  const own = current === null || current === standard ? [] : [current]
  if (head === null || standardTips.includes(head)) return own
  const beyond = standardTips.map((tip) => `--no-merged=${tip}`)
  const args = ['for-each-ref', refFormat, `--merged=${head}`, ...beyond, 'refs/heads', 'refs/remotes']
  // An old git knows only one of the two options at a time.
  const stacked = parseRefs((await answer(git, args, signal)) ?? '').tips
  return [...new Set([...own, ...stacked.keys()])].filter((name) => name !== standard)
}
