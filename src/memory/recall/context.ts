/** What recall needs of the outside: one view of the index, and the meaning of vectors when there is one. */

import type { DatabaseSync } from '../store/database.ts'
import type { FileVoter } from './channels/memories.ts'
import type { KeptCorpus } from './kept-corpus.ts'

/** Sources of evidence. Each can be switched off alone, to measure what it is worth. */
export type Channel =
  | 'lexical'
  | 'title'
  | 'symbols'
  | 'dotted'
  | 'paths'
  | 'frames'
  | 'phrases'
  | 'commits'
  | 'references'
  | 'tests'
  | 'imports'
  | 'folder'
  | 'recency'
  | 'vectors'
  | 'memories'

/** One similar chunk; `score` is a cosine. */
export interface VectorMatch {
  chunkId: number
  score: number
}

export interface RecallContext {
  db: DatabaseSync
  /** Absolute path of the root, copied into hits. */
  root: string
  viewId: number
  /** Similar chunks to a text, best first, of any view: recall keeps the visible ones. */
  vectors?: (text: string, limit: number) => Promise<VectorMatch[]>
  /** What long-term memory says about an issue; left out where there is none. */
  memories?: FileVoter
  /** Share of the listed files that are searchable, where the caller knows it; else it is counted. */
  coverage?: () => number
  ablate?: ReadonlySet<Channel>
  /** Stems by word, filled by each question: most words of paths come again. Left out, each question begins anew. */
  stems?: Map<string, string>
  /** What was read of the view by earlier questions. Left out, each question reads it anew. */
  kept?: KeptCorpus
}
