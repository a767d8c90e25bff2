/** Finds citations in an answer while it comes: `[m3]` and `path:line`, wherever the pieces of the stream end. Pure. */

/** Text is Markdown. `code` is what may be a place in the code: whoever shows it looks whether the file is there. */
export type AnswerPart =
  | { type: 'text'; text: string }
  | { type: 'memory'; text: string; mark: number }
  | { type: 'code'; text: string; path: string; startLine: number; endLine: number }

export interface CitationStream {
  /** What is certain by now. A word is certain when its end has come, a mark with its bracket. */
  push(piece: string): AnswerPart[]
  /** The rest. */
  end(): AnswerPart[]
}

/** Characters that a word or a span of code may have before it is given up as a citation. */
const longest = 300

/** The parts of a text do not depend on how it was cut, but for the cuts inside of plain text. */
export function citationStream(): CitationStream {
  const reader: Reader = { rest: '', isLineStart: true, isEscaped: false, fence: null }
  return {
    push(piece) {
      reader.rest += piece
      return read(reader, false)
    },
    end: () => read(reader, true),
  }
}

interface Reader {
  rest: string
  isLineStart: boolean
  /** An odd number of backslashes stands before `rest`. */
  isEscaped: boolean
  /** What began the block of code that we are in; null outside. */
  fence: string | null
}

/** Null: more text could make another token of it. */
type Token = { length: number; parts: AnswerPart[] } | null

function read(reader: Reader, isEnd: boolean): AnswerPart[] {
  const parts: AnswerPart[] = []
  while (reader.rest !== '') {
    const token = nextToken(reader, isEnd)
    if (token === null) break
    const taken = reader.rest.slice(0, token.length)
    reader.isLineStart = taken.endsWith('\n')
    reader.isEscaped = endsEscaping(taken, reader.isEscaped)
    reader.rest = reader.rest.slice(token.length)
    parts.push(...token.parts)
  }
  return joined(parts)
}

/** `before`: whether what stands before the text does. */
function endsEscaping(text: string, before: boolean): boolean {
  const slashes = /\\*$/.exec(text)?.[0].length ?? 0
  return (slashes % 2 === 1) !== (before && slashes === text.length)
}

function nextToken(reader: Reader, isEnd: boolean): Token {
  if (reader.isLineStart) {
    const line = fenceLine(reader, isEnd)
    if (line === null || line.length > 0) return line
  }
  const { rest, fence } = reader
  if (fence !== null) return plain(rest, Math.max(1, endOfLine(rest)))
  const first = rest[0] ?? ''
  if (first === '[') return bracketToken(rest, isEnd)
  if (first === '!') return imageToken(rest, isEnd)
  if (first === '`') return reader.isEscaped ? plain(rest, 1) : spanToken(rest, isEnd)
  if (wordStart.test(first)) return wordToken(rest, isEnd)
  return plain(rest, 1)
}

/** Length 0: this line begins or ends no block of code. */
function fenceLine(reader: Reader, isEnd: boolean): Token {
  const { rest } = reader
  const found = /^ {0,3}(`{3,}|~{3,})([^\n]*)(\n|$)/.exec(rest)
  if (found === null) {
    const mayBecome = !isEnd && /^ {0,3}(`{0,2}|~{0,2})$/.test(rest)
    return mayBecome ? null : { length: 0, parts: [] }
  }
  const [line, ticks = '', info = '', newline] = found
  const isInline = ticks.startsWith('`') && info.includes('`')
  if (isInline || line.length > longest) return { length: 0, parts: [] }
  if (newline === '' && !isEnd) return null
  if (reader.fence === null) reader.fence = ticks
  else if (ticks.startsWith(reader.fence) && info.trim() === '') reader.fence = null
  return plain(rest, line.length)
}

/** Up to the end of the line, or all that is there of it. */
function endOfLine(text: string): number {
  const at = text.indexOf('\n')
  return at < 0 ? text.length : at + 1
}

