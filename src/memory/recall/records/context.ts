/** What recall over records needs from outside: the store, the view that asks, and how to look at the code. */

import type { AnchorState } from '../../recollection.ts'
import type { MemoryRecord } from '../../record.ts'
import type { Redact } from '../../safety/redact.ts'
import type { FoundRecord, Gate, MemoryStore } from '../../store/memory-store.ts'

/** Records nearest to a text among those that the gate lets through, best first; scores are cosines. */
export type VectorSearch = (text: string, gate: Gate, limit: number) => Promise<FoundRecord[]>

/** Who orders demonstrations: field-weighted BM25 as ExpeRepair has it, vectors, or both fused. */
export type DemonstrationRanker = 'bm25' | 'hnsw' | 'hybrid'

/** A file of the view that a text is likely about; higher scores are better. */
export interface LocatedFile {
  path: string
  score: number
}

export interface RecordRecallSettings {
  /** Demonstrations that go into a prompt (ExpeRepair's code: 1, its paper: 3 or 5). */
  demonstrations: number
  ranker: DemonstrationRanker
  /** `compat` splits words as ExpeRepair does, `code` splits identifiers into their parts, too. */
  tokeniser: 'compat' | 'code'
}

export const defaultRecordRecall: RecordRecallSettings = {
  demonstrations: 1,
  ranker: 'hybrid',
  tokeniser: 'compat',
}

export interface RecordRecallContext {
  store: MemoryStore
  /** Branches whose own memories are visible, besides those of the whole repository. */
  branches: readonly string[]
  /** Unix milliseconds. */
  now: number
  /** Left out while records have no vectors. */
  vectors?: VectorSearch
  /** Whether the path is there, or the name occurs in the code: what neither it nor memory knows is not answered. */
  knowsCode: (kind: 'path' | 'symbol', value: string) => boolean
  /** Files whose path ends so: people write `money.py` for `src/shop/money.py`. */
  filesEnding?: (path: string) => readonly string[]
  /**
   * Likely files of an issue, best first, by the code alone; `before` in Unix milliseconds: what was committed later
   * is not seen. Left out where there is no index to ask.
   */
  locate?: (text: string, before: number) => Promise<readonly LocatedFile[]>
  /** State of each anchor of a record in the view that asks; none for a record that cites no code. */
  anchors: (record: MemoryRecord) => AnchorState[] | Promise<AnchorState[]>
  /** Masks secrets: stored text is masked again before it is shown. */
  redact: Redact
  /** How vectors are searched, in words for people. */
  regime: () => string
  settings: RecordRecallSettings
}
