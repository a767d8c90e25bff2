/** What two texts have in common and where they part: subject, literals, yes and no, a change that one of them tells. */

import { codeTokens } from '../code/tokens.ts'
import type { RecordDraft } from '../record.ts'
import { jaccard, negations, sameClaims, sameSet, sameWords, saysTheSame } from './likeness.ts'
import { allLiterals, literalsOf } from './literals.ts'

type Claim = Pick<RecordDraft, 'kind' | 'text' | 'entities' | 'fact' | 'lesson'>

export interface Claims {
  sameWords: boolean
  /** The same literals and as many negations. */
  sameClaims: boolean
  saysTheSame: boolean
  /** One of them says no where the other says yes, or one advises against it. */
  opposite: boolean
  /** Share of common words, literals and small words apart. */
  common: number
  /** Words of the newcomer that tell a change, for example `no longer`; empty without. */
  transition: string
  /** `30 in place of 60`, where the sentences differ in numbers alone; else empty. */
  otherNumber: string
  /** They share a name or enough words to belong together. */
  related: boolean
}

export function claimsOf(newcomer: Claim, known: Claim): Claims {
  const [subject, other] = [subjectWords(newcomer.text), subjectWords(known.text)]
  const common = jaccard(subject, other)
  const shared = (newcomer.entities ?? []).some((entity) => known.entities?.includes(entity))
  return {
    sameWords: sameWords(newcomer.text, known.text),
    sameClaims: sameClaims(newcomer.text, known.text),
    saysTheSame: saysTheSame(newcomer.text, known.text) && !turnsOrder(newcomer.text, known.text),
    opposite: (saysNo(newcomer) !== saysNo(known)) !== turnsOrder(newcomer.text, known.text),
    common,
    transition: transition.test(known.text) ? '' : (transition.exec(newcomer.text)?.[0].toLowerCase() ?? ''),
    otherNumber: common >= sameSentence ? otherNumber(newcomer.text, known.text) : '',
    related: shared || common >= relatedShare,
  }
}

/** Common words of one sentence with another number in it. */
const sameSentence = 0.85
/** Common words of two texts about one thing. */
const relatedShare = 0.15

/** Words that tell somebody not to do something, as advice against it usually begins. */
const forbidding =
  /\b(?:never|avoid(?:ing)?|do not|don't|must not|mustn't|should not|shouldn't|ought not|may not|cannot|can't|stop|refrain)\b/i

/**
 * A lesson's polarity and the negations of its text: two noes are a yes. Advice to avoid that is worded as a
 * prohibition ("Never cache totals") says no once, in its words and in its polarity.
 */
function saysNo({ text, lesson }: Claim): boolean {
  const isSaidTwice = lesson?.polarity === 'avoid' && forbidding.test(text.replaceAll('’', "'"))
  const polarity = lesson?.polarity === 'avoid' && !isSaidTwice ? 1 : 0
  return (negations(text) + polarity) % 2 === 1
}

const sequence = /^(.*?)\b(before|prior to|ahead of|after|following|once)\b(.*)$/is
/** Common words from which two halves of a sentence are about the same. */
const sameHalf = 0.6

/** One puts first what the other puts last: `a before b` and `a after b`, or `b before a`. */
export function turnsOrder(text: string, other: string): boolean {
  const [one, two] = [halvesOf(text), halvesOf(other)]
  if (one === null || two === null) return false
  const isStraight = alike(one.first, two.first) && alike(one.last, two.last)
  const isTurned = alike(one.first, two.last) && alike(one.last, two.first)
  return isTurned && !isStraight
}

/** What comes first and what comes last, whichever stands first in the sentence. */
function halvesOf(text: string): { first: Set<string>; last: Set<string> } | null {
  const [, left = '', word = '', right = ''] = sequence.exec(text) ?? []
  const halves = [subjectWords(left), subjectWords(right)] as const
  if (word === '' || halves.some(({ size }) => size === 0)) return null
  const isInOrder = /^(?:before|prior|ahead)/i.test(word)
  return isInOrder ? { first: halves[0], last: halves[1] } : { first: halves[1], last: halves[0] }
}

function alike(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return jaccard(one, other) >= sameHalf
}

const transition =
  /\b(?:no longer|any ?more|used to|formerly|was replaced|replaced by|replaces|renamed|moved (?:from|to)|has moved|switched|migrated|was removed|was dropped|deprecated|since (?:version |v)?\d[\d.]*|as of|from now on|instead of)\b/i

/** Words that carry no subject, and those that only deny. */
const small = new Set(
  (
    'a an and are as at be by can do does for from has have in is it its must of on or should that the their then this ' +
    'to use uses used using was when where which will with you your not no never always avoid only now without don doesn isn ' +
    'avoiding mustn shouldn cannot enable enables enabled enabling disable disables disabled disabling before after'
  ).split(' '),
)

function subjectWords(text: string): Set<string> {
  let rest = text
  for (const literal of allLiterals(text)) rest = rest.replaceAll(literal, ' ')
  const words = codeTokens(rest).filter((token) => !small.has(token))
  return new Set(words.map((word) => (word.length > 4 ? word.replace(/(?:ing|ed|es|s|e)$/, '') : word)))
}

function otherNumber(newcomer: string, known: string): string {
  const [one, other] = [literalsOf(newcomer), literalsOf(known)]
  if (!sameSet(one.paths, other.paths) || !sameSet(one.flags, other.flags)) return ''
  const own = one.numbers.filter((number) => !other.numbers.includes(number))
  const theirs = other.numbers.filter((number) => !one.numbers.includes(number))
  // Two differences: one of them names the subject ("worker 1 on 8001, worker 2 on 8002").
  if (own.length !== 1 || theirs.length !== 1) return ''
  return `${one.numbers.join(', ')} in place of ${other.numbers.join(', ')}`
}
