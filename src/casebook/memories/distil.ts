/** Makes facts and lessons of episodes: always without a model, with one only where the person asked for it. */

import type { Actor, MemoryEvent } from '../../memory/event.ts'
import { admit } from '../../memory/learn/admit.ts'
import { distil as proposals } from '../../memory/learn/distil.ts'
import { proposeWithModel } from '../../memory/learn/distil-model.ts'
import { distilVersion } from '../../memory/learn/distil-prompts.ts'
import { asInsights, insightEvents, type Role, roleList } from '../../memory/learn/insight-events.ts'
import { applyOperations } from '../../memory/learn/insights.ts'
import { askForInsights, type InsightOperations } from '../../memory/learn/insights-model.ts'
import { isWork, type Work } from '../../memory/learn/work.ts'
import type { Llm } from '../../memory/ports.ts'
import { openViewLookup } from '../../memory/recall/records/view-lookup.ts'
import type { MemoryRecord } from '../../memory/record.ts'
import { redact } from '../../memory/safety/redact.ts'
import { transaction } from '../../memory/store/database.ts'
import { readMeta, writeMeta } from '../../memory/store/meta.ts'
import type { DistilSummary } from '../../protocol-memories.ts'
import { gatherEvidence } from './evidence.ts'
import { withKey } from './find.ts'
import type { MemoryRoom } from './room.ts'
import { archiveSurplus } from './sweep.ts'
import { decide, write } from './write.ts'

export interface DistilOptions {
  useModel: boolean
  /** Episodes that the model reads at most. */
  limit?: number
  signal?: AbortSignal
}

/** Each costs two questions or more. */
const usualLimit = 10
/** Memories that the model sees beside an episode. */
const shownMemories = 10
/** Episodes proposed from at once: a stop waits for one batch. */
const batch = 100

/** Throws what the model throws; what was learned until then is kept. */
export async function distil(room: MemoryRoom, options: DistilOptions): Promise<DistilSummary> {
  const { useModel, limit = usualLimit, signal } = options
  const model = useModel ? masking(await room.model()) : null
  const summary: DistilSummary = { model: model?.id ?? null, ...nothing(), rejected: {} }
  await withoutModel(room, summary, signal)
  if (model !== null)
    for (const episode of unread(room, limit)) {
      signal?.throwIfAborted()
      await withModel(room, { model, episode, summary, signal })
      markRead(room, episode)
    }
  archiveSurplus(room)
  return summary
}

/** What is stored was masked as it came; rules that came later, or another program's records, get no chance either. */
function masking(model: Llm): Llm {
  const { id, remote } = model
  return {
    id,
    remote,
    async chat(request, signal) {
      const clean = async (text: string) => (await redact(text)).text
      const messages = await Promise.all(
        request.messages.map(async ({ role, content }) => ({ role, content: await clean(content) })),
      )
      return await model.chat({ ...request, messages }, signal)
    },
  }
}

function nothing(): Omit<DistilSummary, 'model' | 'rejected'> {
  const counts = { episodes: 0, admitted: 0, merged: 0, superseded: 0, activated: 0 }
  return { ...counts, calls: 0, inputTokens: 0, outputTokens: 0 }
}

function work({ store }: MemoryRoom): Work[] {
  const origins = ['session', 'repair', 'person']
  return origins.flatMap((origin) =>
    store.list({ kinds: ['episode'], statuses: ['active'], origin, limit: -1 }).filter(isWork),
  )
}

async function withoutModel(room: MemoryRoom, summary: DistilSummary, signal?: AbortSignal): Promise<void> {
  const episodes = work(room)
  const noteless = usedWithoutNote(room)
  summary.episodes = episodes.length
  if (episodes.length === 0 && noteless.length === 0) return
  const { head } = await room.code.branches()
  const view = room.code.view()
  const lookup = view === null ? null : openViewLookup(view)
  const blobOf = (path: string) => lookup?.fileAt(path)?.oid ?? undefined
  const all = proposals(episodes, { blobOf, head, noteless })
  for (let at = 0; at < all.length; at += batch) {
    signal?.throwIfAborted()
    const { events } = await write(room, all.slice(at, at + batch), { type: 'indexer', name: 'distil' })
    add(summary, events)
  }
}

const selectUsed = `
  select item.id as id from item_use as use join item on item.rowid = use.item
  where use.helped > 0 and use.cited > 0 and item.kind = 'episode' and item.status = 'active' order by item.id`

/** Episodes that were cited and helped, while no fact or lesson, of whatever status, comes from them. */
function usedWithoutNote({ store }: MemoryRoom): MemoryRecord[] {
  const kinds = ['fact', 'lesson'] as const
  const isNoted = (ref: string) => withKey(store, 'source', ref, { kinds, limit: 1 }).length > 0
  return store.db
    .prepare(selectUsed)
    .all()
    .flatMap(({ id }) => store.get(String(id)) ?? [])
    .filter(({ id, episode }) => {
      const commit = episode?.patch?.commit
      return !isNoted(id) && (commit === undefined || !isNoted(commit))
    })
}

