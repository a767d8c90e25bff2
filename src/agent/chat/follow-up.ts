/** Questions that are understood only with the one before them: "And in which version did that begin?" Pure. */

/** Words that say nothing of what is asked. */
const common = new Set(
  `a about after again all also am an and any are as at be been before begin began but by can could did do does done
  else ever explain for from give had has have how i if in into is its just know made make me more much my no not now
  of on one only or our out please say she he should show so some still tell than then there to too us use used was we
  were what when where which who whom whose why will with would yes you your start started version line file happen
  happened come mean means it that this these those they them their he`.split(/\s+/),
)
const first =
  /^\W*(and|but|so|or|then|also|ok|okay|it|its|it's|that|that's|this|these|those|they|their|them|why|(what|how) about|what if|und|aber|warum|wieso)\b/i
const pointing = /\b(it|that|this|these|those|they|them|its|their)\b/i

/** Words of its own that a question may have and still lean on the one before: one that points back has few, others none. */
const fewBeginning = 5
const fewPointing = 3
const fewPlain = 1
/** Questions that are joined, at most. */
const mostJoined = 3

/** Words of a text that say what it is about. */
export function ownWords(text: string): string[] {
  const words = text.match(/[\p{L}\p{N}_][\p{L}\p{N}_'’]*/gu) ?? []
  return words.filter((word) => word.length > 1 && !common.has(word.toLowerCase()))
}

export function leansBack(prompt: string): boolean {
  const { length } = ownWords(prompt)
  if (first.test(prompt)) return length <= fewBeginning
  return length <= (pointing.test(prompt) ? fewPointing : fewPlain)
}

/** What is asked of memory and code: the newest words first, then those of the questions that they lean on. */
export function wholeQuestion(prompt: string, earlier: readonly { prompt: string }[]): string {
  const joined = [prompt]
  for (const before of earlier.toReversed()) {
    if (joined.length === mostJoined || !leansBack(joined.at(-1) ?? '')) break
    joined.push(before.prompt)
  }
  return joined.join('\n')
}
