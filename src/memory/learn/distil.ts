/** What episodes teach without a model: commands that work, where failures were fixed, what failed before it worked. */

import type { Anchor, MemoryRecord, RecordDraft } from '../record.ts'
import { comparisonLessons, workflowLessons } from './distil-attempts.ts'
import { commandFacts, reliabilityFacts } from './distil-commands.ts'
import { signatureLessons } from './distil-signatures.ts'
import type { LearnProposal } from './proposal.ts'
import { noteOf } from './reconsolidate.ts'
import { isWork, type Work } from './work.ts'

export interface DistilOptions {
  /** Git blob id of a file as it is now; undefined where there is none. Lessons about it are anchored by it. */
  blobOf(path: string): string | undefined
  /** Commit of those blobs; null outside git. */
  head: string | null
  /** Episodes of any origin that were cited and helped, and that nothing was learned from yet. */
  noteless?: readonly MemoryRecord[]
}

/**
 * Proposals from episodes of sessions and repairs, oldest first or in any order: the result depends on the set alone.
 * Those of the history have rules of their own (history-*.ts).
 */
export function distil(records: readonly MemoryRecord[], options: DistilOptions): LearnProposal[] {
  const episodes = records
    .filter(isWork)
    .sort((one, other) => one.episode.endedAt - other.episode.endedAt || (one.id < other.id ? -1 : 1))
  const drafts = [
    ...commandFacts(episodes),
    ...reliabilityFacts(episodes),
    ...signatureLessons(episodes),
    ...episodes.flatMap(comparisonLessons),
    ...episodes.flatMap(workflowLessons),
  ]
  const all = [...drafts, ...notes(options.noteless ?? [], drafts)]
  return all.map((draft) => ({ op: 'add', draft: withAnchors(draft, options) }))
}

/** One note for each episode that none of the drafts is made of. */
function notes(noteless: readonly MemoryRecord[], drafts: readonly RecordDraft[]): RecordDraft[] {
  const told = new Set(drafts.flatMap(({ provenance }) => provenance.sources.map(({ ref }) => ref)))
  return noteless
    .filter((record): record is Work => record.episode !== undefined && !told.has(record.id))
    .flatMap((episode) => noteOf(episode) ?? [])
}

/** Paths among the entities that are files now become anchors. */
function withAnchors(draft: RecordDraft, { blobOf, head }: DistilOptions): RecordDraft {
  const anchors = (draft.entities ?? []).flatMap((path): Anchor[] => {
    const blob = blobOf(path)
    return blob === undefined ? [] : [{ path, blob, commit: head }]
  })
  return { ...draft, anchors: anchors.slice(0, 20) }
}
