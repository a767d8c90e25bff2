/** Makes anchors of what people and agents name: files, lines, symbols, a selection, and what a text mentions. */

import type { Anchor } from '../../record.ts'
import type { Span } from '../../types.ts'
import { findMentions } from '../mentions.ts'
import { nearestPaths, nearestSymbols, pathsEnding } from './near-names.ts'
import {
  type Definition,
  grouped,
  openViewLookup,
  type Place,
  type ViewContext,
  type ViewLookup,
} from './view-lookup.ts'

export interface CiteContext extends ViewContext {
  /** Commit that the view stands on; null outside git. */
  head: string | null
}

export interface Cited {
  anchors: Anchor[]
  /** What could not be found, with what was perhaps meant: sentences for people. */
  notes: string[]
}

export interface Selection extends Span {
  path: string
}

/** Anchors that one record may have (see `anchorSchema`). */
const mostAnchors = 100
/** Anchors taken from the words of a text: more would say that it is about everything. */
const mostMentioned = 10

/** Words for types of languages: a text that has one hardly means the one symbol here that is called so, too. */
const builtinTypes: ReadonlySet<string> = new Set(
  `any bool boolean byte bytes char complex dict double error float frozenset int integer list long map null none
  number object set short str string symbol tuple type uint undefined unit unknown usize void`.split(/\s+/),
)

/** `path`, `path:12`, `path:12-20`, `path#L12-L20`, `path#Class.method`, `Class.method`. */
export function cite(context: CiteContext, references: readonly string[]): Cited {
  const lookup = openViewLookup(context)
  return joined(references.map((reference) => citeOne(context, lookup, reference.trim())))
}

/** Lines that somebody marked in an editor. */
export function citeSelection(context: CiteContext, { path, startLine, endLine }: Selection): Cited {
  return citeOne(context, openViewLookup(context), `${path}:${startLine}-${endLine}`)
}

/** Paths and symbols of the index that a text names and that can mean only one thing; silent about all others. */
export function citeText(context: CiteContext, text: string): Anchor[] {
  const lookup = openViewLookup(context)
  const marked = text.match(/`[^`\n]+`/g)?.join(' ') ?? ''
  const lines = [...text.matchAll(/([\w.@~+/-]+\.\w+):(\d+)(?:-(\d+))?/g)].map(([whole]) => whole)
  // As pages and `cites` write it: a file and a name in it.
  const inside = [...text.matchAll(/([\w.@~+/-]+\.\w+#[\p{L}_$][\p{L}\p{N}_$.]*[\p{L}\p{N}_$])/gu)].map(
    ([whole]) => whole,
  )
  const paths = [...lines, ...inside, ...findMentions(text, false).paths, ...findMentions(marked, true).paths]
  const plain = findMentions(withoutQuotes(withoutPaths(text, paths)), false)
  const code = findMentions(withoutQuotes(withoutPaths(marked, paths)), true)
  const single = [...plain.names, ...code.names].filter((name) => !builtinTypes.has(name))
  const names = [...plain.dotted, ...code.dotted, ...single].map(dotted)
  const cited = joined([
    ...[...new Set(paths)].map((path) => citeOne(context, lookup, path, true)),
    ...[...new Set(names)].map((name) => citeSymbol(context, lookup, name, true)),
  ])
  return withoutWider(cited.anchors).slice(0, mostMentioned)
}

/** The words of a path are no names of symbols: `src/_pytest/fixtures.py` says nothing of a `_pytest`. */
function withoutPaths(text: string, paths: readonly string[]): string {
  const longestFirst = [...new Set(paths)].sort((a, b) => b.length - a.length)
  const bare = text.replace(/\bhttps?:\/\/[^\s)>\]'"]+/g, ' ')
  return longestFirst
    .reduce((left, path) => left.replaceAll(path, ' '), bare)
    .replace(/[\w.@~+-]*(?:[/\\][\w.@~+-]+)+/g, ' ')
}

/** A quoted sentence is a message or a value: its words are not names, unless they are marked as code. */
function withoutQuotes(text: string): string {
  return text.replace(/(?<!\w)(?:"[^"`\n]{3,120}"|'[^'`\n]{3,120}'|“[^”`\n]{3,120}”)(?!\w)/g, (whole) =>
    /\s/.test(whole) ? ' ' : whole,
  )
}

