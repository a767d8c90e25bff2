/** From ranked lists to one order of records: fusion, priors, floor, near-duplicates, each with its account. Pure. */

import { codeTokens, Tokenizer } from '../../code/tokens.ts'
import type { AnchorState, Moment, RecallQuery, Recollection } from '../../recollection.ts'
import { type MemoryRecord, utilityOf } from '../../record.ts'
import { type Fused, fuseRanks, type RankedList } from '../fuse.ts'
import { freshnessFactor, freshnessOf } from './anchors.ts'

/** Reciprocal rank fusion over ids, the best scored 1. */
export function fuseLists(lists: readonly RankedList<string>[]): Fused<string>[] {
  const fused = fuseRanks(lists, (id) => id)
  const best = fused[0]?.score ?? 1
  return fused.map((one) => ({ ...one, score: one.score / best }))
}

/** Some kinds of lessons matter more at some moments. */
const kindBoost = 1.3

function kindFactor(
  lesson: MemoryRecord['lesson'] | undefined,
  { moment, repair }: Pick<RecallQuery, 'moment' | 'repair'>,
): number {
  const isFailure = moment === 'after-failure' || repair === true
  if (moment === 'task-start' && lesson?.stream === 'localisation') return kindBoost
  return isFailure && lesson?.polarity === 'avoid' ? kindBoost : 1
}

export function factorsOf(
  record: { counters: MemoryRecord['counters']; lesson?: MemoryRecord['lesson'] | undefined },
  query: Pick<RecallQuery, 'moment' | 'repair'>,
): Recollection['factors'] {
  return { utility: utilityOf(record.counters), anchor: 1, kind: kindFactor(record.lesson, query) }
}

/** What fusion says of a record, weighed by its use and kind. */
export function scoreOf(fused: number, { utility, kind }: Recollection['factors']): number {
  return fused * (0.5 + 0.5 * utility) * kind
}

/** A record that was found, before the code that it cites was looked at. */
export function recollect(
  record: MemoryRecord,
  { score, explain }: Pick<Fused<string>, 'score' | 'explain'>,
  query: Pick<RecallQuery, 'moment' | 'repair'>,
  words: readonly string[] = [],
): Recollection {
  const factors = factorsOf(record, query)
  const channels = explain.map((one) =>
    one.channel === 'words' ? { ...one, ...sharedWords(record, words) } : one,
  )
  return {
    record,
    score: scoreOf(score, factors),
    freshness: 'none',
    anchors: [],
    channels,
    factors,
    tokens: 0,
    why: whyFound(channels),
  }
}

/** The same, weighed by the state of the code that it cites. */
export function withAnchors(found: Recollection, anchors: AnchorState[]): Recollection {
  const freshness = freshnessOf(anchors)
  const anchor = freshnessFactor[freshness]
  return {
    ...found,
    anchors,
    freshness,
    factors: { ...found.factors, anchor },
    score: (found.score / found.factors.anchor) * anchor,
  }
}

const channelWords: Record<string, string> = {
  vector: 'is alike in meaning',
  words: 'shares words with the question',
  signature: 'has met the same error',
  path: 'is about the same file',
  symbol: 'is about the same symbol',
  issue: 'belongs to the same issue',
  entity: 'is about the same thing',
  located: 'is about a file that the question leads to',
  failure: 'was tried and failed at the same error',
}

/** Words of the question, or keys, that a reason names; a word has so many characters at most. */
const mostNamed = 4
const longestName = 60
/** Characters of a record that are looked at for the words: what it is about stands first. */
const longestRead = 1_500

function whyFound(channels: Recollection['channels']): string {
  const reasons = channels.map(({ channel, detail = '' }) => {
    const words = channelWords[channel] ?? channel
    return detail === '' ? words : `${words} (${named(detail)})`
  })
  return `It ${reasons.join(', ')}.`
}

/** Keys stand in a detail with commas between them. */
function named(detail: string): string {
  const names = detail
    .replace(/\s+/g, ' ')
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean)
  return names
    .slice(0, mostNamed)
    .map((name) => (name.length > longestName ? `${name.slice(0, longestName - 1)}…` : name))
    .join(', ')
}

