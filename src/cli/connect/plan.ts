/** What would become of a configuration file: judged and checked before anything is written. Pure. */

import { isDeepStrictEqual } from 'node:util'
import { parse } from 'smol-toml'
import { UserError } from '../../memory/ports.ts'
import type { Connection } from './agents.ts'
import { getJson, NotAnObject, setJson } from './json-edit.ts'
import { JsonTrouble, readJson } from './json-tree.ts'
import { getToml, setToml } from './toml-edit.ts'

export type Plan = { kind: 'same' } | { kind: 'change'; before: string; after: string }

/** What a person who writes it by hand has to put in. */
export function snippet({ format, path, entry }: Connection): string {
  return (format === 'toml' ? setToml('', path, entry) : setJson('', path, entry)).trimEnd()
}

/** `before` is empty where there is no file yet. Throws `UserError` for a file that must be left alone. */
export function planChange(connection: Connection, before: string): Plan {
  const { path, entry, format, file } = connection
  try {
    const known = format === 'toml' ? getToml(before, path) : getJson(before, path)
    // What the person added to the entry stays.
    const ours = withTheirVariables(known, entry)
    const wanted = isTable(known) ? { ...known, ...ours } : ours
    if (isDeepStrictEqual(plain(known), plain(wanted))) return { kind: 'same' }
    const after = format === 'toml' ? setToml(before, path, ours) : setJson(before, path, wanted)
    check(connection, { before, after, wanted })
    return { kind: 'change', before, after }
  } catch (cause) {
    if (cause instanceof UserError) throw cause
    throw new UserError(
      `${file} is left alone: ${reasonOf(cause)}.`,
      `Put it right, or add this by hand:\n${snippet(connection)}`,
      cause,
    )
  }
}

/** Variables that the person set for the server stay beside ours. */
function withTheirVariables(known: unknown, entry: Connection['entry']): Connection['entry'] {
  if (!isTable(known) || !isTable(known.env) || !isTable(entry.env)) return entry
  return { ...entry, env: { ...known.env, ...entry.env } }
}

interface Change {
  before: string
  after: string
  wanted: unknown
}

/** All else must mean what it meant. Throws where it would not. */
function check({ path: [outer, inner], format }: Connection, { before, after, wanted }: Change): void {
  const read = (text: string) =>
    plain(text.trim() === '' ? {} : format === 'toml' ? parse(text) : readJson(text).value)
  const old = read(before) as Record<string, unknown>
  const servers = isTable(old[outer]) ? old[outer] : {}
  const expected = { ...old, [outer]: { ...servers, [inner]: plain(wanted) } }
  if (!isDeepStrictEqual(read(after), expected)) {
    throw new Error('it is written in a way that cannot be changed safely')
  }
}

/** Tables without prototypes and objects alike. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain)
  if (!isTable(value) || value instanceof Date) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]))
}

function reasonOf(cause: unknown): string {
  if (cause instanceof JsonTrouble)
    return `it is no JSON that can be read (line ${cause.line}: ${cause.message})`
  if (cause instanceof NotAnObject) return cause.message
  const message = cause instanceof Error ? cause.message : String(cause)
  return message.split('\n')[0]?.replace(/[.:]$/, '') ?? message
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Lines around a change that are shown with it. */
const context = 3

/** Removed and added lines with their surroundings; one change is expected. */
export function diffLines(before: string, after: string): string[] {
  const [old, now] = [before, after].map((text) =>
    text === '' ? [] : text.replace(/\r?\n$/, '').split(/\r?\n/),
  )
  if (old === undefined || now === undefined) return []
  let head = 0
  while (head < old.length && head < now.length && old[head] === now[head]) head += 1
  let tail = 0
  const most = Math.min(old.length, now.length) - head
  while (tail < most && old[old.length - 1 - tail] === now[now.length - 1 - tail]) tail += 1
  return [
    ...now.slice(Math.max(0, head - context), head).map((line) => `  ${line}`),
    ...old.slice(head, old.length - tail).map((line) => `- ${line}`),
    ...now.slice(head, now.length - tail).map((line) => `+ ${line}`),
    ...now.slice(now.length - tail, now.length - tail + context).map((line) => `  ${line}`),
  ]
}
