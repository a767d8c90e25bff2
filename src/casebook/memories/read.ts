/** Reading memory: lists, one record with all that is known of it, the log, what waits for a person, figures. */

import { codeTokens } from '../../memory/code/tokens.ts'
import type { MemoryEvent } from '../../memory/event.ts'
import { UserError } from '../../memory/ports.ts'
import { type MemoryRecord, type Status, statuses } from '../../memory/record.ts'
import { branchesInUse } from '../../memory/store/branches.ts'
import type { Gate, ListFilter, MemoryStore } from '../../memory/store/memory-store.ts'
import type {
  ListRequest,
  MemoryDetail,
  MemoryPage,
  MemoryStats,
  ReviewQueue,
} from '../../protocol-memories.ts'
import { withKey } from './find.ts'
import type { MemoryRoom } from './room.ts'
import { whyKnown } from './why.ts'

const usualLimit = 50
/** Records that a search for words looks through. */
const mostFound = 2_000
/** Events of a record that are shown with it. */
const mostEvents = 200
/** Candidates shown at once. */
const mostCandidates = 500

/** Newest first; `text` keeps those that have all of its words. */
export function list(room: MemoryRoom, request: ListRequest): MemoryPage {
  const { store } = room
  const limit = request.limit ?? usualLimit
  const filter: Omit<ListFilter, 'limit'> = {
    ...(request.kinds !== undefined && { kinds: request.kinds }),
    statuses: request.statuses ?? statuses,
    ...(request.path !== undefined && { key: { kind: 'path', value: request.path } }),
    ...(request.origin !== undefined && { origin: request.origin }),
  }
  const words = codeTokens(request.text ?? '')
  if ((request.text ?? '').trim() !== '') return pageOf(withWords(room, filter, words), request.after, limit)
  const after = request.after === undefined ? {} : { after: store.find(request.after).id }
  const records = store.list({ ...filter, ...after, limit: limit + 1 })
  const next = records.length > limit ? (records[limit - 1]?.id ?? null) : null
  return { records: records.slice(0, limit), total: store.count(filter), next }
}

function withWords({ store }: MemoryRoom, filter: Omit<ListFilter, 'limit'>, words: readonly string[]) {
  const { statuses: wanted = statuses, kinds, key, origin } = filter
  const branches = branchesInUse(store.db)
  const gate = { branches, statuses: wanted, muted: true, ...(kinds !== undefined && { kinds }) }
  const found = store.byWords(words, gate, mostFound).map(({ id }) => id)
  const keyed = key === undefined ? null : new Set(idsWith(store, key, gate))
  const records = store.visible(keyed === null ? found : found.filter((id) => keyed.has(id)), gate)
  return records
    .filter((record) => origin === undefined || originOf(record) === origin)
    .filter((record) => hasAll(record, words))
    .sort(newestFirst)
}

function idsWith(store: MemoryStore, { kind, value }: NonNullable<ListFilter['key']>, gate: Gate): string[] {
  return store.byKey(kind, [value], gate, -1).map(({ id }) => id)
}

/** As the store lists it: of an episode where it comes from, else who wrote it. */
function originOf({ episode, provenance }: MemoryRecord): string {
  return episode?.origin ?? provenance.author
}

function hasAll(record: MemoryRecord, words: readonly string[]): boolean {
  const own = new Set(codeTokens(JSON.stringify(record)))
  return words.every((word) => own.has(word))
}

function newestFirst(one: MemoryRecord, other: MemoryRecord): number {
  return other.validFrom - one.validFrom || (one.id < other.id ? 1 : -1)
}

function pageOf(records: MemoryRecord[], after: string | undefined, limit: number): MemoryPage {
  const from = after === undefined ? 0 : records.findIndex(({ id }) => id === after) + 1
  const page = records.slice(from, from + limit)
  const next = from + limit < records.length ? (page.at(-1)?.id ?? null) : null
  return { records: page, total: records.length, next }
}

/** Throws `UserError` for an unknown id, and for a record that did not exist at `asOf`. */
export async function show(room: MemoryRoom, reference: string, asOf?: number): Promise<MemoryDetail> {
  const { store, code } = room
  const now = store.find(reference)
  const record = asOf === undefined ? now : store.asOf(now.id, asOf)
  if (record === null)
    throw new UserError(
      `The memory ${now.id} did not exist at event ${asOf}.`,
      "Look at 'casebook log' for the event that made it.",
    )
  const history = store.events({
    id: record.id,
    limit: mostEvents,
    ...(asOf !== undefined && { before: asOf + 1 }),
  })
  const anchors = await code.states(record.anchors)
  const linkedFrom = withKey(store, 'link', record.id).flatMap(({ id, text, links }) =>
    links.filter(({ to }) => to === record.id).map(({ type }) => ({ id, type, text })),
  )
  const artifacts = artifactsOf(record).flatMap((sha) => {
    const info = store.artifact(sha)?.info
    return info === undefined ? [] : [{ sha, kind: info.kind, bytes: info.bytes }]
  })
  const detail = { record, anchors, history, linkedFrom, artifacts }
  return { ...detail, why: whyKnown(detail, (id) => store.get(id)) }
}

