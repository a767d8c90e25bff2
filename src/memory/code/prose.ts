/** Finds comments and string literals without a parser: far faster than walking a tree. */

import { lineEnd } from './lines.ts'

/**
 * How a language writes comments and strings. The scanner is lenient: what it misreads goes to the
 * wrong token field, never out of the index.
 */
export interface Lexicon {
  /** Everything is prose. */
  readonly all?: boolean
  /** `#` comments: anywhere, only after white space or at the line start, or anywhere but before `[`. */
  readonly hash?: 'always' | 'after-space' | 'not-attribute'
  /** `//` and C block comments. */
  readonly slashes?: boolean
  /** `--`, `--[[ ... ]]` and `[[ ... ]]`. */
  readonly dashes?: boolean
  /** Quotes that may come in threes around a long string. */
  readonly triple?: string
  /** Quotes whose strings may span lines. */
  readonly multiline: string
  /** `'` encloses one character (or is a lifetime or a digit separator), never a string. */
  readonly chars?: boolean
  /** Template strings with `${}` and regular expressions. */
  readonly templates?: boolean
  /** Strings in which a backslash is only a backslash. */
  readonly raw?: 'rust' | 'csharp'
  /** Further block comments, opened at the start of a line: how they open and close. */
  readonly blocks?: readonly (readonly [string, string])[]
}

const hash = 35
const slash = 47
const star = 42
const dash = 45
const bracket = 91
const double = 34
const single = 39
const backtick = 96
const backslash = 92
const newline = 10
const openBrace = 123
const closeBrace = 125
const dollar = 36

/** A stray quote costs at most this many characters. */
const longestString = 20_000

/** The comments and strings of a text: start and end offsets in turn, ascending, not overlapping. */
export function proseRanges(text: string, lexicon: Lexicon): number[] {
  if (lexicon.all === true) return text.length > 0 ? [0, text.length] : []
  const marks = marksOf(lexicon)
  const ranges: number[] = []
  const templates: number[] = []
  const length = text.length
  let at = 0
  while (at < length) {
    const code = text.charCodeAt(at)
    if (code > 127 || marks[code] === 0) {
      at++
      continue
    }
    const end =
      code === backtick || code === openBrace || code === closeBrace
        ? templateEnd(text, at, lexicon, templates)
        : lexemeEnd(text, at, lexicon)
    if (end > at) ranges.push(at, end)
    at = end > at ? end : at + 1
  }
  return ranges
}

function marksOf(lexicon: Lexicon): Uint8Array {
  const marks = new Uint8Array(128)
  marks[double] = 1
  marks[single] = 1
  if (lexicon.hash !== undefined) marks[hash] = 1
  if (lexicon.slashes === true) marks[slash] = 1
  if (lexicon.dashes === true) marks[dash] = marks[bracket] = 1
  if (lexicon.templates === true) marks[backtick] = marks[openBrace] = marks[closeBrace] = 1
  if (lexicon.multiline.includes('`')) marks[backtick] = 1
  for (const [open] of lexicon.blocks ?? []) marks[open.charCodeAt(0)] = 1
  return marks
}

/** The end of the comment or string at `at`, or `at` when there is none. */
function lexemeEnd(text: string, at: number, lexicon: Lexicon): number {
  switch (text.charCodeAt(at)) {
    case hash:
      return hashEnd(text, at, lexicon)
    case slash:
      return slashEnd(text, at, lexicon)
    case dash:
      return text.charCodeAt(at + 1) === dash ? dashEnd(text, at) : at
    case bracket:
      return text.charCodeAt(at + 1) === bracket ? endAfter(text, ']]', at + 2) : at
    case single:
    case double:
      return quoteEnd(text, at, lexicon)
    default:
      return blockEnd(text, at, lexicon)
  }
}

function hashEnd(text: string, at: number, lexicon: Lexicon): number {
  if (lexicon.hash === 'not-attribute' && text.charCodeAt(at + 1) === bracket) return at
  const before = at === 0 ? newline : text.charCodeAt(at - 1)
  const spaced = before === 32 || before === 9 || before === newline || before === 13
  return lexicon.hash === 'after-space' && !spaced ? at : lineEnd(text, at)
}

function slashEnd(text: string, at: number, lexicon: Lexicon): number {
  const next = text.charCodeAt(at + 1)
  if (next === slash) return lineEnd(text, at)
  if (next === star) return endAfter(text, '*/', at + 2)
  return lexicon.templates === true ? regexEnd(text, at) : at
}

