/** Replays the log of changes in which VS Code keeps a chat session (its `objectMutationLog.ts`): reset, set, push, delete. */

import { type Fields, fields } from './fields.ts'
import { jsonLines } from './json-lines.ts'
import type { Skips } from './session.ts'
import { tamed } from './tame.ts'

export interface Replayed {
  /** As VS Code would read it; undefined where no first state was found. */
  state: unknown
  /** Line of the entry that an object of the state came with, 1-based. */
  lineOf(node: unknown): number | undefined
}

export interface ReplayOptions {
  skips: Skips
  /** Properties that nobody reads: they are not kept. */
  omit?: ReadonlySet<string>
  signal?: AbortSignal
}

/**
 * Kind 0 sets the whole state anew, 1 sets a value at a path, 2 cuts the list at a path to length `i` where that is
 * given and then appends, 3 deletes. An entry that does not fit the state is skipped and counted; VS Code would
 * refuse the whole file.
 */
export async function replay(file: string, options: ReplayOptions): Promise<Replayed> {
  const { skips, omit, signal } = options
  const lines = new WeakMap<object, number>()
  let state: unknown
  for await (const { line, value } of jsonLines(file, { skips, ...(signal && { signal }) })) {
    const entry = tamed(value, omit ? { omit } : {}) as Fields
    if (touches(entry.k, omit)) continue
    const change = applyEntry(state, entry)
    if (change.problem === null) {
      state = change.state
      mark(entry.v, line, lines)
    } else skips.skip(change.problem, { file, line })
  }
  const lineOf = (node: unknown) => (isNode(node) ? lines.get(node) : undefined)
  return { state, lineOf }
}

function touches(path: unknown, omit: ReadonlySet<string> | undefined): boolean {
  return omit !== undefined && Array.isArray(path) && path.some((key) => omit.has(key))
}

/** Levels of new objects that get a line: state, requests, request, response, part. */
const markedDepth = 5

function mark(value: unknown, line: number, lines: WeakMap<object, number>, depth = 0): void {
  if (!isNode(value) || depth >= markedDepth) return
  lines.set(value, line)
  for (const inner of Object.values(value)) mark(inner, line, lines, depth + 1)
}

export interface Change {
  state: unknown
  /** Why the entry was not carried out; null: it was. */
  problem: string | null
}

/** The state after one entry. The given state is changed in place, as the log means it. */
export function applyEntry(state: unknown, entry: unknown): Change {
  const { kind, k: path, v: value, i: length } = fields(entry)
  if (kind === 0) return { state: value, problem: null }
  const failed = (problem: string): Change => ({ state, problem })
  if (kind !== 1 && kind !== 2 && kind !== 3) return failed('an entry of the log is of an unknown kind')
  if (state === undefined) return failed('an entry of the log comes before the first state')
  if (!Array.isArray(path)) return failed('an entry of the log has no path')
  // Only kind 0 replaces the state itself.
  if (path.length === 0) return { state, problem: null }
  const parent = walk(state, path.slice(0, -1))
  const key: unknown = path.at(-1)
  const done =
    parent !== null && (kind === 2 ? push(parent, key, { value, length }) : set(parent, key, { kind, value }))
  return done ? { state, problem: null } : failed('an entry of the log does not fit the state')
}

type Node = unknown[] | Fields

function isNode(value: unknown): value is Node {
  return value !== null && typeof value === 'object'
}

/** Own properties only: a path through `__proto__` or `constructor` leads nowhere. */
function walk(state: unknown, path: readonly unknown[]): Node | null {
  let node = state
  for (const key of path) node = isNode(node) ? own(node, key) : undefined
  return isNode(node) ? node : null
}

function own(node: Node, key: unknown): unknown {
  if (typeof key !== 'string' && typeof key !== 'number') return undefined
  return Object.hasOwn(node, key) ? (node as Fields)[key] : undefined
}

function set(node: Node, key: unknown, { kind, value }: { kind: 1 | 3; value: unknown }): boolean {
  if (kind === 1) return put(node, key, value)
  if (Array.isArray(node)) return own(node, key) === undefined || put(node, key, undefined)
  if (typeof key !== 'string' && typeof key !== 'number') return false
  delete node[key]
  return true
}

/** Lists take positions up to their end: no holes, and no length that was made up. */
function put(node: Node, key: unknown, value: unknown): boolean {
  if (Array.isArray(node)) {
    const at = typeof key === 'string' && /^\d{1,9}$/.test(key) ? Number(key) : key
    if (typeof at !== 'number' || !Number.isInteger(at) || at < 0 || at > node.length) return false
    node[at] = value
    return true
  }
  if (typeof key !== 'string' && typeof key !== 'number') return false
  Object.defineProperty(node, key, { value, writable: true, enumerable: true, configurable: true })
  return true
}

function push(node: Node, key: unknown, { value, length }: { value: unknown; length: unknown }): boolean {
  const items = value === undefined || value === null ? [] : value
  const list = own(node, key) || []
  if (!Array.isArray(list) || !Array.isArray(items)) return false
  if (length !== undefined && length !== null) {
    if (typeof length !== 'number' || !Number.isInteger(length) || length < 0 || length > list.length)
      return false
    list.length = length
  }
  // One at a time: a spread of a long list would end the stack.
  for (const item of items) list.push(item)
  return put(node, key, list)
}
