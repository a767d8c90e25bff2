/** Runs another `casebook` with the same Node and the same program: a cold process, as a person would start it. */

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** Standard output. Rejects when the command fails. */
export async function runSelf(line: readonly string[], signal: AbortSignal): Promise<string> {
  const program = process.argv[1]
  if (program === undefined) throw new Error('the program of this process is unknown')
  const { stdout } = await promisify(execFile)(process.execPath, [...process.execArgv, program, ...line], {
    maxBuffer: 1 << 28,
    signal,
  })
  return stdout
}
