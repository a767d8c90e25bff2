/** Lists what a view shows: git's own answer for a work tree, a folder, or one commit. */

import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { type Git, GitFailed } from '../git.ts'
import type { ExclusionReason, ListedFile } from '../types.ts'
import { excludedByPath } from './exclude.ts'

export const ignoreFile = '.casebookignore'

/** Tags tell what a sparse checkout left out and what git was told not to look at. */
const listFiles = ['ls-files', '-v', '-s', '-c', '-o', '--exclude-standard', '-z']
/** Characters of paths in one command: Windows takes 32,767 in all. */
const longestCommand = 20_000

/** Files of the work tree, tracked and untracked, by git's ignore rules and `.casebookignore`. */
export async function scanWorkTree(git: Git, signal?: AbortSignal): Promise<Map<string, ListedFile>> {
  const [changed, files] = await Promise.all([
    changedPaths(git, signal),
    listed(git, git.records(listFiles, options(signal))),
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
  const all = new Map<string, ListedFile>()
  for (const some of commandsOf(paths)) {
    const files = await listed(git, git.records([...listFiles, '--', ...some]))
    if (ownRules) await applyCasebookIgnore(git, files, undefined, some)
    for (const file of files.values()) all.set(file.path, { ...file, oid: null })
  }
  return all
}

function commandsOf(paths: readonly string[]): string[][] {
  const commands: string[][] = []
  let length = longestCommand
  for (const path of paths) {
    length += path.length + 1
    if (length > longestCommand) {
      commands.push([])
      length = path.length
    }
    commands.at(-1)?.push(path)
  }
  return commands
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

async function listed(git: Git, records: AsyncIterable<string>): Promise<Map<string, ListedFile>> {
  const files = new Map<string, ListedFile>()
  const skipped: string[] = []
  await collect(records, (record) => {
    const path = addRecord(files, record)
    if (record[0]?.toUpperCase() === 'S') skipped.push(path)
  })
  await dropAbsent(git.root ?? git.gitDir, files, skipped)
  return files
}

/** `H 100644 <oid> 0\tpath` for tracked files, `? path` for others. Gives the path. */
function addRecord(files: Map<string, ListedFile>, record: string): string {
  const tag = record[0] ?? ''
  if (tag === '?') {
    const path = record.slice(2)
    addFile(files, { path, mode: '100644', oid: null, size: null })
    return path
  }
  const [meta = '', path = ''] = splitOnce(record.slice(2), '\t')
  const [mode = '', oid = '', stage = '0'] = meta.split(' ')
  // Lower case: assumed unchanged. S: left out of the checkout. Git compares neither with the index.
  const vouched = stage === '0' && tag !== 'S' && tag === tag.toUpperCase()
  addFile(files, { path, mode, oid: vouched ? oid : null, size: null })
  return path
}

/** Keeps of the files that a sparse checkout left out those that are there all the same. Asks once a folder. */
async function dropAbsent(root: string, files: Map<string, ListedFile>, skipped: string[]): Promise<void> {
  const folders = new Map<string, Promise<ReadonlySet<string>>>()
  const namesIn = (folder: string): Promise<ReadonlySet<string>> => {
    const known = folders.get(folder) ?? readNames(root, folder, namesIn)
    folders.set(folder, known)
    return known
  }
  for (const path of skipped) if (!(await namesIn(dirname(path))).has(basename(path))) files.delete(path)
}

async function readNames(
  root: string,
  folder: string,
  namesIn: (parent: string) => Promise<ReadonlySet<string>>,
): Promise<ReadonlySet<string>> {
  const exists = folder === '.' || (await namesIn(dirname(folder))).has(basename(folder))
  return new Set(exists ? await readdir(join(root, folder)).catch(() => []) : [])
}

function addFile(
  files: Map<string, ListedFile>,
  { path, mode, oid, size }: { path: string; mode: string; oid: string | null; size: number | null },
): void {
  const file: ListedFile = { path, oid, size }
  const excluded = path.endsWith('/') ? 'submodule' : (excludedByMode[mode] ?? excludedByPath(path))
  if (excluded !== undefined) file.excluded = excluded
  // What stands for a byte that is not UTF-8: under this name no file can be opened.
  else if (path.includes('\ufffd')) file.excluded = 'unreadable'
  files.set(path, file)
}

const excludedByMode: Readonly<Record<string, ExclusionReason>> = { 160000: 'submodule', 120000: 'symlink' }

function splitOnce(text: string, separator: string): string[] {
  const at = text.indexOf(separator)
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)]
}

/** Tracked paths whose file differs from the index by git's own stat check. */
async function changedPaths(git: Git, signal?: AbortSignal): Promise<string[]> {
  const paths: string[] = []
  const args = ['diff-files', '--name-only', '--no-ext-diff', '--ignore-submodules=all', '-z']
  await collect(git.records(args, options(signal)), (path) => {
    paths.push(path)
  })
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
