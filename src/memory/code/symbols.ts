/** Definitions of a syntax tree, found by the language's tag query (media/queries). */

import { hash } from 'node:crypto'
import type { Node, Query, QueryMatch, Tree } from 'web-tree-sitter'
import type { CodeSymbol, SymbolKind } from '../types.ts'
import type { LineTable } from './lines.ts'

/** A definition with its extent in the text; what symbols and chunks are made from. */
export interface Definition {
  name: string
  /** Null for a scope that is no definition itself, such as a Rust `impl`. */
  kind: SymbolKind | null
  container: string
  /** Offsets of the definition with its decorators or export keyword. */
  from: number
  to: number
}

/** Bodies of functions are searched for inner definitions only above this many lines. */
export const longFunction = 80

/**
 * Patterns start at most this deep below a searched node: the root, a class body, a namespace. Whole
 * function bodies are thereby never visited, which makes the search ten times faster than the query alone.
 */
const searchDepth = 2
/** Nodes searched in one file at most: a bound for generated tables of nested objects. */
const mostSearches = 2_000

/**
 * The definitions, ordered by position, outer before inner. Gives up when `late` says so: the search of a tree
 * of deeply nested errors takes a hundred times longer than its parse. Throws then.
 */
export function findDefinitions(tree: Tree, query: Query, late: () => boolean): Definition[] {
  const found = search(tree, query, late)
  const named = [...found.definitions.values()].filter(({ ignored, name }) => !ignored && name !== '')
  return nest(named, found.wrappers)
}

/** Symbols for the index: scopes left out, places as 1-based lines. */
export function symbolsOf(definitions: readonly Definition[], lines: LineTable): CodeSymbol[] {
  return definitions.flatMap(({ name, kind, container, from, to }) =>
    kind === null
      ? []
      : [
          {
            name,
            kind,
            container,
            startLine: lines.lineAt(from) + 1,
            endLine: lines.lineAt(Math.max(from, to - 1)) + 1,
            hash: hashOf(lines, from, to),
          },
        ],
  )
}

/** Moving a method to another class or file, or an empty line in it, changes nothing that it says. */
function hashOf(lines: LineTable, from: number, to: number): string {
  const line = lines.lineAt(from)
  const indent = lines.text.slice(lines.start(line), from).match(/^[ \t]*/)?.[0] ?? ''
  const text = lines.text.slice(from, to).split(/\r\n?|\n/)
  const shifted = text.map((one) => (one.startsWith(indent) ? one.slice(indent.length) : one).trimEnd())
  // Nothing stands before `from`, so its line has no indentation to lose.
  shifted[0] = (text[0] ?? '').trimEnd()
  return hash('sha256', shifted.filter(Boolean).join('\n'), 'hex').slice(0, 32)
}

const kinds: ReadonlyMap<string, SymbolKind | null> = new Map<string, SymbolKind | null>([
  ['class', 'class'],
  ['interface', 'interface'],
  ['enum', 'enum'],
  ['type', 'type'],
  ['function', 'function'],
  ['method', 'method'],
  ['constant', 'constant'],
  ['module', 'module'],
  ['macro', 'macro'],
  ['field', 'field'],
  ['scope', null],
  ['ignore', null],
])

/** A definition as one pattern of the query found it. */
interface Candidate extends Definition {
  pattern: number
  ignored: boolean
}

/** Decorators, `export`, `template`: a node around a definition that adds to its start. */
interface Wrapper {
  from: number
  to: number
}

interface Found {
  definitions: Map<string, Candidate>
  wrappers: Wrapper[]
}

function search(tree: Tree, query: Query, late: () => boolean): Found {
  const found: Found = { definitions: new Map(), wrappers: [] }
  const queue: Node[] = [tree.rootNode]
  const seen = new Set<number>()
  for (let node = queue.pop(); node !== undefined && seen.size < mostSearches; node = queue.pop()) {
    const matches = query.matches(node, { maxStartDepth: searchDepth, progressCallback: late })
    if (late()) throw new Error('the search for definitions took too long')
    for (const match of matches) {
      for (const inner of readMatch(match, found)) {
        if (seen.has(inner.id)) continue
        seen.add(inner.id)
        queue.push(inner)
      }
    }
  }
  return found
}

