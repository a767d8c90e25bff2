/** What a person must see before they allow it, and what leave for a whole chat does not cover. Pure. */

import { UserError } from '../../memory/ports.ts'
import { neutralise } from '../../memory/safety/quote.ts'

/** Lines and characters that a question shows. */
export const mostLines = 30
export const mostCharacters = 2_000

/** Nobody allows what they cannot see: throws `UserError` for a command that a question would cut. */
export function shownCommand(command: string): string {
  const text = neutralise(command)
  if (text.length <= mostCharacters && text.split('\n').length <= mostLines) return text
  throw new UserError(
    'The command is too long to be shown to the person.',
    'Write it into a script with casebook_edit, which they can read, and run that.',
  )
}

/** Files and folders with a dot, and workspaces: editors, hooks and pipelines run what stands there. */
export function isAskedEachTime(path: string): boolean {
  return /\.code-workspace$/i.test(path) || path.split('/').some((step) => step.startsWith('.'))
}
