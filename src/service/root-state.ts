/** What each root tells of itself; one that fails is shown as failed beside the others. */

import { basename } from 'node:path'
import { failedStatus } from '../casebook/status.ts'
import type { Casebook } from '../casebook.ts'
import type { Health, RootStatus } from '../protocol.ts'
import { errorToWire } from '../rpc.ts'

export function statusOf(book: Casebook): RootStatus {
  try {
    return book.status()
  } catch (error) {
    const { message, remedy } = errorToWire(error)
    return failedStatus({ root: book.root, name: basename(book.root), message, remedy })
  }
}

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
