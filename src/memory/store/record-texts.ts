/** What a record says, as text to embed, to index and to compare: pure functions of the record. */

import { hash } from 'node:crypto'
import { Tokenizer } from '../code/tokens.ts'
import type { EpisodeBody } from '../episode.ts'
import type { MemoryRecord } from '../record.ts'

/**
 * What is embedded. Lessons: cue and text apart (0.7 and 0.3, summed and normalised; without a cue the text alone).
 * Facts and episodes: `cue` is empty and `text` holds both.
 */
export function embeddedText(record: MemoryRecord): { cue: string; text: string } {
  if (record.kind === 'lesson') return { cue: record.cue, text: record.text }
  return { cue: '', text: record.cue === '' ? record.text : `${record.text}\n${record.cue}` }
}

/** First 16 bytes of the SHA-256 of the embedded text: equal hashes mean equal vectors. */
export function textHash(record: MemoryRecord): Buffer {
  const { cue, text } = embeddedText(record)
  return hash16(JSON.stringify([cue, text]))
}

/** Hash of the words of a text: NFKC, lower case, punctuation and white space as one space. */
export function wordsHash(text: string): Buffer {
  const words = text.normalize('NFKC').toLowerCase()
  return hash16(words.replace(/[^\p{L}\p{M}\p{N}]+/gu, ' ').trim())
}

/** Hash of an issue's trimmed text. */
export function issueHash(goal: string): Buffer {
  return hash16(goal.trim())
}

export function hash16(text: string): Buffer {
  return hash('sha256', text, 'buffer').subarray(0, 16)
}

/** The columns of item_fts, as texts. */
export interface SearchTexts {
  cue: string
  body: string
  entities: string
  prose: string
}

/** Characters indexed of one record at most, a column: what is longer is found by its beginning. */
const longest = { cue: 1_000, body: 8_000, entities: 6_000, prose: 10_000 } as const

/** What a record is found by in words, code-aware tokens joined by spaces. */
export function searchTexts(record: MemoryRecord, tokenizer = new Tokenizer()): SearchTexts {
  const tokens = (texts: readonly string[], most: number): string => {
    const text = texts.filter(Boolean).join('\n').slice(0, most)
    return tokenizer.tokens(text, 0, text.length).slice(1)
  }
  const { episode, fact, lesson } = record
  const anchors = record.anchors.flatMap((anchor) => [anchor.path, anchor.symbol ?? ''])
  const entities = [...record.entities, ...anchors, ...record.tags]
  const body = [record.text]
  if (fact !== undefined) body.push(fact.key ?? '', fact.value ?? '')
  if (lesson !== undefined) body.push(...lesson.procedure, ...valuesByName(lesson.params))
  const prose: string[] = []
  if (episode !== undefined) {
    body.push(...checked(episode))
    entities.unshift(...episode.signatures, ...episode.files.map((file) => file.path), ...episode.symbols)
    prose.push(...written(episode))
  }
  return {
    cue: tokens([record.cue], longest.cue),
    body: tokens(body, longest.body),
    entities: tokens([...new Set(entities)], longest.entities),
    prose: tokens(prose, longest.prose),
  }
}

/** In the order of their names: the log keeps records in that form, and a rebuilt fold must index the same words. */
function valuesByName(params: Record<string, string>): string[] {
  return Object.keys(params)
    .sort()
    .map((name) => params[name] ?? '')
}

/** What people and checks said: it weighs as much as the text. */
function checked(episode: EpisodeBody): string[] {
  const { outcome } = episode
  const commands = new Set(episode.commands.map((run) => run.command.slice(0, 300)))
  return [episode.goal, ...episode.corrections, ...outcome.evidence, outcome.command ?? '', ...commands]
}

/** What agents and programs wrote: much of it, and of half the weight. A slice of each, so that the last try counts. */
function written(episode: EpisodeBody): string[] {
  const tries = episode.attempts.flatMap((attempt) => [
    attempt.feedback?.text ?? '',
    attempt.content.text,
    attempt.analysis,
    attempt.advice,
  ])
  const outputs = episode.commands.map((run) => run.output?.text ?? '')
  const all = [...tries, episode.patch?.content?.text ?? '', ...outputs].filter((text) => text !== '')
  const share = Math.max(400, Math.floor(longest.prose / Math.max(1, all.length)))
  return all.map((text) => text.slice(0, share))
}
