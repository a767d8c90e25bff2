/** Commit memory for people: search the messages, examine one commit. Sees only the history of its view. */

import type { CommitDetail, CommitHit } from '../../protocol.ts'
import { codeTokens } from '../code/tokens.ts'
import { askGit, type Git } from '../git.ts'
import { UserError } from '../ports.ts'
import { redact } from '../safety/redact.ts'
import { isSecretPath } from '../secret-names.ts'
import { readCommit } from '../store/commits.ts'
import type { DatabaseSync } from '../store/database.ts'
import type { RecallContext } from './context.ts'
import { isStopword } from './stopwords.ts'

export interface CommitSearchOptions {
  /** Commits in the answer; 10 when absent. */
  limit?: number
  signal?: AbortSignal
}

export interface CommitMatch {
  id: number
  /** BM25 over message and paths, greater is better. */
  score: number
  /** The query names this commit by its id or an issue of it. */
  exact: boolean
}

/** A word in the message says more about a commit than one in the paths it changed. */
const bm25 = 'bm25(1.0, 0.3)'
const selectMatches = `
  select f.rowid as id, -f.rank as score from commit_fts f
  cross join view_commit v on v.view_id = ? and v.commit_id = f.rowid
  where f.commit_fts match ? and f.rank match '${bm25}' order by f.rank, v.position limit ?`
const selectByIssue = `
  select c.id from view_commit v join commit_log c on c.id = v.commit_id
  where v.view_id = ? and ' ' || c.issues || ' ' like '% ' || ? || ' %' order by v.position limit ?`
const selectBySha = `
  select c.id, c.sha from view_commit v join commit_log c on c.id = v.commit_id
  where v.view_id = ? and c.sha >= ? and c.sha < ? order by v.position limit 2`
const selectCommit = 'select sha, time, subject from commit_log where id = ?'
const selectPaths = `
  select p.path from commit_file f join path p on p.id = f.path_id where f.commit_id = ? order by p.path`

/** Commits of the view for a query, best first: by id, by issue number, then by words. */
export function searchCommits(
  context: RecallContext,
  query: string,
  options: CommitSearchOptions = {},
): CommitHit[] {
  options.signal?.throwIfAborted()
  const { db, viewId, root } = context
  return findCommits(db, viewId, query, options.limit ?? 10).map(({ id, score, exact }, index) => {
    const channel = exact ? 'keys' : 'commits'
    return {
      ...readHit(db, root, id),
      score,
      explain: [{ channel, rank: index + 1, score, contribution: score }],
    }
  })
}

/** As `searchCommits`, by row id. An exact key scores above all words. */
export function findCommits(db: DatabaseSync, viewId: number, query: string, limit: number): CommitMatch[] {
  const keys = [
    ...new Set([...commitsById(db, viewId, query.trim()), ...commitsByIssue(db, viewId, query, limit)]),
  ]
  const matches = matchCommits(db, viewId, query, limit).filter(({ id }) => !keys.includes(id))
  const top = matches[0]?.score ?? 0
  const exact = keys.map((id, index) => ({ id, score: top + keys.length - index, exact: true }))
  return [...exact, ...matches].slice(0, limit)
}

export function readHit(db: DatabaseSync, root: string, id: number): Omit<CommitHit, 'score' | 'explain'> {
  const row = db.prepare(selectCommit).get(id)
  return {
    type: 'commit',
    root,
    sha: String(row?.sha),
    time: Number(row?.time),
    subject: String(row?.subject),
    files: db
      .prepare(selectPaths)
      .all(id)
      .map((file) => String(file.path)),
  }
}

/** Commits of the view whose messages or paths hold the words of the query, best first. */
function matchCommits(db: DatabaseSync, viewId: number, query: string, limit: number): CommitMatch[] {
  const words = [...new Set(codeTokens(query))].filter((word) => !isStopword(word))
  if (words.length === 0) return []
  const expression = words
    .slice(0, 64)
    .map((word) => `"${word.replaceAll('"', '""')}"`)
    .join(' OR ')
  return db
    .prepare(selectMatches)
    .all(viewId, expression, limit)
    .map((row) => ({ id: Number(row.id), score: Number(row.score), exact: false }))
}

