/** Reads the git log: the newest non-merge commits of a head, with files, issue numbers and reverts. */

import type { Git } from '../git.ts'
import type { Commit, CommitFile } from '../types.ts'

/** Marks the start of a commit and the end of its message in git's output; neither occurs in messages. */
const start = '\u0001\u0002\u0003'
const format = `tformat:${start}%H%x00%ct%x00%an%x00%B`
/** Messages longer than this are cut: they are logs, not words. */
const longestBody = 8_000
/** A commit that touches more files says little about each: a move, a reformatting. Its first files are kept. */
const mostFiles = 300

/** Ids of the newest `limit` non-merge commits that `head` reaches, newest first. */
export async function listCommits(
  git: Git,
  head: string,
  limit: number,
  signal?: AbortSignal,
): Promise<string[]> {
  const args = ['rev-list', '--no-merges', `--max-count=${limit}`, head]
  return (await git.run(args, signal)).split('\n').filter(Boolean)
}

/** The given commits in git's order, read in one process. */
export async function* readCommits(
  git: Git,
  shas: readonly string[],
  signal?: AbortSignal,
): AsyncGenerator<Commit> {
  if (shas.length === 0) return
  const log = ['log', '--no-walk=unsorted', '--stdin', '-z', '--name-status', '--no-renames', '--no-ext-diff']
  const input = `${shas.join('\n')}\n`
  const records = git.records(
    [...log, '--root', `--format=${format}`],
    signal ? { input, signal } : { input },
  )
  let current: string[] = []
  for await (const record of records) {
    const at = record.indexOf(start)
    if (at >= 0) {
      const commit = toCommit(current)
      if (commit !== null) yield commit
      current = [record.slice(at + start.length)]
    } else current.push(record)
  }
  const last = toCommit(current)
  if (last !== null) yield last
}

/** `sha, time, author, message, status, path, status, path ...` */
function toCommit(fields: string[]): Commit | null {
  const [sha, time, author, message, ...rest] = fields
  if (sha === undefined || time === undefined || author === undefined || message === undefined) return null
  const [subject = '', ...lines] = message.trim().split('\n')
  const body = lines.join('\n').trim().slice(0, longestBody)
  return {
    sha,
    time: Number(time),
    author,
    subject: subject.slice(0, longestBody),
    body,
    files: toFiles(rest),
    issues: issueNumbers(message),
    reverts: revertedCommits(message),
  }
}

function toFiles(fields: string[]): CommitFile[] {
  const files: CommitFile[] = []
  for (let at = 0; at + 1 < fields.length && files.length < mostFiles; at += 2) {
    const status = (fields[at] ?? '').trim()
    const path = fields[at + 1]
    if (status !== '' && path !== undefined) files.push({ status: status.slice(0, 1), path })
  }
  return files
}

/** `#123`, `GH-123`, `issues/123`, `pull/123`, and trackers' `ABC-123`; at most 20, in order of appearance. */
export function issueNumbers(message: string): string[] {
  const found = new Set<string>()
  for (const match of message.matchAll(
    /(?:#|\bGH-|\/issues\/|\/pull\/)(\d{1,7})\b|\b([A-Z][A-Z0-9]{1,9}-\d{1,6})\b/g,
  )) {
    const number = match[1] ?? match[2]
    if (number !== undefined && !/^(UTF|ISO|SHA|PEP|CVE|RFC|HTTP)-/.test(number)) found.add(number)
  }
  return [...found].slice(0, 20)
}

/** Full ids after git's own sentence for reverts. */
export function revertedCommits(message: string): string[] {
  const found = message.matchAll(/This reverts commit ([0-9a-f]{40,64})/g)
  return [...found].map((match) => match[1] ?? '').filter(Boolean)
}
