/** What a command of the CLI is: a row of a table that parses, explains and runs it. */

import type { Settings } from '../config.ts'
import type { Log } from '../memory/ports.ts'
import type { Style } from './style.ts'
import type { Terminal } from './terminal.ts'

export interface OptionSpec {
  type: 'string' | 'boolean'
  short?: string
  /** Shown in the help after the name of an option that takes a value. */
  value?: string
  help: string
}

export type OptionTable = Readonly<Record<string, OptionSpec>>

export interface Command {
  /** As typed: `search`, or two words such as `bench index`. */
  name: string
  summary: string
  /** What follows the name in the usage line. */
  usage: string
  options: OptionTable
  /** Longer explanation under the usage line of its own help. */
  details?: string
  run(call: Call): Promise<Reply>
}

/** One call of a command, parsed and checked. */
export interface Call {
  /** Absolute path. */
  repo: string
  at?: string
  /** Absolute path. */
  store?: string
  /** Absent: the command's own default. */
  limit?: number
  positionals: readonly string[]
  values: Readonly<Record<string, string | boolean | undefined>>
  /** Resolves a path of the command line against the folder that the person is in. */
  resolve(path: string): string
  settings: Settings
  terminal: Terminal
  log: Log
  signal: AbortSignal
}

/** What a command found out: printed once, at the end, as text or as JSON. */
export interface Reply {
  data: unknown
  text(style: Style): string
  /** Standard output was somebody else's, and nothing is printed. */
  silent?: boolean
  /** The command ran, and the answer is bad news: exit code 1. */
  failed?: boolean
}

/** The command line cannot be understood: exit code 2, with the usage line of `command`. */
export class UsageError extends Error {
  readonly command: Command | undefined
  constructor(message: string, command?: Command) {
    super(message)
    this.name = 'UsageError'
    this.command = command
  }
}
