/** Opens handles for a prompt: each line comes into one window at most once, and what is left out is said. */

import { parseHandle } from '../../memory/recall/records/handle-text.ts'
import { clipTokens, estimateTokens } from '../../memory/recall/records/token-estimate.ts'
import type { OpenedMemory } from '../../protocol-memories.ts'
import type { Outputs } from './outputs.ts'

/** Lines, 1-based and included. */
export interface Asked {
  from?: number
  to?: number
}

/** Lines of one text that stand in the window. */
export interface Expansion {
  key: string
  from: number
  to: number
}

/** Lines that one opening may bring (memory model 3.8). */
export const mostLines = 400

export interface Pointers {
  /** `range` goes before that of the handle. */
  open(handle: string, range?: Asked): Promise<OpenedMemory>
  /** What was opened since the last call: whoever puts it into the window remembers where. */
  taken(): Expansion[]
  /** What stands in the window from now on. */
  reset(expansions: readonly Expansion[]): void
}

/** `mostTokens`: of one opening, so that a small window is not filled by it. */
export function openPointers(outputs: Outputs, mostTokens: number): Pointers {
  let standing: Expansion[] = []
  let fresh: Expansion[] = []

  async function open(handle: string, range: Asked = {}): Promise<OpenedMemory> {
    const parsed = parseHandle(handle)
    if (parsed === null) return missing(handle, 'is no handle: write mem:ID or art:SHA#L10-40')
    const own = parsed.type === 'art' ? { from: parsed.from ?? 1, to: parsed.to ?? undefined } : {}
    const { from = 1, to = Number.POSITIVE_INFINITY } = { ...own, ...range }
    const base = parsed.text.split('#')[0] ?? parsed.text
    const key = keyOf(base)
    const shown = [...standing, ...fresh].filter((one) => one.key === key)
    if (to < from) return missing(handle, 'asks for lines that end before they begin')
    const start = firstUnshown(Math.max(1, from), shown)
    if (start > to) return standsAbove(handle, from, to)
    const end = Math.min(to, nextShown(start, shown) - 1, start + mostLines - 1)
    const opened = await outputs.open(base, { from: start, to: end })
    if (!opened.found) return shown.length > 0 ? standsAbove(handle, from, to) : { ...opened, handle }
    const { text, lines } = fitted(opened.text, mostTokens)
    const last = start + lines - 1
    fresh.push({ key, from: start, to: last })
    const isCut = lines < opened.text.split('\n').length
    return { handle, found: true, text, omitted: omittedText({ opened, from, start, last, isCut }) }
  }

  return {
    open,
    taken() {
      const now = fresh
      fresh = []
      standing.push(...now)
      return now
    },
    reset(expansions) {
      standing = [...expansions]
    },
  }
}

/** Handles may be written with more or fewer digits. */
function keyOf(handle: string): string {
  return handle.startsWith('art:') ? handle.slice(0, 16).toLowerCase() : handle
}

function firstUnshown(from: number, shown: readonly Expansion[]): number {
  let line = from
  for (const { from: first, to } of [...shown].sort((one, other) => one.from - other.from))
    if (first <= line && to >= line) line = to + 1
  return line
}

function nextShown(line: number, shown: readonly Expansion[]): number {
  return Math.min(
    Number.POSITIVE_INFINITY,
    ...shown.filter(({ from }) => from > line).map(({ from }) => from),
  )
}

/** What did not come, in words; null: nothing. */
function omittedText(part: {
  opened: OpenedMemory
  from: number
  start: number
  last: number
  isCut: boolean
}): string | null {
  const { opened, from, start, last, isCut } = part
  const all = /\bof (\d+)\b/.exec(opened.omitted ?? '')?.[1]
  const above = start > from ? `Lines ${from} to ${start - 1} stand above already.` : ''
  const some = isCut || opened.omitted !== null
  const rest = some ? `Lines ${start} to ${last}${all ? ` of ${all}` : ''}; the others are left out.` : ''
  const notes = [above, rest].filter(Boolean).join(' ')
  return notes === '' ? null : notes
}

/** Whole lines that fit; at least one, perhaps cut. */
function fitted(text: string, most: number): { text: string; lines: number } {
  if (estimateTokens(text) <= most) return { text, lines: text.split('\n').length }
  const kept: string[] = []
  let tokens = 0
  for (const line of text.split('\n')) {
    tokens += estimateTokens(line) + 1
    if (tokens > most) break
    kept.push(line)
  }
  if (kept.length > 0) return { text: kept.join('\n'), lines: kept.length }
  return { text: clipTokens(text.split('\n')[0] ?? '', most), lines: 1 }
}

function standsAbove(handle: string, from: number, to: number): OpenedMemory {
  const lines = Number.isFinite(to) ? `lines ${from} to ${to} of it` : 'it'
  return { handle, found: true, text: `(${handle} was opened before: ${lines} stand above.)`, omitted: null }
}

function missing(handle: string, why: string): OpenedMemory {
  return { handle, found: false, text: `(missing: ${handle} ${why})`, omitted: null }
}
