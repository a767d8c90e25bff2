/** Forgetting for good, and what "everything from there" is. */

import { UserError } from '../../memory/ports.ts'
import type { MemoryRecord } from '../../memory/record.ts'
import { removeShared, sharedFiles } from '../../memory/share/unshare.ts'
import type { KeyKind, MemoryStore } from '../../memory/store/memory-store.ts'
import { normaliseKey } from '../../memory/store/record-keys.ts'
import { isUnfinished } from '../../memory/store/wipe.ts'
import type { ForgetSource, ForgetSummary } from '../../protocol-memories.ts'
import { withKey } from './find.ts'
import type { MemoryRoom } from './room.ts'

const unfinished =
  'Another process is using the memory: it is forgotten, but bytes of it may stay in free parts of the files and in ' +
  'backups. Cleaning goes on when the memory is opened the next time.'

/** A reference to the words of an event, such as the reason that a person gave. */
const eventName = /^event:(\d{1,15})$/i

/**
 * Irreversible. `event:12` takes reason and payload of event 12. Throws `UserError` for an unknown id; then nothing is
 * forgotten.
 */
export async function forget(
  room: MemoryRoom,
  references: readonly string[],
  reason: string,
): Promise<ForgetSummary> {
  const { store, vectors, person, repository, settings } = room
  const events = references.flatMap((reference) => Number(eventName.exec(reference)?.[1] ?? Number.NaN) || [])
  const records = references.filter((reference) => !eventName.test(reference))
  const ids = [...new Set(records.map((reference) => store.find(reference).id))]
  if (ids.length === 0 && events.length === 0) return { forgotten: 0, notes: [] }
  const files = sharedFiles(store, ids)
  store.purge(ids, await person(), reason, [...new Set(events)])
  vectors.sync()
  const { root } = repository.git
  const left = await removeShared(files, {
    root: root ?? '',
    folder: root === null ? '' : settings.shareFolder,
  })
  return {
    forgotten: ids.length + new Set(events).size,
    notes: [...left, ...(isUnfinished(store.db) ? [unfinished] : [])],
  }
}

/** Ids of what comes from there, and of what was learned from nothing but that. */
export function from({ store }: MemoryRoom, source: ForgetSource): string[] {
  const asked = Object.values(source).filter((value) => value !== undefined && value !== '')
  if (asked.length === 0)
    throw new UserError('Forget everything from where?', 'Name an agent, session, path, commit or author.')
  const found = candidates(store, source).flatMap((id) => store.get(id) ?? [])
  const chosen = new Map(
    found.filter((record) => comesFrom(record, source)).map((record) => [record.id, record]),
  )
  // A map gives what is added while it is walked through.
  for (const id of chosen.keys())
    for (const record of learnedFrom(store, id))
      if (isLearnedFrom(record, chosen)) chosen.set(record.id, record)
  return [...chosen.values()].sort(newestFirst).map(({ id }) => id)
}

function newestFirst(one: MemoryRecord, other: MemoryRecord): number {
  return other.validFrom - one.validFrom || (one.id < other.id ? 1 : -1)
}

const selectByKey = `
  select distinct item.id as id from item_key join item on item.rowid = item_key.item
  where item_key.kind = :kind and value >= :from and value < :to and namespace = :namespace`
const selectByOrigin = 'select id from item where origin = :value and namespace = :namespace'
const selectByAuthor = `
  select item.id as id from item join item_record as body on body.item = item.rowid
  where namespace = :namespace and item.kind = 'episode'
    and json_extract(body.record, '$.provenance.author') = :value`
/** Sorts after all that begins with what stands before it. */
const last = '\u{10ffff}'

/** Ids among which all that fits must be, by the most telling thing that is named. */
function candidates(store: MemoryStore, source: ForgetSource): string[] {
  const { origin, agent, sessionId, path, commit, author } = source
  const { db, namespace } = store
  const idsOf = (sql: string, values: Record<string, string>): string[] =>
    db
      .prepare(sql)
      .all({ namespace, ...values })
      .map(({ id }) => String(id))
  const keyed = (kind: KeyKind, value: string, isWhole = true): string[] => {
    const from = normaliseKey(kind, value)
    return from === '' ? [] : idsOf(selectByKey, { kind, from, to: isWhole ? `${from}\0` : `${from}${last}` })
  }
  if (commit !== undefined) return keyed('source', commit, false)
  if (sessionId !== undefined) return keyed('source', sessionId)
  if (path !== undefined) return keyed('path', path, false)
  if (agent !== undefined) return keyed('agent', agent)
  const value = origin ?? author ?? ''
  const own = idsOf(selectByOrigin, { value })
  if (origin !== undefined) return own
  return [...new Set([...own, ...keyed('source', value), ...idsOf(selectByAuthor, { value })])]
}

function learnedFrom(store: MemoryStore, id: string): MemoryRecord[] {
  return withKey(store, 'source', id, { kinds: ['fact', 'lesson'], limit: -1 })
}

/** All that is named must fit. */
function comesFrom(record: MemoryRecord, source: ForgetSource): boolean {
  const { episode, provenance } = record
  const { origin, agent, sessionId, path, commit, author } = source
  const { sources } = provenance
  const tests = [
    origin === undefined || (episode?.origin ?? provenance.author) === origin,
    agent === undefined || episode?.agent === agent || sources.some((one) => one.agent === agent),
    sessionId === undefined || episode?.sessionId === sessionId || names(sources, 'session', sessionId),
    path === undefined || touches(record, path),
    commit === undefined || isFromCommit(record, commit),
    author === undefined || provenance.author === author || names(sources, 'person', author),
  ]
  return tests.every((fits) => fits)
}

function names(sources: MemoryRecord['provenance']['sources'], type: string, ref: string): boolean {
  return sources.some((source) => source.type === type && source.ref === ref)
}

/** The file itself, or everything below a folder. */
function touches({ episode, anchors }: MemoryRecord, path: string): boolean {
  const folder = path.endsWith('/') ? path : `${path}/`
  const paths = [...(episode?.files ?? []), ...anchors].map((one) => one.path)
  return paths.some((one) => one === path || one.startsWith(folder))
}

/** Shorter prefixes of a commit's id are typing errors more often than names. */
const shortestSha = 7

function isFromCommit({ episode, provenance }: MemoryRecord, sha: string): boolean {
  const known = [episode?.patch?.commit ?? '', ...provenance.sources.map(({ ref }) => ref)]
  return sha.length >= shortestSha && known.some((one) => one.startsWith(sha))
}

function isLearnedFrom(
  { id, kind, provenance }: MemoryRecord,
  chosen: ReadonlyMap<string, unknown>,
): boolean {
  if (kind === 'episode' || chosen.has(id)) return false
  return provenance.sources.every(({ type, ref }) => type === 'episode' && chosen.has(ref))
}
