/** What distilling proposes: new knowledge, never an event. There is no proposal to delete. */

import type { RecordDraft, Source } from '../record.ts'

/** Ids are of records that the proposer was shown. A model never sees them, only small numbers (see distil-model.ts). */
export type LearnProposal =
  | { op: 'add'; draft: RecordDraft; related?: readonly Relation[] }
  | { op: 'supersede'; target: string; draft: RecordDraft; why?: string }
  | { op: 'merge'; targets: readonly string[]; draft: RecordDraft; why?: string }
  /** Known already: its sources are joined to those of the target. */
  | { op: 'noop'; target: string; sources: readonly Source[] }

export interface Relation {
  to: string
  type: 'complements' | 'related_to' | 'contradicts'
  why: string
}
