/** A real git repository in a temporary folder, made from given files or from a fixture workspace. */

import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Contents by path relative to the root; `null` deletes the file. */
export type Files = Record<string, string | Uint8Array | null>

/** A folder below `test/fixtures/workspaces`. */
export type FixtureName = 'python-small' | 'typescript-small' | 'polyglot' | 'no-git'

export interface FixtureCommit {
  message: string
  files?: Files
  /** Unix seconds; by default each commit is one hour after the one before. */
  time?: number
  author?: { name: string; email: string }
}

export interface RepoOptions {
  /** Commits made after the first one, in this order. */
  commits?: readonly FixtureCommit[]
  /** False gives a plain folder without git. */
  git?: boolean
  /** The message of the first commit. */
  message?: string
}

export interface FixtureRepo {
  /** Absolute path with links resolved, so that it equals what git prints. */
  readonly dir: string
  /** Runs git in the repository and returns its output without the last line break. Throws when git fails. */
  git(...args: string[]): string
  /** Writes (or, with `null`, deletes) files without committing. */
  write(files: Files): void
  /** Writes `files`, commits everything that changed and returns the new commit's id. */
  commit(message: string, files?: Files, options?: Omit<FixtureCommit, 'message' | 'files'>): string
  /** Deletes the folder. Also called by `using`. */
  cleanup(): void
  [Symbol.dispose](): void
}

/** 2024-01-01T00:00:00Z: commit ids are the same on every machine and day. */
const firstCommitTime = 1_704_067_200

/**
 * Makes a repository on branch `main` with one commit of `source` (none when `source` has no files),
 * then the given commits. The person's own git configuration has no influence.
 */
export function makeRepo(source: FixtureName | Files = {}, options: RepoOptions = {}): FixtureRepo {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'casebook-repo-')))
  if (typeof source === 'string') cpSync(fixtureFolder(source), dir, { recursive: true })
  else writeFiles(dir, source)
  const repo = openFixture(dir)
  if (options.git === false || source === 'no-git') return repo
  repo.git('init', '--quiet', '--initial-branch=main')
  if (typeof source === 'string' || Object.keys(source).length > 0) {
    repo.commit(options.message ?? 'first commit')
  }
  for (const { message, files, ...rest } of options.commits ?? []) repo.commit(message, files, rest)
  return repo
}

/** The folder of a fixture workspace in this project. Read only: tests change copies. */
export function fixtureFolder(name: FixtureName): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'test/fixtures/workspaces', name))) {
    if (dirname(folder) === folder) throw new Error(`There is no fixture workspace ${name}`)
    folder = dirname(folder)
  }
  return join(folder, 'test/fixtures/workspaces', name)
}

function openFixture(dir: string): FixtureRepo {
  let clock = firstCommitTime
  const cleanup = () => rmSync(dir, { recursive: true, force: true, maxRetries: 5 })
  return {
    dir,
    git: (...args) => runGit(dir, args),
    write: (files) => writeFiles(dir, files),
    commit(message, files = {}, commitOptions = {}) {
      writeFiles(dir, files)
      const time = commitOptions.time ?? clock
      clock = time + 3600
      runGit(dir, ['add', '--all'])
      const who = commitOptions.author ?? { name: 'Ada Example', email: 'ada@example.org' }
      runGit(dir, ['commit', '--quiet', '--allow-empty', '--message', message], {
        GIT_AUTHOR_NAME: who.name,
        GIT_AUTHOR_EMAIL: who.email,
        GIT_AUTHOR_DATE: `${time} +0000`,
        GIT_COMMITTER_DATE: `${time} +0000`,
      })
      return runGit(dir, ['rev-parse', 'HEAD'])
    },
    cleanup,
    [Symbol.dispose]: cleanup,
  }
}

function writeFiles(dir: string, files: Files): void {
  for (const [path, content] of Object.entries(files)) {
    const target = join(dir, path)
    if (content === null) {
      rmSync(target, { recursive: true, force: true })
      continue
    }
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, content)
  }
}

function runGit(dir: string, args: readonly string[], env: Record<string, string> = {}): string {
  const output = execFileSync('git', args, {
    cwd: dir,
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...withoutGitVariables(),
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_AUTHOR_NAME: 'Ada Example',
      GIT_AUTHOR_EMAIL: 'ada@example.org',
      GIT_COMMITTER_NAME: 'Ada Example',
      GIT_COMMITTER_EMAIL: 'ada@example.org',
      ...env,
    },
  })
  return output.replace(/\r?\n$/, '')
}

/** Inside a git hook or a rebase, GIT_DIR and its kin would lead git to another repository. */
function withoutGitVariables(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([key]) => !key.startsWith('GIT_')))
}
