/** Forgetting for good, and what "everything from there" is. */

import { UserError } from '../../memory/ports.ts'
import type { MemoryRecord } from '../../memory/record.ts'
import { isUnfinished } from '../../memory/store/wipe.ts'
import type { ForgetSource, ForgetSummary } from '../../protocol-memories.ts'
import type { MemoryRoom } from './room.ts'

const unfinished =
  'Another process is using the memory: it is forgotten, but bytes of it may stay in free parts of the files and in ' +
  'backups. Cleaning goes on when the memory is opened the next time.'

/** Irreversible. Throws `UserError` for an unknown id; then nothing is forgotten. */
export async function forget(
  room: MemoryRoom,
  references: readonly string[],
  reason: string,
): Promise<ForgetSummary> {
  const { store, vectors, person } = room
  const ids = [...new Set(references.map((reference) => store.find(reference).id))]
  if (ids.length === 0) return { forgotten: 0, notes: [] }
  store.purge(ids, await person(), reason)
  vectors.sync()
  return { forgotten: ids.length, notes: isUnfinished(store.db) ? [unfinished] : [] }
}

/** Ids of what comes from there, and of what was learned from nothing but that. */
export function from({ store }: MemoryRoom, source: ForgetSource): string[] {
  const asked = Object.values(source).filter((value) => value !== undefined && value !== '')
  if (asked.length === 0)
    throw new UserError('Forget everything from where?', 'Name an agent, session, path, commit or author.')
  const records = store.list({ limit: -1 })
  const chosen = new Set(records.filter((record) => comesFrom(record, source)).map(({ id }) => id))
  for (let size = -1; size !== chosen.size; ) {
    size = chosen.size
    for (const record of records) if (isLearnedFrom(record, chosen)) chosen.add(record.id)
  }
  return records.map(({ id }) => id).filter((id) => chosen.has(id))
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

function isLearnedFrom({ id, kind, provenance }: MemoryRecord, chosen: ReadonlySet<string>): boolean {
  if (kind === 'episode' || chosen.has(id)) return false
  return provenance.sources.every(({ type, ref }) => type === 'episode' && chosen.has(ref))
}
