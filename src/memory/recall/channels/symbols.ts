/** Names in the issue that a file defines: the fewer files define a name, the more it says. */

import { inverseFrequency } from '../bm25.ts'
import { type FileScores, type Ground, isRanked, noScores } from '../ground.ts'
import { onceForCorpus } from '../kept-corpus.ts'
import type { Mention } from '../mentions.ts'

export interface Definition {
  file: number
  name: string
  kind: string
  container: string
}

const selectDefinitions = 'select blob_id, name, kind, container from symbol where folded = ?'

/** Names that are remembered: most questions ask for the same ones, those of imports. */
const mostNames = 50_000

/** Returns a reader of visible definitions by name, case ignored. */
export const openDefinitions = onceForCorpus(({ db, corpus }: Ground): ((name: string) => Definition[]) => {
  const select = db.prepare(selectDefinitions)
  select.setReturnArrays(true)
  const known = new Map<string, Definition[]>()
  return (name) => {
    const folded = name.toLowerCase()
    const found = known.get(folded)
    if (found !== undefined) return found
    const rows = select.all(folded) as unknown as [number, string, string, string][]
    const definitions = rows.flatMap(([blobId, own, kind, container]) =>
      (corpus.filesOfBlob.get(blobId) ?? [])
        .filter((file) => isRanked(corpus.files[file]?.role ?? 'data'))
        .map((file) => ({ file, name: own, kind, container })),
    )
    if (known.size >= mostNames) known.clear()
    known.set(folded, definitions)
    return definitions
  }
})

/** Another case is another name in most languages, yet people write names carelessly. */
const caseMismatch = 0.4

export function symbolScores(
  ground: Ground,
  definitions: (name: string) => Definition[],
  names: readonly Mention[],
): FileScores {
  const scores = noScores(ground)
  const ranked = ground.corpus.files.filter(({ role }) => isRanked(role)).length
  for (const { text, weight } of names) {
    const found = definitions(text)
    const best = new Map<number, number>()
    for (const { file, name } of found) {
      best.set(file, Math.max(best.get(file) ?? 0, name === text ? 1 : caseMismatch))
    }
    const rarity = weight * inverseFrequency(best.size, ranked)
    for (const [file, match] of best)
      scores[file] = (scores[file] ?? 0) + (rarity * match) / Math.sqrt(best.size)
  }
  return scores
}
