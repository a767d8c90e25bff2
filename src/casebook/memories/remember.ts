/** What a person writes down, and episodes that agents and repairs bring. */

import { createHash } from 'node:crypto'
import { realpathSync } from 'node:fs'
import { isAbsolute, relative } from 'node:path'
import type { Actor } from '../../memory/event.ts'
import { UserError } from '../../memory/ports.ts'
import { type Cited, cite, citeSelection, citeText } from '../../memory/recall/records/cite.ts'
import { type Anchor, mostWords, type RecordDraft } from '../../memory/record.ts'
import { findInstructions } from '../../memory/safety/instructions.ts'
import { treeFiles } from '../../memory/tree-files.ts'
import type { Remembered, RememberRequest } from '../../protocol-memories.ts'
import { withKey } from './find.ts'
import type { MemoryRoom } from './room.ts'
import { outcomeOf, refusalOf, type Written, write } from './write.ts'

export async function remember(room: MemoryRoom, request: RememberRequest): Promise<Remembered> {
  const text = request.text.trim()
  checkWords(text)
  const { head, birth } = await room.code.branches()
  const { anchors, notes } = await citedBy(room, request, head)
  const actor = request.actor ?? (await room.person())
  const draft: RecordDraft = {
    kind: kindOf(request),
    text,
    cue: request.cue?.trim() ?? '',
    tags: [...(request.tags ?? [])],
    entities: entitiesOf(anchors),
    anchors,
    branch: birth,
    commit: head,
    ...(request.share === true && { visibility: 'team' as const }),
    provenance: {
      sources: [{ type: 'person', ref: actor.name }],
      author: actor.type === 'person' ? 'person' : actor.name,
      method: 'remember',
    },
    confidence: actor.type === 'person' ? 'verified' : 'inferred',
    // What nobody checked waits for a person, whatever else comes to agree with it.
    ...(actor.type !== 'person' && { flags: ['unproven'] }),
    ...bodyOf(request),
  }
  const written = await write(room, [{ op: 'add', draft }], actor)
  if (findInstructions(text).length > 0)
    notes.push(
      'It reads like an instruction to an agent. Agents get it as quoted data, because you wrote it.',
    )
  if (anchors.length === 0) notes.push('It cites no code: a change of the code will not mark it as stale.')
  return told(room, written, notes)
}

function checkWords(text: string): void {
  const words = text === '' ? 0 : text.split(/\s+/).length
  if (words > 0 && words <= mostWords.lesson) return
  const what = words === 0 ? 'There is nothing to remember.' : `That is ${words} words.`
  throw new UserError(what, `Write one thought of at most ${mostWords.lesson} words.`)
}

function kindOf({ kind, cue, polarity }: RememberRequest): 'fact' | 'lesson' {
  if (kind !== undefined) return kind
  return polarity === 'avoid' || (cue ?? '') !== '' ? 'lesson' : 'fact'
}

function bodyOf(request: RememberRequest): Pick<RecordDraft, 'fact' | 'lesson'> {
  if (kindOf(request) === 'fact') return { fact: { key: null, value: null, checker: null } }
  const polarity = request.polarity ?? 'do'
  return {
    lesson: { polarity, stream: 'reasoning', role: null, order: null, params: {}, procedure: [] },
  }
}

/** Paths and names that a question may hold. */
function entitiesOf(anchors: readonly Anchor[]): string[] {
  const names = anchors.flatMap(({ path, symbol }) => (symbol === undefined ? [path] : [path, symbol]))
  return [...new Set(names)].slice(0, 200)
}

/** Named places, a selection, and what the text itself names. */
async function citedBy(room: MemoryRoom, request: RememberRequest, head: string | null): Promise<Cited> {
  const { selection, text, cue } = request
  const cites = (request.cites ?? []).map((place) => insideOf(room.repository.root, place))
  const view = room.code.view()
  if (view?.complete !== true) return await citedFiles(room, { ...request, cites }, head)
  const context = { db: view.db, viewId: view.viewId, head }
  const named = cite(context, cites)
  refuseLost(cites.map((place) => cite(context, [place])))
  const marked = selection === undefined ? none : citeSelection(context, selection)
  const mentioned = citeText(context, `${text}\n${cue ?? ''}`)
  const all = [...named.anchors, ...marked.anchors, ...mentioned]
  const places = new Map(
    all
      .toReversed()
      .map((anchor) => [`${anchor.path}#${anchor.symbol ?? anchor.span?.startLine ?? ''}`, anchor]),
  )
  return { anchors: [...places.values()].toReversed(), notes: [...named.notes, ...marked.notes] }
}

