/** Episodes of sessions and repairs as learning sees them, and what all drafts made of them share. */

import type { MemoryRecord, RecordDraft } from '../record.ts'

export type Work = MemoryRecord & { episode: NonNullable<MemoryRecord['episode']> }

export function isWork(record: MemoryRecord): record is Work {
  return record.episode !== undefined && record.episode.origin !== 'history'
}

/** The fields that all drafts of these episodes share. Flags go along: what was instruction-like stays so. */
export function learnedFrom(
  episodes: readonly Work[],
  method: string,
): Pick<RecordDraft, 'provenance' | 'confidence' | 'branch' | 'commit' | 'validFrom' | 'flags'> {
  const newest = episodes.at(-1)
  const branches = new Set(episodes.map(({ branch }) => branch))
  const branch = branches.size === 1 ? (newest?.branch ?? null) : null
  return {
    provenance: {
      sources: episodes.slice(-50).map(({ id }) => ({ type: 'episode', ref: id })),
      author: 'indexer',
      method,
    },
    confidence: episodes.some(isVerified) ? 'verified' : 'observed',
    branch,
    commit: newest?.commit ?? null,
    validFrom: newest?.episode.endedAt ?? 0,
    flags: [...new Set(episodes.flatMap(({ flags }) => flags))].slice(0, 20),
  }
}

/** Tests or a person said that it went well; a reviewer's opinion does not count. */
export function isVerified({ episode }: Work): boolean {
  const { verdict, source } = episode.outcome
  return verdict === 'passed' && (source === 'tests' || source === 'user')
}

/** At most so many characters, on one line, cut at a word. */
export function brief(text: string, most: number): string {
  const line = text.replace(/\s+/g, ' ').trim()
  if (line.length <= most) return line
  const cut = line.slice(0, most)
  return `${cut.slice(0, Math.max(most / 2, cut.lastIndexOf(' '))).trimEnd()} …`
}
