/** What an agent should know of a repository's memory when a session begins: at most 2 kB, checked against the code. */

import type { AnchorState } from '../memory/recollection.ts'
import { type MemoryRecord, utilityOf } from '../memory/record.ts'
import { labelOf, quoteBlock } from '../memory/safety/quote.ts'
import { redact } from '../memory/safety/redact.ts'
import type { Knowledge } from './ports.ts'

/** Bytes of UTF-8 (the mark for what a hook may inject). */
export const mostBriefBytes = 2_000
/** Memories that are looked at for it: each is compared with the code, in under 5 ms. */
const mostAsked = 12
/** Characters of one memory: the rest lies behind its handle. */
const longestText = 220
/** Newest memories among which the most worth are chosen. */
const reach = 400

const opening =
  'This repository has a memory of past fixes (Casebook). Ask it before you search or edit: recall with the task or ' +
  'the error, history with a file.'

/** Empty where memory holds nothing that is worth the room. */
export async function sessionBrief(knowledge: Knowledge, mostBytes = mostBriefBytes): Promise<string> {
  const lessons = await knowledge.list({ kinds: ['lesson'], statuses: ['active'], limit: reach })
  const facts = await knowledge.list({ kinds: ['fact'], statuses: ['active'], limit: reach })
  const episodes = await knowledge.list({ kinds: ['episode'], limit: 1 })
  const total = lessons.total + facts.total + episodes.total
  if (total === 0) return ''
  const counts = [
    [episodes.total, 'past repair'],
    [lessons.total, 'lesson'],
    [facts.total, 'fact'],
  ] as const
  const counted = `It holds ${counts.map(([count, what]) => `${count} ${what}${count === 1 ? '' : 's'}`).join(', ')}.`
  const entries = await soundEntries(knowledge, mostWorth([...lessons.records, ...facts.records]))
  return await fitted(`${opening} ${counted}`, entries, mostBytes)
}

/** What a person wrote or pinned goes first, then how to run and test, then what has helped. Pure. */
export function mostWorth(records: readonly MemoryRecord[]): MemoryRecord[] {
  const heard = records.filter(({ inhibited, flags }) => !inhibited && flags.length === 0)
  const worth = heard.map((record) => ({ record, worth: worthOf(record) }))
  return worth
    .sort((one, other) => other.worth - one.worth || other.record.validFrom - one.record.validFrom)
    .slice(0, mostAsked)
    .map(({ record }) => record)
}

function worthOf(record: MemoryRecord): number {
  const { pinned, edited, provenance, counters, fact, lesson } = record
  const byPerson = edited || provenance.author === 'person' ? 2 : 0
  const how = fact?.key?.includes('command') ? 1.5 : 0
  const warns = lesson?.polarity === 'avoid' ? 0.5 : 0
  return (pinned ? 4 : 0) + byPerson + how + warns + (utilityOf(counters) - 0.5) * 4
}

interface BriefEntry {
  label: string
  text: string
  foot: string
}

/** Without those whose code is no longer as they say. */
async function soundEntries(knowledge: Knowledge, records: readonly MemoryRecord[]): Promise<BriefEntry[]> {
  const entries: BriefEntry[] = []
  for (const { id } of records) {
    // It may have been forgotten since it was listed.
    const shown = await knowledge.show(id).catch(() => null)
    if (shown === null) continue
    const { record, anchors } = shown
    const states = new Set(anchors.map(({ state }) => state))
    if (states.has('drifted') || states.has('gone')) continue
    const when = whenOf(record)
    entries.push({
      label: labelOf({ record, freshness: freshnessOf(anchors) }),
      text: clipped(`${when}${record.text}`.replace(/\s+/g, ' ')),
      foot: `mem:${id}`,
    })
  }
  return entries
}

/** Cues are sentences or parts of one; a name such as `URLError` or `I/O` keeps its capitals. */
export function whenOf({ cue, text }: Pick<MemoryRecord, 'cue' | 'text'>): string {
  const words = cue
    .trim()
    .replace(/^when\s+/i, '')
    .replace(/[.:;,\s]+$/, '')
  if (words === '' || saysAll(text, words)) return ''
  const isWord = /^(?!I\b)\p{Lu}(?:\p{Ll}*(?:['’]\p{Ll}+)?)(?:[\s,]|$)/u.test(words)
  return `When ${isWord ? words.charAt(0).toLowerCase() + words.slice(1) : words}: `
}

/** Then it would be read twice. Words of up to three letters say little. */
function saysAll(text: string, cue: string): boolean {
  const told = new Set(wordsOf(text))
  const words = wordsOf(cue).filter((word) => word.length > 3)
  const missing = words.filter((word) => !told.has(word))
  return words.length > 3 && missing.length <= words.length / 4
}

/** In the singular: `mentions` and `mention`, `issue` and `Issues` are the same. */
function wordsOf(text: string): string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? []
  return words.map((word) => (word.length > 3 ? word.replace(/s$/, '') : word))
}

function freshnessOf(anchors: readonly AnchorState[]): AnchorState['state'] | 'none' {
  if (anchors.length === 0) return 'none'
  return anchors.some(({ state }) => state === 'moved') ? 'moved' : 'fresh'
}

function clipped(text: string): string {
  return text.length <= longestText ? text : `${text.slice(0, longestText - 1)}…`
}

/** As many as there is room for, in their order. */
async function fitted(head: string, entries: readonly BriefEntry[], mostBytes: number): Promise<string> {
  for (let count = entries.length; count >= 0; count--) {
    const { text } = await redact([head, quoteBlock(entries.slice(0, count))].filter(Boolean).join('\n\n'))
    if (Buffer.byteLength(text) <= mostBytes) return text
  }
  return ''
}
