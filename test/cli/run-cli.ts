/** Runs the real CLI as a process, as a person or a script does. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

export interface CliResult {
  code: number | null
  stdout: string
  stderr: string
}

export interface CliOptions {
  cwd?: string
  stdin?: string
  env?: Record<string, string>
}

/** The program, from source. */
export const cliProgram = join(dirname(fileURLToPath(import.meta.url)), '../../src/cli/main.ts')

export async function runCli(line: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const child = startCli(line, options)
  child.stdin.end(options.stdin ?? '')
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ])
  return { code, stdout, stderr }
}

/** For tests that interrupt it or close its pipes. */
export function startCli(line: readonly string[], options: CliOptions = {}) {
  return spawn(process.execPath, [cliProgram, ...line], {
    cwd: options.cwd ?? process.cwd(),
    env: { ...cleanEnvironment(), ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
}

/** The settings of whoever runs the tests must not change them. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const mine = Object.entries(process.env).filter(
    ([key]) => !/^(CASEBOOK_|GIT_|NO_COLOR|FORCE_COLOR|NODE_OPTIONS|NODE_TEST_CONTEXT)/.test(key),
  )
  // Calls of models are written into the data folder of whoever asks.
  return { ...Object.fromEntries(mine), CASEBOOK_DATA_FOLDER: join(tmpdir(), `casebook-test-${process.pid}`) }
}