/** A file says nothing more where lines or a symbol of it are named, too; nor does a class beside its method. */
function withoutWider(anchors: readonly Anchor[]): Anchor[] {
  return anchors.filter((wide) => {
    const others = anchors.filter(({ path, span }) => path === wide.path && span !== undefined)
    if (wide.span === undefined) return others.length === 0
    return !others.some(({ symbol }) => symbol?.startsWith(`${wide.symbol}.`))
  })
}

function joined(all: readonly Cited[]): Cited {
  const anchors = new Map<string, Anchor>()
  for (const anchor of all.flatMap((one) => one.anchors)) {
    anchors.set(JSON.stringify([anchor.path, anchor.symbol, anchor.span]), anchor)
  }
  const notes = all.flatMap((one) => one.notes)
  if (anchors.size > mostAnchors)
    notes.push(`Only the first ${mostAnchors} of ${anchors.size} places are kept.`)
  return { anchors: [...anchors.values()].slice(0, mostAnchors), notes }
}

/** `quiet`: a word of a text is no question, so a wrong one needs no search for what was meant. */
function citeOne(context: CiteContext, lookup: ViewLookup, reference: string, quiet = false): Cited {
  const { path, span, symbol } = parse(reference)
  if (path === '' && symbol === null) return note(`"${reference}" names neither a file nor a symbol.`)
  const found = path === '' ? [] : filesNamed(context, lookup, path)
  if (found.length > 1) return note(ambiguous(path, found))
  const [place] = found
  if (place === undefined) {
    return symbol === null && span === null
      ? citeSymbol(context, lookup, dotted(path), quiet)
      : missing(context, path, quiet)
  }
  if (symbol !== null) return citeSymbolIn(context, lookup, { place, name: dotted(symbol) })
  return span === null ? one(anchorOf(context, place)) : citeLines(context, lookup, { place, span })
}

interface Parsed {
  path: string
  span: Span | null
  symbol: string | null
}

