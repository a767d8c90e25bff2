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

/** Stands between texts that are looked at in one go: no rule reaches over it. */
const seam = '\n\u241e\n'

/** A copy, never the original; `masked` sums up all strings. Strings under a key such as `password` count as named so. */
export async function redactDeep<Value>(value: Value, redact: Redact): Promise<RedactedDeep<Value>> {
  if (!(await mayHoldSecrets(value, redact))) return { value: structuredClone(value), masked: 0, kinds: {} }
  const kinds: Record<string, number> = {}
  let masked = 0
  const walk = async (item: unknown, key: string): Promise<unknown> => {
    if (typeof item === 'string') {
      if (pointers.has(key)) return item
      const result = await redactNamed(item, key, redact)
      masked += result.masked
      for (const [kind, times] of Object.entries(result.kinds)) kinds[kind] = (kinds[kind] ?? 0) + times
      return result.text
    }
    if (Array.isArray(item)) {
      const copy: unknown[] = []
      for (const part of item) copy.push(await walk(part, key))
      return copy
    }
    if (!isPlain(item)) return item
    const entries: [string, unknown][] = []
    for (const [name, part] of Object.entries(item)) entries.push([name, await walk(part, name)])
    return Object.fromEntries(entries)
  }
  // What comes back has the shape that went in: only letters of strings differ.
  return { value: (await walk(value, '')) as Value, masked, kinds }
}

/** One question for all texts: most structures hold no secret, and asking text by text takes ten times as long. */
export async function mayHoldSecrets(value: unknown, redact: Redact): Promise<boolean> {
  const texts: string[] = []
  if (collectTexts(value, '', texts)) return true
  return texts.length > 0 && (await redact(texts.join(seam))).masked > 0
}

/** Whether a field's name already tells that its value is a secret; else its texts are in `texts`. */
function collectTexts(item: unknown, key: string, texts: string[]): boolean {
  if (typeof item === 'string') {
    if (pointers.has(key)) return false
    texts.push(item)
    return key !== '' && isSecretNamed(key, item)
  }
  if (Array.isArray(item)) return item.some((part) => collectTexts(part, key, texts))
  return isPlain(item) && Object.entries(item).some(([name, part]) => collectTexts(part, name, texts))
}

async function redactNamed(text: string, key: string, redact: Redact): Promise<Redacted> {
  if (key !== '' && isSecretNamed(key, text)) return { text: mark('secret'), masked: 1, kinds: { secret: 1 } }
  return redact(text)
}

function isPlain(item: unknown): item is Record<string, unknown> {
  if (item === null || typeof item !== 'object') return false
  const prototype = Object.getPrototypeOf(item)
  return prototype === Object.prototype || prototype === null
}
