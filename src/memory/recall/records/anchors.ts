/** Whether the code that a record cites is still there: each anchor against one view of the index, without a model. */

import type { AnchorPlace, AnchorState, Recollection } from '../../recollection.ts'
import type { Anchor, MemoryRecord } from '../../record.ts'
import type { Span } from '../../types.ts'
import {
  type Definition,
  grouped,
  openViewLookup,
  type Place,
  type ViewContext,
  type ViewLookup,
} from './view-lookup.ts'

export type AnchorContext = ViewContext

export interface AnchorCheck {
  /** States in the order of the anchors. Equal anchors of one call are looked up once. */
  check(anchors: readonly Anchor[]): AnchorState[]
}

/** Keep it for as long as the database and the view serve: its statements are prepared once. */
export function openAnchorCheck(context: AnchorContext): AnchorCheck {
  const lookup = openViewLookup(context)
  return { check: (anchors) => checkAll(lookup, anchors) }
}

function checkAll(view: ViewLookup, anchors: readonly Anchor[]): AnchorState[] {
  // The most expensive question, asked for each anchor of a file that went.
  const lookup = { ...view, mostAlike: once(view.mostAlike) }
  const known = new Map<string, Omit<AnchorState, 'anchor'>>()
  return anchors.map((anchor) => {
    const key = JSON.stringify([anchor.path, anchor.symbol, anchor.blob, anchor.pieceHash, anchor.span])
    const state = known.get(key) ?? judge(lookup, anchor)
    known.set(key, state)
    return { anchor, ...state }
  })
}

/** The view may change between two calls, so answers live for one. */
function once<Answer>(ask: (question: string) => Answer): (question: string) => Answer {
  const known = new Map<string, Answer>()
  return (question) => {
    const answer = known.has(question) ? (known.get(question) as Answer) : ask(question)
    known.set(question, answer)
    return answer
  }
}

type Judgement = Omit<AnchorState, 'anchor'>

const gone: Judgement = { state: 'gone' }

/** First where it was, then where the file went, then anywhere. */
function judge(lookup: ViewLookup, anchor: Anchor): Judgement {
  const here = lookup.fileAt(anchor.path)
  if (here !== null && here.oid === anchor.blob) return { state: 'fresh' }
  if (here !== null) return judgeIn(lookup, anchor, here) ?? elsewhere(lookup, anchor) ?? gone
  const renamed = sameBytes(lookup, anchor)
  if (renamed !== null) return { state: 'moved', to: placeAt(renamed, anchor.span, anchor) }
  const heir = heirOf(lookup, anchor)
  const found = heir === null ? null : judgeIn(lookup, anchor, heir)
  return found ?? elsewhere(lookup, anchor) ?? gone
}

/** The anchor inside of one file with other content; null when its symbol is not there. */
function judgeIn(lookup: ViewLookup, anchor: Anchor, file: Place): Judgement | null {
  const same = file.path === anchor.path ? 'fresh' : 'moved'
  if (file.oid === anchor.blob) return { state: same, to: placeAt(file, anchor.span, anchor) }
  // What is listed but not read yet, or never read, may hold anything.
  if (file.blobId === null) return { state: 'drifted', to: placeAt(file) }
  const { symbol, pieceHash } = anchor
  if (symbol !== undefined) {
    const found = lookup.definitionsIn(file, symbol)
    const groups = grouped(found)
    const whole = groups.find(({ hash }) => hash !== null && hash === pieceHash)
    if (whole !== undefined) return { state: same, to: placeOf(whole, pieceHash) }
    const equal = found.find((one) => isSamePiece(lookup, anchor, one) && !isOneOfMany(anchor, one, found))
    if (equal !== undefined) return { state: same, to: placeOf(equal, pieceHash) }
    const [first] = groups
    if (first !== undefined) return { state: 'drifted', to: placeOf(first, first.hash ?? undefined) }
  }
  const piece = pieceHash === undefined ? null : lookup.pieceIn(file, pieceHash)
  if (piece !== null) return { state: same, to: placeAt(piece, piece, anchor) }
  return symbol === undefined ? { state: 'drifted', to: placeAt(file) } : null
}

