/** Recall for a door: asks the memory, looks at the code as it is now, and notes what was shown. */

import type { Actor, Change, EventDraft, Json } from '../../memory/event.ts'
import { creditEvents } from '../../memory/learn/credit.ts'
import { UserError } from '../../memory/ports.ts'
import { likelyFiles } from '../../memory/recall/locate.ts'
import {
  defaultRecordRecall,
  type LocatedFile,
  type RecordRecallContext,
} from '../../memory/recall/records/context.ts'
import { pathsEnding } from '../../memory/recall/records/near-names.ts'
import { recallRecords } from '../../memory/recall/records/recall.ts'
import type { RecallQuery, RecallReply } from '../../memory/recollection.ts'
import { redact } from '../../memory/safety/redact.ts'
import { isDamage } from '../../memory/store/database.ts'
import type { RecallRequest } from '../../protocol-memories.ts'
import type { MemoryRoom } from './room.ts'

/** Characters of a question that the log keeps. */
const longestNote = 300
const asker: Actor = { type: 'agent', name: 'recall' }

/** What was answered, and the events that tell of it: written when the answer is out. */
export interface Recalled {
  reply: RecallReply
  note: () => Promise<EventDraft[]>
}

export async function recall(room: MemoryRoom, request: RecallRequest): Promise<Recalled> {
  const query = completed(room, request, await momentOf(room))
  const reply = await recallRecords(await contextOf(room), query)
  return {
    reply: { ...reply, regime: withCoverage(room, reply.regime) },
    note: async () => (request.quiet === true ? [] : await noted(query, reply)),
  }
}

const selectCandidate = "select 1 from item where status = 'candidate' limit 1"

function completed(
  { settings, store }: MemoryRoom,
  request: RecallRequest,
  before: number | null,
): RecallQuery {
  const { root: _, quiet: _quiet, ...asked } = request
  return {
    moment: 'any',
    limit: settings.recallLimit,
    budget: settings.recallBudget,
    // Looking for what is not there costs a third of the answer.
    shadow: store.db.prepare(selectCandidate).get() !== undefined,
    ...(before !== null && { before }),
    ...asked,
  }
}

/** Time travel: what was known up to the commit that is looked at, in Unix milliseconds. */
async function momentOf({ repository }: MemoryRoom): Promise<number | null> {
  const { commit, git } = repository
  if (commit === null) return null
  const seconds = Number(await git.run(['show', '-s', '--format=%ct', '--end-of-options', commit]))
  return Number.isFinite(seconds) ? seconds * 1000 + 1 : null
}

async function contextOf(room: MemoryRoom): Promise<RecordRecallContext> {
  const { store, vectors, code } = room
  const { visible } = await code.branches()
  return {
    store,
    branches: visible,
    now: Date.now(),
    vectors: (text, gate, limit) => vectors.nearest(text, gate, limit),
    knowsCode: knowsCode(room),
    filesEnding: filesEnding(room),
    locate: (text, before) => locate(room, text, before),
    anchors: (record) => (record.anchors.length === 0 ? [] : code.states(record.anchors)),
    redact,
    regime: () => {
      const { kind, reason } = vectors.regime()
      return `${kind} search: ${reason}`
    },
    settings: defaultRecordRecall,
  }
}

/** Without a whole index nobody can say that something does not exist. */
function knowsCode({ code }: MemoryRoom): RecordRecallContext['knowsCode'] {
  const view = code.view()
  if (view?.complete !== true) return () => true
  const { lookup, known } = code.names(view)
  return (kind, value) => (kind === 'path' ? lookup.fileAt(value) !== null : known(value))
}

/** By the code alone: what memory says of files would come back as its own proof. Nothing while the index is damaged. */
async function locate(
  { code, repository }: MemoryRoom,
  text: string,
  before: number,
): Promise<readonly LocatedFile[]> {
  const view = code.view()
  if (view === null) return []
  try {
    const context = { db: view.db, viewId: view.viewId, root: repository.root, ...code.learned }
    return likelyFiles(context, text, { before: Math.floor(before / 1000) })
  } catch (error) {
    if (!isDamage(error)) throw error
    return []
  }
}

function filesEnding({ code }: MemoryRoom): (path: string) => readonly string[] {
  const view = code.view()
  return (path) => (view === null ? [] : pathsEnding(view, path))
}

function withCoverage({ code }: MemoryRoom, regime: string): string {
  const view = code.view()
  if (view?.complete === true) return regime
  return `${regime}; the code is not indexed${view === null ? '' : ' yet'}: cited files are compared on disk`
}

/** One event for all that was shown; candidates that would have been shown are only named. */
async function noted(query: RecallQuery, reply: RecallReply): Promise<EventDraft[]> {
  const shown = reply.memories.map(({ record }) => record.id)
  const demonstrated = reply.demonstrations.map(({ episodeId }) => episodeId)
  const ids = [...new Set([...shown, ...demonstrated])]
  const shadow = reply.shadow.map(({ record }) => record.id)
  if (ids.length === 0 && shadow.length === 0) return []
  const changes = ids.map((id): Change => ({ op: 'count', id, add: { retrieved: 1, shown: 1 } }))
  const payload: { [key: string]: Json } = {
    query: (await redact(query.text.slice(0, longestNote))).text,
    moment: query.moment,
    ids,
    ...(query.sessionId !== undefined && { sessionId: query.sessionId }),
    ...(shadow.length > 0 && { shadow }),
  }
  const type = ids.length === 0 ? 'RETRIEVED' : 'SHOWN'
  const reason =
    ids.length === 0 ? 'candidates that would have been shown' : `shown for a question (${query.moment})`
  return [{ type, actor: asker, reason, payload, changes }]
}

/** SHOWN events looked through for the numbers of a session. */
const mostShown = 2_000

/** The record behind `m2`: the second one of what the session was shown last. Ids stand for themselves. */
function citedId({ store }: MemoryRoom, reference: string, sessionId: string): string {
  const number = /^\[?m(\d{1,4})\]?$/i.exec(reference.trim())?.[1]
  if (number === undefined) return store.find(reference).id
  const shown = store
    .events({ types: ['SHOWN'], limit: mostShown })
    .map(({ payload }) => payload as { sessionId?: Json; ids?: Json } | null)
    .find((payload) => payload?.sessionId === sessionId)?.ids
  const id = Array.isArray(shown) ? shown[Number(number) - 1] : undefined
  if (typeof id === 'string') return store.find(id).id
  throw new UserError(
    `The session ${sessionId} was shown no ${shown === undefined ? 'memory' : `m${number}`}.`,
    "Recall with the session's id first ('casebook recall --session'), or give the memory's own id.",
  )
}

/** What was used of what was shown, and how it ended. Unknown ids throw `UserError`. */
export function credit(
  room: MemoryRoom,
  {
    cited,
    outcome,
    sessionId,
  }: { cited: readonly string[]; outcome: 'helped' | 'hurt' | null; sessionId: string },
): void {
  const ids = [...new Set(cited.map((reference) => citedId(room, reference, sessionId)))]
  const drafts = creditEvents({ retrieved: [], shown: [], cited: ids, outcome, sessionId }, asker)
  if (drafts.length > 0) room.store.append(drafts)
}
