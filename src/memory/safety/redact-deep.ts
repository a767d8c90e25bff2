/** Masks every string of a structure: a draft, an event, the parameters of a tool. */

import { isSecretNamed } from './assignments.ts'
import type { Redact, Redacted } from './redact.ts'
import { mark } from './span.ts'

/**
 * Fields that point: ids, hashes, paths and names of code. Masking them would break what they point to, and what they
 * point to is in the repository already. Free references (`ref`, `place`) are masked as any text.
 */
const pointers = new Set(
  'id to kind type op status namespace branch commit blob pieceHash artifact log hash sha path symbol symbols files tests sessionId agent author method verdict purpose origin change visibility confidence polarity stream role by'.split(
    ' ',
  ),
)

export type RedactedDeep<Value> = Omit<Redacted, 'text'> & { value: Value }

/** A copy, never the original; `masked` sums up all strings. Strings under a key such as `password` count as named so. */
export async function redactDeep<Value>(value: Value, redact: Redact): Promise<RedactedDeep<Value>> {
  const kinds: Record<string, number> = {}
  let masked = 0
  const count = (found: Omit<Redacted, 'text'>) => {
    masked += found.masked
    for (const [kind, times] of Object.entries(found.kinds)) kinds[kind] = (kinds[kind] ?? 0) + times
  }
  const walk = async (item: unknown, key: string): Promise<unknown> => {
    if (typeof item === 'string') {
      if (pointers.has(key)) return item
      const result = await redactNamed(item, key, redact)
      count(result)
      return result.text
    }
    if (Array.isArray(item)) {
      const copy: unknown[] = []
      for (const part of item) copy.push(await walk(part, key))
      return copy
    }
    if (item === null || typeof item !== 'object' || !isPlain(item)) return item
    const entries: [string, unknown][] = []
    for (const [name, part] of Object.entries(item)) entries.push([name, await walk(part, name)])
    return Object.fromEntries(entries)
  }
  // What comes back has the shape that went in: only letters of strings differ.
  return { value: (await walk(value, '')) as Value, masked, kinds }
}

async function redactNamed(text: string, key: string, redact: Redact): Promise<Redacted> {
  if (key !== '' && isSecretNamed(key, text)) return { text: mark('secret'), masked: 1, kinds: { secret: 1 } }
  return redact(text)
}

function isPlain(item: object): boolean {
  const prototype = Object.getPrototypeOf(item)
  return prototype === Object.prototype || prototype === null
}