/**
 * True for an anchor of a whole definition that has others of its name beside it: one that stayed proves nothing
 * of them. An anchor of lines inside of it says only that these are the same.
 */
function isOneOfMany({ span }: Anchor, one: Definition, found: readonly Definition[]): boolean {
  const isWhole = span === undefined || span.endLine - span.startLine >= one.endLine - one.startLine
  return isWhole && found.filter(({ path, symbol }) => path === one.path && symbol === one.symbol).length > 1
}

function isSamePiece(lookup: ViewLookup, { pieceHash }: Anchor, found: Definition): boolean {
  if (pieceHash === undefined || found.blobId === null) return false
  if (found.hash === pieceHash) return true
  return lookup.pieceHash(found.blobId, found) === pieceHash
}

/** The file with the same bytes under another name. Of several, the one that has the old file's name. */
function sameBytes(lookup: ViewLookup, anchor: Anchor): Place | null {
  const files = lookup.filesOf(anchor.blob)
  if (files.length <= 1) return files[0] ?? null
  const added = new Set(lookup.addedWhereDeleted(anchor.path))
  const named = files.filter(({ path }) => baseName(path) === baseName(anchor.path))
  return only(files.filter(({ path }) => added.has(path))) ?? only(named)
}

/** More renames in a row than this are a loop. */
const mostRenames = 8

/** What a deleted file lives on as: the most alike content, or what the commit that deleted it added. */
function heirOf(lookup: ViewLookup, anchor: Anchor): Place | null {
  const alike = lookup.mostAlike(anchor.blob)
  if (alike !== null) return alike
  let path = anchor.path
  for (let step = 0; step < mostRenames; step++) {
    const next = likeliest(lookup, path, anchor)
    if (next === null) return null
    const place = lookup.fileAt(next)
    if (place !== null) return place
    path = next
  }
  return null
}

/** Of the files that came when `path` went: the one that defines the symbol, has the name, or is the only one. */
function likeliest(lookup: ViewLookup, path: string, { symbol }: Anchor): string | null {
  const added = lookup.addedWhereDeleted(path).filter((one) => extension(one) === extension(path))
  const defining = added.filter((one) => {
    const place = symbol === undefined ? null : lookup.fileAt(one)
    return place !== null && symbol !== undefined && lookup.definitionsIn(place, symbol).length > 0
  })
  const named = added.filter((one) => baseName(one) === baseName(path))
  return only(defining) ?? only(named) ?? only(added)
}

/** Anywhere in the view: the same text, or else the only definition of that qualified name. */
function elsewhere(lookup: ViewLookup, anchor: Anchor): Judgement | null {
  const { symbol, pieceHash } = anchor
  const other = <Found extends Place>(found: Found[]) => found.filter(({ path }) => path !== anchor.path)
  if (pieceHash !== undefined) {
    const piece = nearest(other(lookup.piecesOf(pieceHash)), anchor.path, symbol !== undefined)
    const found = piece === null || symbol === undefined ? [] : lookup.definitionsIn(piece, symbol)
    const inside = found.find(({ hash }) => hash === pieceHash) ?? found[0]
    if (inside !== undefined && isOneOfMany(anchor, inside, found)) return driftedTo(inside, found)
    if (piece !== null) return { state: 'moved', to: placeAt(piece, inside ?? piece, anchor) }
  }
  if (symbol === undefined) return null
  // In the same file, too: a method that another class of it has now.
  const same = pieceHash === undefined ? [] : lookup.definitionsLike(symbol, pieceHash)
  const equal = nearest(same, anchor.path, true)
  const beside = equal === null ? [] : lookup.definitionsIn(equal, equal.symbol)
  if (equal !== null && isOneOfMany(anchor, equal, beside)) return driftedTo(equal, beside)
  if (equal !== null) return { state: 'moved', to: placeOf(equal, pieceHash) }
  const kin = grouped(other(lookup.definitionsOf(symbol))).filter(
    ({ path }) => extension(path) === extension(anchor.path),
  )
  const whole = nearest(
    kin.filter(({ hash }) => hash !== null && hash === pieceHash),
    anchor.path,
    true,
  )
  if (whole !== null) return { state: 'moved', to: placeOf(whole, pieceHash) }
  const alone = only(kin)
  // Nothing proves that its words are the same: it counts as changed.
  return alone === null ? null : { state: 'drifted', to: placeOf(alone, alone.hash ?? undefined) }
}

