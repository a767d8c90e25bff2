/** Cuts a file into pieces that follow its definitions. Pure: lines and definitions in, pieces out. */

import type { ChunkKind } from '../types.ts'
import type { LineTable } from './lines.ts'
import { type Definition, longFunction } from './symbols.ts'

/** Lines: a longer function is split, about evenly, into parts of `partLines`. */
const longestDefinition = longFunction
const partLines = 60
/** Lines of a window, and of a part of loose code. */
const windowLines = 40
/** A class with all its methods stays whole up to this many lines. */
const smallClass = 20
/** A table or property of more lines than this is a piece of its own. */
const largeValue = 6
/** Loose lines between definitions up to this count stay with the definition above. */
const smallGap = 2
/** Loose lines at the start of a region up to this count go to the definition below. */
const smallOpening = 1
/** Neighbours of at most `smallPiece` lines each are put together up to `groupLines`: a three-line
 * function is too little text to rank by, and a chunk each would double the index. */
const smallPiece = 8
const groupLines = 20
/** Characters; about 4,000 tokens of a language model. */
export const longestPiece = 12_000

/** A piece of the text; lines are 0-based and inclusive, offsets exclude the last line end. */
export interface Piece {
  kind: ChunkKind
  name: string
  startLine: number
  endLine: number
  from: number
  to: number
}

interface Range {
  startLine: number
  endLine: number
}

interface Draft extends Range {
  kind: ChunkKind
  name: string
  /** Where it was cut from: only pieces of one region are put together. */
  region: Block | null
  /** `next`: an opening too small for a piece of its own; `group`: small pieces put together. */
  join?: 'next' | 'group'
}

/** A definition that gives pieces of its own. */
interface Block extends Range {
  name: string
  container: boolean
  /** The line where the definition itself begins, below its comments and decorators. */
  ownLine: number
  children: Block[]
}

/** Pieces of a parsed file, ascending: every line that is not blank is in exactly one. */
export function cutByDefinitions(lines: LineTable, definitions: readonly Definition[]): Piece[] {
  const drafts: Draft[] = []
  const whole = { name: '', container: true, startLine: 0, endLine: lines.count - 1, ownLine: -1 }
  cutRegion({ lines, drafts }, { ...whole, children: blocksOf(lines, definitions) })
  return group(drafts).flatMap((draft) => fit(lines, draft))
}

/** Pieces of a file without definitions: windows that end at blank lines where they can. */
export function cutByLines(lines: LineTable): Piece[] {
  const range = trimBlank(lines, { startLine: 0, endLine: lines.count - 1 })
  if (range === null) return []
  return parts(lines, range, windowLines).flatMap((part) =>
    fit(lines, { ...part, kind: 'window', name: '', region: null }),
  )
}

/** Nests the definitions that have lines of their own; what shares a line with another gives no block. */
function blocksOf(lines: LineTable, definitions: readonly Definition[]): Block[] {
  const top: Block[] = []
  const open: Block[] = []
  for (const definition of definitions) {
    const ownLine = lines.lineAt(definition.from)
    const endLine = lines.lineAt(Math.max(definition.from, definition.to - 1))
    const isValue = definition.kind === 'constant' || definition.kind === 'field'
    if (isValue && endLine - ownLine < largeValue) continue
    while (open.length > 0 && (open.at(-1)?.endLine ?? 0) < ownLine) open.pop()
    const parent = open.at(-1)
    if (parent !== undefined && (ownLine <= parent.ownLine || endLine > parent.endLine)) continue
    const siblings = parent?.children ?? top
    const floor = Math.max(parent?.ownLine ?? -1, siblings.at(-1)?.endLine ?? -1) + 1
    const block: Block = {
      name: qualifiedName(definition),
      container: definition.kind !== 'function' && definition.kind !== 'method',
      startLine: leadLine(lines, ownLine, floor),
      endLine,
      ownLine,
      children: [],
    }
    siblings.push(block)
    open.push(block)
  }
  return top
}

/** The first of the comment and decorator lines directly above a definition. */
function leadLine(lines: LineTable, line: number, floor: number): number {
  let lead = line
  while (lead > floor && line - lead < longestLead) {
    const above = lines.trimmed(lead - 1)
    if (leading.test(above)) lead--
    else if (above.endsWith('*/')) {
      const opening = openingLine(lines, lead - 1, floor)
      if (opening === lead) break
      lead = opening
    } else break
  }
  return lead
}

