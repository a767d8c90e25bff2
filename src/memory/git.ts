/** The only door to git: read-only commands, run without the repository's own hooks, pagers or helpers. */

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { statSync } from 'node:fs'
import { win32 } from 'node:path'
import { UserError } from './ports.ts'

/** What could run a program named by the repository's configuration, or take a lock, is switched off. */
const safeOptions = [
  '-c',
  'core.fsmonitor=false',
  '-c',
  'core.hooksPath=/dev/null',
  '-c',
  'core.quotePath=false',
  '-c',
  'core.untrackedCache=false',
  '-c',
  'log.showSignature=false',
  '-c',
  'i18n.logOutputEncoding=UTF-8',
  '--no-pager',
  '--literal-pathspecs',
]

export interface Git {
  /** The folder whose files are listed; null for a bare repository. */
  readonly root: string | null
  readonly gitDir: string
  /** Shared by all worktrees of the repository. */
  readonly commonDir: string
  /** Whole standard output. Throws `GitFailed`. */
  run(args: readonly string[], signal?: AbortSignal): Promise<string>
  /** Standard output piece by piece, split at NUL. Throws `GitFailed` at the end. */
  records(args: readonly string[], options?: GitRunOptions): AsyncGenerator<string>
  /** A process for `cat-file --batch` and the like; the caller ends it. */
  open(args: readonly string[]): ChildProcessWithoutNullStreams
}

export interface GitRunOptions {
  input?: string
  signal?: AbortSignal
}

export class GitFailed extends Error {
  readonly stderr: string
  readonly code: number | null
  constructor(args: readonly string[], stderr: string, code: number | null) {
    super(`git ${args[0] ?? ''} failed (${code ?? 'killed'}): ${stderr.trim().slice(0, 400)}`)
    this.name = 'GitFailed'
    this.stderr = stderr
    this.code = code
  }
}

/** Standard output; null when git says no, as it does about commits that it does not have any more. */
export async function askGit(
  git: Pick<Git, 'run'>,
  args: readonly string[],
  signal?: AbortSignal,
): Promise<string | null> {
  try {
    return await git.run(args, signal)
  } catch (error) {
    if (error instanceof GitFailed) return null
    throw error
  }
}

/** Opens the repository that holds `folder`; null when it is not inside one. Throws `UserError` without git. */
export async function openGit(folder: string): Promise<Git | null> {
  const args = [
    'rev-parse',
    '--path-format=absolute',
    '--is-bare-repository',
    '--git-dir',
    '--git-common-dir',
  ]
  try {
    const lines = (await collect(start(folder, args), args)).trimEnd().split('\n')
    const [bare, gitDir, commonDir] = lines
    if (gitDir === undefined || commonDir === undefined) return null
    const top = bare === 'true' ? null : await toplevel(folder)
    return await gitAt({ cwd: top ?? gitDir, root: top, gitDir, commonDir })
  } catch (error) {
    return explainOpenFailure(error, folder)
  }
}

/** Inside `.git` itself there is no work tree, though the repository is not bare. */
async function toplevel(folder: string): Promise<string | null> {
  const args = ['rev-parse', '--path-format=absolute', '--show-toplevel']
  try {
    return (await collect(start(folder, args), args)).trimEnd()
  } catch (error) {
    if (error instanceof GitFailed) return null
    throw error
  }
}

/**
 * A plain folder seen through an empty repository kept elsewhere (`gitDir`, created when missing):
 * git's own ignore rules apply to it although it is no repository.
 */
export async function openFolderAsGit(folder: string, gitDir: string): Promise<Git> {
  const args = ['init', '--quiet', '--bare', gitDir]
  await collect(start(folder, args), args)
  return await gitAt({ cwd: folder, root: folder, gitDir, commonDir: gitDir, workTree: folder })
}

function explainOpenFailure(error: unknown, folder: string): null {
  if (!(error instanceof GitFailed)) throw error
  if (error.stderr.includes('dubious ownership')) {
    throw new UserError(
      `git refuses to read ${folder}: it belongs to another user.`,
      `If you trust it, run: git config --global --add safe.directory ${folder}`,
      error,
    )
  }
  if (/not a git repository|must be run in a work tree/.test(error.stderr)) return null
  throw new UserError(
    `git cannot read ${folder}: ${error.stderr.trim()}`,
    'Check the repository with git status.',
    error,
  )
}

interface Place {
  cwd: string
  root: string | null
  gitDir: string
  commonDir: string
  workTree?: string
}

async function gitAt({ cwd, root, gitDir, commonDir, workTree }: Place): Promise<Git> {
  const base = workTree === undefined ? [] : [`--git-dir=${gitDir}`, `--work-tree=${workTree}`]
  const settings = withoutFilters(await filterDrivers(cwd, base))
  const open = (args: readonly string[], signal?: AbortSignal) =>
    start(cwd, [...base, ...args], { settings, ...(signal === undefined ? {} : { signal }) })
  return {
    root,
    gitDir,
    commonDir,
    open,
    run: (args, signal) => collect(open(args, signal), args),
    records: (args, options = {}) => records(open(args, options.signal), args, options),
  }
}

/** Names of the drivers that the configuration has now. git would run them to compare a file with the index. */
async function filterDrivers(cwd: string, base: readonly string[]): Promise<Set<string>> {
  const args = ['config', '-z', '--name-only', '--get-regexp', '^filter\\.']
  try {
    const keys = (await collect(start(cwd, [...base, ...args]), args)).split('\0').filter(Boolean)
    return new Set(keys.map((key) => key.slice('filter.'.length, key.lastIndexOf('.'))))
  } catch (error) {
    if (error instanceof GitFailed && error.code === 1) return new Set()
    throw error
  }
}

