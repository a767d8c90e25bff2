/** Sets one entry in a JSON text and leaves every other byte as it is. Pure. */

import { type JsonNode, readJson, skip } from './json-tree.ts'

/** An object was expected where something else stands: nothing is changed then. */
export class NotAnObject extends Error {
  constructor(name: string) {
    super(`${name} is not an object`)
    this.name = 'NotAnObject'
  }
}

/** The text with `value` at `path`. Throws `JsonTrouble` and `NotAnObject`. */
export function setJson(text: string, path: readonly string[], value: unknown): string {
  if (text.trim() === '') return `${JSON.stringify(nest(path, value), null, 2)}\n`
  const style = styleOf(text)
  let node = objectAt(readJson(text), 'the whole')
  for (const [depth, name] of path.entries()) {
    const member = node.members.findLast(({ key }) => key === name)
    const isLast = depth === path.length - 1
    if (member === undefined) {
      return insert(text, node, { name, value: nest(path.slice(depth + 1), value), depth: depth + 1, style })
    }
    if (isLast) {
      const { start, end } = member.value
      const isInline = !text.slice(start, end).includes('\n') && start !== end && !style.isLong(text)
      const written = isInline ? JSON.stringify(value) : indented(value, depth + 1, style)
      return text.slice(0, start) + written + text.slice(end)
    }
    node = objectAt(member.value, name)
  }
  return text
}

/** What stands at `path`; undefined where nothing does. Throws `JsonTrouble`. */
export function getJson(text: string, path: readonly string[]): unknown {
  if (text.trim() === '') return undefined
  let value: unknown = readJson(text).value
  for (const name of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
    value = (value as Record<string, unknown>)[name]
  }
  return value
}

interface Style {
  unit: string
  newline: string
  /** Whether the file is written over several lines. */
  isLong(text: string): boolean
}

function styleOf(text: string): Style {
  const unit = /\n([ \t]+)"/.exec(text)?.[1] ?? '  '
  const newline = text.includes('\r\n') ? '\r\n' : '\n'
  return { unit, newline, isLong: (whole) => whole.trim().includes('\n') }
}

type ObjectNode = Extract<JsonNode, { kind: 'object' }>

function objectAt(node: JsonNode, name: string): ObjectNode {
  if (node.kind !== 'object') throw new NotAnObject(name)
  return node
}

interface Insertion {
  name: string
  value: unknown
  depth: number
  style: Style
}

function insert(text: string, node: ObjectNode, { name, value, depth, style }: Insertion): string {
  const close = node.end - 1
  const last = node.members.at(-1)
  const inside = text.slice(node.start + 1, close)
  if (last !== undefined && !inside.includes('\n')) {
    const member = `${JSON.stringify(name)}: ${JSON.stringify(value)}`
    return `${text.slice(0, last.value.end)}, ${member}${text.slice(last.value.end)}`
  }
  const { unit, newline } = style
  const member = `${newline}${unit.repeat(depth)}${JSON.stringify(name)}: ${indented(value, depth, style)}`
  // Behind comments that follow the last member; the brace goes back to its own line.
  const behind = node.start + 1 + inside.trimEnd().length
  const rest = text.slice(behind, close).includes('\n')
    ? text.slice(behind)
    : newline + unit.repeat(depth - 1) + text.slice(close)
  if (last === undefined) return text.slice(0, behind) + member + rest
  const end = last.value.end
  const hasComma = text[skip(text, end)] === ','
  const comma = hasComma ? '' : ','
  return text.slice(0, end) + comma + text.slice(end, behind) + member + rest
}

function indented(value: unknown, depth: number, { unit, newline }: Style): string {
  return JSON.stringify(value, null, unit)
    .split('\n')
    .map((line, at) => (at === 0 ? line : unit.repeat(depth) + line))
    .join(newline)
}

function nest(path: readonly string[], value: unknown): unknown {
  return path.reduceRight((inner, name) => ({ [name]: inner }), value)
}
