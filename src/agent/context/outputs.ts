/** Whole texts of what tools said, kept outside the prompt under a handle. */

import { createHash } from 'node:crypto'
import type { OpenedMemory } from '../../protocol-memories.ts'
import type { Asked } from './pointers.ts'

/** Where outputs lie: in this process, or among the evidence of long-term memory. */
export interface Outputs {
  /** Returns the handle `art:SHA`; the same text always has the same one. */
  keep(text: string): Promise<string> | string
  /** Never throws for a handle that leads nowhere: `found` is false then. */
  open(handle: string, range?: Asked): Promise<OpenedMemory> | OpenedMemory
}

/** Digits of a hash in a handle: enough for any session, and it costs few tokens. */
const digits = 16

/** Lives as long as this process. What it does not know it asks `elsewhere` for. */
export function outputsInMemory(elsewhere?: Pick<Outputs, 'open'>): Outputs {
  const texts = new Map<string, string>()
  return {
    keep(text) {
      const handle = `art:${createHash('sha256').update(text).digest('hex').slice(0, digits)}`
      texts.set(handle, text)
      return handle
    },
    open(handle, range = {}) {
      const name = handle.split('#')[0]?.toLowerCase() ?? ''
      const text = texts.get(name) ?? texts.get(name.slice(0, 'art:'.length + digits))
      return text === undefined
        ? (elsewhere?.open(handle, range) ?? nothing(handle))
        : linesOf(handle, text, range)
    },
  }
}

function nothing(handle: string): OpenedMemory {
  const text = `(missing: ${handle} leads to nothing that is kept)`
  return { handle, found: false, text, omitted: null }
}

/** Lines 1-based and included. What lies outside the range is named, never cut in silence. */
function linesOf(
  handle: string,
  text: string,
  { from = 1, to = Number.POSITIVE_INFINITY }: Asked,
): OpenedMemory {
  const lines = text.split('\n')
  const last = Math.min(to, lines.length)
  if (from > last) {
    const missing = `(missing: ${handle} asks for lines that are not there: it has ${lines.length})`
    return { handle, found: false, text: missing, omitted: null }
  }
  const whole = from === 1 && last === lines.length
  const omitted = whole ? null : `Lines ${from} to ${last} of ${lines.length}; the others are left out.`
  return { handle, found: true, text: lines.slice(from - 1, last).join('\n'), omitted }
}
