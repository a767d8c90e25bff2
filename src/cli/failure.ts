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
    // Whoever stopped says what became of it.
    const said = error instanceof UserError ? `${error.message} ${error.remedy}` : null
    terminal.note(`casebook: ${escapeBlock(said ?? 'stopped. What was done so far is kept.')}`)
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

const noSpace = 'Free some space on that disk, or keep the store on another one with --store DIR.'
const notWritable = 'Change the permissions, or keep the store in another place with --store DIR.'

const systemRemedies: Readonly<Record<string, string>> = {
  ENOSPC: noSpace,
  EDQUOT: noSpace,
  EROFS: notWritable,
  EACCES: notWritable,
  EPERM: notWritable,
  EMFILE: 'Raise the limit of open files (ulimit -n) and run it again.',
}

/** By SQLite's primary result codes: BUSY, READONLY, IOERR, CORRUPT, FULL, NOTADB. */
const sqliteRemedies: Readonly<Record<number, string>> = {
  5: 'Another program is writing to this store. Close it, or wait, and run it again.',
  8: notWritable,
  10: 'Check the disk that holds the store, or keep the store in another place with --store DIR.',
  11: "The index is damaged. Run 'casebook index' to set it aside and build it again.",
  13: noSpace,
  26: "The index is damaged. Run 'casebook index' to set it aside and build it again.",
}

/** What a person can do about errors of the operating system and the database. */
function systemRemedy(error: unknown): string | null {
  const { code, errcode } = (error ?? {}) as { code?: unknown; errcode?: unknown }
  if (typeof errcode === 'number') return sqliteRemedies[errcode & 0xff] ?? null
  return typeof code === 'string' ? (systemRemedies[code] ?? null) : null
}

function trace(error: Error): string {
  const own = error.stack ?? String(error)
  return error.cause instanceof Error ? `${own}\ncaused by ${trace(error.cause)}` : own
}
