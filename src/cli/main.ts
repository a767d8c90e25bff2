/** The entry of the `casebook` command: connects the process to `runCli`. */

import { runCli } from './cli.ts'
import { exitCodes } from './failure.ts'
import { openTerminal } from './terminal.ts'

const terminal = openTerminal(process.stdout, process.stderr)
const stop = new AbortController()

function interrupt(): void {
  if (stop.signal.aborted) process.exit(exitCodes.interrupted)
  terminal.note('Stopping… (Ctrl-C again to force it)')
  stop.abort(new Error('stopped with Ctrl-C'))
}
process.on('SIGINT', interrupt)
process.on('SIGTERM', interrupt)

runCli(process.argv.slice(2), {
  terminal,
  environment: process.env,
  folder: process.cwd(),
  signal: stop.signal,
}).then(
  (code) => {
    process.exitCode = code
  },
  (error: unknown) => {
    process.exitCode = exitCodes.failed
    terminal.note(String(error))
  },
)