interface Asking {
  model: Llm
  episode: Work
  summary: DistilSummary
  signal: AbortSignal | undefined
}

async function withModel(room: MemoryRoom, { model, episode, summary, signal }: Asking): Promise<void> {
  const reply = await proposeWithModel(model, episode, await near(room, episode), signal)
  ledger(summary, reply)
  if (reply.events.length > 0)
    add(
      summary,
      decide(room, () => reply.events),
    )
  const author: Actor = { type: 'model', name: `${model.id}@${distilVersion}`.slice(-200) }
  add(summary, (await write(room, reply.proposals, author)).events)
  const lists = { test: rolesOf(room, 'test'), patch: rolesOf(room, 'patch') }
  const cap = room.settings.insightCap
  const insights = await askForInsights(model, episode, { ...lists, cap }, signal)
  ledger(summary, insights)
  add(summary, await takeInsights(room, { episode, insights, lists }))
}

/** Facts and lessons that the episode may repeat or contradict. */
async function near({ store, vectors, code }: MemoryRoom, episode: Work): Promise<MemoryRecord[]> {
  const { visible } = await code.branches()
  const gate = {
    branches: visible,
    statuses: ['active', 'candidate', 'stale', 'contested'] as const,
    kinds: ['fact', 'lesson'] as const,
  }
  const found = await vectors.nearest(`${episode.text}\n${episode.episode.goal}`, gate, shownMemories)
  return store.visible(
    found.map(({ id }) => id),
    gate,
  )
}

function rolesOf({ store }: MemoryRoom, role: Role): MemoryRecord[] {
  return roleList(store.list({ kinds: ['lesson'], limit: -1 }), role)
}

interface Taking {
  episode: Work
  insights: InsightOperations
  lists: Record<Role, MemoryRecord[]>
}

async function takeInsights(room: MemoryRoom, { episode, insights, lists }: Taking): Promise<MemoryEvent[]> {
  const { store, settings } = room
  const { operations, author } = insights
  const actor: Actor = { type: 'model', name: author }
  if (operations === null) {
    const payload = { gate: 'reply', reason: insights.reason, kind: 'lesson', text: '' }
    return decide(room, () => [
      { type: 'REJECTED', actor, reason: `unusable reply: ${insights.reason}`, payload, changes: [] },
    ])
  }
  const source = { type: 'episode' as const, ref: episode.id }
  const provenance = { sources: [source], author, method: 'insights' }
  const own = { kind: 'lesson', text: episode.text, confidence: 'inferred', provenance } as const
  const evidence = await gatherEvidence(room, [own, ...lists.test, ...lists.patch])
  const context = {
    actor,
    complete: store.complete,
    get: store.get,
    now: Date.now(),
    admit: (draft: Parameters<typeof admit>[0]) => admit(draft, evidence),
  }
  return (['test', 'patch'] as const).flatMap((role) =>
    decide(room, () => {
      const before = lists[role].flatMap(({ id }) => store.get(id) ?? [])
      const update = applyOperations(asInsights(before), operations[role], {
        cap: settings.insightCap,
        compat: false,
      })
      return insightEvents(before, update, { role, episode, author }, context)
    }),
  )
}

function ledger(
  summary: DistilSummary,
  { calls, inputTokens, outputTokens }: Pick<DistilSummary, 'calls' | 'inputTokens' | 'outputTokens'>,
): void {
  summary.calls += calls
  summary.inputTokens += inputTokens
  summary.outputTokens += outputTokens
}

function add(summary: DistilSummary, events: readonly MemoryEvent[]): void {
  for (const { type, payload } of events) {
    if (type === 'ADMITTED') summary.admitted++
    else if (type === 'MERGED') summary.merged++
    else if (type === 'SUPERSEDED') summary.superseded++
    else if (type === 'ACTIVATED') summary.activated++
    else if (type === 'REJECTED') {
      const gate = gateOf(payload)
      summary.rejected[gate] = (summary.rejected[gate] ?? 0) + 1
    }
  }
}

function gateOf(payload: MemoryEvent['payload']): string {
  const named = typeof payload === 'object' && payload !== null && !Array.isArray(payload)
  return named && typeof payload.gate === 'string' ? payload.gate : 'other'
}

/** `recordedAt` and id of the newest episode that a model has read: later ones are new to it. */
const key = 'distil.read'

function unread(room: MemoryRoom, limit: number): Work[] {
  const read = readMeta(room.store.db, key) ?? ''
  const fresh = work(room).filter((episode) => orderOf(episode) > read)
  return fresh.sort((one, other) => (orderOf(one) < orderOf(other) ? -1 : 1)).slice(0, limit)
}

function markRead({ store: { db } }: MemoryRoom, episode: Work): void {
  transaction(db, () => writeMeta(db, key, orderOf(episode)))
}

function orderOf({ recordedAt, id }: MemoryRecord): string {
  return `${String(recordedAt).padStart(16, '0')} ${id}`
}