/** Most telling first, as the question has them. */
function sharedWords({ text, cue }: MemoryRecord, words: readonly string[]): { detail?: string } {
  if (words.length === 0) return {}
  const own = new Set(codeTokens(`${cue}\n${text.slice(0, longestRead)}`))
  const shared = words.filter((word) => own.has(word)).slice(0, mostNamed)
  return shared.length === 0 ? {} : { detail: shared.join(', ') }
}

/** A channel whose own score is below this share of its best says little. */
const floor = 0.4

/** Ids that every channel which ranked them found weak; ranks alone are too flat to cut on. */
export function belowFloor(lists: readonly RankedList<string>[]): Set<string> {
  const strong = new Set<string>()
  const all = new Set<string>()
  for (const { entries } of lists) {
    const best = entries[0]?.score ?? 0
    for (const { item, score } of entries) {
      all.add(item)
      if (score >= floor * best) strong.add(item)
    }
  }
  return new Set([...all].filter((id) => !strong.has(id)))
}

/** A person's pin first, then the score, then the id: the order never depends on how records were read. */
export function byRank(a: Recollection, b: Recollection): number {
  const [one, other] = [a.record, b.record]
  return byPlace(
    { id: one.id, pinned: one.pinned, score: a.score },
    { id: other.id, pinned: other.pinned, score: b.score },
  )
}

/** The same of records that were not read. */
export function byPlace(a: Place, b: Place): number {
  return Number(b.pinned) - Number(a.pinned) || b.score - a.score || (a.id < b.id ? -1 : 1)
}

interface Place {
  id: string
  pinned: boolean
  score: number
}

/** Share of common words above which two records say the same. */
const sameness = 0.8

interface Kept {
  words: Set<string>
  names: Set<string>
  one: Recollection
}

/** `ranked` without those that nearly repeat a better one. Two sides of a contradiction are never one. */
export function thin(ranked: readonly Recollection[]): { kept: Recollection[]; cut: Recollection[] } {
  const kept: Kept[] = []
  // One for all: they are about the same things, so their words come again.
  const tokenizer = new Tokenizer()
  const cut: Recollection[] = []
  for (const one of ranked) {
    const text = `${one.record.text} ${one.record.cue}`
    const own = {
      words: wordsIn(text, tokenizer),
      names: namesIn(text),
      one,
    }
    const twin = kept.find((other) => isTwin(own, other))
    if (twin === undefined) kept.push(own)
    else cut.push({ ...one, why: `Left out: it says nearly the same as mem:${twin.one.record.id}.` })
  }
  return { kept: kept.map(({ one }) => one), cut }
}

/** As `codeTokens` gives them. */
function wordsIn(text: string, tokenizer: Tokenizer): Set<string> {
  const tokens = tokenizer.tokens(text, 0, text.length)
  return new Set(tokens === '' ? [] : tokens.slice(1).split(' '))
}

/** Numbers, paths and joined names: two sentences that differ in one of them say different things. */
function namesIn(text: string): Set<string> {
  const words = text.toLowerCase().split(/[\s`'"(),;]+/)
  return new Set(
    words.map((word) => word.replace(/[.:!?]+$/, '')).filter((word) => /\d|\w[-_./:]\w/.test(word)),
  )
}

function areEqual(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return one.size === other.size && [...one].every((name) => other.has(name))
}

function isTwin({ one: { record }, words, names }: Kept, other: Kept): boolean {
  const against = other.one.record
  if (record.status === 'contested' || against.status === 'contested' || record.kind !== against.kind)
    return false
  // The same words for and against: what tells them apart is the polarity.
  if (record.lesson?.polarity !== against.lesson?.polarity) return false
  if ((record.fact?.key ?? null) !== (against.fact?.key ?? null)) return false
  if (record.kind !== 'episode' && !areEqual(names, other.names)) return false
  if (Math.min(words.size, other.words.size) < sameness * Math.max(words.size, other.words.size)) return false
  const common = [...words].filter((word) => other.words.has(word)).length
  return common >= sameness * (words.size + other.words.size - common)
}

/** The moments at which a prompt is put together; `any` is a question of its own. */
export function isPrompt(moment: Moment): boolean {
  return moment !== 'any'
}
