/** The health of each root; one that fails is shown as failed beside the others. */

import type { Casebook } from '../casebook.ts'
import type { Health } from '../protocol.ts'
import { errorToWire } from '../rpc.ts'

export async function healthOf(book: Casebook): Promise<Health> {
  return await book.health().catch((error: unknown) => failedHealth(book.root, errorToWire(error).message))
}

/** Nothing can be told but what is wrong. */
function failedHealth(root: string, lastError: string): Health {
  return {
    root,
    storePath: '',
    storeNote: lastError,
    sizes: [],
    embedder: { identity: '', dimensions: 0, vectors: 0, pending: 0 },
    vectorSearch: { regime: 'exact', reason: lastError, recallAt10: null },
    sqlite: { version: '', fts5: true, journal: '' },
    memoryDb: { ok: true, backups: 0, message: null },
    runs: [],
    residentMb: Math.round(process.memoryUsage().rss / 1e6),
    networkRequests: 0,
    lastError,
  }
}
