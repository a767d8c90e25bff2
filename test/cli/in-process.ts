/** Runs a command of the CLI in the test's own process: as quick as the command itself. */

import { runCli } from '../../src/cli/cli.ts'
import { openStyle } from '../../src/cli/style.ts'
import type { CliResult } from './run-cli.ts'

export async function runHere(line: readonly string[], folder: string): Promise<CliResult> {
  let stdout = ''
  let stderr = ''
  const terminal = {
    style: openStyle(false),
    print: async (text: string) => {
      stdout += `${text}\n`
    },
    note: (text: string) => {
      stderr += `${text}\n`
    },
    progress: () => undefined,
    clear: () => undefined,
  }
  const signal = new AbortController().signal
  const environment = { CASEBOOK_WORKERS: '1' }
  const code = await runCli(line, { terminal, environment, folder, signal })
  return { code, stdout, stderr }
}
