/** Pieces of work of a session against what was imported before: new, known, gone on, or forgotten by the person. */

import type { Extracted } from '../../memory/episodes/extract.ts'
import type { Session } from '../../memory/episodes/session.ts'
import type { LearnProposal } from '../../memory/learn/proposal.ts'
import { type MemoryRecord, type RecordDraft, statuses } from '../../memory/record.ts'
import { flagged } from '../../memory/safety/record-flags.ts'
import type { MemoryStore } from '../../memory/store/memory-store.ts'
import { countPieces, type PieceRow, pieceOf } from '../../memory/store/session-sources.ts'
import { hash } from './survey.ts'

export interface Piece {
  key: string
  hash: string
  draft: RecordDraft
  isDemonstration: boolean
  /** Where the work begins. */
  place: string
}

export type Fate =
  | { kind: 'new'; proposal: LearnProposal }
  | { kind: 'extended'; proposal: LearnProposal }
  | { kind: 'known' }
  | { kind: 'left out'; reason: string }

/** With keys that stay the same when the session grows, is resumed, or is copied. */
export function piecesOf(session: Session, extracted: readonly Extracted[]): Piece[] {
  const times = new Map<string, number>()
  return extracted.map(({ draft, isDemonstration }) => {
    const { startedAt = 0, goal = '' } = draft.episode ?? {}
    const begin = [session.agent, startedAt, goal.slice(0, 500)].join('\n')
    const nth = (times.get(begin) ?? 0) + 1
    times.set(begin, nth)
    return {
      key: hash(nth === 1 ? begin : `${begin}\n${nth}`),
      // The place of a copied session is another one; what it says is the same.
      hash: hash(JSON.stringify({ ...draft.episode, sessionId: null })),
      draft: untrusted(draft),
      isDemonstration,
      place: draft.provenance.sources[0]?.place ?? session.source,
    }
  })
}

/** Only what tests proved, and what says nothing that reads like an order, is shown before a person accepts it. */
function untrusted(draft: RecordDraft): RecordDraft {
  const { episode } = draft
  const outcome = episode?.outcome
  const isProven = outcome?.verdict === 'passed' && outcome.source === 'tests'
  return flagged(isProven ? draft : { ...draft, status: 'candidate' }, { attempts: false })
}

export interface Known {
  store: MemoryStore
  /** The notes about pieces are younger than the memories: they came back from an export. */
  isRestored: boolean
}

/** Decides on one piece. `sourceKey`: of the file that it comes from. */
export function fateOf(piece: Piece, { store, isRestored }: Known, sourceKey: string): Fate {
  const { draft } = piece
  const noted = pieceOf(store.db, agentOf(draft), piece.key)
  const row = noted ?? (isRestored ? rebuilt(piece, store, sourceKey) : null)
  if (row === null) return { kind: 'new', proposal: { op: 'add', draft } }
  if (row.hash === piece.hash) return { kind: 'known' }
  const known = store.get(row.episode)
  if (known === null) return { kind: 'left out', reason: 'a person forgot it' }
  if (known.status === 'retracted') return { kind: 'left out', reason: 'a person turned it away' }
  const endedAt = draft.episode?.endedAt ?? 0
  if (row.sourceKey !== sourceKey && endedAt <= row.endedAt) return { kind: 'known' }
  return { kind: 'extended', proposal: { op: 'supersede', target: known.id, draft: successor(draft, known) } }
}

function agentOf({ episode }: RecordDraft): string {
  return episode?.agent ?? ''
}

/** What a person decided about the shorter record holds for the longer one. */
function successor(draft: RecordDraft, known: MemoryRecord): RecordDraft {
  const link = {
    type: 'supersedes' as const,
    to: known.id,
    why: 'the same work, as far as it had gone by then',
    by: draft.provenance.author,
  }
  return { ...draft, links: [link], pinned: known.pinned, inhibited: known.inhibited }
}

/** Whether there are episodes of sessions that no note knows of. */
export function isRestored(store: MemoryStore): boolean {
  const gate = { kinds: ['episode'], statuses, muted: true } as const
  return store.count({ ...gate, origin: 'session' }) > countPieces(store.db)
}

/** Memories that came back from an export have lost these notes, not their sources. */
function rebuilt({ draft, key, hash: own }: Piece, store: MemoryStore, sourceKey: string): PieceRow | null {
  const [source] = draft.provenance.sources
  const { episode } = draft
  if (source === undefined || episode === undefined) return null
  const gate = { kinds: ['episode'], statuses, muted: true } as const
  const told = store.list({ ...gate, key: { kind: 'source', value: source.ref }, limit: 10 })
  const same = told.find(
    (one) => one.episode?.startedAt === episode.startedAt && !['archived', 'superseded'].includes(one.status),
  )
  if (same?.episode === undefined) return null
  const { agent = '', sessionId, endedAt } = same.episode
  const isSame = endedAt === episode.endedAt
  const names = { agent: agent ?? '', key, sourceKey, sessionId: sessionId ?? '' }
  return { ...names, hash: isSame ? own : '', endedAt, episode: same.id }
}