/** Everything that holds evidence for a record, each once. */
export function artifactsOf({ episode, provenance }: MemoryRecord): string[] {
  const contents = [
    ...(episode?.attempts ?? []).flatMap(({ content, feedback }) => [content, feedback]),
    ...(episode?.commands ?? []).map(({ output }) => output),
    episode?.patch?.content,
  ]
  const named = [
    ...contents.map((content) => content?.artifact),
    episode?.outcome.log,
    ...provenance.sources.map(({ artifact }) => artifact),
  ]
  return [...new Set(named.filter((sha): sha is string => typeof sha === 'string'))]
}

export function log(
  { store }: MemoryRoom,
  request: { reference?: string; before?: number; limit?: number },
): MemoryEvent[] {
  const { reference, before, limit = usualLimit } = request
  return store.events({
    limit,
    ...(reference !== undefined && { id: store.find(reference).id }),
    ...(before !== undefined && { before }),
  })
}

export function review({ store }: MemoryRoom): ReviewQueue {
  const candidates = store.list({ statuses: ['candidate'], limit: mostCandidates })
  return {
    candidates: candidates.map((record) => ({ record, flags: record.flags })),
    contested: contestedPairs(store),
    proposals: store.proposals(true).map(({ seq, itemId, proposal }) => ({
      seq,
      item: itemId === null ? null : store.get(itemId),
      what: whatIsProposed(proposal) ?? store.event(seq)?.reason ?? 'a change',
      proposal,
    })),
    rejections: store.rejections(),
  }
}

function whatIsProposed(proposal: unknown): string | null {
  if (typeof proposal !== 'object' || proposal === null || !('op' in proposal)) return null
  const { op } = proposal
  const text = 'text' in proposal ? `: ${String(proposal.text)}` : ''
  const why = 'why' in proposal ? ` (${String(proposal.why)})` : ''
  return `${String(op)}${text}${why}`
}

function contestedPairs(store: MemoryRoom['store']): ReviewQueue['contested'] {
  const records = store.list({ statuses: ['contested'], limit: mostCandidates })
  const byId = new Map(records.map((record) => [record.id, record]))
  const seen = new Set<string>()
  return records.flatMap((one) =>
    one.links.flatMap((link) => {
      const other = link.type === 'contradicts' ? byId.get(link.to) : undefined
      const pair = [one.id, link.to].sort().join(' ')
      if (other === undefined || seen.has(pair)) return []
      seen.add(pair)
      return [{ one, other, why: link.why }]
    }),
  )
}

const selectArtifacts = 'select count(*) as count, coalesce(sum(bytes), 0) as bytes from artifact'
const selectCounts = 'select kind, status, count(*) as count from item group by kind, status'
const selectMasked = "select coalesce(sum(json_extract(record, '$.masked')), 0) as masked from item_record"

/** Counted anew when the log has grown. */
export function openStats(room: MemoryRoom, history: () => MemoryStats['history']): () => MemoryStats {
  let known: { seq: number; stats: Omit<MemoryStats, 'history'> } | null = null
  return () => {
    const seq = room.store.lastSeq()
    if (known?.seq !== seq) known = { seq, stats: countAll(room, seq) }
    return { ...known.stats, history: history() }
  }
}

/** What a person would call remembered. */
const living: readonly Status[] = ['active', 'stale', 'contested']

function countAll({ store }: MemoryRoom, events: number): Omit<MemoryStats, 'history'> {
  const rows = store.db
    .prepare(selectCounts)
    .all()
    .map((row) => ({ kind: String(row.kind), status: String(row.status), count: Number(row.count) }))
  const sum = (fits: (row: (typeof rows)[number]) => boolean) =>
    rows.filter(fits).reduce((total, row) => total + row.count, 0)
  const alive = (kind: string) => sum((row) => row.kind === kind && living.some((one) => one === row.status))
  const artifacts = store.db.prepare(selectArtifacts).get()
  return {
    episodes: alive('episode'),
    facts: alive('fact'),
    lessons: alive('lesson'),
    candidates: sum(({ status }) => status === 'candidate'),
    contested: sum(({ status }) => status === 'contested'),
    archived: sum(({ status }) => status === 'archived'),
    events,
    artifacts: { count: Number(artifacts?.count ?? 0), bytes: Number(artifacts?.bytes ?? 0) },
    masked: Number(store.db.prepare(selectMasked).get()?.masked ?? 0),
    rejections: store.rejections(),
  }
}