const longestLead = 200
const leading =
  /^(?:\/\/|\/\*|\*|--|@|#(?!!|\s*(?:include|define|undef|if|ifdef|ifndef|else|elif|endif|pragma|region|endregion)\b))/

/** Where the block comment begins that ends on `line`; the line below when it is not found. */
function openingLine(lines: LineTable, line: number, floor: number): number {
  for (let at = line; at >= floor && line - at < longestLead; at--) {
    if (lines.trimmed(at).startsWith('/*')) return at
  }
  return line + 1
}

/** A file being cut: its lines, and the pieces so far. */
interface Cut {
  lines: LineTable
  drafts: Draft[]
}

/** The loose lines of a region and the blocks between them. */
function cutRegion(cut: Cut, region: Block): void {
  let startLine = region.startLine
  for (const block of region.children) {
    cutLoose(cut, region, { startLine, endLine: block.startLine - 1 })
    cutBlock(cut, region, block)
    startLine = block.endLine + 1
  }
  cutLoose(cut, region, { startLine, endLine: region.endLine })
}

function cutBlock(cut: Cut, region: Block, block: Block): void {
  const length = block.endLine - block.startLine + 1
  const whole = block.container ? smallClass : longestDefinition
  if (block.children.length > 0 && length > whole) {
    cutRegion(cut, block)
    return
  }
  const pieces = length > longestDefinition ? parts(cut.lines, block, partLines) : [block]
  for (const { startLine, endLine } of pieces) {
    cut.drafts.push({ kind: 'definition', name: block.name, startLine, endLine, region })
  }
}

/**
 * Lines of a region outside its blocks. Few of them, or a closing brace, stay with the piece above; few
 * of them at the start (`class A {`) go to the piece below.
 */
function cutLoose({ lines, drafts }: Cut, region: Block, loose: Range): void {
  const range = trimBlank(lines, loose)
  if (range === null) return
  const above = drafts.at(-1)
  const full = fullLines(lines, range)
  const opens = loose.startLine === region.startLine
  if (above !== undefined && !opens && full <= (above.region === region ? smallGap : 0)) {
    above.endLine = range.endLine
    return
  }
  const kind = region.container ? 'header' : 'definition'
  const draft = { kind, name: region.name, region } as const
  if (opens && full <= smallOpening && region.children.length > 0)
    drafts.push({ ...draft, ...range, join: 'next' })
  else for (const part of parts(lines, range, windowLines)) drafts.push({ ...draft, ...part })
}

/** How many lines hold more than an end of something, counted up to one more than a small gap. */
function fullLines(lines: LineTable, range: Range): number {
  let full = 0
  for (let line = range.startLine; line <= range.endLine && full <= smallGap; line++) {
    if (!closing.test(lines.trimmed(line))) full++
  }
  return full
}

/** `}`, `});`, `end`, `fi`, `#endif`, `} // namespace a`, or nothing. */
const closing = /^(?:[^\p{L}\p{N}]*|(?:end|fi|done|esac)\b\W*|\W*#\s*endif\b.*|[})\];]+\s*\/[/*].*)$/u

/** Puts small neighbours together; the name of a group lists its members. */
function group(drafts: readonly Draft[]): Draft[] {
  const grouped: Draft[] = []
  for (const draft of drafts) {
    const last = grouped.at(-1)
    if (last?.join === 'next') grouped[grouped.length - 1] = { ...draft, startLine: last.startLine }
    else if (last === undefined || !belongTogether(last, draft)) grouped.push(draft)
    else {
      const names = new Set([...last.name.split(', '), draft.name].filter(Boolean))
      const name = [...names].join(', ')
      grouped[grouped.length - 1] = {
        ...last,
        kind: 'definition',
        name,
        endLine: draft.endLine,
        join: 'group',
      }
    }
  }
  return grouped
}

function belongTogether(last: Draft, next: Draft): boolean {
  if (last.region !== next.region || next.endLine - next.startLine >= smallPiece) return false
  const isSmall = last.join === 'group' || last.endLine - last.startLine < smallPiece
  return isSmall && next.endLine - last.startLine < groupLines
}

/** Splits a range that is too long into about even parts, at blank lines where one is near. */
function parts(lines: LineTable, range: Range, size: number): Range[] {
  const length = range.endLine - range.startLine + 1
  const count = length <= size * 1.4 ? 1 : Math.ceil(length / size)
  const found: Range[] = []
  let startLine = range.startLine
  for (let part = 1; part <= count; part++) {
    const ideal = range.startLine + Math.round((part * length) / count)
    const endLine = part === count ? range.endLine : nearestBlank(lines, ideal, startLine + 1) - 1
    const trimmed = trimBlank(lines, { startLine, endLine })
    if (trimmed !== null) found.push(trimmed)
    startLine = endLine + 1
  }
  return found
}

/** The blank line nearest to `line`, itself when there is none near. */
function nearestBlank(lines: LineTable, line: number, floor: number): number {
  for (let away = 0; away <= 12; away++) {
    if (line - away >= floor && lines.isBlank(line - away)) return line - away
    if (lines.isBlank(line + away)) return line + away
  }
  return line
}

function trimBlank(lines: LineTable, { startLine, endLine }: Range): Range | null {
  let start = startLine
  let end = endLine
  while (start <= end && lines.isBlank(start)) start++
  while (end > start && lines.isBlank(end)) end--
  return start > end ? null : { startLine: start, endLine: end }
}

/** A draft with its offsets, cut further where it holds too many characters. */
function fit(lines: LineTable, draft: Draft): Piece[] {
  const from = lines.start(draft.startLine)
  const to = lines.end(draft.endLine)
  if (to - from <= longestPiece) return [{ ...draft, from, to }]
  const pieces: Piece[] = []
  let startLine = draft.startLine
  for (let line = draft.startLine; line <= draft.endLine; line++) {
    const last = line === draft.endLine
    if (!last && lines.end(line + 1) - lines.start(startLine) <= longestPiece) continue
    pieces.push(...cutLongLine(lines, { ...draft, startLine, endLine: line }))
    startLine = line + 1
  }
  return pieces
}

/** One piece, or several of a single line that is too long by itself (minified code, data). */
function cutLongLine(lines: LineTable, draft: Draft): Piece[] {
  const pieces: Piece[] = []
  const range = trimBlank(lines, draft)
  if (range === null) return []
  const end = lines.end(range.endLine)
  for (let from = lines.start(range.startLine); from < end; from += longestPiece) {
    pieces.push({ ...draft, ...range, from, to: Math.min(end, from + longestPiece) })
  }
  return pieces
}

function qualifiedName({ name, container }: Definition): string {
  return container === '' ? name : `${container}.${name}`
}
