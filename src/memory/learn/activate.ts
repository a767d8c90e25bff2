/** When a candidate may be shown to an agent: a person said so, a check proved it, or two episodes (or files) agree. */

import type { RecordDraft, Source } from '../record.ts'
import { isByModel, isByPerson } from './evidence.ts'

export type Activation = { active: true; why: string } | { active: false; why: string }

/** Independent episodes that a candidate needs (memory-model 3.4). */
export const episodesNeeded = 2

/**
 * `originOf`: the session or commit behind a source, null for what proves nothing (a person, an import, an issue).
 * Two episodes of one session are one.
 */
export function activation(draft: RecordDraft, originOf: (source: Source) => string | null): Activation {
  if (isByPerson(draft)) return { active: true, why: 'a person said so' }
  const flags = draft.flags ?? []
  if (flags.length > 0) return { active: false, why: `waits for a person: ${flags.join(', ')}` }
  if (draft.provenance.sources.every((source) => source.type === 'issue' || source.type === 'import'))
    return { active: false, why: 'waits for a person: comes from an issue or an import alone' }
  if (draft.confidence === 'verified' && !isByModel(draft)) return { active: true, why: 'a check proved it' }
  const files = agreeingFiles(draft)
  if (files >= episodesNeeded) return { active: true, why: `${files} files of the repository agree` }
  const episodes = independentEpisodes(draft.provenance.sources, originOf)
  return episodes >= episodesNeeded
    ? { active: true, why: `${episodes} independent episodes agree` }
    : { active: false, why: `supported by ${episodes} of ${episodesNeeded} independent episodes` }
}

/** What the program itself read in several files needs no episodes: a command that manifest and CI both name. */
function agreeingFiles({ provenance }: RecordDraft): number {
  if (provenance.author !== 'indexer') return 0
  return new Set(provenance.sources.filter(({ type }) => type === 'file').map(({ ref }) => ref)).size
}

export function independentEpisodes(
  sources: readonly Source[],
  originOf: (source: Source) => string | null,
): number {
  return new Set(sources.map(originOf).filter((origin) => origin !== null)).size
}

/** The origin of sources that need no look-up: commits and sessions stand for themselves. */
export function plainOrigin(source: Source): string | null {
  return source.type === 'commit' || source.type === 'session' ? `${source.type}:${source.ref}` : null
}
