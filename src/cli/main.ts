/** The entry of the `casebook` command: connects the process to `runCli`. */

import { setFlagsFromString } from 'node:v8'
import { runCli } from './cli.ts'
import { exitCodes } from './failure.ts'
import { openTerminal } from './terminal.ts'

// As in the memory service: without it V8 keeps the garbage of a whole index run (800 MB on 100,000 files).
setFlagsFromString('--optimize-for-size')

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
