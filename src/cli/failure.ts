/** What a person sees when something went wrong, and the exit code that goes with it. */

import { EmbedderError, UserError } from '../memory/ports.ts'
import { UsageError } from './command.ts'
import { escapeBlock } from './escape.ts'
import { usageLine } from './help.ts'
import type { Terminal } from './terminal.ts'

export const exitCodes = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const

export interface FailureContext {
  terminal: Terminal
  signal: AbortSignal
  verbose: boolean
}

/** Writes reason and remedy to stderr and returns the exit code. */
export function reportFailure(error: unknown, { terminal, signal, verbose }: FailureContext): number {
  if (error instanceof UsageError) {
    const help = error.command === undefined ? 'casebook --help' : `casebook ${error.command.name} --help`
    terminal.note(`casebook: ${escapeBlock(error.message)}\n${usageLine(error.command)}\nMore: ${help}`)
    return exitCodes.usage
  }
  if (signal.aborted) {
    terminal.note('casebook: stopped. What was done so far is kept.')
    return exitCodes.interrupted
  }
  const { message, remedy } = describeError(error)
  terminal.note(`casebook: ${escapeBlock(`${message}\n${remedy}`)}`)
  if (verbose && error instanceof Error) terminal.note(escapeBlock(trace(error)))
  return exitCodes.failed
}

/** What happened, and what the person can do about it. */
export function describeError(error: unknown): { message: string; remedy: string } {
  if (error instanceof UserError || error instanceof EmbedderError) return error
  const message = error instanceof Error ? error.message : String(error)
  return { message, remedy: systemRemedy(error) ?? unexpected }
}

const unexpected =
  "This was not expected. Run it again with --verbose for the details, or try 'casebook doctor'."

/** Errors of the operating system that a person can do something about. */
function systemRemedy(error: unknown): string | null {
  const code = (error as NodeJS.ErrnoException | null)?.code
  if (code === 'ENOSPC') return 'Free some space on that disk, or choose another with --store DIR.'
  if (code === 'EROFS' || code === 'EACCES' || code === 'EPERM')
    return 'Change the permissions, or choose a place that can be written with --store DIR.'
  if (code === 'EMFILE') return 'Raise the limit of open files (ulimit -n) and run it again.'
  return null
}

function trace(error: Error): string {
  const own = error.stack ?? String(error)
  return error.cause instanceof Error ? `${own}\ncaused by ${trace(error.cause)}` : own
}
