/** Imports sessions of chosen agents: read, cut into work, compared with what is known, written through the one door. */

import { extractEpisodes, placeText } from '../../memory/episodes/extract.ts'
import { locateIn } from '../../memory/episodes/scope.ts'
import type { Importer, Place, Session } from '../../memory/episodes/session.ts'
import type { MemoryEvent } from '../../memory/event.ts'
import { isDamage } from '../../memory/store/database.ts'
import { keepImport, noCounts, type PieceRow, type SourceCounts } from '../../memory/store/session-sources.ts'
import type { SessionImport, SessionImportRequest, SessionProgress } from '../../protocol-sessions.ts'
import { distil } from '../memories/distil.ts'
import type { MemoryRoom } from '../memories/room.ts'
import { createdIn, write } from '../memories/write.ts'
import { type Fate, fateOf, isRestored, type Known, type Piece, piecesOf } from './pieces.ts'
import { existingPlaces, type OwnSession, ownSessions, type Survey } from './survey.ts'

export interface ImportWork extends Survey {
  room: MemoryRoom
  importers: readonly Importer[]
  request: SessionImportRequest
  signal: AbortSignal | undefined
  onProgress: ((progress: SessionProgress) => void) | undefined
}

/** What is counted while it runs. */
interface Tally {
  known: Known
  summary: SessionImport
  skips: Map<string, { count: number; example: string }>
}

/** What was imported stays, also when it is stopped; only damage of the store is thrown. */
export async function importSessions(work: ImportWork): Promise<SessionImport> {
  const started = performance.now()
  const tally = openTally(work)
  try {
    for (const importer of work.importers) await importAgent(work, importer, tally)
    if (tally.summary.episodes > 0) {
      const options = { useModel: false, ...(work.signal && { signal: work.signal }) }
      tally.summary.learned = await distil(work.room, options)
    }
  } catch (error) {
    if (work.signal?.aborted !== true) throw error
    tally.summary.stopped = true
  }
  const skipped = [...tally.skips].map(([reason, { count, example }]) => ({ reason, count, example }))
  skipped.sort((a, b) => b.count - a.count)
  return { ...tally.summary, skipped, elapsedMs: Math.round(performance.now() - started) }
}

function openTally({ importers: agents, room: { store } }: ImportWork): Tally {
  const none = { passed: 0, failed: 0, unknown: 0 }
  const counts = {
    found: 0,
    imported: 0,
    unchanged: 0,
    episodes: 0,
    extended: 0,
    demonstrations: 0,
    masked: 0,
  }
  const rest = { verdicts: none, skipped: [], learned: null, stopped: false, elapsedMs: 0 }
  const known = { store, isRestored: isRestored(store) }
  return {
    known,
    summary: { agents: agents.map(({ agent }) => agent), ...counts, ...rest },
    skips: new Map(),
  }
}

function skip({ skips }: Tally, reason: string, place: Place): void {
  const known = skips.get(reason)
  if (known === undefined) skips.set(reason, { count: 1, example: placeText(place) })
  else known.count++
}

/** Reasons of files of other repositories are none of this one's business: only those of read sessions count. */
const nobody = { skip: () => undefined }

async function importAgent(work: ImportWork, importer: Importer, tally: Tally): Promise<void> {
  const { machine, request, signal, onProgress } = work
  const places = request.path === undefined ? existingPlaces(importer, machine) : [request.path]
  const own: OwnSession[] = []
  for await (const one of ownSessions(work, { importer, places, skips: nobody }, signal)) own.push(one)
  const { since, quietFor = 0 } = request
  const chosen = own.filter(({ found }) => since === undefined || found.modifiedAt >= since)
  tally.summary.found += chosen.length
  const now = Date.now()
  for (const [done, one] of chosen.entries()) {
    signal?.throwIfAborted()
    onProgress?.({ agent: importer.agent, done, total: chosen.length })
    if (one.isKnown && request.all !== true) tally.summary.unchanged++
    // A time far ahead is that of a wrong clock: waiting would not end.
    else if (Math.abs(now - one.found.modifiedAt) < quietFor)
      skip(tally, 'it is still going on', { file: one.found.ref })
    else await importOne(work, { importer, one }, tally)
  }
  onProgress?.({ agent: importer.agent, done: chosen.length, total: chosen.length })
}