const marks = /^\[\s*m\d{1,4}(?:\s*[,;]\s*m?\d{1,4})*\s*\]/i
const link = /^\[[^[\]\n]{1,200}\]\(([^()\s]{1,300})\)/
const beginnings = [
  /^\[[\sm\d,;]*$/i,
  /^\[[^[\]\n]{0,200}$/,
  /^\[[^[\]\n]{1,200}\]$/,
  /^\[[^[\]\n]{1,200}\]\([^()\s]{0,300}$/,
]

/** `[m3]`, `[m3, m4]`: one citation for each; a link to a place in the code; or just a bracket. */
function bracketToken(rest: string, isEnd: boolean): Token {
  const [mark] = marks.exec(rest.slice(0, longest)) ?? []
  if (mark !== undefined) return { length: mark.length, parts: markParts(mark) }
  const [whole, target = ''] = link.exec(rest) ?? []
  if (whole !== undefined) {
    const place = placeOf(target)
    return place === null
      ? plain(rest, whole.length)
      : { length: whole.length, parts: [{ type: 'code', text: whole, ...place }] }
  }
  const mayBecome =
    !isEnd && beginnings.some((beginning, at) => (at > 0 || rest.length < longest) && beginning.test(rest))
  return mayBecome ? null : plain(rest, 1)
}

function markParts(text: string): AnswerPart[] {
  const numbers = [...text.matchAll(/\d+/g)].map(([digits]) => Number(digits))
  return numbers.map((mark) => ({ type: 'memory', mark, text: `[m${mark}]` }))
}

/** An image would be fetched from wherever the text says, with whatever it puts into the address: it stays text. */
function imageToken(rest: string, isEnd: boolean): Token {
  if (rest.length === 1 && !isEnd) return null
  if (rest[1] !== '[') return plain(rest, 1)
  const bracket = bracketToken(rest.slice(1), isEnd)
  // As an entity, since the mark may stand for no memory, and before the address of an image.
  if (bracket?.parts[0]?.type === 'memory') return { length: 1, parts: [{ type: 'text', text: '&#33;' }] }
  if (bracket === null) return null
  return { length: 2, parts: [{ type: 'text', text: '!\\[' }] }
}

/** Code inside of a line, which may be a place or a mark as a whole. */
function spanToken(rest: string, isEnd: boolean): Token {
  const [ticks = ''] = /^`+/.exec(rest) ?? []
  if (ticks.length === rest.length && !isEnd && ticks.length < longest) return null
  if (ticks.length > 1) return plain(rest, ticks.length)
  const found = /^`([^`\n]{1,300})(`|\n|$)/.exec(rest)
  if (found === null) return plain(rest, 1)
  const [whole, inside = '', close] = found
  if (close !== '`') return close === '' && !isEnd ? null : plain(rest, 1)
  const behind = rest[whole.length]
  if (behind === undefined && !isEnd) return null
  // Two ticks close no single one: what stands between them is text.
  if (behind === '`') return plain(rest, 1)
  const place = placeOf(inside)
  if (place !== null) return { length: whole.length, parts: [{ type: 'code', text: whole, ...place }] }
  const isMark = marks.exec(inside)?.[0] === inside
  return isMark ? { length: whole.length, parts: markParts(inside) } : plain(rest, whole.length)
}

const wordStart = /[\p{L}\p{N}_@./\\~$]/u
const word = /^[\p{L}\p{N}_@./\\~$+:#-]+(?:[–—][\p{N}L]+)?/u

/** `src/a.ts:12`, `src/a.ts:12-20`, `src/a.ts#L12-L20`, with the full stop of its sentence left out. */
function wordToken(rest: string, isEnd: boolean): Token {
  const found = word.exec(rest)?.[0] ?? rest.slice(0, 1)
  if (found.length >= longest) return plain(rest, longest)
  if (!isEnd && mayGrow(rest, found)) return null
  const bare = found.replace(/[.:#-]+$/, '')
  const place = placeOf(bare)
  if (place === null) return plain(rest, found.length)
  return { length: bare.length, parts: [{ type: 'code', text: bare, ...place }] }
}

/** A dash of a range counts as part of a word only with the digits behind it. */
function mayGrow(rest: string, found: string): boolean {
  const after = rest.slice(found.length)
  return after === '' || after === '–' || after === '—'
}

const placeForm = /^(.+?)(?::|#L)(\d{1,7})(?:[-–—]L?(\d{1,7}))?(?::\d{1,5})?$/u

/** Null for what is no relative path with a line. */
function placeOf(text: string): { path: string; startLine: number; endLine: number } | null {
  const [, path = '', from, to] = placeForm.exec(text) ?? []
  if (from === undefined || !/[./]/.test(path) || !isInside(path)) return null
  const startLine = Number(from)
  const endLine = to === undefined ? startLine : Number(to)
  if (startLine === 0 || endLine < startLine) return null
  return { path: path.replace(/^\.\//, ''), startLine, endLine }
}

/** No address and no way out of the repository. */
function isInside(path: string): boolean {
  return !/^([/\\~$]|[A-Za-z]:|[\w+.-]+:\/)/.test(path) && !path.split(/[\\/]/).includes('..')
}

function plain(rest: string, length: number): Token {
  return { length, parts: [{ type: 'text', text: rest.slice(0, length) }] }
}

/** Neighbouring text in one part. */
export function joined(parts: readonly AnswerPart[]): AnswerPart[] {
  const all: AnswerPart[] = []
  for (const part of parts) {
    const last = all.at(-1)
    if (part.type === 'text' && last?.type === 'text') {
      all[all.length - 1] = { type: 'text', text: last.text + part.text }
    } else all.push(part)
  }
  return all
}
