/** What the pieces of long-term memory work with: one repository, its store, its code as it is indexed. */

import type { Settings } from '../../config.ts'
import type { Actor } from '../../memory/event.ts'
import type { Llm, Log } from '../../memory/ports.ts'
import type { DatabaseSync } from '../../memory/store/database.ts'
import type { MemoryStore } from '../../memory/store/memory-store.ts'
import type { RecordVectors } from '../record-vectors.ts'
import type { Repository } from '../repository.ts'
import type { CodeSight } from './code-sight.ts'

/** The index as it serves now; it is replaced after damage. */
export interface CodeView {
  db: DatabaseSync
  viewId: number
  /** Commit that the view was indexed at; null outside git and before the first run. */
  head: string | null
  /** Whether a run came to its end: what such a view does not show is not there. */
  complete: boolean
}

export interface MemoryRoom {
  readonly repository: Repository
  readonly store: MemoryStore
  readonly vectors: RecordVectors
  readonly code: CodeSight
  readonly settings: Settings
  readonly log: Log
  /** Folder of memory.db; null: nothing can be written. */
  readonly folder: string | null
  /** The model of the settings, opened when first asked for. Throws `UserError` where none is set. */
  readonly model: () => Promise<Llm>
  /** Who acts where the caller does not say. */
  readonly person: () => Promise<Actor>
}
