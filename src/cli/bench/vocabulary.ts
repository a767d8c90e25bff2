/** Words as they are distributed in code: a few everywhere, most of them rare. */

import type { Random } from './random.ts'

/** Words that are frequent in identifiers of real programs, most frequent first. */
const common =
  `get set name value data type id file path list node index key size count config state user error result
  item text line string request response test event message time field table query parse read write load
  save open close create update delete remove add insert find search match check valid format render view
  model object class method function param argument option default base parent child root tree graph edge
  source target input output buffer stream token offset length start end first last next previous current
  total limit max min sum average score rank weight vector matrix row column cell page block chunk segment
  cache store memory session context scope module package import export version schema migration record
  entry label title header footer body content template style color width height margin position layout
  window panel button menu dialog form click scroll focus key press drag drop resize draw paint image icon
  network socket server client host port address url route handler middleware filter proxy gateway service
  job task queue worker thread process lock mutex signal timer schedule retry backoff timeout deadline
  password secret credential permission role group account profile email login logout register verify hash
  encode decode encrypt decrypt sign compress extract archive upload download sync merge split join sort
  order reverse map reduce fold zip flatten collect group unique distinct iterate loop visit walk traverse
  compile build bundle link install deploy release publish tag branch commit diff patch revision history
  locale language translate plural currency price amount invoice payment order cart product customer tax
  date day week month year hour minute second zone calendar duration interval period range span
  metric counter gauge histogram trace log level debug warn info alert report summary chart axis legend
  sensor device driver channel pin register interrupt clock frequency voltage signal sample audio video frame
  lexer parser grammar symbol scope visitor emitter printer optimizer constant literal operator expression
  statement declaration assignment annotation decorator wrapper adapter factory builder observer listener
  callback promise future await async yield generator iterator sequence batch transaction rollback savepoint
  cursor fetch prepare bind execute connection pool driver dialect pragma trigger constraint index unique`
    .split(/\s+/)
    .filter((word, at, all) => all.indexOf(word) === at)

const openings = 'b c d f g h k l m n p r s t v w br cl cr dr fl gr pl pr sc sh sp st tr'.split(' ')
const vowels = 'a e i o u ai ea io ou'.split(' ')
const endings = 'n r s t l m nd nt rk st x ck'.split(' ')

export interface Vocabulary {
  /** Most frequent first; every word once. */
  readonly words: readonly string[]
  /** A word by Zipf's law. */
  word(): string
  /** Any word, all equally likely: the rare words that tell files apart. */
  rareWord(): string
}

/** Offset and exponent of the Zipf-Mandelbrot law; 1 and 2.7 fit English and identifiers alike (Mandelbrot 1953). */
const zipf = { exponent: 1, offset: 2.7 }

export function openVocabulary(random: Random, size: number): Vocabulary {
  const words = [...common.slice(0, size)]
  const known = new Set(words)
  while (words.length < size) {
    const word = invent(random)
    if (known.has(word)) continue
    known.add(word)
    words.push(word)
  }
  const cumulative = cumulate(words.length)
  return {
    words,
    rareWord: () => random.pick(words),
    word: () => words[lowerBound(cumulative, random.next() * (cumulative.at(-1) ?? 1))] ?? 'value',
  }
}

function invent(random: Random): string {
  const syllables = random.between(2, 3)
  let word = ''
  for (let at = 0; at < syllables; at++) word += random.pick(openings) + random.pick(vowels)
  return random.chance(0.6) ? word + random.pick(endings) : word
}

function cumulate(size: number): Float64Array {
  const sums = new Float64Array(size)
  let sum = 0
  for (let rank = 0; rank < size; rank++) {
    sum += 1 / (rank + 1 + zipf.offset) ** zipf.exponent
    sums[rank] = sum
  }
  return sums
}

function lowerBound(sorted: Float64Array, wanted: number): number {
  let low = 0
  let high = sorted.length - 1
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((sorted[middle] ?? 0) < wanted) low = middle + 1
    else high = middle
  }
  return low
}
