/** The log of the CLI: warnings always, information on request, all on stderr. */

import type { Log } from '../memory/ports.ts'
import { escapeBlock } from './escape.ts'
import type { Terminal } from './terminal.ts'

export function openLog(terminal: Terminal, verbose: boolean): Log {
  const reason = (cause: unknown) =>
    cause === undefined ? '' : ` (${cause instanceof Error ? cause.message : cause})`
  return {
    info: (message) => {
      if (verbose) terminal.note(escapeBlock(message))
    },
    warn: (message) => terminal.note(`warning: ${escapeBlock(message)}`),
    error: (message, cause) => terminal.note(`error: ${escapeBlock(message + reason(cause))}`),
  }
}
