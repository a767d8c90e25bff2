/** What an open memory keeps on its index database, opened together and, after damage, opened anew together. */

import type { Settings } from '../config.ts'
import type { Indexer } from '../memory/indexing/indexer.ts'
import type { Embedder, Log } from '../memory/ports.ts'
import { type DatabaseSync, isDamage, transaction } from '../memory/store/database.ts'
import { openView, type View } from '../memory/store/files.ts'
import { distrust, type OpenedIndex, openIndex } from '../memory/store/index-db.ts'
import type { Repository } from './repository.ts'
import { ViewCounts } from './status.ts'
import { VectorShelf } from './vector-shelf.ts'

export interface PartsOptions {
  repository: Repository
  endpoint: Embedder | null
  settings: Settings
  log: Log
  /** Joins the indexer to a database that was opened. */
  makeIndexer: (on: { db: DatabaseSync; view: View; embedderId: number }) => Indexer
}

export interface Parts {
  index: OpenedIndex
  view: View
  counts: ViewCounts
  vectors: VectorShelf
  indexer: Indexer
}

/** An index that turns out to be damaged is set aside at once. Throws what `openIndex` throws. */
function openParts(options: PartsOptions): Parts {
  try {
    return openOnce(options)
  } catch (error) {
    if (!isDamage(error)) throw error
    return openOnce(options)
  }
}

function openOnce(options: PartsOptions): Parts {
  const index = openIndex(options.repository.place.folder)
  try {
    return joined(options, index)
  } catch (error) {
    if (isDamage(error)) distrust(index)
    index.db.close()
    throw error
  }
}

function joined(
  { repository, endpoint, settings, log, makeIndexer }: PartsOptions,
  index: OpenedIndex,
): Parts {
  const { db } = index
  const view = transaction(db, () => openView(db, repository.viewKey))
  const { folder } = repository.place
  const vectors = new VectorShelf({ db, view, folder, settings, endpoint, log })
  const indexer = makeIndexer({ db, view, embedderId: vectors.localGeneration.id })
  return { index, view, counts: new ViewCounts(db, view), vectors, indexer }
}

/** The parts of an open memory; they are replaced by new ones when the index proves to be damaged. */
export class IndexStore {
  parts: Parts
  /** Damage was found and the file still serves: nothing but `reopen` helps. */
  isDamaged = false
  readonly #options: PartsOptions

  constructor(options: PartsOptions) {
    this.#options = options
    this.parts = openParts(options)
  }

  /** The next opening, here or by whoever comes, sets the file aside. */
  distrust(cause: unknown): void {
    if (this.isDamaged) return
    this.isDamaged = true
    distrust(this.parts.index)
    this.#options.log.error('the stored index is damaged', cause)
  }

  /** Begins with a new index. Only inside a run, when nothing else writes. Throws what `openIndex` throws. */
  reopen(): void {
    this.close()
    this.parts = openParts(this.#options)
    this.isDamaged = false
  }

  close(): void {
    const { vectors, index } = this.parts
    vectors.close()
    if (index.db.isOpen) index.db.close()
  }
}