function dashEnd(text: string, at: number): number {
  const level = /--\[(=*)\[/y
  level.lastIndex = at
  const opened = level.exec(text)
  return opened === null ? lineEnd(text, at) : endAfter(text, `]${opened[1]}]`, level.lastIndex)
}

function blockEnd(text: string, at: number, lexicon: Lexicon): number {
  if (at > 0 && text.charCodeAt(at - 1) !== newline) return at
  for (const [open, close] of lexicon.blocks ?? []) {
    if (text.startsWith(open, at)) return endAfter(text, close, at + open.length)
  }
  return at
}

function endAfter(text: string, close: string, from: number): number {
  const end = text.indexOf(close, from)
  return end < 0 ? text.length : end + close.length
}

function quoteEnd(text: string, at: number, lexicon: Lexicon): number {
  const code = text.charCodeAt(at)
  if (code === single && lexicon.chars === true) return charEnd(text, at)
  const quote = code === single ? "'" : '"'
  if (lexicon.triple?.includes(quote) === true && text.charCodeAt(at + 1) === code) {
    if (text.charCodeAt(at + 2) !== code) return at + 2
    return endAfter(text, quote.repeat(3), at + 3)
  }
  if (lexicon.raw !== undefined) {
    const raw = rawEnd(text, at, lexicon.raw)
    if (raw > at) return raw
  }
  return stringEnd(text, at, lexicon.multiline.includes(quote))
}

/** A character literal, so that `'"'` opens no string; `at` for lifetimes and digit separators. */
function charEnd(text: string, at: number): number {
  if (text.charCodeAt(at + 1) !== backslash) return text.charCodeAt(at + 2) === single ? at + 3 : at
  const end = text.indexOf("'", at + 3)
  return end < 0 || end > at + 12 ? at : end + 1
}

/** `r#"..."#` of Rust, `@"..."` of C#. */
function rawEnd(text: string, at: number, kind: 'rust' | 'csharp'): number {
  if (kind === 'csharp') {
    const before = text.slice(Math.max(0, at - 2), at)
    return before.includes('@') ? endAfter(text, '"', at + 1) : at
  }
  let start = at
  while (start > 0 && text.charCodeAt(start - 1) === hash) start--
  const raw = start > 0 && text.charCodeAt(start - 1) === 114
  return raw ? endAfter(text, `"${'#'.repeat(at - start)}`, at + 1) : at
}

/** The end of a string with backslash escapes. An unclosed one ends at its line. */
function stringEnd(text: string, at: number, multiline: boolean): number {
  const quote = text.charCodeAt(at)
  const limit = Math.min(text.length, at + longestString)
  for (let end = at + 1; end < limit; end++) {
    const code = text.charCodeAt(end)
    if (code === quote) return end + 1
    if (code === backslash) end++
    else if (code === newline && !multiline) return end
  }
  return lineEnd(text, at)
}

/**
 * Strings in backticks. With templates, `${` switches back to code: the stack holds the count of open
 * braces of each such hole, so that the closing brace resumes the string.
 */
function templateEnd(text: string, at: number, lexicon: Lexicon, holes: number[]): number {
  const code = text.charCodeAt(at)
  if (lexicon.templates !== true) return stringEndRaw(text, at)
  const top = holes.length - 1
  if (code === openBrace) {
    if (top >= 0) holes[top] = (holes[top] ?? 0) + 1
    return at
  }
  if (code === closeBrace) {
    if (top < 0) return at
    holes[top] = (holes[top] ?? 0) - 1
    if ((holes[top] ?? 0) > 0) return at
    holes.pop()
  }
  return templatePartEnd(text, at + 1, holes)
}

function templatePartEnd(text: string, from: number, holes: number[]): number {
  for (let end = from; end < text.length; end++) {
    const code = text.charCodeAt(end)
    if (code === backtick) return end + 1
    if (code === backslash) end++
    else if (code === dollar && text.charCodeAt(end + 1) === openBrace) {
      holes.push(1)
      return end + 2
    }
  }
  return text.length
}

function stringEndRaw(text: string, at: number): number {
  return text.charCodeAt(at) === backtick ? endAfter(text, '`', at + 1) : at
}

/** A regular expression literal, where a value may stand; quotes in it must not open strings. */
function regexEnd(text: string, at: number): number {
  let before = at - 1
  while (before >= 0 && (text.charCodeAt(before) === 32 || text.charCodeAt(before) === 9)) before--
  const value =
    before < 0 ||
    '(,=:[!&|?{};+-*%<>~^\n'.includes(text.charAt(before)) ||
    /return$/.test(text.slice(Math.max(0, before - 5), before + 1))
  if (!value) return at
  let inClass = false
  for (let end = at + 1; end < text.length; end++) {
    const code = text.charCodeAt(end)
    if (code === newline) return at
    if (code === backslash) end++
    else if (code === bracket) inClass = true
    else if (code === 93) inClass = false
    else if (code === slash && !inClass) return end + 1
  }
  return at
}
