/** What the gates look at: cited sources read beforehand, the names of this repository, what a session was shown. */

import { codeTokens } from '../../memory/code/tokens.ts'
import { type Evidence, episodeText } from '../../memory/learn/evidence.ts'
import { hasLiteral } from '../../memory/learn/literals.ts'
import { openViewLookup, type ViewLookup } from '../../memory/recall/records/view-lookup.ts'
import { type MemoryRecord, type RecordDraft, type Source, statuses } from '../../memory/record.ts'
import { findOwn } from '../../memory/safety/redact.ts'
import { branchesInUse } from '../../memory/store/branches.ts'
import { withKey } from './find.ts'
import type { MemoryRoom } from './room.ts'

/** Events looked through for what a session was shown. */
const mostShown = 2_000
/** Episodes that are read for one source or one literal. */
const mostPieces = 20
/** Characters of a source. */
const longestSource = 400_000

/** Decisions cannot wait, so what has to be waited for is read here. */
export async function gatherEvidence(room: MemoryRoom, drafts: readonly RecordDraft[]): Promise<Evidence> {
  const texts = new Map<string, string | null>()
  for (const draft of drafts)
    for (const source of draft.kind === 'episode' ? [] : draft.provenance.sources) {
      const key = keyOf(source)
      if (!texts.has(key)) texts.set(key, await readSource(room, source))
    }
  const own = ownTexts(drafts)
  const lookup = openLookup(room)
  const naming = new Map<string, number>()
  return {
    textOf: (source) => own.get(keyOf(source)) ?? texts.get(keyOf(source)) ?? null,
    episodesNaming(literal) {
      const known = naming.get(literal) ?? episodesNaming(room, literal)
      naming.set(literal, known)
      return known
    },
    knowsEntity: (entity) => knowsEntity(room, lookup, entity),
    shownIn: (sessionId) => shownIn(room, sessionId),
    secretsIn: (text) => findOwn(text).length,
  }
}

/** Sources that cite other parts of the same thing stand or fall alone. */
function keyOf({ type, ref, turns, artifact }: Source): string {
  return `${type} ${ref} ${turns?.join(',') ?? ''} ${artifact ?? ''}`
}

/** An episode is the evidence of its own session: nobody else has it. */
function ownTexts(drafts: readonly RecordDraft[]): Map<string, string> {
  const texts = new Map<string, string>()
  for (const draft of drafts) {
    if (draft.kind !== 'episode') continue
    const text = episodeText({ cue: '', entities: [], anchors: [], ...draft } as unknown as MemoryRecord)
    for (const source of draft.provenance.sources) texts.set(keyOf(source), text)
  }
  return texts
}

async function readSource(room: MemoryRoom, source: Source): Promise<string | null> {
  const { store } = room
  const { type, ref } = source
  if (source.artifact !== undefined && store.artifact(source.artifact) === null) return null
  if (type === 'person') return ''
  if (type === 'episode') {
    const record = store.get(ref)
    return record === null ? null : wholeText(room, record)
  }
  if (type === 'commit') return await commitText(room, ref)
  if (type === 'import') return ''
  if (type === 'file') return knownFile(room, ref) ? ref : null
  const kind = type === 'issue' ? 'issue' : 'source'
  const told = withKey(store, kind, ref, { kinds: ['episode'], limit: mostPieces })
  if (!hasTurns(told, source)) return null
  return told.length === 0 ? null : told.map((record) => wholeText(room, record)).join('\n')
}

/** Whether pieces of this session are known that hold the cited turns. Transcripts are not kept, their turns are. */
function hasTurns(pieces: readonly MemoryRecord[], { type, ref, turns = [] }: Source): boolean {
  const known = new Set(
    pieces
      .flatMap(({ provenance }) => provenance.sources)
      .filter((source) => source.type === type && source.ref === ref)
      .flatMap((source) => source.turns ?? []),
  )
  return turns.every((turn) => known.has(turn))
}

/** Two are many enough for a lesson; more are not counted. */
const enough = 2

/**
 * Episodes that hold a literal: those that an index names for its words or as a path are read, best first, until
 * there are enough.
 */
function episodesNaming(room: MemoryRoom, literal: string): number {
  const { store } = room
  const gate = { branches: branchesInUse(store.db), statuses, kinds: ['episode'], muted: true } as const
  const named = [
    ...store.byKey('path', [literal], gate, enough),
    ...store.byWords(codeTokens(literal), gate, mostPieces),
  ]
  let count = 0
  for (const id of new Set(named.map((found) => found.id))) {
    const record = store.get(id)
    if (record !== null && hasLiteral(wholeText(room, record), literal) && ++count >= enough) break
  }
  return count
}

function wholeText({ store }: MemoryRoom, record: MemoryRecord): string {
  return episodeText(record, (sha) => store.artifact(sha)?.content ?? null).slice(0, longestSource)
}

/** Message and paths; null for what is no commit of this repository. */
async function commitText({ repository }: MemoryRoom, sha: string): Promise<string | null> {
  if (!repository.hasHistory || !/^[0-9a-f]{7,64}$/.test(sha)) return null
  const args = ['show', '--format=%H%n%B', '--name-only', '--no-renames', '--end-of-options', sha]
  return await repository.git.run(args).then(
    (text) => text.slice(0, longestSource),
    () => null,
  )
}

function openLookup({ code }: MemoryRoom): ViewLookup | null {
  const view = code.view()
  return view === null ? null : openViewLookup(view)
}

function knownFile(room: MemoryRoom, path: string): boolean {
  return openLookup(room)?.fileAt(path) != null || room.store.knowsKey('path', path)
}

const keyKinds = ['entity', 'path', 'symbol', 'signature', 'issue'] as const

function knowsEntity({ store }: MemoryRoom, lookup: ViewLookup | null, entity: string): boolean {
  if (keyKinds.some((kind) => store.knowsKey(kind, entity))) return true
  if (lookup === null) return false
  return lookup.fileAt(entity) !== null || lookup.definitionsOf(entity).length > 0
}

function shownIn({ store }: MemoryRoom, sessionId: string): MemoryRecord[] {
  const events = store.events({ types: ['SHOWN'], limit: mostShown })
  const own = events.filter(({ payload }) => sessionOf(payload) === sessionId)
  const ids = new Set(own.flatMap(({ changes }) => changes.map(({ id }) => id)))
  return [...ids].flatMap((id) => store.get(id) ?? [])
}

function sessionOf(payload: unknown): string | null {
  if (typeof payload !== 'object' || payload === null || !('sessionId' in payload)) return null
  return typeof payload.sessionId === 'string' ? payload.sessionId : null
}