function commitsByIssue(db: DatabaseSync, viewId: number, query: string, limit: number): number[] {
  const numbers = [...query.matchAll(/#(\d+)\b/g)].map((found) => found[1] ?? '')
  const select = db.prepare(selectByIssue)
  return [
    ...new Set(numbers.flatMap((number) => select.all(viewId, number, limit).map((row) => Number(row.id)))),
  ]
}

function commitsById(db: DatabaseSync, viewId: number, sha: string): number[] {
  if (!/^[0-9a-f]{7,64}$/.test(sha)) return []
  return db
    .prepare(selectBySha)
    .all(viewId, sha, `${sha}g`)
    .map((row) => Number(row.id))
}

/** Characters of a diff that are shown. */
const longestDiff = 200_000
/** Paths that are named as left out of a diff. */
const mostNamed = 20

/** One commit of the view with its diff. `sha` may be shortened, or what git resolves: a branch, a tag, `HEAD~2`. Throws `UserError` when the view does not know it. */
export async function examineCommit(
  context: RecallContext,
  git: Git | null,
  sha: string,
): Promise<CommitDetail> {
  const named = commitsById(context.db, context.viewId, sha.toLowerCase())
  const resolved = named.length > 0 || git === null ? null : await resolve(git, sha)
  const found = resolved === null ? named : commitsById(context.db, context.viewId, resolved)
  const full = found.length === 1 ? readHit(context.db, context.root, found[0] ?? -1).sha : null
  const known = full === null ? null : readCommit(context.db, full)
  const commit =
    known ?? (git === null || resolved === null ? null : await readFromGit(context, git, resolved))
  if (git === null || commit === null)
    throw unknownCommit(resolved === null ? sha : `${sha} (${resolved.slice(0, 10)})`, found.length)
  const diff = await readDiff(git, commit.sha)
  return { ...commit, diff: diff.slice(0, longestDiff), diffTruncated: diff.length > longestDiff }
}

/** The full id behind a name of git's; null where it has none. */
async function resolve(git: Git, name: string): Promise<string | null> {
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${name.trim()}^{commit}`]
  const id = (await askGit(git, args))?.trim() ?? ''
  return id === '' ? null : id
}

const selectHead = 'select head from view where id = ?'

/** Merges, and commits before the remembered ones, as far as the head of the view reaches them. */
async function readFromGit(
  { db, viewId }: RecallContext,
  git: Git,
  sha: string,
): Promise<Omit<CommitDetail, 'diff' | 'diffTruncated'> | null> {
  const head = String(db.prepare(selectHead).get(viewId)?.head ?? '')
  if (head === '' || (await askGit(git, ['merge-base', '--is-ancestor', sha, head])) === null) return null
  const said = await git.run(['show', '--no-patch', '--format=%ct%x00%an%x00%s%x00%b', sha])
  const [time, author = '', subject = '', body = ''] = said.split('\0')
  const list = ['show', '--format=', '--name-status', '--no-renames', ...ofFirstParent, '-z', sha]
  const fields = (await git.run(list)).split('\0')
  const files = Array.from({ length: Math.floor(fields.length / 2) }, (_, at) => ({
    status: fields[at * 2]?.trim() ?? '',
    path: fields[at * 2 + 1] ?? '',
  }))
  const clean = await Promise.all(
    [author, subject, body.trim()].map(async (text) => (await redact(text)).text),
  )
  const [by = '', title = '', rest = ''] = clean
  return { sha, time: Number(time), author: by, subject: title, body: rest, issues: [], reverts: [], files }
}

/** Of a merge: what it brought to the branch that it was made on. */
const ofFirstParent = ['-m', '--first-parent']

/** The patch without files that usually hold secrets; a line at its beginning names those. */
async function readDiff(git: Git, sha: string): Promise<string> {
  const list = ['show', '--format=', '--name-only', '--no-renames', ...ofFirstParent, '--root', '-z', sha]
  const secret = (await git.run(list)).split('\0').filter(isSecretPath)
  const format = ['--no-color', '--no-ext-diff', '--no-textconv', '--submodule=short', '--format=']
  const show = ['show', ...format, '--patch', ...ofFirstParent, '--root', sha]
  if (secret.length === 0) return await git.run(show)
  // Through standard input, because there may be more than a command line takes.
  const input = `--\n:(top)\n${secret.map((path) => `${without(path)}\n`).join('')}`
  const parts: string[] = []
  for await (const part of git.records(['--no-literal-pathspecs', ...show, '--stdin'], { input })) {
    parts.push(part)
  }
  const patch = parts.join('\0')
  return `${notShown(secret)}\n${patch === '' ? '' : `\n${patch}`}`
}

/** A pathspec. What a line of input cannot carry, bytes that are not UTF-8 among it, is matched by `*`. */
function without(path: string): string {
  return `:(exclude,top,glob)${path.replace(/[\\*?[\]]/g, '\\$&').replace(/[\p{Cc}\ufffd]+/gu, '*')}`
}

function notShown(paths: readonly string[]): string {
  const names = paths.slice(0, mostNamed).map((path) => path.replace(/\p{Cc}/gu, '?'))
  const more = paths.length > mostNamed ? ` and ${paths.length - mostNamed} more` : ''
  return `Not shown, because such files usually hold secrets: ${names.join(', ')}${more}`
}

function unknownCommit(sha: string, found: number): UserError {
  return found > 1
    ? new UserError(`${sha} is the beginning of more than one commit.`, 'Give more characters of the id.')
    : new UserError(
        `${sha} is not among the remembered commits.`,
        'Give seven characters of its id, a branch or a tag, and index the repository first.',
      )
}
