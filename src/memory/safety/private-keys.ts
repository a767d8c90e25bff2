/** Finds private keys between their armour lines, also in diffs, escaped strings and addresses, whole or cut off. */

import type { Span } from './span.ts'

const gap = String.raw`(?:\s|%20|\+){0,2}`
const armour = (side: string) =>
  new RegExp(`-----${side}${gap}(?:[A-Z0-9]{1,12}${gap}){0,3}PRIVATE${gap}KEY(?:${gap}BLOCK)?(?:-----)?`, 'g')
const longest = 40_000
/** What a key's lines are made of, with the signs that diffs, quotes and escapes put around them. */
const body = /(?:[A-Za-z0-9+/=%\s>"',|#*\\:.;-](?!----)){1,40000}/y
/** Shorter bodies are `...` or the start of a sentence. */
const fewestSigns = 32

/** Linear: each end belongs to the last beginning before it. */
export function findPrivateKeys(text: string): Span[] {
  if (!text.includes('PRIVATE')) return []
  const ends = [...text.matchAll(armour('END'))].map((match) => match.index)
  const begins = [...text.matchAll(armour('BEGIN'))]
  let next = 0
  return begins.flatMap((match, i) => {
    const from = match.index + match[0].length
    const limit = Math.min(begins[i + 1]?.index ?? text.length, from + longest)
    while ((ends[next] ?? Number.POSITIVE_INFINITY) < from) next++
    const end = ends[next]
    const to = end !== undefined && end <= limit ? end : endOfBody(text, from, limit)
    const signs = text.slice(from, to).replace(/[^A-Za-z0-9+/=]/g, '').length
    return signs < fewestSigns ? [] : [{ start: from, end: to, kind: 'private-key' }]
  })
}

/** Where the end is missing: up to the first sign that no key has, or two words of prose. */
function endOfBody(text: string, from: number, limit: number): number {
  body.lastIndex = from
  const found = body.exec(text.slice(0, limit))?.[0] ?? ''
  const prose = found.search(/(?:[\s>"']|^)[a-z]{1,15} [a-z]{1,15} [a-z]{1,15}\s/)
  return from + (prose < 0 ? found.length : prose)
}
