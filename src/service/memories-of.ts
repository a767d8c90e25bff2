/** The long-term memory of an open repository. */

import type { Casebook } from '../casebook.ts'
import { UserError } from '../memory/ports.ts'
import type { Memories } from '../protocol-memories.ts'

/** Throws `UserError` where the repository was opened without one. */
export function memoriesOf(book: Casebook): Memories {
  const { memories } = book as Casebook & { memories?: Memories }
  if (memories !== undefined) return memories
  throw new UserError(
    `${book.root} was opened without its long-term memory.`,
    'Update Casebook and reload the window.',
  )
}
