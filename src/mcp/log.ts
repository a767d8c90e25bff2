/** The log of the server. Standard output belongs to the protocol: every word goes to standard error. */

import type { Log } from '../memory/ports.ts'

export function openLog(verbose: boolean): Log {
  const say = (line: string) => void process.stderr.write(`casebook mcp: ${line}\n`)
  const reason = (cause: unknown) =>
    cause === undefined ? '' : ` (${cause instanceof Error ? cause.message : String(cause)})`
  return {
    info: (message) => {
      if (verbose) say(message)
    },
    warn: (message) => say(`warning: ${message}`),
    error: (message, cause) => say(`error: ${message}${reason(cause)}`),
  }
}
