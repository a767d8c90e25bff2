/** The channels of recall: likeness, words, and exact keys, each one ranked list of record ids. */

import type { FoundRecord, Gate } from '../../store/memory-store.ts'
import type { RankedList } from '../fuse.ts'
import type { LocatedFile, RecordRecallContext } from './context.ts'
import { locatedWeight, recordsOfFiles } from './located.ts'
import { type KnownQuestion, keyKinds } from './question.ts'

/** Entries of one channel at most (memory model 3.5). */
const depth = 50
/** So many records are known by their words where the best of a file are wanted. */
const deepWords = 300
/** An exact key counts twice: a signature or path that comes back is no coincidence. */
const weights = { vector: 1, words: 1, key: 2 } as const

export async function askChannels(
  context: RecordRecallContext,
  question: KnownQuestion,
  { gate, files }: { gate: Gate; files: readonly LocatedFile[] },
): Promise<RankedList<string>[]> {
  const { store, vectors } = context
  const near = vectors === undefined || question.text === '' ? [] : await vectors(question.text, gate, depth)
  const words = store.byWords(question.words, gate, files.length === 0 ? depth : deepWords)
  return [
    list('vector', weights.vector, near),
    list('words', weights.words, words.slice(0, depth)),
    list('located', locatedWeight, recordsOfFiles(store, files, { gate, words })),
    ...keyKinds.map((kind) => list(kind, weights.key, askKeys(context, question, { kind, gate }))),
  ].filter(({ entries }) => entries.length > 0)
}

function askKeys(
  { store }: RecordRecallContext,
  { keys }: KnownQuestion,
  { kind, gate }: { kind: (typeof keyKinds)[number]; gate: Gate },
): FoundRecord[] {
  const values = keys.filter((key) => key.kind === kind).flatMap(({ spellings }) => spellings)
  return values.length === 0 ? [] : store.byKey(kind, values, gate, depth)
}

/** What was tried and failed at the same signature: asked for when a failure comes again. */
export function askFailures(
  { store }: RecordRecallContext,
  question: KnownQuestion,
  gate: Gate,
): FoundRecord[] {
  const signatures = question.keys.filter(({ kind }) => kind === 'signature').map(({ name }) => name)
  if (signatures.length === 0) return []
  const found = store.byKey('signature', signatures, gate, depth)
  const ids = found.map(({ id }) => id)
  const failed = store
    .visible(ids, gate)
    .filter(({ lesson, episode }) => lesson?.polarity === 'avoid' || episode?.outcome.verdict === 'failed')
  const wanted = new Set(failed.map(({ id }) => id))
  return found.filter(({ id }) => wanted.has(id))
}

export function list(channel: string, weight: number, found: readonly FoundRecord[]): RankedList<string> {
  const entries = found.map(({ id, score, detail }) => ({
    item: id,
    score,
    ...(detail !== undefined && { detail }),
  }))
  return { channel, weight, entries }
}

export const failureWeight = weights.key
