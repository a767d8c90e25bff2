/** A piece of text that must not be kept, and the cut that replaces such pieces by their marks. Pure. */

/** `end` is excluded. */
export interface Span {
  start: number
  end: number
  kind: string
}

/** What stands in place of a secret. */
export const mark = (kind: string) => `[masked: ${kind}]`
const marks = /\[masked: [a-z0-9-]{1,40}\]/g

/** Sorted, without overlaps and without what is masked already; of pieces that overlap, the first gives the kind. */
export function tidySpans(text: string, spans: readonly Span[]): Span[] {
  const kept: Span[] = []
  for (const span of [...spans].sort((a, b) => a.start - b.start || b.end - a.end)) {
    const last = kept.at(-1)
    if (last === undefined || span.start >= last.end) kept.push({ ...span })
    else last.end = Math.max(last.end, span.end)
  }
  return withoutMarks(text, kept).filter((span) => span.end > span.start)
}

export function cut(text: string, spans: readonly Span[]): string {
  let out = ''
  let from = 0
  for (const span of spans) {
    out += text.slice(from, span.start) + mark(span.kind)
    from = span.end
  }
  return out + text.slice(from)
}

function withoutMarks(text: string, spans: readonly Span[]): Span[] {
  if (spans.length === 0 || !text.includes('[masked: ')) return [...spans]
  const masked = [...text.matchAll(marks)].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
  }))
  let next = 0
  return spans.flatMap((span) => {
    while (next < masked.length && (masked[next]?.end ?? 0) <= span.start) next++
    const pieces: Span[] = []
    let from = span.start
    for (let i = next; i < masked.length; i++) {
      const hole = masked[i]
      if (hole === undefined || hole.start >= span.end) break
      if (hole.start > from) pieces.push({ ...span, start: from, end: hole.start })
      from = Math.max(from, hole.end)
    }
    if (from < span.end) pieces.push({ ...span, start: from })
    return pieces
  })
}
