/** Which parts of a transcript are worth least: what says little that is rare, and was not spoken of for long. Pure. */

import { findHandles } from '../../memory/recall/records/handle-text.ts'
import { actOf } from './acts.ts'
import { type Entry, textOf } from './entries.ts'

/** Kept of the worth for each round without a reference (SirLLM's decay between dialogue and facts). */
const decay = 0.9

/** The groups, least worth first. */
export function leastWorth(groups: readonly (readonly Entry[])[]): number[] {
  const texts = groups.map((group) => group.map(({ message }) => textOf(message)).join('\n'))
  const words = texts.map(wordsOf)
  const spread = new Map<string, number>()
  for (const set of words) for (const word of set) spread.set(word, (spread.get(word) ?? 0) + 1)
  const rare = Math.max(1, Math.floor(groups.length * 0.05))
  const worth = groups.map((group, at) => {
    const rounds = groups.length - 1 - lastReference(group, at, texts)
    return (
      informativeness(texts[at] ?? '', words[at] ?? new Set(), (word) => (spread.get(word) ?? 0) <= rare) *
      decay ** rounds
    )
  })
  return groups
    .map((_, at) => at)
    .sort((one, other) => (worth[one] ?? 0) - (worth[other] ?? 0) || one - other)
}

/** Share of rare words, and whether paths, errors and numbers are in it. From 0 to 2.5. */
function informativeness(
  text: string,
  words: ReadonlySet<string>,
  isRare: (word: string) => boolean,
): number {
  let few = 0
  for (const word of words) if (isRare(word)) few++
  const share = words.size === 0 ? 0 : few / words.size
  const paths = /[\w-]+\/[\w./-]+\.\w+/.test(text) ? 0.5 : 0
  const errors = /\b(error|fail(ed|ure)?|exception|traceback|panic|assert\w*)\b/i.test(text) ? 0.5 : 0
  const numbers = /\b\d{2,}\b/.test(text) ? 0.5 : 0
  return share + paths + errors + numbers
}

function wordsOf(text: string): Set<string> {
  return new Set(text.toLowerCase().match(/[\p{L}_][\p{L}\p{N}_]{2,}/gu) ?? [])
}

/** The last group that speaks of a path or a handle of this one; itself, where none does. */
function lastReference(group: readonly Entry[], own: number, texts: readonly string[]): number {
  const keys = group.flatMap(keysOf)
  if (keys.length === 0) return own
  for (let at = texts.length - 1; at > own; at--) if (keys.some((key) => texts[at]?.includes(key))) return at
  return own
}

/** By what later messages would speak of an entry. */
export function keysOf({ message, call, handle }: Entry): string[] {
  const calls = message.role === 'assistant' ? (message.calls ?? []) : []
  const acts = [...calls, ...(call === null ? [] : [call])].map(actOf)
  const paths = acts.flatMap((act) => (act !== null && act.kind !== 'check' ? [act.path] : []))
  const handles = handle === null ? [] : findHandles(handle).map(({ text }) => text.split('#')[0] ?? text)
  return [...new Set([...paths, ...handles])]
}
