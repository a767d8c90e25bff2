/** Foreign JSON made harmless: so deep and so long as anybody means it, without the parts that nobody reads. */

import { type Fields, instant } from './fields.ts'

export interface Limits {
  /** Properties whose values are dropped wherever they stand. */
  omit?: ReadonlySet<string>
}

/** Deeper values are dropped: real sessions stay below 40, a thousand would end the stack. */
const deepest = 100
/** Characters of one string: a file that an agent wrote whole. Much longer ones are pictures and dumps. */
const longestString = 512 * 1024

/** Changes the value in place and returns it. Only for values that JSON gives. */
export function tamed(value: unknown, limits: Limits = {}, depth = 0): unknown {
  if (typeof value === 'string') return cutText(value)
  if (value === null || typeof value !== 'object') return value
  if (depth >= deepest) return null
  const node = value as Fields
  for (const key of Object.keys(node)) {
    const inner = node[key]
    if (limits.omit?.has(key) === true) node[key] = undefined
    else if (typeof inner === 'object' || typeof inner === 'string')
      node[key] = tamed(inner, limits, depth + 1)
  }
  return value
}

function cutText(value: string): string {
  if (value.length <= longestString) return value
  const half = longestString / 2
  return `${value.slice(0, half)}\n... ${value.length - longestString} characters left out ...\n${value.slice(-half)}`
}

/** The largest time that a date can hold, in milliseconds. */
const lastTime = 8.64e15

/** Unix milliseconds that a date can hold; null for anything else. */
export function time(value: unknown): number | null {
  const at = instant(value)
  return at !== null && at > 0 && at <= lastTime ? at : null
}

const longestPath = 4_096

/** A path that a file system would take; undefined for anything else. */
export function pathText(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  const path = value.trim()
  return path !== '' && path.length <= longestPath && !/[\0\n]/.test(path) ? path : undefined
}
