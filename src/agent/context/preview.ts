/** A long output as it stands in a prompt: its beginning, its end, its lines about errors, and the way to the rest. */

import { clipTokens, estimateTokens } from '../../memory/recall/records/token-estimate.ts'

/** Lines shown at each end (memory model 3.7). */
const ends = 20
/** Lines about errors from between. */
const mostErrors = 10
const longestLine = 240

/** What tools print where something went wrong. */
export const errorLine =
  /\b(error|errors|fail|failed|failure|failures|exception|traceback|panic|panicked|fatal|assert\w*|not ok|undefined reference)\b|✗|✖/i

/** Takes at most `most` estimated tokens. Names every line that it leaves out. */
export function previewOf(text: string, handle: string, most: number): string {
  const lines = text.split('\n')
  for (let size = ends; size >= 1; size = Math.floor(size / 2)) {
    const preview = render(lines, handle, size)
    if (estimateTokens(preview) <= most) return preview
  }
  const way = wayTo(handle, lines.length)
  return `${clipTokens(lines[0] ?? '', Math.max(8, most - estimateTokens(way)))}\n${way}`
}

function render(lines: readonly string[], handle: string, size: number): string {
  const shown = shownLines(lines, size)
  const parts: string[] = []
  let before = 0
  for (const at of shown) {
    if (at > before) parts.push(gap(before + 1, at))
    parts.push(clipLine(lines[at] ?? ''))
    before = at + 1
  }
  if (before < lines.length) parts.push(gap(before + 1, lines.length))
  return [...parts, wayTo(handle, lines.length)].join('\n')
}

/** Positions, in order. */
function shownLines(lines: readonly string[], size: number): number[] {
  const tail = Math.max(size, lines.length - size)
  const errors: number[] = []
  for (let at = size; at < tail && errors.length < Math.min(mostErrors, size); at++)
    if (errorLine.test(lines[at] ?? '')) errors.push(at)
  const head = Array.from({ length: Math.min(size, lines.length) }, (_, at) => at)
  const end = Array.from({ length: Math.max(0, lines.length - tail) }, (_, at) => tail + at)
  return [...head, ...errors, ...end]
}

function gap(from: number, to: number): string {
  return from === to ? `[... line ${from} left out ...]` : `[... lines ${from} to ${to} left out ...]`
}

function clipLine(line: string): string {
  return line.length <= longestLine
    ? line
    : `${line.slice(0, longestLine)} [... ${line.length - longestLine} more characters ...]`
}

function wayTo(handle: string, lines: number): string {
  return `[A preview of ${lines} lines. The whole: open ${handle}#L1-${lines}, or the lines that you need.]`
}
