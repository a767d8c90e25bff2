/** What the gates look at: cited sources read beforehand, the names of this repository, what a session was shown. */

import { type Evidence, episodeText } from '../../memory/learn/evidence.ts'
import { openViewLookup, type ViewLookup } from '../../memory/recall/records/view-lookup.ts'
import type { MemoryRecord, RecordDraft, Source } from '../../memory/record.ts'
import { findOwn } from '../../memory/safety/redact.ts'
import { withKey } from './find.ts'
import type { MemoryRoom } from './room.ts'

/** Events looked through for what a session was shown. */
const mostShown = 2_000
/** Characters of a source. */
const longestSource = 400_000

/** Decisions cannot wait, so what has to be waited for is read here. */
export async function gatherEvidence(room: MemoryRoom, drafts: readonly RecordDraft[]): Promise<Evidence> {
  const texts = new Map<string, string | null>()
  for (const draft of drafts)
    for (const source of draft.provenance.sources) {
      const key = keyOf(source)
      if (!texts.has(key)) texts.set(key, await readSource(room, source))
    }
  const own = ownTexts(drafts)
  const lookup = openLookup(room)
  return {
    textOf: (source) => own.get(keyOf(source)) ?? texts.get(keyOf(source)) ?? null,
    knowsEntity: (entity) => knowsEntity(room, lookup, entity),
    shownIn: (sessionId) => shownIn(room, sessionId),
    secretsIn: (text) => findOwn(text).length,
  }
}

function keyOf({ type, ref }: Source): string {
  return `${type} ${ref}`
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
  const told = withKey(store, kind, ref, { kinds: ['episode'], limit: 20 })
  return told.length === 0 ? null : told.map((record) => wholeText(room, record)).join('\n')
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
