/** Which words of an issue lead to which file, learned from past fixes. Pure. */

import { codeTokens } from '../code/tokens.ts'
import type { MemoryRecord, RecordDraft } from '../record.ts'

export const localisationMethod = 'history/localisation'

/** What a past fix says: its words, where it was made. */
export interface PastFix {
  sha: string
  /** Unix milliseconds. */
  time: number
  /** The issue as far as it is known. */
  goal: string
  /** Files of code that it changed. */
  files: readonly string[]
  symbols: readonly string[]
  signatures: readonly string[]
}

/** Null for reverts, and for fixes that were taken back. */
export function pastFixOf(record: MemoryRecord): PastFix | null {
  const { episode, anchors, commit, validFrom, tags, links } = record
  const undone = links.some(({ type, by }) => type === 'contradicts' && by === 'indexer')
  if (episode === undefined || undone || tags.includes('revert')) return null
  if (episode.outcome.verdict !== 'passed') return null
  const { goal, symbols, signatures } = episode
  const files = [...new Set(anchors.map(({ path }) => path))]
  return { sha: commit ?? '', time: validFrom, goal, files, symbols, signatures }
}

export interface Symptom {
  path: string
  /** Words that the fixes of this file have and those of others have not, best first. */
  words: string[]
  signatures: string[]
  /** Newest first. */
  fixes: PastFix[]
  worth: number
}

/** Fixes of a file, and those of them that a word must be in. */
const leastFixes = 3
/** Of the fixes with the word, the share that was made in this file. */
const leastPrecision = 0.6
/** One plain word alone must come up in so many fixes of a file, and so seldom in others. */
const leastOfOneWord = 5
const leastPrecisionOfOneWord = 0.75
/** A fix of more files says little about each. */
const mostFiles = 4
const mostWords = 5
const mostLessons = 80
const mostSources = 12

/** The symptoms that tell files apart, best supported first. `fixes` newest first. */
export function symptoms(
  fixes: readonly PastFix[],
  exists: (path: string) => boolean,
  most = mostLessons,
): Symptom[] {
  const read = fixes
    .filter((fix) => fix.files.length <= mostFiles)
    .map((fix) => ({ fix, words: issueWords(fix.goal) }))
  const everywhere = new Map<string, number>()
  const byFile = new Map<string, typeof read>()
  for (const one of read) {
    for (const word of one.words) everywhere.set(word, (everywhere.get(word) ?? 0) + 1)
    for (const path of one.fix.files) byFile.set(path, [...(byFile.get(path) ?? []), one])
  }
  return [...byFile]
    .filter(([path, own]) => own.length >= leastFixes && exists(path))
    .flatMap(([path, own]) => symptomOf(path, own, everywhere))
    .sort((a, b) => b.worth - a.worth || (a.path < b.path ? -1 : 1))
    .slice(0, most)
}

function symptomOf(
  path: string,
  own: readonly { fix: PastFix; words: ReadonlySet<string> }[],
  everywhere: ReadonlyMap<string, number>,
): Symptom[] {
  const here = new Map<string, number>()
  for (const { words } of own) for (const word of words) here.set(word, (here.get(word) ?? 0) + 1)
  const inPath = new Set(codeTokens(path))
  const telling = [...here]
    .map(([word, count]) => ({ word, count, precision: count / (everywhere.get(word) ?? count) }))
    .filter(
      ({ word, count, precision }) => count >= leastFixes && precision >= leastPrecision && !inPath.has(word),
    )
    .sort((a, b) => b.count * b.precision - a.count * a.precision || (a.word < b.word ? -1 : 1))
    .slice(0, mostWords)
  const signatures = repeated(own.flatMap(({ fix }) => [...new Set(fix.signatures)])).filter(tellsApart)
  const alone = telling.length === 1 && signatures.length === 0 ? telling[0] : undefined
  if (alone !== undefined && isTooGeneral(alone, own)) return []
  if (telling.length === 0 && signatures.length === 0) return []
  const words = telling.map(({ word }) => word)
  const fixes = own.filter((one) => words.some((word) => one.words.has(word)) || speaks(one.fix, signatures))
  const worth = telling.reduce((sum, { count, precision }) => sum + count * precision, signatures.length * 2)
  return [{ path, words, signatures, fixes: fixes.map(({ fix }) => fix), worth }]
}

/** An exit code is met everywhere. */
function tellsApart(signature: string): boolean {
  return !/^exit -?\d+$/i.test(signature)
}

/**
 * A word of everyday language is met in many issues: `plain`, `worker`, `cli`. Of 68 such lessons of eight
 * repositories about half led nowhere; names of the code and words of many fixes mostly lead where they say.
 */
