/** What an episode taught that was cited and helped, while no fact or lesson says it (HiMem's reconsolidation). */

import type { RecordDraft } from '../record.ts'
import { fixedFiles } from './distil-signatures.ts'
import { brief, learnedFrom, type Work } from './work.ts'

/** A change of more files says little about each. */
const mostFiles = 4

/** Null where the episode changed no file, or too many: then it says nothing in one sentence. */
export function noteOf(episode: Work): RecordDraft | null {
  const { signatures, symbols, goal } = episode.episode
  const files = fixedFiles(episode)
  if (files.length === 0 || files.length > mostFiles || goal.trim() === '') return null
  const symptom = brief(goal, 140)
  const where = files.slice(0, 3).join(', ')
  return {
    ...learnedFrom([episode], 'distil/reconsolidation'),
    // It helped once: that is seen, and no check of what the note says.
    confidence: 'observed',
    kind: 'lesson',
    text: `Work on "${symptom}" changed ${where}, and what was done there helped again.`,
    cue: `Looking for the place of: ${symptom}`,
    entities: [...new Set([...files, ...signatures.slice(0, 2), ...symbols.slice(0, 5)])],
    tags: ['localisation', 'reconsolidation'],
    lesson: { polarity: 'do', stream: 'localisation', role: null, order: null, params: {}, procedure: [] },
  }
}
