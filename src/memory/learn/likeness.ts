/** How alike two texts are, by their words alone: equal, nearly equal, an echo. */

import { codeTokens } from '../code/tokens.ts'
import { allLiterals, normalised } from './literals.ts'

/** From here on two texts with the same literals say the same (memory-model D2). */
export const nearlyEqual = 0.8

export function sameWords(a: string, b: string): boolean {
  return normalised(a) === normalised(b)
}

/** Share of common tokens: 1 for equal sets, 0 without a common one or without any. */
export function tokenJaccard(a: string, b: string): number {
  return jaccard(new Set(codeTokens(a)), new Set(codeTokens(b)))
}

export function jaccard<T>(a: ReadonlySet<T>, b: ReadonlySet<T>): number {
  if (a.size === 0 || b.size === 0) return 0
  let common = 0
  for (const one of a) if (b.has(one)) common++
  return common / (a.size + b.size - common)
}

/**
 * Nearly the same words and the same claims, and no word put in the place of another: `reads comments` is not
 * `reads encodings`, however much stands around it. The words that carry the subject may stand in another order and
 * form, but not in a short sentence: `a calls b` is not `b calls a`.
 */
export function saysTheSame(a: string, b: string): boolean {
  if (!sameClaims(a, b)) return false
  const [one, other] = [stems(a), stems(b)]
  if (isReordered(a, b) && Math.min(one.size, other.size) < wordsToReorder) return false
  if (sameSet([...one], [...other])) return true
  const isSubstituted = !contains(one, other) && !contains(other, one)
  return !isSubstituted && tokenJaccard(a, b) >= nearlyEqual
}

/** Subject words of a sentence whose order decides nothing. */
const wordsToReorder = 4

function contains(set: ReadonlySet<string>, part: ReadonlySet<string>): boolean {
  return [...part].every((item) => set.has(item))
}

/** The same words, and those of one are in another order. */
function isReordered(a: string, b: string): boolean {
  const [one, other] = [[...stems(a)], [...stems(b)]]
  return sameSet(one, other) && one.join(' ') !== other.join(' ')
}

/** Words of at least four letters without the endings of number and time. */
function stems(text: string): Set<string> {
  const words = codeTokens(text).filter((token) => token.length > 3)
  return new Set(words.map((word) => word.replace(/(?:ing|ed|es|s|e)$/, '')))
}

/** Same numbers, versions, flags and paths, and the same number of negations: words of another claim differ there. */
export function sameClaims(a: string, b: string): boolean {
  return sameSet(allLiterals(a), allLiterals(b)) && negations(a) === negations(b)
}

export function sameSet(a: readonly string[], b: readonly string[]): boolean {
  const one = new Set(a)
  const other = new Set(b)
  return one.size === other.size && [...one].every((item) => other.has(item))
}

const negation =
  /\b(?:not|no|never|none|without|cannot|rather than|in place of|don't|doesn't|isn't|aren't|won't|can't|shouldn't|mustn't|avoid(?:ing)?|instead|unlike|nor|neither|stop|stopped|disabl(?:e|es|ed|ing)|forbid(?:s|den)?)\b/gi

export function negations(text: string): number {
  return [...text.replaceAll('’', "'").matchAll(negation)].length
}

/** Whether `text` says no more than `original`: nearly all of its words are there, and no literal of its own. */
export function isEcho(text: string, original: string): boolean {
  if (sameWords(text, original)) return true
  const known = new Set(codeTokens(original))
  const tokens = [...new Set(codeTokens(text))]
  const repeated = tokens.filter((token) => known.has(token)).length
  const literals = new Set(allLiterals(original))
  const fresh = allLiterals(text).some((literal) => !literals.has(literal))
  return (
    tokens.length > 0 &&
    repeated / tokens.length >= nearlyEqual &&
    !fresh &&
    negations(text) === negations(original)
  )
}
