/** Where the lines of a text begin. Line feed, carriage return and both together end a line, as in editors. */

/** Line numbers are 0-based here; offsets count UTF-16 code units. */
export class LineTable {
  readonly #starts: number[]
  readonly text: string

  constructor(text: string) {
    this.text = text
    this.#starts = text.includes('\r') ? startsWithReturns(text) : startsOf(text)
  }

  /** Lines, where a line end at the end of the text opens no further line. */
  get count(): number {
    const last = this.#starts.length - 1
    return this.#starts[last] === this.text.length ? last : last + 1
  }

  /** Offset of the first character of the line; the length of the text for lines behind the last. */
  start(line: number): number {
    return this.#starts[line] ?? this.text.length
  }

  /** Offset behind the last character of the line, its line end excluded. */
  end(line: number): number {
    let end = this.start(line + 1)
    const start = this.start(line)
    if (end > start && this.text.charCodeAt(end - 1) === 10) end--
    if (end > start && this.text.charCodeAt(end - 1) === 13) end--
    return end
  }

  /** The line that holds the offset. */
  lineAt(offset: number): number {
    let low = 0
    let high = this.#starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.#starts[middle] ?? 0) <= offset) low = middle
      else high = middle - 1
    }
    return low
  }

  isBlank(line: number): boolean {
    const end = this.end(line)
    for (let at = this.start(line); at < end; at++) {
      if (!isSpace(this.text.charCodeAt(at))) return false
    }
    return true
  }

  /** The line without its indentation and line end. */
  trimmed(line: number): string {
    return this.text.slice(this.start(line), this.end(line)).trim()
  }
}

/** White space as `String.trim` sees it, fast for ASCII. */
function isSpace(code: number): boolean {
  if (code <= 32) return code === 32 || (code >= 9 && code <= 13)
  return code >= 128 && String.fromCharCode(code).trim() === ''
}

function startsOf(text: string): number[] {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}

function startsWithReturns(text: string): number[] {
  const starts = [0]
  for (const end of text.matchAll(/\r\n?|\n/g)) starts.push(end.index + end[0].length)
  return starts
}

/** Offset of the next line feed from `at` on; the length of the text without one. */
export function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at)
  return end < 0 ? text.length : end
}
