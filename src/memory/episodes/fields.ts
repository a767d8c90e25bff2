/** Reading foreign records: every field may be missing or of another type, and that is no error. */

import { longestText } from './session.ts'

export type Fields = Record<string, unknown>

export function fields(value: unknown): Fields {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Fields) : {}
}

export function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

export function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** Undefined unless it is a string with something in it. */
export function filled(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** A name, branch or title: null unless filled; nobody writes longer ones. */
export function label(value: unknown): string | null {
  return filled(value)?.slice(0, 1_000) ?? null
}

export function integer(value: unknown): number | null {
  return typeof value === 'number' && Number.isInteger(value) ? value : null
}

/** Unix milliseconds from milliseconds, seconds or an ISO date; null for anything else. */
export function instant(value: unknown): number | null {
  if (typeof value === 'number' && Number.isFinite(value) && value > 0)
    return Math.round(value < 1e11 ? value * 1000 : value)
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d/.test(value)) return null
  const time = Date.parse(value)
  return Number.isNaN(time) ? null : time
}

/** An object from JSON text, or the object itself; empty for anything else. */
export function json(value: unknown): Fields {
  if (typeof value !== 'string') return fields(value)
  try {
    return fields(JSON.parse(value))
  } catch {
    // Arguments that a model wrote wrongly: they were not carried out either.
    return {}
  }
}

/** As JSON, bounded. What is nested too deeply to be written is not written. */
export function jsonText(value: unknown): string {
  try {
    return bounded(JSON.stringify(value) ?? '')
  } catch {
    return '(nested too deeply)'
  }
}

/** Cut in the middle to `longestText`, which is said in its place. */
export function bounded(value: string): string {
  if (value.length <= longestText) return value
  const half = longestText / 2
  const cut = `${value.slice(0, half)}\n... ${value.length - longestText} characters left out ...\n${value.slice(-half)}`
  // A copy: a slice would keep the whole text in memory, which may be megabytes.
  return Buffer.from(cut).toString()
}

/** Nobody nests texts deeper. */
const deepest = 8

/** Texts of content blocks: a string, a list of strings or of `{ text }`, nested under `content`. */
export function blockText(value: unknown, depth = 0): string {
  if (typeof value === 'string') return bounded(value)
  if (depth > deepest) return ''
  const parts = list(value).map((block) => {
    if (typeof block === 'string') return block
    const { text: own, content, value: inner } = fields(block)
    return text(own) || text(inner) || (content === undefined ? '' : blockText(content, depth + 1))
  })
  return bounded(parts.filter(Boolean).join('\n'))
}
