/** One quoted block out of those of several memories: numbers run through, each entry names where it comes from. Pure. */

import { frame, neutralise } from '../../safety/quote.ts'
import { estimateTokens } from './token-estimate.ts'

export interface BlockPart {
  /** A block as `renderBlock` makes it. */
  block: string
  /** Which of its entries, from 0. */
  at: number
  /** Whose it is, in a few words. */
  name: string
}

/** In this order, as far as `budget` tokens hold; `count` is how many. Entries that a block does not have are left out. */
export function joinBlocks(parts: readonly BlockPart[], budget: number): { block: string; count: number } {
  const entries = new Map(
    [...new Set(parts.map(({ block }) => block))].map((block) => [block, entriesOf(block)]),
  )
  const items = parts.flatMap(({ block, at, name }) => {
    const text = entries.get(block)?.[at]
    return text === undefined ? [] : [{ text, name: nameLine(name) }]
  })
  for (let count = items.length; count > 0; count--) {
    const numbered = items.slice(0, count).map(({ text, name }, at) => `[m${at + 1}] ${name}: ${text}`)
    const block = frame(numbered.join('\n\n'))
    if (estimateTokens(block) <= budget) return { block, count }
  }
  return { block: '', count: 0 }
}

/** Stored words stand behind a bar, so a mark at the beginning of a line is one of ours. */
function entriesOf(block: string): string[] {
  const [, ...items] = block.split(/^\[m\d+\] /m)
  return items.map((item) => item.replace(/\n=== .*\n?$/, '').trimEnd())
}

function nameLine(name: string): string {
  return neutralise(name).replace(/\s+/g, ' ').trim().slice(0, 200)
}
