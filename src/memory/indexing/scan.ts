/** Lists what a view shows: git's own answer for a work tree, a folder, or one commit. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Git, GitFailed } from '../git.ts'
import type { ListedFile } from '../types.ts'
import { excludedByPath } from './exclude.ts'

export const ignoreFile = '.casebookignore'

/** Files of the work tree, tracked and untracked, by git's ignore rules and `.casebookignore`. */
export async function scanWorkTree(git: Git, signal?: AbortSignal): Promise<Map<string, ListedFile>> {
  const files = new Map<string, ListedFile>()
  const list = ['ls-files', '-t', '-s', '-c', '-o', '--exclude-standard', '-z']
  const [changed] = await Promise.all([
    changedPaths(git, signal),
    collect(git.records(list, options(signal)), (record) => addRecord(files, record)),
  ])
  // The index's blob id says nothing about a file that differs from the index.
  for (const path of changed) {
    const file = files.get(path)
    if (file !== undefined) file.oid = null
  }
  await applyCasebookIgnore(git, files, signal)
  return files
}

/**
 * The same for a few paths: what a save or a file event needs. Paths that git does not list are absent.
 * `ownRules` says whether there is any `.casebookignore` to be asked about.
 */
export async function scanPaths(
  git: Git,
  paths: readonly string[],
  ownRules: boolean,
): Promise<Map<string, ListedFile>> {
  const files = new Map<string, ListedFile>()
  const args = ['ls-files', '-t', '-s', '-c', '-o', '--exclude-standard', '-z', '--', ...paths]
  await collect(git.records(args), (record) => addRecord(files, record))
  for (const file of files.values()) file.oid = null
  if (ownRules) await applyCasebookIgnore(git, files, undefined, paths)
  return files
}

/** Files of one commit's tree, from git objects, with sizes. */
export async function scanCommit(
  git: Git,
  commit: string,
  signal?: AbortSignal,
): Promise<Map<string, ListedFile>> {
  const files = new Map<string, ListedFile>()
  const args = ['ls-tree', '-r', '-z', '-l', '--full-tree', commit]
  await collect(git.records(args, options(signal)), (record) => {
    const [meta = '', path = ''] = splitOnce(record, '\t')
    const [mode = '', , oid = '', size = ''] = meta.split(/ +/)
    if (path !== '') addFile(files, { path, mode, oid, size: size === '-' ? null : Number(size) })
  })
  if (files.has(ignoreFile)) await ignoreInCommit(git, commit, files)
  return files
}

function options(signal: AbortSignal | undefined): { signal?: AbortSignal } {
  return signal === undefined ? {} : { signal }
}

async function collect(records: AsyncIterable<string>, each: (record: string) => void): Promise<void> {
  for await (const record of records) if (record !== '') each(record)
}

/** `H 100644 <oid> 0\tpath` for tracked files, `? path` for others; S marks what a sparse checkout left out. */
function addRecord(files: Map<string, ListedFile>, record: string): void {
  const tag = record[0]
  if (tag === 'S') return
  if (tag === '?') {
    addFile(files, { path: record.slice(2), mode: '100644', oid: null, size: null })
    return
  }
  const [meta = '', path = ''] = splitOnce(record.slice(2), '\t')
  const [mode = '', oid = '', stage = '0'] = meta.split(' ')
  addFile(files, { path, mode, oid: stage === '0' ? oid : null, size: null })
}

function addFile(
  files: Map<string, ListedFile>,
  { path, mode, oid, size }: { path: string; mode: string; oid: string | null; size: number | null },
): void {
  const file: ListedFile = { path, oid, size }
  const excluded = mode === '160000' ? 'submodule' : mode === '120000' ? 'symlink' : excludedByPath(path)
  if (path.endsWith('/')) file.excluded = 'submodule'
  else if (excluded !== undefined) file.excluded = excluded
  files.set(path, file)
}

function splitOnce(text: string, separator: string): string[] {
  const at = text.indexOf(separator)
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)]
}

/** Tracked paths whose file differs from the index by git's own stat check. */
async function changedPaths(git: Git, signal?: AbortSignal): Promise<string[]> {
  const paths: string[] = []
  await collect(
    git.records(['diff-files', '--name-only', '--no-ext-diff', '-z'], options(signal)),
    (path) => {
      paths.push(path)
    },
  )
  return paths
}

/** Marks what `.casebookignore` files (gitignore syntax, any folder) name, by asking git. */
async function applyCasebookIgnore(
  git: Git,
  files: Map<string, ListedFile>,
  signal?: AbortSignal,
  paths: readonly string[] = [],
): Promise<void> {
  const inUse = [...files.keys()].some((path) => path.endsWith(ignoreFile)) || paths.length > 0
  if (!inUse || files.size === 0) return
  const only = paths.length === 0 ? [] : ['--', ...paths]
  const rules = `--exclude-per-directory=${ignoreFile}`
  const tracked = git.records(['ls-files', '-c', '-i', rules, '-z', ...only], options(signal))
  await collect(tracked, (path) => markIgnored(files, path))
  const kept = new Set<string>()
  const others = git.records(
    ['ls-files', '-c', '-o', '--exclude-standard', rules, '-z', ...only],
    options(signal),
  )
  await collect(others, (path) => kept.add(path))
  for (const path of files.keys()) if (!kept.has(path)) markIgnored(files, path)
}

function markIgnored(files: Map<string, ListedFile>, path: string): void {
  const file = files.get(path)
  if (file !== undefined && file.excluded === undefined) file.excluded = 'casebookignore'
}

/** For a commit without a work tree git judges a temporary index against the commit's own ignore file. */
async function ignoreInCommit(git: Git, commit: string, files: Map<string, ListedFile>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'casebook-'))
  try {
    const rules = join(folder, 'ignore')
    await writeFile(rules, await git.run(['cat-file', 'blob', `${commit}:${ignoreFile}`]))
    const input = `${[...files.keys()].join('\0')}\0`
    // check-ignore knows no literal pathspecs; what it is given are paths anyway.
    const place = ['--no-literal-pathspecs', `--work-tree=${folder}`, '-c', `core.excludesFile=${rules}`]
    const args = [...place, 'check-ignore', '--no-index', '--stdin', '-z']
    const matched = git.records(args, { input })
    await collect(matched, (path) => markIgnored(files, path)).catch(unlessNoMatch)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** check-ignore ends with 1 when nothing is ignored. */
function unlessNoMatch(error: unknown): void {
  if (!(error instanceof GitFailed && error.code === 1)) throw error
}
