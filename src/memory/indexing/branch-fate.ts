/** What became of a branch: open, merged (also by squash or rebase), part of another one, or abandoned. */

import { askGit, type Git, GitFailed } from '../git.ts'
import { hadOwnCommits } from './branch-reflog.ts'
import { type Branches, parseRefs, refFormat } from './branches.ts'

export interface BranchQuestion {
  name: string
  /** Its newest head that was ever seen; null for a branch that was never looked at. */
  tip: string | null
  /** Whether it was seen with commits that the default branch did not have. */
  diverged: boolean
}

/** As `BranchFate` of the learn room, with what to remember about the branch. */
export interface BranchAnswer {
  fate: { fate: 'open' } | { fate: 'merged' | 'joined'; into: string } | { fate: 'abandoned' }
  tip: string | null
  diverged: boolean
}

const objectId = /^[0-9a-f]{40,64}$/

/**
 * A branch that exists and never had a commit of its own is open, though all that it has is in the default branch.
 * Only names that git itself listed are given to git, else ids of commits. Throws on abort.
 */
export async function branchFate(
  git: Git,
  branches: Branches,
  { name, tip: seen, diverged: before }: BranchQuestion,
  signal?: AbortSignal,
): Promise<BranchAnswer> {
  const { standard, standardTips: into, tips, current } = branches
  const present = tips.get(name)?.[0]
  const exists = present !== undefined || name === current
  const tip = present ?? (seen !== null && objectId.test(seen) ? seen : null)
  if (standard === null) return { fate: { fate: 'open' }, tip, diverged: before }
  const merged = { fate: 'merged', into: standard } as const
  if (name === standard) return { fate: merged, tip, diverged: before }
  if (tip === null) return { fate: { fate: exists ? 'open' : 'abandoned' }, tip, diverged: before }
  const inside = await inAny(git, tip, into, signal)
  const ask = present !== undefined && inside && !before
  const hadOwn = async (head: string) =>
    (await hadOwnCommits(git, name, head, signal)) || (await isBesideAll(git, head, into, signal))
  const diverged = before || !inside || (ask && (await hadOwn(present)))
  const answer = (fate: BranchAnswer['fate']) => ({ fate, tip, diverged })
  if (inside) return answer(diverged || !exists ? merged : { fate: 'open' })
  if (await contentIsIn(git, tip, into, signal)) return answer(merged)
  if (exists) return answer({ fate: 'open' })
  if (await patchesAreIn(git, tip, into, signal)) return answer(merged)
  const heir = await otherBranchWith(git, tip, { name, standard }, signal)
  return answer(heir === null ? { fate: 'abandoned' } : { fate: 'joined', into: heir })
}

async function inAny(
  git: Git,
  tip: string,
  heads: readonly string[],
  signal?: AbortSignal,
): Promise<boolean> {
  for (const head of heads) {
    if ((await askGit(git, ['merge-base', '--is-ancestor', tip, head], signal)) !== null) return true
  }
  return false
}

/**
 * Whether a commit that the default branch has lies on no default branch itself: so it is after a merge that made a
 * commit. This needs no log of the branch, which a clone, a fetch and a bare repository do not have. A fast-forward
 * leaves no such trace.
 */
async function isBesideAll(
  git: Git,
  tip: string,
  heads: readonly string[],
  signal?: AbortSignal,
): Promise<boolean> {
  for (const head of heads) {
    if (head === tip) return false
    const args = ['rev-list', '--first-parent', '--parents', head, `^${tip}`]
    const lines = (await askGit(git, args, signal))?.trim().split('\n') ?? []
    const [, parent] = lines.at(-1)?.split(' ') ?? []
    if (parent === tip) return false
  }
  return true
}

/** A branch that changed more files than this is not compared by content. */
const mostFiles = 2_000
/** Commits of the default branch that are looked at since the branch began. */
const mostCommits = 3_000

/**
 * Whether every file that the branch changed had, at some moment since, the same content in the default branch: so
 * it is after a squash. A branch that changes nothing in the end is not merged by that.
 */
async function contentIsIn(
  git: Git,
  tip: string,
  heads: readonly string[],
  signal?: AbortSignal,
): Promise<boolean> {
  for (const head of heads) {
    const base = (await askGit(git, ['merge-base', head, tip], signal))?.trim()
    if (base === undefined || !objectId.test(base)) continue
    const wanted = await changesOf(git, ['diff-tree', '-r', ...rawDiff, base, tip], { signal })
    const paths = [...wanted.keys()]
    // Paths are given by lines.
    if (paths.length === 0 || paths.length > mostFiles || paths.some((path) => path.includes('\n'))) continue
    const log = [
      'log',
      '--first-parent',
      '-m',
      '--format=',
      `--max-count=${mostCommits}`,
      ...rawDiff,
      '--stdin',
    ]
    const input = `${head}\n^${base}\n--\n${paths.join('\n')}\n`
    const since = await changesOf(git, log, { input, signal })
    const same = paths.every((path) => [...(wanted.get(path) ?? [])].every((id) => since.get(path)?.has(id)))
    if (same) return true
  }
  return false
}

const rawDiff = ['--raw', '-z', '--no-abbrev', '--no-renames', '--no-ext-diff']

/** Contents that each path was given, by blob id; a deletion is a row of zeros. Empty when git fails. */
async function changesOf(
  git: Git,
  args: readonly string[],
  { input, signal }: { input?: string; signal?: AbortSignal | undefined },
): Promise<Map<string, Set<string>>> {
  const found = new Map<string, Set<string>>()
  const options = { ...(input === undefined ? {} : { input }), ...(signal === undefined ? {} : { signal }) }
  let blob: string | null = null
  try {
    for await (const record of git.records(args, options)) {
      const header = /^\s*:\d+ \d+ [0-9a-f]+ ([0-9a-f]+) [A-Z]/.exec(record)
      if (blob === null) blob = header?.[1] ?? null
      else {
        found.set(record, (found.get(record) ?? new Set()).add(blob))
        blob = null
      }
    }
  } catch (error) {
    if (!(error instanceof GitFailed)) throw error
    return new Map()
  }
  return found
}

/** Whether each commit of the branch has a twin with the same change: so it is after a rebase. */
async function patchesAreIn(
  git: Git,
  tip: string,
  heads: readonly string[],
  signal?: AbortSignal,
): Promise<boolean> {
  for (const head of heads) {
    const count = await askGit(git, ['rev-list', '--count', `${tip}..${head}`], signal)
    if (count === null || Number(count) > mostCommits) continue
    const lines = (await askGit(git, ['cherry', head, tip], signal))?.split('\n').filter(Boolean) ?? []
    if (lines.length > 0 && lines.every((line) => line.startsWith('- '))) return true
  }
  return false
}

/** A living branch that has this commit: the first local one by name, else one of a remote. */
async function otherBranchWith(
  git: Git,
  tip: string,
  not: { name: string; standard: string },
  signal?: AbortSignal,
): Promise<string | null> {
  const args = ['for-each-ref', refFormat, `--contains=${tip}`, 'refs/heads', 'refs/remotes']
  const { tips } = parseRefs((await askGit(git, args, signal)) ?? '')
  return [...tips.keys()].find((name) => name !== not.name && name !== not.standard) ?? null
}
