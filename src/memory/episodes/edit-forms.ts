/** What changed, of the forms in which editors and their agents write it: SEARCH/REPLACE blocks, and text edits with ranges. */

import { changedLines } from './changed-lines.ts'
import { bounded, fields, integer, list, text } from './fields.ts'
import { searchReplaceBlocks } from './search-replace.ts'

/** Hunks of all whole SEARCH/REPLACE blocks, in order; empty where the text has none. Roo's `:start_line:` gives the numbers. */
export function searchReplaceHunks(diff: string): string {
  const hunks = searchReplaceBlocks(diff.replaceAll('\r\n', '\n')).map(({ search, replace }) => {
    const { words, line } = directed(search)
    return numbered(changedLines(plain(words), plain(replace)), line)
  })
  return bounded(hunks.filter(Boolean).join('\n'))
}

/** Roo writes where a block begins above it: `:start_line:12`, `:end_line:14`, a line of dashes. */
function directed(search: string): { words: string; line: number | null } {
  const [head, line] = /^(?::start_line: *(\d{1,7}) *\n)?(?::end_line: *\d{1,7} *\n)?(?:-{5,} *\n)?/.exec(
    search,
  ) ?? ['']
  return { words: search.slice(head.length), line: line === undefined ? null : Number(line) }
}

/** Marks inside of a block are written with a backslash before them. */
function plain(words: string): string {
  return words.replace(/^\\(?=[<=>]{5,})/gm, '')
}

/** A block tells what it is about, not always where: `@@` alone then. */
function numbered(hunk: string, line: number | null): string {
  if (line === null) return unplaced(hunk)
  return hunk.replace(headOf, (_, from, old, to, now) => {
    return `@@ -${Number(from) + line - 1},${old} +${Number(to) + line - 1},${now} @@`
  })
}

const headOf = /^@@ -(\d+),(\d+) \+(\d+),(\d+) @@/

/** The hunk of a part of a file of which nobody knows where it stands. */
export function unplaced(hunk: string): string {
  return hunk.replace(headOf, '@@')
}

/**
 * A text after edits of VS Code's form, `{ text, range: { startLineNumber, startColumn, ... } }` (1-based, all about
 * the text before them); null where one lies outside of the text.
 */
export function withTextEdits(before: string, edits: readonly unknown[]): string | null {
  const starts = lineStarts(before)
  const offset = (line: unknown, column: unknown): number | null => {
    const [at, to] = [integer(line), integer(column)]
    const start = at === null ? undefined : starts[at - 1]
    if (start === undefined || to === null || to < 1 || start + to - 1 > before.length) return null
    return start + to - 1
  }
  const changes: { from: number; to: number; text: string }[] = []
  for (const edit of edits) {
    const { text: words, range } = fields(edit)
    const { startLineNumber, startColumn, endLineNumber, endColumn } = fields(range)
    const from = offset(startLineNumber, startColumn)
    const to = offset(endLineNumber, endColumn)
    if (from === null || to === null || to < from) return null
    changes.push({ from, to, text: text(words) })
  }
  changes.sort((a, b) => a.from - b.from || a.to - b.to)
  let after = ''
  let done = 0
  for (const { from, to, text: words } of changes) {
    if (from < done) return null
    after += before.slice(done, from) + words
    done = to
  }
  return after + before.slice(done)
}

function lineStarts(value: string): number[] {
  const starts = [0]
  for (let at = value.indexOf('\n'); at >= 0; at = value.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}

/** The new texts of such edits, where the old one is not known. */
export function editTexts(edits: unknown): string {
  return bounded(
    list(edits)
      .map((edit) => text(fields(edit).text))
      .filter(Boolean)
      .join('\n'),
  )
}
