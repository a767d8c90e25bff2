/** Finds the sessions of a repository on this machine without reading them as sessions; what it saw is remembered. */

import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { commitsNamed, isDatabase, mentions, needlesOf } from '../../memory/episodes/mentions.ts'
import { type RepositoryIdentity, touches } from '../../memory/episodes/scope.ts'
import type { FoundSession, Importer, Machine, Skips } from '../../memory/episodes/session.ts'
import type { DatabaseSync } from '../../memory/store/database.ts'
import { keepSources, noCounts, type SourceRow, sourceOf } from '../../memory/store/session-sources.ts'

export interface Survey {
  db: DatabaseSync
  identity: RepositoryIdentity
  machine: Machine
}

/** A session that probably worked here, with what was known of it before. */
export interface OwnSession {
  found: FoundSession
  row: SourceRow
  /** Nothing changed since it was imported. */
  isKnown: boolean
}

/** Rows that are written at once. */
const batch = 200

export function existingPlaces(importer: Importer, machine: Machine): string[] {
  return [...new Set(importer.places(machine))].filter((place) => existsSync(place))
}

/** Sessions of one agent at these places that mention the repository, newest first of each place. */
export async function* ownSessions(
  { db, identity }: Survey,
  { importer, places, skips }: { importer: Importer; places: readonly string[]; skips: Skips },
  signal?: AbortSignal,
): AsyncGenerator<OwnSession> {
  const needles = needlesOf(identity)
  const scope = hash(needles.map((needle) => needle.toString('latin1')).join('\n'))
  let seen: SourceRow[] = []
  try {
    for (const place of places) {
      for await (const found of importer.find(place, skips, signal)) {
        signal?.throwIfAborted()
        const key = hash(found.ref)
        const stamp = hash([Math.round(found.modifiedAt), found.bytes, scope].join(' '))
        const known = sourceOf(db, found.agent, key)
        const isSame = known?.stamp === stamp
        const isOwn = isSame ? known.ref !== null : await belongs(found, { needles, identity }, signal)
        const row = rowOf(found, { key, stamp, isOwn, known })
        // One that grew stays as it was imported until it is imported again.
        if (!isSame && (!isOwn || known?.importedAt == null)) seen.push(row)
        if (seen.length >= batch) seen = written(db, seen)
        if (isOwn) yield { found, row, isKnown: isSame && row.importedAt !== null }
      }
    }
  } finally {
    written(db, seen)
  }
}

function written(db: DatabaseSync, rows: SourceRow[]): SourceRow[] {
  keepSources(db, rows)
  return []
}

interface Judged {
  key: string
  stamp: string
  isOwn: boolean
  known: SourceRow | null
}

function rowOf(found: FoundSession, { key, stamp, isOwn, known }: Judged): SourceRow {
  return {
    agent: found.agent,
    key,
    ref: isOwn ? found.ref : null,
    stamp,
    bytes: found.bytes,
    modifiedAt: found.modifiedAt,
    importedAt: known?.importedAt ?? null,
    counts: known?.counts ?? noCounts,
  }
}

interface Sought {
  needles: readonly Buffer[]
  identity: RepositoryIdentity
}

async function belongs(found: FoundSession, sought: Sought, signal?: AbortSignal): Promise<boolean> {
  const { identity, needles } = sought
  if (found.folder !== undefined && touches(found.folder, identity)) return true
  if (found.files.some(isDatabase)) return found.folder === undefined
  for (const file of found.files) if (await mentions(file, needles, signal)) return true
  const [first] = found.files
  for (const sha of first === undefined ? [] : await commitsNamed(first))
    if (await identity.hasCommit(sha)) return true
  return false
}

export function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}
