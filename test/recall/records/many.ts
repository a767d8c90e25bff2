/** Many records that look like a repository's: facts, lessons, episodes from history and repairs. Always the same. */

import type { Attempt } from '../../../src/memory/episode.ts'
import type { RecordDraft } from '../../../src/memory/record.ts'
import { episodeDraft, factDraft, lessonDraft } from './records.ts'

/** Mulberry32. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const syllables =
  'ba be bi bo ca ce co da de di do fa fe fi ga ge go ha he hi ka ke ko la le li lo ma me mi mo na ne no pa pe po ra re ri ro sa se si so ta te ti to va ve vi'.split(
    ' ',
  )

export interface Vocabulary {
  /** Rare words are rare: drawn with a steep fall. */
  word(): string
  words(count: number): string
  path(): string
  symbol(): string
  signature(): string
  number(below: number): number
}

export function vocabulary(seed: number, size = 6_000): Vocabulary {
  const random = randomNumbers(seed)
  const number = (below: number) => Math.floor(random() * below)
  const words = Array.from({ length: size }, (_, at) => {
    const own = randomNumbers(at + 1)
    const count = 2 + Math.floor(own() * 3)
    return Array.from({ length: count }, () => syllables[Math.floor(own() * syllables.length)]).join('')
  })
  const word = () => words[Math.floor(size * random() ** 3)] ?? 'word'
  return {
    word,
    number,
    words: (count) => Array.from({ length: count }, word).join(' '),
    path: () => `src/${words[number(60)]}/${words[number(1_500)]}.ts`,
    symbol: () => `${words[number(400)]}_${words[number(400)]}`,
    signature: () => `${words[number(200)]}Error: ${words[number(300)]} is ${words[number(300)]}`,
  }
}

/** Milliseconds between two records. */
const step = 50

export function manyDrafts(count: number, seed = 1): RecordDraft[] {
  const say = vocabulary(seed)
  return Array.from({ length: count }, (_, at) => ({ ...draft(say, at), validFrom: at * step }))
}

function draft(say: Vocabulary, at: number): RecordDraft {
  const anchors = [{ path: say.path(), symbol: say.symbol(), blob: 'aa', commit: null }]
  if (at % 10 < 2) return factDraft(say.words(25), { anchors, entities: [say.symbol(), say.path()] })
  if (at % 10 < 4) return lessonDraft(say.words(10), say.words(35), { anchors, entities: [say.signature()] })
  const files = Array.from({ length: 4 }, () => ({ path: say.path(), change: 'M' }))
  const body = {
    goal: say.words(80),
    endedAt: at * step,
    issues: [`#${at}`],
    files,
    symbols: [say.symbol(), say.symbol()],
    signatures: [say.signature()],
  }
  if (at % 10 < 8) return episodeDraft(say.words(60), { ...body, origin: 'history' }, { anchors })
  const attempts = [
    tried(say, 'test', false),
    tried(say, 'test', true),
    tried(say, 'patch', false),
    tried(say, 'patch', true),
  ]
  return episodeDraft(say.words(60), { ...body, origin: 'repair', attempts }, { anchors })
}

function tried(say: Vocabulary, kind: Attempt['kind'], passed: boolean): Attempt {
  return {
    kind,
    content: { text: say.words(80) },
    feedback: { text: `${say.words(30)}\n${say.signature()}` },
    exitCode: passed ? 0 : 1,
    passed,
    analysis: say.words(20),
    advice: '',
    files: [say.path()],
    at: null,
  }
}
