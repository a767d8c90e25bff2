/** The block of recalled memories for a prompt: quoted as data, each body once, handles that lead nowhere marked. Pure. */

import type { Recollection } from '../../recollection.ts'
import { markMissing } from './handle-text.ts'
import { recollectionText } from './recollection-text.ts'

export interface RenderOptions {
  /** Puts the text into a frame that says that it is data. */
  quote: (body: string) => string
  /** Whether a handle in a text leads anywhere. */
  resolves: (handle: string) => boolean
}

/** Empty when there is nothing to show. Marks count from m1, in the order of `found`. */
export function renderBlock(found: readonly Recollection[], { quote, resolves }: RenderOptions): string {
  const bodies = new Set<string>()
  const texts = found.flatMap((one, at) => {
    const text = markMissing(recollectionText(one, `m${at + 1}`), resolves)
    const body = text.split('\n').slice(1, -1).join('\n')
    const isNew = !bodies.has(body)
    bodies.add(body)
    return isNew ? [text] : [sameAgain(one, at)]
  })
  return texts.length === 0 ? '' : quote(texts.join('\n\n'))
}

/** What was said above is named, not repeated. */
function sameAgain({ record }: Recollection, at: number): string {
  return `[m${at + 1}] ${record.kind}: as above\nmem:${record.id}`
}
