/** What git's own log of a branch tells: whether commits were made on it, which a fast-forward merge hides. */

import { askGit, type Git } from '../git.ts'

/** Moves of a branch that are looked at, newest first. */
const mostMoves = 1_000
/** Commits, newest first, that are looked for in the branch as it is now: each costs a process. */
const mostAsked = 20
/** Messages that git writes for a commit made on the branch, in English whatever the person's language. */
const made = /^(commit( \((initial|amend|merge|cherry-pick)\))?|cherry-pick|revert|am): /
const rebased = /^(rebase|pull).*(finish\)|finished): .* onto ([0-9a-f]{40,64})$/
/** Before it the branch may have been the default one, whose commits are not its own. */
const renamed = /^branch: renamed /i

/**
 * Whether a commit that was made on the local branch is part of its `tip`; a commit that was dropped does not count.
 * Give only a name that git listed. False without a log (another clone, a bare repository) and when it expired.
 * Throws on abort.
 */
export async function hadOwnCommits(
  git: Git,
  name: string,
  tip: string,
  signal?: AbortSignal,
): Promise<boolean> {
  const args = ['log', '--walk-reflogs', '--format=%H%x00%gs', `--max-count=${mostMoves}`]
  const log = (await askGit(git, [...args, `refs/heads/${name}`, '--'], signal)) ?? ''
  let asked = 0
  for (const line of log.split('\n')) {
    const [oid = '', message = ''] = line.split('\0')
    if (renamed.test(message) || asked === mostAsked) return false
    if (!isOwn(oid, message)) continue
    if (oid === tip) return true
    asked++
    if ((await askGit(git, ['merge-base', '--is-ancestor', oid, tip], signal)) !== null) return true
  }
  return false
}

/** A rebase that ends where it began to build has left no commit of the branch. */
function isOwn(oid: string, message: string): boolean {
  const onto = rebased.exec(message)?.[3]
  return made.test(message) || (onto !== undefined && onto !== oid)
}
