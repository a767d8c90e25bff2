/** How two memories about the same thing stand to each other, and which of them holds. */

import type { MemoryRecord, RecordDraft } from '../record.ts'
import { type Claims, claimsOf } from './claims.ts'
import { isByPerson } from './evidence.ts'

export const pairLabels = ['duplicate', 'complement', 'supersedes', 'contradicts', 'unrelated'] as const
export type PairLabel = (typeof pairLabels)[number]

export interface PairVerdict {
  label: PairLabel
  why: string
}

/** Parts of a record that decide about a pair. */
export type Claim = Pick<RecordDraft, 'kind' | 'text' | 'entities' | 'fact' | 'lesson' | 'validFrom'>

/**
 * The relation of a newcomer to a known record. What keys and literals decide is decided by them; then `stated`, what
 * the proposing model said; and in doubt they complement each other, so that nothing is lost.
 */
export function labelPair(newcomer: Claim, known: Claim, stated?: PairLabel): PairVerdict {
  const byKey = labelByKey(newcomer, known)
  if (byKey !== null) return byKey
  const claims = claimsOf(newcomer, known)
  const byWords = labelByWords(claims)
  if (byWords !== null) return byWords
  if (stated !== undefined) return { label: stated, why: 'the model that proposed it says so' }
  return claims.related
    ? { label: 'complement', why: 'about the same, without saying the same or the opposite' }
    : { label: 'unrelated', why: 'nothing in common' }
}

function labelByKey(newcomer: Claim, known: Claim): PairVerdict | null {
  const key = newcomer.fact?.key ?? null
  const other = known.fact?.key ?? null
  if (key !== null && other !== null && key !== other)
    return { label: 'unrelated', why: `about ${key}, not ${other}: however alike they sound, both hold` }
  if (key === null || known.fact === undefined || key !== other) return null
  const values = [newcomer.fact?.value ?? newcomer.text, known.fact.value ?? known.text]
  if (values[0]?.trim() === values[1]?.trim()) return { label: 'duplicate', why: `the same value of ${key}` }
  if ((newcomer.validFrom ?? 0) === (known.validFrom ?? 0))
    return { label: 'contradicts', why: `another value of ${key} at the same time` }
  return { label: 'supersedes', why: `another value of ${key} at another time` }
}

/** Shares of common words, chosen on the hand-written pairs of the suite (`bench memory --only pairs`). */
const sameSubject = 0.6
const transitionSubject = 0.3

function labelByWords(claims: Claims): PairVerdict | null {
  if (claims.sameWords && !claims.opposite) return { label: 'duplicate', why: 'the same words' }
  if (claims.opposite && claims.common >= sameSubject)
    return claims.transition
      ? { label: 'supersedes', why: `says that it changed: "${claims.transition}"` }
      : { label: 'contradicts', why: 'one says yes and the other no' }
  if (claims.transition && claims.common >= transitionSubject)
    return { label: 'supersedes', why: `says that it changed: "${claims.transition}"` }
  if (claims.saysTheSame && !claims.opposite)
    return { label: 'duplicate', why: 'nearly the same words and literals' }
  if (claims.otherNumber) return { label: 'contradicts', why: `the same sentence with ${claims.otherNumber}` }
  return null
}

export type Resolution =
  /** The newcomer holds from now on. */
  | 'newcomer'
  /** The known one holds; the newcomer waits as a candidate. */
  | 'known'
  /** True before the known one was: kept as what it was. */
  | 'historic'
  /** Nobody can say: both are shown together, and a person decides. */
  | 'contested'

/** Who of two that exclude each other holds. */
export function resolve(newcomer: RecordDraft, known: MemoryRecord, label: PairLabel): Resolution {
  const difference = rank(newcomer) - standing(known)
  if (difference !== 0) return difference > 0 ? 'newcomer' : 'known'
  const keyed = newcomer.fact?.key != null && newcomer.fact.key === known.fact?.key
  const later = (newcomer.validFrom ?? 0) - known.validFrom
  if (keyed && later < 0) return 'historic'
  // Advice does not become false by age, and a person's words fall to nothing but that person's.
  const timeless = newcomer.kind === 'lesson' || (isByPerson(newcomer) && !keyed)
  if (later > 0 && (label === 'supersedes' || !timeless)) return 'newcomer'
  return label === 'contradicts' || keyed ? 'contested' : 'known'
}

/** What was checked against code that has changed since is no more than a guess. */
function standing(known: MemoryRecord): number {
  const guessed = known.status === 'stale' && rank(known) < 4
  return guessed ? Math.min(rank(known), 1) : rank(known)
}

/** Human, verified, observed, inferred, imported: 4 to 0. */
export function rank(record: Pick<RecordDraft, 'provenance' | 'confidence' | 'edited'>): number {
  if (isByPerson(record) || record.edited === true) return 4
  return { verified: 3, observed: 2, inferred: 1, imported: 0 }[record.confidence]
}
