/** One indexer at a time among all windows and commands that share a store. */

import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { type DatabaseSync, isBusy, transaction } from './database.ts'

/** Milliseconds after which a silent owner counts as dead; it renews three times in that span. */
const lifetime = 15_000
/** Milliseconds between two looks at a lease that somebody else holds: SQLite has no event for it. */
const retryEvery = 250

export interface Lease {
  /** Aborted when another process took the lease, for example after this machine slept. */
  readonly lost: AbortSignal
  release(): void
}

const selectLease = 'select owner, pid, host, expires_at from lease where name = ?'
const takeLease = `
  insert into lease (name, owner, pid, host, expires_at) values (?, ?, ?, ?, ?)
  on conflict (name) do update set owner = excluded.owner, pid = excluded.pid, host = excluded.host,
    expires_at = excluded.expires_at`
const renewLease = 'update lease set expires_at = ? where name = ? and owner = ?'
const dropLease = 'delete from lease where name = ? and owner = ?'

/** Waits until the lease is free and takes it; `onWait` is told once who holds it. Rejects on abort. */
export async function acquireLease(
  db: DatabaseSync,
  name: string,
  onWait: (holder: string) => void,
  signal?: AbortSignal,
): Promise<Lease> {
  const owner = randomUUID()
  for (let told = false; ; told = true) {
    signal?.throwIfAborted()
    const holder = tryTake(db, name, owner)
    if (holder === null) return keep(db, name, owner)
    if (!told) onWait(holder)
    await sleep(retryEvery, undefined, signal === undefined ? {} : { signal })
  }
}

/** Takes the lease and returns null, or says who holds it. */
function tryTake(db: DatabaseSync, name: string, owner: string): string | null {
  try {
    return transaction(db, () => takeFree(db, name, owner))
  } catch (error) {
    if (isBusy(error)) return 'a process that is writing'
    throw error
  }
}

function takeFree(db: DatabaseSync, name: string, owner: string): string | null {
  const row = db.prepare(selectLease).get(name)
  if (row !== undefined && Number(row.expires_at) > Date.now() && alive(row)) {
    return `process ${row.pid} on ${row.host}`
  }
  db.prepare(takeLease).run(name, owner, process.pid, hostname(), Date.now() + lifetime)
  return null
}

/** A killed owner on this machine need not be waited for. */
function alive(row: Record<string, unknown>): boolean {
  if (row.host !== hostname()) return true
  try {
    process.kill(Number(row.pid), 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function keep(db: DatabaseSync, name: string, owner: string): Lease {
  const renew = db.prepare(renewLease)
  const lost = new AbortController()
  const timer = setInterval(() => {
    try {
      const { changes } = renew.run(Date.now() + lifetime, name, owner)
      if (changes === 0) lost.abort(new Error('another process took over the indexing'))
    } catch (error) {
      // Somebody writes for long: the next round renews, and there are two more before the lease ends.
      if (!isBusy(error)) lost.abort(error)
    }
  }, lifetime / 3)
  timer.unref()
  return {
    lost: lost.signal,
    release() {
      clearInterval(timer)
      if (db.isOpen) db.prepare(dropLease).run(name, owner)
    },
  }
}
