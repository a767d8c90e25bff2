/** Finds the demonstrations for a moment of a repair among the episodes that the gate lets through. */

import { codeTokens } from '../../code/tokens.ts'
import type { Content } from '../../episode.ts'
import type { RecallQuery } from '../../recollection.ts'
import type { MemoryRecord } from '../../record.ts'
import type { Gate, MemoryStore } from '../../store/memory-store.ts'
import { isStopword } from '../stopwords.ts'
import type { RecordRecallContext } from './context.ts'
import {
  type AttemptAtHand,
  demonstrationKind,
  leadingText,
  pickDemonstrations,
  type RankedDemonstration,
  rankDemonstrations,
} from './demonstration-ranking.ts'
import { demonstrationsOf } from './demonstrations.ts'
import type { KnownQuestion } from './question.ts'

/** Up to this many episodes all are scored, as ExpeRepair does; of more, those that share words or keys. */
const scoredWhole = 48

/** Best first, of different issues, as many as the settings say; none at moments that need none. */
export async function demonstrate(
  context: RecordRecallContext,
  question: KnownQuestion,
  { query, gate: outer }: { query: RecallQuery; gate: Gate },
): Promise<RankedDemonstration[]> {
  const kind = demonstrationKind(query.moment)
  const { settings, vectors, store } = context
  if (kind === null || settings.demonstrations < 1 || query.kinds?.includes('episode') === false) return []
  const gate: Gate = { ...outer, kinds: ['episode'], muted: false }
  const at: AttemptAtHand = {
    issue: query.text,
    output: query.output ?? '',
    attempt: query.attempt ?? '',
  }
  const lead = leadingText(query.moment, at)
  const near =
    vectors === undefined || settings.ranker === 'bm25' || lead.trim() === ''
      ? []
      : await vectors(lead.slice(0, 4_000), gate, scoredWhole)
  const records = episodesFor(store, {
    texts: [lead, query.moment === 'first-test' ? '' : at.attempt],
    question,
    gate,
    near: near.map(({ id }) => id),
  })
  const demonstrations = demonstrationsOf(records, { whole: wholeTexts(store) })
    .filter((one) => one.kind === kind)
    .filter(({ issue, endedAt }) => issue.trim() !== query.text.trim() && isBefore(endedAt, gate))
  const ranked = rankDemonstrations({
    moment: query.moment,
    at,
    demonstrations,
    ranker: settings.ranker,
    tokeniser: settings.tokeniser,
    likeness: new Map(near.map(({ id, score }) => [id, score])),
  })
  return pickDemonstrations(ranked, settings.demonstrations)
}

function isBefore(moment: number, { before }: Gate): boolean {
  return before === undefined || moment < before
}

interface Wanted {
  /** What the moment compares: the issue or the failure, and the attempt at hand. */
  texts: readonly string[]
  question: KnownQuestion
  gate: Gate
  near: readonly string[]
}

/** Those who try things: what the history tells has no attempts. */
const selectTriers = `select id from item where kind = 'episode' and origin <> 'history' limit ?`

/**
 * All that hold attempts where they are few; else those that share keys, likeness or words with what is at hand.
 * Oldest first, so that equal scores go to the elder.
 */
function episodesFor(store: MemoryStore, wanted: Wanted): MemoryRecord[] {
  const triers = store.db.prepare(selectTriers).all(scoredWhole + 1)
  const records =
    triers.length <= scoredWhole
      ? store.visible(
          triers.map(({ id }) => String(id)),
          wanted.gate,
        )
      : likelyEpisodes(store, wanted)
  return records
    .filter(hasAttempts)
    .slice(0, scoredWhole)
    .sort((a, b) => a.validFrom - b.validFrom || (a.id < b.id ? -1 : 1))
}

function hasAttempts({ episode }: MemoryRecord): boolean {
  return (episode?.attempts.length ?? 0) > 0
}

/** Entries of each list that are looked at: most episodes may come from the history. */
const depth = 100

function likelyEpisodes(store: MemoryStore, { texts, question, gate, near }: Wanted): MemoryRecord[] {
  const signatures = question.keys.filter(({ kind }) => kind === 'signature').map(({ name }) => name)
  const byKey = signatures.length === 0 ? [] : store.byKey('signature', signatures, gate, depth)
  const words = texts.flatMap(tellingWords)
  const byWords = store.byWords(words, gate, depth)
  const ids = alternating([byKey.map(({ id }) => id), near, byWords.map(({ id }) => id)])
  const found: MemoryRecord[] = []
  // Whole episodes are long, and hardly more than the first are wanted.
  for (let at = 0; at < ids.length && found.length < scoredWhole; at += scoredWhole)
    found.push(...store.visible(ids.slice(at, at + scoredWhole), gate).filter(hasAttempts))
  return found
}

/** The first of each list, then the second of each, every one once. */
function alternating(lists: readonly (readonly string[])[]): string[] {
  const longest = Math.max(0, ...lists.map(({ length }) => length))
  const ids = Array.from({ length: longest }, (_, at) => lists.flatMap((list) => list[at] ?? []))
  return [...new Set(ids.flat())]
}

/** Words asked of the index for one text: more of them find the same episodes. */
const mostWords = 7

function tellingWords(text: string): string[] {
  const words = new Set(
    codeTokens(text.slice(0, 8_000)).filter((word) => word.length > 2 && !isStopword(word)),
  )
  return [...words].sort((a, b) => b.length - a.length || (a < b ? -1 : 1)).slice(0, mostWords)
}

function wholeTexts(store: MemoryStore): (content: Content) => string {
  return ({ text, artifact }) => (artifact === undefined ? text : (store.artifact(artifact)?.content ?? text))
}