interface One {
  importer: Importer
  one: OwnSession
}

/** A file that cannot be read costs only itself. */
async function importOne(work: ImportWork, { importer, one }: One, tally: Tally): Promise<void> {
  const { signal, db } = work
  const { found, row } = one
  const counts: SourceCounts = { ...noCounts }
  const rows: PieceRow[] = []
  let isOwn = false
  try {
    const skips = { skip: (reason: string, place: Place) => skip(tally, reason, place) }
    for await (const session of importer.read(found, skips, signal)) {
      signal?.throwIfAborted()
      isOwn = (await importSession(work, { session, sourceKey: row.key, counts, rows }, tally)) || isOwn
    }
  } catch (error) {
    if (signal?.aborted === true || isDamage(error)) throw error
    skip(tally, reasonOf(error), { file: found.ref })
    work.room.log.warn(`${found.ref} could not be imported: ${reasonOf(error)}`)
    return
  }
  if (isOwn) tally.summary.imported++
  else skip(tally, 'it worked in another repository', { file: found.ref })
  keepImport(db, { ...row, ref: isOwn ? found.ref : null, importedAt: Date.now(), counts }, rows)
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  return code === undefined
    ? `it cannot be read: ${String(message).slice(0, 200)}`
    : `it cannot be read (${code})`
}

interface Reading {
  session: Session
  sourceKey: string
  counts: SourceCounts
  /** Pieces that were recorded. */
  rows: PieceRow[]
}

/** Whether the session worked in this repository. */
async function importSession(work: ImportWork, reading: Reading, tally: Tally): Promise<boolean> {
  const { session, sourceKey, counts } = reading
  const locate = await locateIn(session, work.identity)
  if (locate === null) return false
  counts.sessions++
  const pieces = piecesOf(session, extractEpisodes(session, locate))
  if (pieces.length === 0) skip(tally, 'it changed no file of this repository', { file: session.source })
  const judged = pieces.map((piece) => ({ piece, fate: fateOf(piece, tally.known, sourceKey) }))
  for (const { piece, fate } of judged) {
    count(counts, piece)
    if (fate.kind === 'left out') skip(tally, fate.reason, { file: piece.place })
  }
  await record(work, { ...reading, judged }, tally)
  return true
}

function count(counts: SourceCounts, { draft, isDemonstration }: Piece): void {
  counts.episodes++
  if (isDemonstration) counts.demonstrations++
  counts[draft.episode?.outcome.verdict ?? 'unknown']++
}

interface Recording extends Reading {
  judged: { piece: Piece; fate: Fate }[]
}

async function record({ room }: ImportWork, recording: Recording, tally: Tally): Promise<void> {
  const wanted = recording.judged.flatMap(({ piece, fate }) =>
    fate.kind === 'new' || fate.kind === 'extended' ? [{ piece, fate }] : [],
  )
  if (wanted.length === 0) return
  const actor = { type: 'importer', name: recording.session.agent } as const
  const proposals = wanted.map(({ fate }) => fate.proposal)
  const { events, masked } = await write(room, proposals, actor)
  tally.summary.masked += masked
  const ids = idsOf(events)
  for (const { piece, fate } of wanted) {
    const id = ids.get(refOf(piece))
    if (id === undefined) {
      skip(tally, 'it did not pass the gates of memory', { file: piece.place })
      continue
    }
    recording.rows.push(rowOf(piece, recording, id))
    tally.summary.episodes++
    if (fate.kind === 'extended') tally.summary.extended++
    if (piece.isDemonstration) tally.summary.demonstrations++
    tally.summary.verdicts[piece.draft.episode?.outcome.verdict ?? 'unknown']++
  }
}

function refOf({ draft }: Piece): string {
  return draft.provenance.sources[0]?.ref ?? ''
}

function idsOf(events: readonly MemoryEvent[]): Map<string, string> {
  return new Map(createdIn(events).map(({ id, provenance }) => [provenance.sources[0]?.ref ?? '', id]))
}

function rowOf({ key, hash, draft }: Piece, { session, sourceKey }: Recording, episode: string): PieceRow {
  const { agent, sessionId } = session
  return { agent, key, sourceKey, sessionId, hash, endedAt: draft.episode?.endedAt ?? 0, episode }
}