/** Content counts as it lies in the folder: a file of a filter differs from its object and is read. */
function withoutFilters(drivers: ReadonlySet<string>): Setting[] {
  return [...drivers].flatMap((driver): Setting[] => [
    [`filter.${driver}.clean`, ''],
    [`filter.${driver}.process`, ''],
    [`filter.${driver}.smudge`, ''],
    [`filter.${driver}.required`, 'false'],
  ])
}

type Setting = readonly [key: string, value: string]

function start(
  cwd: string,
  args: readonly string[],
  { settings = [], signal }: { settings?: readonly Setting[]; signal?: AbortSignal } = {},
): ChildProcessWithoutNullStreams {
  const env = gitEnvironment(settings)
  return spawn(gitProgram(env.PATH ?? '', process.platform, isFile), [...safeOptions, ...args], {
    cwd,
    env,
    windowsHide: true,
    ...(signal === undefined ? {} : { signal }),
  })
}

/** A caller's GIT_DIR or pager must not redirect us; nothing may ask for a password. */
function gitEnvironment(settings: readonly Setting[]): NodeJS.ProcessEnv {
  const { GIT_DIR, GIT_WORK_TREE, GIT_INDEX_FILE, GIT_EXTERNAL_DIFF, ...env } = process.env
  const path = absoluteEntries(process.env.PATH ?? '', process.platform)
  // Windows calls it Path, and would take the first of two.
  for (const name of Object.keys(env)) if (name.toUpperCase() === 'PATH') delete env[name]
  return {
    ...env,
    ...configEnvironment(settings, Number(env.GIT_CONFIG_COUNT ?? 0)),
    PATH: path,
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
    GIT_NO_LAZY_FETCH: '1',
    LC_ALL: 'C',
  }
}

/** As `-c key=value` after the `before` settings of the caller; unlike there, a key may hold `=`. */
function configEnvironment(settings: readonly Setting[], before: number): Record<string, string> {
  if (settings.length === 0) return {}
  const pairs = settings.flatMap(([key, value], at) => [
    [`GIT_CONFIG_KEY_${before + at}`, key],
    [`GIT_CONFIG_VALUE_${before + at}`, value],
  ])
  return { ...Object.fromEntries(pairs), GIT_CONFIG_COUNT: String(before + settings.length) }
}

/** A PATH without entries that are relative to the current folder: that is the repository, with programs of others. */
export function absoluteEntries(path: string, platform: NodeJS.Platform): string {
  if (platform === 'win32') {
    const entries = path.split(';').map((entry) => entry.replace(/^"(.*)"$/, '$1'))
    return entries.filter((entry) => /^([a-z]:[\\/]|\\\\)/i.test(entry)).join(';')
  }
  const entries = path.split(':').filter((entry) => entry.startsWith('/'))
  // An empty PATH means the current folder, too.
  return entries.length > 0 ? entries.join(':') : '/usr/bin:/bin'
}

/**
 * What to start. Windows looks into the current folder before the PATH, so there it is the full name;
 * a name without a program when there is none. `path` has absolute entries only.
 */
export function gitProgram(
  path: string,
  platform: NodeJS.Platform,
  isFile: (file: string) => boolean,
): string {
  if (platform !== 'win32') return 'git'
  const candidates = path.split(';').map((entry) => win32.join(entry, 'git.exe'))
  return candidates.find(isFile) ?? 'C:\\git-is-not-on-the-path\\git.exe'
}

function isFile(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() ?? false
}

async function collect(child: ChildProcessWithoutNullStreams, args: readonly string[]): Promise<string> {
  const parts: Buffer[] = []
  child.stdout.on('data', (part: Buffer) => parts.push(part))
  child.stdin.end()
  await ended(child, args)
  return Buffer.concat(parts).toString('utf8')
}

async function* records(
  child: ChildProcessWithoutNullStreams,
  args: readonly string[],
  options: GitRunOptions,
): AsyncGenerator<string> {
  const end = ended(child, args)
  // Handled below; without this a failure during iteration counts as unhandled.
  end.catch(() => undefined)
  child.stdin.on('error', () => undefined)
  child.stdin.end(options.input ?? '')
  let rest = ''
  child.stdout.setEncoding('utf8')
  try {
    for await (const text of child.stdout) {
      const pieces = (rest + String(text)).split('\0')
      rest = pieces.pop() ?? ''
      yield* pieces
    }
    await end
    if (rest !== '') yield rest
  } finally {
    child.kill()
  }
}

/** Resolves when the process ended with 0; tells a missing git and a failure apart. */
function ended(child: ChildProcessWithoutNullStreams, args: readonly string[]): Promise<void> {
  let stderr = ''
  child.stderr.on('data', (part: Buffer) => {
    if (stderr.length < 10_000) stderr += part.toString('utf8')
  })
  return new Promise((resolve, reject) => {
    child.on('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'ENOENT' ? missingGit(error) : error)
    })
    child.on('close', (code) => (code === 0 ? resolve() : reject(new GitFailed(args, stderr, code))))
  })
}

function missingGit(cause: unknown): UserError {
  return new UserError(
    'git was not found, or the folder does not exist.',
    'Install git and make sure that it is on the PATH, and check the folder name.',
    cause,
  )
}