function isTooGeneral(
  { word, count, precision }: { word: string; count: number; precision: number },
  own: readonly { fix: PastFix }[],
): boolean {
  if (count >= leastOfOneWord && precision >= leastPrecisionOfOneWord) return false
  return !own.some(({ fix }) => isSpelledAsName(fix.goal, word))
}

/** `useModel` and `use_model`, for the word as it is indexed. */
function isSpelledAsName(text: string, word: string): boolean {
  const spelled = text.match(/[\p{L}_$][\p{L}\p{N}_$]*/gu) ?? []
  return spelled.some((one) => one.toLowerCase() === word && /\p{Ll}\p{Lu}|_/u.test(one))
}

function speaks(fix: PastFix, signatures: readonly string[]): boolean {
  return fix.signatures.some((one) => signatures.includes(one))
}

function repeated(values: readonly string[]): string[] {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts]
    .filter(([, count]) => count >= 2)
    .map(([value]) => value)
    .slice(0, 3)
}

/** Words of every commit message, and of talking about changes. */
const empty = new Set(
  `a an and are as at be because been before but by can cannot could did do does don fix fixed fixes fixing bug bugs
  for from had has have how if in into is issue issues it its just make makes more no not now of on one only or other
  our out pr request pull merge should so some than that the their them then there these they this to up use used uses
  using was we were what when where which while who will with without would you your also after all any add added adds
  adding remove removed removes change changed changes test tests testing case cases close closes closed resolve see
  new old same error errors work works wrong correct correctly problem instead https http com github org commit code
  file files value values function method class line lines first set get return returns called call via like both
  revert handle handling support allow update updated ensure avoid prevent since due each between even still need
  needs previously thanks patch note example`.split(/\s+/),
)

function issueWords(goal: string): Set<string> {
  const words = codeTokens(goal).filter((word) => word.length > 2 && !/^\d/.test(word) && !empty.has(word))
  return new Set(words)
}

/** `blobOf`: blob id of a file at `head`. */
export function localisationLesson(
  symptom: Symptom,
  place: { head: string; branch: string | null; blobOf: (path: string) => string | undefined },
): RecordDraft {
  const { path, words, signatures, fixes } = symptom
  const said = listed(
    [...words, ...signatures].map((word) => `"${word.slice(0, 80)}"`),
    'or',
  )
  const symbols = topSymbols(fixes)
  const inside = symbols.length === 0 ? '' : ` Look at ${listed(symbols, 'and')} there first.`
  return {
    kind: 'lesson',
    text: `Issues that mention ${said} were usually fixed in ${path}.${inside}`,
    cue: `an issue mentions ${said}`.slice(0, 1_000),
    entities: [path, ...symbols],
    tags: ['history', 'localisation'],
    anchors: [{ path, blob: place.blobOf(path) ?? '', commit: place.head }],
    provenance: {
      sources: fixes.slice(0, mostSources).map(({ sha }) => ({ type: 'commit', ref: sha })),
      author: 'indexer',
      method: localisationMethod,
    },
    confidence: 'observed',
    branch: place.branch,
    commit: place.head,
    validFrom: Math.max(...fixes.map(({ time }) => time)),
    lesson: {
      polarity: 'do',
      stream: 'localisation',
      role: null,
      order: null,
      params: { path, words: words.join(' ') },
      procedure: [],
    },
  }
}

/** `"a", "b" or "c"`. */
function listed(names: readonly string[], joint: 'and' | 'or'): string {
  const before = names.slice(0, -1).join(', ')
  const last = names.at(-1) ?? ''
  return before === '' ? last : `${before} ${joint} ${last}`
}

/** Definitions that several of the fixes touched. */
function topSymbols(fixes: readonly PastFix[]): string[] {
  const counts = new Map<string, number>()
  for (const { symbols, files } of fixes.slice(0, mostSources)) {
    if (files.length > 1) continue
    for (const symbol of symbols) counts.set(symbol, (counts.get(symbol) ?? 0) + 1)
  }
  return [...counts]
    .filter(([name, count]) => count >= 2 && !/^__\w+__$/.test(name))
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, 3)
    .map(([symbol]) => symbol)
}

/** Whether what is known of a file already says about the same: small shifts of words are no news. */
export function saysAboutTheSame(known: string, words: readonly string[]): boolean {
  const before = new Set(known.split(' ').filter(Boolean))
  const kept = words.filter((word) => before.has(word)).length
  return kept * 2 >= Math.max(before.size, words.length)
}
