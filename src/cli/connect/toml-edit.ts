/** Sets one table of a TOML text and leaves every other byte as it is. Pure. */

import { parse } from 'smol-toml'

type Table = Record<string, unknown>

/** Throws `TomlError`. */
export function getToml(text: string, [outer, inner]: readonly [string, string]): unknown {
  const servers = parse(text)[outer]
  return isTable(servers) ? servers[inner] : undefined
}

/**
 * The text with the table `[outer.inner]`: appended, or with those of its keys replaced that are named. It may be
 * wrong where the table was written in an unusual way: whoever calls it compares.
 */
export function setToml(text: string, [outer, inner]: readonly [string, string], entry: Table): string {
  const newline = text.includes('\r\n') ? '\r\n' : '\n'
  const keys = Object.entries(entry).map(([key, value]) => `${key} = ${inToml(value)}`)
  const lines = text.split(/\r?\n/)
  const header = lines.findIndex((line) => isHeader(line, outer, inner))
  if (header < 0) {
    const before = text === '' ? '' : `${text.replace(/\s+$/, '')}${newline}${newline}`
    return [`${before}[${outer}.${bare(inner)}]`, ...keys, ''].join(newline)
  }
  const next = lines.findIndex(
    (line, at) => at > header && /^\s*\[/.test(line) && !isInValue(lines, header, at),
  )
  const end = next < 0 ? lines.length : next
  const kept = withoutKeys(lines.slice(header + 1, end), Object.keys(entry))
  return [...lines.slice(0, header + 1), ...keys, ...kept, ...lines.slice(end)].join(newline)
}

function isHeader(line: string, outer: string, inner: string): boolean {
  const names = /^\s*\[\s*([^\]]+?)\s*\]\s*(?:#.*)?$/.exec(line)?.[1]?.split('.')
  const plain = names?.map((name) => name.trim().replace(/^["'](.*)["']$/, '$1'))
  return plain?.length === 2 && plain[0] === outer && plain[1] === inner
}

/** Lines without the statements of these keys, which may go over several lines. */
function withoutKeys(lines: readonly string[], keys: readonly string[]): string[] {
  const kept: string[] = []
  let depth = 0
  let isDropped = false
  for (const [at, line] of lines.entries()) {
    if (depth <= 0) {
      const key = /^\s*["']?([\w-]+)["']?\s*=/.exec(line)?.[1]
      isDropped = key !== undefined && keys.includes(key)
      depth = 0
    }
    depth += openBrackets(lines, at)
    if (!isDropped) kept.push(line)
  }
  return kept
}

/** How many more brackets a line opens than it closes, strings and comments aside. */
function openBrackets(lines: readonly string[], at: number): number {
  const plain = (lines[at] ?? '').replace(/"(?:[^"\\]|\\.)*"|'[^']*'|#.*$/g, '')
  return plain.split('[').length - plain.split(']').length
}

/** Whether the line belongs to an array that began above it. */
function isInValue(lines: readonly string[], from: number, at: number): boolean {
  let depth = 0
  for (let line = from + 1; line < at; line += 1) depth += openBrackets(lines, line)
  return depth > 0
}

function inToml(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inToml).join(', ')}]`
  if (isTable(value)) {
    return `{ ${Object.entries(value)
      .map(([key, inner]) => `${bare(key)} = ${inToml(inner)}`)
      .join(', ')} }`
  }
  return JSON.stringify(value)
}

function bare(key: string): string {
  return /^[\w-]+$/.test(key) ? key : JSON.stringify(key)
}

function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