/** Notes what the match defines; gives the nodes to search further. */
function readMatch(match: QueryMatch, found: Found): Node[] {
  const inner: Node[] = []
  let definition: Node | undefined
  let kind: SymbolKind | null = null
  let name = ''
  let container = ''
  let ignored = false
  for (const { name: capture, node } of match.captures) {
    const captured = kinds.get(capture)
    if (captured !== undefined) {
      definition = node
      kind = captured
      ignored = capture === 'ignore'
    } else if (capture === 'name') name = node.text
    else if (capture === 'container') container = node.text
    else if (capture === 'members') inner.push(node)
    else if (capture === 'body' && isLong(node)) inner.push(node)
    else if (capture === 'outer') found.wrappers.push({ from: node.startIndex, to: node.endIndex })
  }
  if (definition !== undefined) {
    const { startIndex: from, endIndex: to } = definition
    const full = qualified(name, container)
    if (kind === 'function' && full.container !== '') kind = 'method'
    note(found, { ...full, kind, from, to, ignored, pattern: match.patternIndex })
  }
  return inner
}

function isLong(node: Node): boolean {
  return node.endPosition.row - node.startPosition.row >= longFunction
}

/** Of several patterns that find the same, the first in the query file counts. */
function note(found: Found, candidate: Candidate): void {
  const key = `${candidate.from} ${candidate.to} ${candidate.name}`
  const known = found.definitions.get(key)
  if (known === undefined || candidate.pattern < known.pattern) found.definitions.set(key, candidate)
}

/** Takes apart names that bring their container: `Foo<T>::bar`, `M.bar`, `M:bar`, `Foo.prototype.bar`. */
function qualified(text: string, container: string): { name: string; container: string } {
  if (/^['"`]/.test(text)) return { name: text.slice(1, -1), container }
  const bare = /\boperator\b/.test(text) ? text : withoutArguments(text)
  const parts = bare.split(/::|[.:\\]/).map((part) => part.trim())
  const name = (parts.pop() ?? '').replace(/^#/, '')
  const outer = [container, ...parts].filter((part) => part !== '' && !transparent.has(part))
  return { name: name === 'exports' ? '' : name, container: outer.join('.') }
}

/** Words in front of a name that are no containers. */
const transparent: ReadonlySet<string> = new Set(['prototype', 'exports', 'module', 'this', 'self', 'window'])

/** `&Shape<'a, Vec<T>>` becomes `Shape`. */
function withoutArguments(type: string): string {
  let bare = type.replace(/^[&*\s]+/, '')
  for (let depth = 0; depth < 4 && bare.includes('<'); depth++) bare = bare.replace(/<[^<>]*>/g, '')
  return bare
}

/** Orders definitions, widens them to their wrappers and fills in containers and methods. */
function nest(definitions: Candidate[], wrappers: readonly Wrapper[]): Definition[] {
  widen(definitions, wrappers)
  definitions.sort((a, b) => a.from - b.from || b.to - a.to)
  const open: Definition[] = []
  return definitions.filter((definition) => {
    while ((open.at(-1)?.to ?? Number.POSITIVE_INFINITY) < definition.to) open.pop()
    while (open.length > 0 && (open.at(-1)?.to ?? 0) <= definition.from) open.pop()
    const parent = open.at(-1)
    if (parent !== undefined && !place(definition, parent)) return false
    if (isContainer(definition)) open.push(definition)
    return true
  })
}

/** A wrapper belongs to the outermost definition that ends with it, or one semicolon before. */
function widen(definitions: Candidate[], wrappers: readonly Wrapper[]): void {
  if (wrappers.length === 0) return
  const byEnd = Map.groupBy(definitions, ({ to }) => to)
  for (const { from, to } of wrappers) {
    const ending = byEnd.get(to) ?? byEnd.get(to - 1) ?? []
    const inside = ending.filter((definition) => definition.from >= from)
    const first = Math.min(...inside.map((definition) => definition.from))
    for (const definition of inside) if (definition.from === first) definition.from = from
  }
}

function isContainer({ kind }: Definition): boolean {
  return kind !== 'field' && kind !== 'type' && kind !== 'macro'
}

/** Puts a definition into its parent; false for what is local to a function or a value. */
function place(definition: Definition, parent: Definition): boolean {
  const inFunction = parent.kind === 'function' || parent.kind === 'method'
  if (
    (inFunction || parent.kind === 'constant') &&
    (definition.kind === 'constant' || definition.kind === 'field')
  )
    return false
  const outer = parent.container === '' ? parent.name : `${parent.container}.${parent.name}`
  definition.container = definition.container === '' ? outer : `${outer}.${definition.container}`
  const inType = !inFunction && parent.kind !== 'module'
  if (inType && definition.kind === 'function') definition.kind = 'method'
  if (inType && definition.kind === 'constant') definition.kind = 'field'
  return true
}