function driftedTo(one: Definition, found: readonly Definition[]): Judgement {
  const [all = one] = grouped(found.filter(({ symbol }) => symbol === one.symbol))
  return { state: 'drifted', to: placeOf(all, all.hash ?? undefined) }
}

/** The one whose path shares most with the old one; of loose text only a single one is believed. */
function nearest<Found extends Place>(found: Found[], path: string, named: boolean): Found | null {
  if (!named) return only(found)
  const shared = (other: string) => {
    const [a, b] = [path.split('/'), other.split('/')]
    const folders = a.findIndex((part, at) => part !== b[at])
    return (folders < 0 ? a.length : folders) + (a.at(-1) === b.at(-1) ? 1 : 0)
  }
  const [best] = [...found].sort((a, b) => shared(b.path) - shared(a.path) || (a.path < b.path ? -1 : 1))
  return best ?? null
}

function placeOf(found: Definition, pieceHash: string | undefined): AnchorPlace {
  return placeAt(found, found, { symbol: found.symbol, pieceHash })
}

function placeAt(
  { path, oid }: Place,
  span?: Span,
  { symbol, pieceHash }: { symbol?: string | undefined; pieceHash?: string | undefined } = {},
): AnchorPlace {
  return {
    path,
    ...(symbol === undefined ? {} : { symbol }),
    ...(span === undefined ? {} : { startLine: span.startLine, endLine: span.endLine }),
    ...(oid === null ? {} : { blob: oid }),
    ...(pieceHash === undefined ? {} : { pieceHash }),
  }
}

function only<Item>(items: readonly Item[]): Item | null {
  return items.length === 1 ? (items[0] as Item) : null
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

function extension(path: string): string {
  return /\.[^./]+$/.exec(path)?.[0] ?? ''
}

/**
 * One word for all anchors of a record: `gone` only when all of them are, `drifted` when one is drifted or gone
 * beside others that are not, `moved` when one moved, else `fresh`; `none` cites no code. So a record is never
 * shown as fresh while a part of what it cites has changed.
 */
export function freshnessOf(states: readonly Pick<AnchorState, 'state'>[]): Recollection['freshness'] {
  if (states.length === 0) return 'none'
  const has = (state: AnchorState['state']) => states.some((one) => one.state === state)
  if (states.every(({ state }) => state === 'gone')) return 'gone'
  if (has('drifted') || has('gone')) return 'drifted'
  return has('moved') ? 'moved' : 'fresh'
}

/** What a record's place in the ranking is multiplied by. */
export const freshnessFactor: Readonly<Record<Recollection['freshness'], number>> = {
  none: 1,
  fresh: 1,
  moved: 1,
  drifted: 0.6,
  gone: 0,
}

/**
 * The anchors of a record brought to where their code is now; others stay as they are. `which` also takes
 * `drifted` when somebody said that the record is still true.
 */
export function reanchor(
  record: Pick<MemoryRecord, 'anchors'>,
  states: readonly AnchorState[],
  {
    which = ['moved'],
    commit = null,
  }: { which?: readonly AnchorState['state'][]; commit?: string | null } = {},
): Anchor[] {
  return record.anchors.map((anchor, at) => {
    const now = states[at]
    if (now?.to?.blob === undefined || !which.includes(now.state)) return anchor
    return anchorAt({ ...now.to, blob: now.to.blob }, commit ?? anchor.commit)
  })
}

function anchorAt(place: AnchorPlace & { blob: string }, commit: string | null): Anchor {
  const { path, symbol, blob, pieceHash, startLine, endLine } = place
  return {
    path,
    blob,
    commit,
    ...(symbol === undefined ? {} : { symbol }),
    ...(startLine === undefined || endLine === undefined ? {} : { span: { startLine, endLine } }),
    ...(pieceHash === undefined ? {} : { pieceHash }),
  }
}