/** Who names a place means one: a memory without it would never be noticed to be out of date. */
function refuseLost(cited: readonly Cited[]): void {
  const lost = cited.filter(({ anchors }) => anchors.length === 0).flatMap(({ notes }) => notes)
  if (lost.length === 0) return
  throw new UserError(
    lost.join(' '),
    'Nothing was remembered. Correct the place that it cites, or leave it out.',
  )
}

/** An absolute path as the repository names it, also where a link leads to it; lines and names stay behind it. */
function insideOf(root: string, place: string): string {
  if (!isAbsolute(place)) return place
  const [, path = place, rest = ''] = /^(.+?)((?:[:#][^/\\]*)?)$/.exec(place) ?? []
  for (const one of [path, realPath(path)]) {
    const inside = relative(root, one)
    if (inside !== '' && !inside.startsWith('..') && !isAbsolute(inside)) return inside + rest
  }
  throw new UserError(`${path} lies outside of this repository (${root}).`, 'Cite a file of the repository.')
}

function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}

const none: Cited = { anchors: [], notes: [] }

/** Without an index only whole files can be cited, as they lie on the disk. */
async function citedFiles(
  { repository, settings }: MemoryRoom,
  { cites = [], selection }: RememberRequest,
  head: string | null,
): Promise<Cited> {
  const wanted = selection === undefined ? cites : [...cites, selection.path]
  const anchors: Anchor[] = []
  const notes: string[] = []
  for (const place of wanted) {
    const path = place.replace(/[:#].*$/, '')
    const file = await treeFiles(repository.root).read(path, settings.maxFileSize)
    if (typeof file === 'string' || !('bytes' in file))
      refuseLost([{ anchors: [], notes: [`There is no file ${path} to cite.`] }])
    else {
      const hash = createHash('sha1').update(`blob ${file.bytes.length}\0`).update(file.bytes)
      anchors.push({ path, blob: hash.digest('hex'), commit: head })
    }
  }
  if (anchors.length > 0) notes.push('The code is not indexed yet: whole files are cited, no names or lines.')
  return { anchors, notes }
}

/** An episode from a session or a repair, or what such a one learned. */
export async function record(room: MemoryRoom, draft: RecordDraft, actor: Actor): Promise<Remembered> {
  const { head, birth } = await room.code.branches()
  const placed = { ...draft, branch: draft.branch ?? birth, commit: draft.commit ?? head }
  const known = draft.kind === 'episode' ? knownEpisode(room, draft) : null
  if (known !== null) return { record: known, notes: ['This episode is known already.'] }
  return told(room, await write(room, [{ op: 'add', draft: placed }], actor), [])
}

/** The same piece of the same session, handed in twice. */
function knownEpisode({ store }: MemoryRoom, draft: RecordDraft) {
  const { episode } = draft
  if (episode === undefined || episode.sessionId === null) return null
  const told = withKey(store, 'source', episode.sessionId, { kinds: ['episode'] })
  const same = told.find(
    (one) =>
      one.episode?.sessionId === episode.sessionId &&
      one.episode.startedAt === episode.startedAt &&
      one.episode.endedAt === episode.endedAt &&
      one.episode.goal.slice(0, 80) === episode.goal.slice(0, 80),
  )
  return same ?? null
}

function told({ store }: MemoryRoom, written: Written, notes: readonly string[]): Remembered {
  const { events, masked } = written
  const outcome = outcomeOf(events) ?? sameAsKnown(store, written)
  const found = outcome === null ? null : store.get(outcome.id)
  if (outcome === null || found === null) {
    const why = refusalOf(events)
    throw new UserError(
      why === null
        ? 'Nothing was remembered: it says what is known.'
        : `It was not remembered: ${why.replace(/^G\d: /, '')}.`,
      'Say it in other words, and name the code that it is about.',
    )
  }
  const said = [...notes]
  if (masked > 0)
    said.push(`${masked === 1 ? '1 secret was' : `${masked} secrets were`} masked before it was written.`)
  if (!outcome.isNew) said.push(`Known already: joined to ${outcome.id}.`)
  if (found.branch !== null) said.push(`It holds on the branch ${found.branch} until that is merged.`)
  const clash = events.find(({ type }) => type === 'CONTESTED' || type === 'SUPERSEDED')
  if (clash !== undefined)
    said.push(
      clash.type === 'CONTESTED'
        ? `It contradicts another memory: ${clash.reason}.`
        : `It supersedes another memory: ${clash.reason}.`,
    )
  return { record: found, notes: said }
}

/** Nothing happens where a person says again what the person has said. */
function sameAsKnown(
  store: MemoryRoom['store'],
  { events, drafts }: Written,
): { id: string; isNew: boolean } | null {
  const [draft] = drafts
  if (draft === undefined || events.length > 0) return null
  const [id] = store.sameWords(draft.kind, draft.text)
  return id === undefined ? null : { id, isNew: false }
}
