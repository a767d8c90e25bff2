/** Git for the benchmarks, which make, clone and remove repositories; memory itself only ever reads. */

import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Writable } from 'node:stream'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** The person's hooks, filters and signing keys have no place in a measurement. */
const environment: NodeJS.ProcessEnv = {
  ...process.env,
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
  GIT_AUTHOR_NAME: 'Ada Example',
  GIT_AUTHOR_EMAIL: 'ada@example.org',
  GIT_COMMITTER_NAME: 'Ada Example',
  GIT_COMMITTER_EMAIL: 'ada@example.org',
}

/** Standard output without the last line break. Throws with git's own words. */
export async function git(folder: string, args: readonly string[], signal?: AbortSignal): Promise<string> {
  const options = { cwd: folder, env: environment, maxBuffer: 1 << 28, ...(signal && { signal }) }
  return (await run('git', [...args], options)).stdout.trimEnd()
}

/** A git that reads its orders from `stdin`; `done` rejects when it fails. */
export function gitProcess(
  folder: string,
  args: readonly string[],
  signal?: AbortSignal,
): { stdin: Writable; done: Promise<void> } {
  const child = spawn('git', [...args], {
    cwd: folder,
    env: environment,
    stdio: ['pipe', 'ignore', 'pipe'],
    ...(signal && { signal }),
  })
  let stderr = ''
  child.stderr.on('data', (part: Buffer) => {
    stderr += part.toString('utf8')
  })
  child.stdin.on('error', () => {})
  const done = once(child, 'close').then(([code]) => {
    if (code !== 0) throw new Error(`git ${args[0]} failed: ${stderr.trim()}`)
  })
  done.catch(() => {})
  return { stdin: child.stdin, done }
}
