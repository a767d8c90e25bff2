/** Long-term memory votes for files: past fixes that speak of the same things, and lessons that lead there. */

import { type FileScores, type Ground, noScores } from '../ground.ts'

/** What one memory says about a file. */
export interface FileVote {
  path: string
  /** `fix`: a past episode changed it; `lesson`: its words have led there before. */
  kind: 'fix' | 'lesson'
  /** Higher is better; comparable within a kind. */
  score: number
}

/** Asks memory about an issue; `before` in Unix seconds: only what was known strictly before. */
export type FileVoter = (issue: string, before: number) => readonly FileVote[]

export interface MemoryScores {
  /** What the best past fix of a file says. */
  best: FileScores
  /** All past fixes of a file together; squared first, so that many weak ones do not outvote a good one. */
  sum: FileScores
  lessons: FileScores
}

/** Votes for files that are not there any more are lost. */
export function memoryScores(ground: Ground, votes: readonly FileVote[]): MemoryScores {
  const [best, sum, lessons] = [noScores(ground), noScores(ground), noScores(ground)]
  const at = new Map(ground.corpus.files.map(({ path }, position) => [path, position]))
  for (const { path, kind, score } of votes) {
    const file = at.get(path)
    if (file === undefined) continue
    if (kind === 'lesson') lessons[file] = (lessons[file] ?? 0) + score
    else {
      best[file] = Math.max(best[file] ?? 0, score)
      sum[file] = (sum[file] ?? 0) + score ** 2
    }
  }
  return { best, sum: sum.map(Math.sqrt), lessons }
}
