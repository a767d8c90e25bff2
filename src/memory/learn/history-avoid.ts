/** What was tried and taken back: `avoid` lessons from reverts. Pure. */

import type { RecordDraft } from '../record.ts'
import type { FixCommit, MessageOnly } from '../types.ts'
import { codeFiles } from './history-episodes.ts'

export const avoidMethod = 'history/revert-lesson'

const mostLessons = 40
/** Those whose only support is the revert wait for a person: few, so that nobody drowns. */
const mostWaiting = 12
const mostReasonWords = 45
/** A shorter reason is none ("oops"). */
const leastReasonWords = 4

/** A revert that stands, with the commit that it takes back where that is known. */
export interface TakenBack {
  revert: FixCommit
  original: MessageOnly
  /** The original is an episode itself, so that two stand behind the lesson. */
  isFix: boolean
}

/** Those worth a lesson, newest first: a reason is given, or a fix was taken back. */
export function worthAvoiding(all: readonly TakenBack[]): TakenBack[] {
  const kept: TakenBack[] = []
  let waiting = 0
  for (const one of all) {
    const told = reasonWords(one.revert).length >= leastReasonWords
    if (one.revert.revertedBy !== null || codeFiles(one.revert).length === 0 || !told) continue
    if (!one.isFix && ++waiting > mostWaiting) continue
    kept.push(one)
    if (kept.length >= mostLessons) break
  }
  return kept
}

function reasonWords({ body }: FixCommit): string[] {
  return reasonOf(body).split(/\s+/).filter(Boolean)
}

/** The revert's own words; the reader has put them apart already where it could. */
function reasonOf(body: string): string {
  return body
    .replace(/,?\s+reversing\s+changes made to \S+/g, '')
    .split('\n')
    .filter(
      (line) =>
        !/\b(?:reverts?|reapplies) (?:commits? )?["']?[0-9a-f]{7,}|^[A-Z][\w-]*-by:|^revert "/i.test(line),
    )
    .join(' ')
    .trim()
}

export function avoidLesson({ revert, original, isFix }: TakenBack, branch: string | null): RecordDraft {
  const files = codeFiles(revert)
    .filter(({ blob }) => blob !== null)
    .slice(0, 10)
  const paths = files.slice(0, 3).map(({ path }) => path)
  const subject = original.subject.slice(0, 160)
  const reason = reasonWords(revert).slice(0, mostReasonWords).join(' ')
  const where = paths.length === 0 ? '' : ` in ${paths.join(', ')}`
  return {
    kind: 'lesson',
    text: `"${subject}"${where} was tried and taken back: ${reason}`,
    cue: `A change like "${subject}" is about to be made.`,
    entities: paths,
    tags: ['history', 'revert'],
    anchors: files.map(({ path, blob }) => ({ path, blob: blob ?? '', commit: revert.sha })),
    provenance: {
      sources: [revert.sha, ...(isFix ? [original.sha] : [])].map((ref) => ({ type: 'commit', ref })),
      author: 'indexer',
      method: avoidMethod,
    },
    confidence: 'observed',
    branch,
    commit: revert.sha,
    validFrom: revert.time * 1000,
    lesson: {
      polarity: 'avoid',
      stream: 'reasoning',
      role: null,
      order: null,
      params: { reverts: original.sha, revert: revert.sha },
      procedure: [],
    },
  }
}
