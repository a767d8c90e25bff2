/** The block of recalled memories for a prompt: quoted as data, each body once, handles that lead nowhere marked. Pure. */

import type { Recollection } from '../../recollection.ts'
import { quoteBlock } from '../../safety/quote.ts'
import { markMissing } from './handle-text.ts'
import { entryOf } from './recollection-text.ts'

/** Each takes `most` tokens at most. Empty when there is nothing to show. Marks count from m1, in the order of `found`. */
export function renderBlock(
  found: readonly Recollection[],
  resolves: (handle: string) => boolean = () => true,
  most?: number,
): string {
  const bodies = new Set<string>()
  const entries = found.map((one) => {
    const entry = entryOf(one, most)
    const text = markMissing(entry.text, resolves)
    const isNew = !bodies.has(text)
    bodies.add(text)
    return { ...entry, text: isNew ? text : '(as above)' }
  })
  return quoteBlock(entries)
}
