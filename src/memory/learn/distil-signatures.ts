/** Localisation lessons: failures that were printed, and the files whose change ended them. */

import type { RecordDraft } from '../record.ts'
import { brief, learnedFrom, type Work } from './work.ts'

/** A fix of more files says little about each. */
const mostFiles = 4

/** One lesson a signature, of all episodes that passed and changed something. */
export function signatureLessons(episodes: readonly Work[]): RecordDraft[] {
  const bySignature = new Map<string, Work[]>()
  for (const episode of episodes) {
    const files = fixedFiles(episode)
    if (episode.episode.outcome.verdict !== 'passed' || files.length === 0 || files.length > mostFiles)
      continue
    const [signature] = episode.episode.signatures
    if (signature === undefined) continue
    bySignature.set(signature, [...(bySignature.get(signature) ?? []), episode])
  }
  return [...bySignature].map(([signature, fixes]) => lessonOf(signature, fixes))
}

/** Files of the change without its tests: those are where a failure shows, not where it is made. */
export function fixedFiles({ episode }: Work): string[] {
  const tests = new Set(episode.tests)
  return episode.files.map(({ path }) => path).filter((path) => !tests.has(path))
}

function lessonOf(signature: string, fixes: readonly Work[]): RecordDraft {
  const counts = new Map<string, number>()
  for (const path of fixes.flatMap(fixedFiles)) counts.set(path, (counts.get(path) ?? 0) + 1)
  const files = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([path]) => path)
  const shown = files.slice(0, 3)
  const symbols = [...new Set(fixes.flatMap(({ episode }) => episode.symbols))].slice(0, 5)
  const said = brief(signature, 160)
  return {
    ...learnedFrom(fixes, 'distil/signature'),
    kind: 'lesson',
    text: `The failure "${said}" was fixed in ${shown.join(', ')}.`,
    cue: `A command prints "${said}".`,
    entities: [signature.slice(0, 400), ...shown, ...symbols],
    tags: ['localisation'],
    lesson: {
      polarity: 'do',
      stream: 'localisation',
      role: null,
      order: null,
      params: { signature: signature.slice(0, 500) },
      procedure: [],
    },
  }
}
