/** What the server is started with. */

import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { UserError } from '../memory/ports.ts'

export interface Arguments {
  /** Absolute; absent: what the client names as its root, or else the folder that it was started in. */
  repo: string | undefined
  /** Absolute. */
  store: string | undefined
  allowWrite: boolean
  verbose: boolean
}

/** The variable says the same as `--allow-write`, for those who can set nothing else. */
export const writeVariable = 'CASEBOOK_MCP_WRITE'

/** Throws `UserError` for what it does not know. */
export function readArguments(line: readonly string[]): Arguments {
  const { repo, store, ...flags } = parse(line)
  const folder = (path: string | undefined) => (path === undefined ? undefined : resolve(path))
  return {
    repo: folder(repo),
    store: folder(store),
    allowWrite: flags['allow-write'] === true,
    verbose: flags.verbose === true,
  }
}

function parse(line: readonly string[]) {
  try {
    return parseArgs({
      args: [...line],
      options: {
        repo: { type: 'string' },
        store: { type: 'string' },
        'allow-write': { type: 'boolean' },
        verbose: { type: 'boolean' },
      },
    }).values
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split('. ')[0] : String(cause)
    throw new UserError(`${reason}.`, 'It takes --repo DIR, --store DIR, --allow-write and --verbose.', cause)
  }
}
