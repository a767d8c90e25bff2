/** Masks secrets before anything is written: secretlint's rules, shapes of keys, and places where secrets stand. */

import { findAssigned } from './assignments.ts'
import { findPrivateKeys } from './private-keys.ts'
import { lintSecrets } from './secretlint.ts'
import { cut, type Span, tidySpans } from './span.ts'
import { tokenRules } from './token-rules.ts'

export interface Redacted {
  text: string
  /** How many secrets were masked, and of which kinds. The values are kept nowhere. */
  masked: number
  kinds: Record<string, number>
}

export type Redact = (text: string) => Promise<Redacted>

/** Masking can bring two pieces together that look like one secret more; in practice the second round finds none. */
const mostRounds = 6

/** Never throws. What it gives back has nothing left for it to mask. */
export const redact: Redact = async (text) => {
  const kinds: Record<string, number> = {}
  let masked = 0
  let current = text
  for (let round = 0; round < mostRounds; round++) {
    const spans = tidySpans(current, await findSecrets(current))
    if (spans.length === 0) break
    masked += spans.length
    for (const { kind } of spans) kinds[kind] = (kinds[kind] ?? 0) + 1
    current = cut(current, spans)
  }
  return { text: current, masked, kinds }
}

/** Where the secrets lie; kinds only, no values. */
export async function findSecrets(text: string): Promise<Span[]> {
  return [...findOwn(text), ...(await lint(text))]
}

/** Without secretlint. */
export function findOwn(text: string): Span[] {
  return [...findPrivateKeys(text), ...findTokens(text), ...findAssigned(text)]
}

function findTokens(text: string): Span[] {
  return tokenRules.flatMap(({ kind, pattern, clue, accept }) => {
    if (clue?.test(text) === false) return []
    return [...text.matchAll(pattern)].flatMap((match): Span[] => {
      const secret = match.groups?.secret ?? match[0]
      if (accept?.(secret) === false) return []
      const start = match.index + match[0].lastIndexOf(secret)
      return [{ start, end: start + secret.length, kind }]
    })
  })
}

/** A library that fails must not keep a text from being masked by the rest. */
async function lint(text: string): Promise<Span[]> {
  try {
    return await lintSecrets(text)
  } catch {
    return []
  }
}
