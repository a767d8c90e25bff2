/** Which files a past fix speaks for: measured by the bench, of no weight in `locate`. */

import { roleOf } from '../memory/code/trees.ts'
import type { FileVote } from '../memory/recall/channels/memories.ts'
import type { MemoryRecord } from '../memory/record.ts'

/** A fix of more files of code is a sweep. */
const mostFiles = 20

/** The fewer files a fix changed, the more it says about each. A fix that was taken back says nothing. */
export function votesOf({ episode }: MemoryRecord, score: number): FileVote[] {
  if (episode === undefined || episode.outcome.verdict === 'failed') return []
  const files = episode.files.map(({ path }) => path).filter((path) => roleOf(path) === 'source')
  if (files.length === 0 || files.length > mostFiles) return []
  return files.map((path) => ({ path, kind: 'fix', score: score / Math.sqrt(files.length) }))
}
