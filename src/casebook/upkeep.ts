/** What keeps a store small and safe after a run: views and content that nobody needs go, memory is backed up. */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Log } from '../memory/ports.ts'
import { dropUnnamed } from '../memory/store/artifacts.ts'
import { backUp } from '../memory/store/backups.ts'
import { collectGarbage } from '../memory/store/blobs.ts'
import { type DatabaseSync, transaction } from '../memory/store/database.ts'
import { dropStaleViews } from '../memory/store/files.ts'
import { readMeta, writeMeta } from '../memory/store/meta.ts'
import { removeOrphanVectors } from '../memory/store/vectors.ts'

/** Blobs that no view shows are kept up to this many: switching back to a branch parses nothing. */
const keptInvisibleBlobs = 50_000

/** Returns true when vectors went, so that an index in memory must catch up. */
export function tidyIndex(db: DatabaseSync, commonDir: string): boolean {
  const dropped = transaction(db, () => {
    dropStaleViews(db, (key) => isCurrentView(key, commonDir))
    return collectGarbage(db, keptInvisibleBlobs)
  })
  if (dropped > 0) transaction(db, () => removeOrphanVectors(db))
  db.exec('pragma optimize')
  return dropped > 0
}

const day = 86_400_000
/** Unix milliseconds of the last look at all artifacts: it reads the whole log. */
const key = 'artifacts.collected'

/** Evidence that no event names goes once a day, before the backup is made. `folder` null: no backups. */
export function tidyMemory(db: DatabaseSync, folder: string | null, log: Log): void {
  const now = Date.now()
  const last = Number(readMeta(db, key) ?? 0)
  if (Math.abs(now - last) >= day) {
    const dropped = transaction(db, () => {
      writeMeta(db, key, String(now))
      return dropUnnamed(db, now)
    })
    if (dropped > 0) log.info(`${dropped} artifacts that no memory names were dropped`)
  }
  if (folder !== null) backUp(db, folder)
}

/** A work tree that was removed shows nothing any more; commit views are limited by their number alone. */
function isCurrentView(key: string, commonDir: string): boolean {
  const [kind, name = ''] = key.split(/:(.*)/s)
  if (kind === 'worktree') return existsSync(join(commonDir, name))
  if (kind === 'clone' || (kind === 'folder' && name !== '')) return existsSync(name)
  return true
}
