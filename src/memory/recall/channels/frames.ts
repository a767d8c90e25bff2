/** Stack frames of the issue in the files of the repository: the nearer to the error, the more. */

import { type FileScores, type Ground, isRanked, noScores } from '../ground.ts'
import type { PathIndex } from './paths.ts'

/** A frame `depth` steps above the one that raised counts 1 / (1 + depth * fade). */
const fade = 0.3

export function frameScores(ground: Ground, paths: PathIndex): FileScores {
  const scores = noScores(ground)
  const { frames } = ground.query
  let above = 0
  let before = Number.POSITIVE_INFINITY
  for (const frame of [...frames].sort((a, b) => a.depth - b.depth)) {
    const { files, parts } = paths.resolve(frame.path)
    const full = parts === frame.path.split('/').length
    const ranked = files.filter((file) => isRanked(ground.corpus.files[file]?.role ?? 'data'))
    if (ranked.length === 0 || (parts < 2 && !full)) continue
    if (frame.depth !== before) above += before === Number.POSITIVE_INFINITY ? 0 : 1
    before = frame.depth
    for (const file of ranked) {
      const worth = 1 / (1 + above * fade) / ranked.length
      scores[file] = Math.max(scores[file] ?? 0, worth) + Math.min(scores[file] ?? 0, worth) * 0.2
    }
  }
  return scores
}
