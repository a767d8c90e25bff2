/** Records of the files that the code says an issue is about: what `locate` knows, turned into a channel. */

import type { Moment, RecallQuery } from '../../recollection.ts'
import type { FoundRecord, Gate, MemoryStore } from '../../store/memory-store.ts'
import type { LocatedFile, RecordRecallContext } from './context.ts'
import type { KnownQuestion } from './question.ts'

/**
 * Beats a shared key, words and likeness together. Found on 57 issues of seven repositories (test/bench/RESULTS.md),
 * where any weight from 3 to 12 has nearly the whole gain.
 */
export const locatedWeight = 6
/** Files that are looked at, each for its best record: a second one of the same file would crowd out other files. */
const mostFiles = 8

/** Where a task begins. Later a file is open or an error says where. */
const beginnings: readonly Moment[] = ['any', 'task-start', 'first-test']

/** Best first; empty for a question that is typed by hand, and where nobody can say. */
export async function filesInQuestion(
  { locate }: RecordRecallContext,
  question: KnownQuestion,
  { query, gate }: { query: RecallQuery; gate: Gate },
): Promise<readonly LocatedFile[]> {
  if (locate === undefined || question.short || question.text === '') return []
  if (!beginnings.includes(query.moment)) return []
  const files = await locate(query.text, gate.before ?? Number.POSITIVE_INFINITY)
  return files.slice(0, mostFiles)
}

/** The best record of every file: shared words first, then the newest. */
export function recordsOfFiles(
  store: MemoryStore,
  files: readonly LocatedFile[],
  { gate, words }: { gate: Gate; words: readonly FoundRecord[] },
): FoundRecord[] {
  const paths = files.map(({ path }) => path)
  const ids = words.map(({ id }) => id)
  const touching = new Set(store.keysAmong('path', paths, ids).map(({ id, value }) => `${id} ${value}`))
  const best = files.reduce((most, { score }) => Math.max(most, score), 0)
  const taken = new Set<string>()
  return files.flatMap(({ path, score }) => {
    const isFree = (id: string) => !taken.has(id)
    const alike = ids.find((id) => isFree(id) && touching.has(`${id} ${path}`))
    const newest = () => store.byKey('path', [path], gate, taken.size + 1).find(({ id }) => isFree(id))?.id
    const id = alike ?? newest()
    if (id === undefined) return []
    taken.add(id)
    return [{ id, score: best > 0 ? score / best : 1, detail: path }]
  })
}