function parse(reference: string): Parsed {
  const clean = reference.replaceAll('\\', '/').replace(/^(?:\.\/)+/, '')
  const lines = /^(.+?)(?::|#L)(\d{1,9})(?:(?:-|:)L?(\d{1,9}))?$/.exec(clean)
  if (lines?.[1] !== undefined) {
    const [from, to] = [Number(lines[2]), Number(lines[3] ?? lines[2])]
    const bounded = { startLine: Math.max(1, Math.min(from, to)), endLine: Math.max(1, from, to) }
    // `a.py:12:5` is line 12, column 5, as compilers print it.
    const isColumn = lines[3] !== undefined && /:\d+:\d+$/.test(clean)
    return { path: lines[1], span: isColumn ? { startLine: from, endLine: from } : bounded, symbol: null }
  }
  const [path = '', symbol] = clean.split('#', 2)
  return { path, span: null, symbol: symbol === undefined || symbol === '' ? null : symbol }
}

/** Names as the index qualifies them: `A::b`, `A#b` and `A->b` are `A.b`. */
function dotted(name: string): string {
  return name.replace(/\(.*$/, '').replaceAll(/::|->|#/g, '.')
}

function filesNamed(context: CiteContext, lookup: ViewLookup, path: string): Place[] {
  const exact = lookup.fileAt(path)
  if (exact !== null) return [exact]
  return pathsEnding(context, path).flatMap((one) => lookup.fileAt(one) ?? [])
}

function citeLines(
  context: CiteContext,
  lookup: ViewLookup,
  { place, span }: { place: Place; span: Span },
): Cited {
  const lines = place.blobId === null ? null : lookup.linesOf(place.blobId)
  if (lines !== null && span.startLine > lines) {
    const remark = `${place.path} has ${lines} lines, so line ${span.startLine} is not in it: the whole file is cited.`
    return { anchors: [anchorOf(context, place)].flat(), notes: [remark] }
  }
  const kept = { startLine: span.startLine, endLine: Math.min(span.endLine, lines ?? span.endLine) }
  const around = lookup.definitionAround(place, kept)
  if (around !== null) {
    // Who marks a whole definition means the symbol, with all its other definitions.
    const whole = around.startLine === kept.startLine && around.endLine === kept.endLine
    const [all = around] = whole ? grouped(lookup.definitionsIn(place, around.symbol)) : []
    return one(anchorOf(context, place, { ...pieceOf(all), span: kept }))
  }
  const pieceHash = place.blobId === null ? null : lookup.pieceHash(place.blobId, kept)
  return one(anchorOf(context, place, { span: kept, ...(pieceHash === null ? {} : { pieceHash }) }))
}

function citeSymbolIn(
  context: CiteContext,
  lookup: ViewLookup,
  { place, name }: { place: Place; name: string },
): Cited {
  const [found] = grouped(lookup.definitionsIn(place, name))
  if (found !== undefined) return one(anchorOf(context, found, pieceOf(found)))
  const others = lookup.definitionsOf(name).map(({ path, symbol }) => `${path}#${symbol}`)
  const meant = others.length > 0 ? others : nearestSymbols(context, name, place)
  return {
    anchors: [anchorOf(context, place)],
    notes: [`${place.path} defines no ${name}${perhaps(meant)} The whole file is cited.`],
  }
}

function citeSymbol(context: CiteContext, lookup: ViewLookup, name: string, quiet: boolean): Cited {
  const found = lookup.definitionsOf(name)
  // Overloads and reopened classes of one file are one place.
  const files = new Map(found.map((one) => [`${one.path}#${one.symbol}`, one]))
  const [only] = files.values()
  if (only !== undefined && files.size === 1) {
    const [all = only] = grouped(lookup.definitionsIn(only, only.symbol))
    return one(anchorOf(context, only, pieceOf(all)))
  }
  if (quiet) return { anchors: [], notes: [] }
  if (files.size > 1)
    return note(
      ambiguous(
        name,
        [...files.keys()].map((path) => ({ path })),
      ),
    )
  return missing(context, name, false)
}

function missing(context: CiteContext, name: string, quiet: boolean): Cited {
  if (quiet) return { anchors: [], notes: [] }
  const meant = [...nearestPaths(context, name), ...nearestSymbols(context, name)].slice(0, 3)
  return note(`Neither a file nor a symbol is called ${name}${perhaps(meant)}`)
}

function perhaps(names: readonly string[]): string {
  return names.length === 0 ? '.' : `; perhaps ${names.slice(0, 3).join(', ')}.`
}

function ambiguous(name: string, found: readonly { path: string }[]): string {
  const shown = found.slice(0, 3).map(({ path }) => path)
  const more = found.length > shown.length ? ` and ${found.length - shown.length} more` : ''
  return `${name} may be ${shown.join(', ')}${more}: say which.`
}

function pieceOf({ symbol, startLine, endLine, hash }: Definition): Partial<Anchor> {
  return { symbol, span: { startLine, endLine }, ...(hash === null ? {} : { pieceHash: hash }) }
}

/** A file that is listed and not read has no content to cite: its anchor counts as changed from the start. */
function anchorOf({ head }: CiteContext, { path, oid }: Place, more: Partial<Anchor> = {}): Anchor {
  return { path, blob: oid ?? '', commit: head, ...more }
}

function one(anchor: Anchor): Cited {
  return { anchors: [anchor], notes: [] }
}

function note(text: string): Cited {
  return { anchors: [], notes: [text] }
}
