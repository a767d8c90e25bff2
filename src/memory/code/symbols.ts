/** Definitions of a syntax tree, found by the language's tag query (media/queries). */

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

/** The definitions, ordered by position, outer before inner. */
export function findDefinitions(tree: Tree, query: Query): Definition[] {
  const found = search(tree, query)
  const definitions = nest([...found.definitions.values()], found.wrappers)
  return definitions.filter((definition) => definition.name !== '')
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
          },
        ],
  )
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
])

interface Found {
  definitions: Map<string, Definition>
  /** Start of each wrapper (decorators, `export`, `template`) by the offset where it ends. */
  wrappers: Map<number, number>
}

function search(tree: Tree, query: Query): Found {
  const found: Found = { definitions: new Map(), wrappers: new Map() }
  const queue: Node[] = [tree.rootNode]
  const seen = new Set<number>()
  for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
    for (const match of query.matches(node, { maxStartDepth: searchDepth })) {
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
  for (const { name: capture, node } of match.captures) {
    const captured = kinds.get(capture)
    if (captured !== undefined) {
      definition = node
      kind = captured
    } else if (capture === 'name') name = node.text
    else if (capture === 'container') container = node.text
    else if (capture === 'members') inner.push(node)
    else if (capture === 'body' && isLong(node)) inner.push(node)
    else if (capture === 'outer') found.wrappers.set(node.endIndex, node.startIndex)
  }
  if (definition !== undefined)
    note(found, { ...qualified(name, container), kind, from: definition.startIndex, to: definition.endIndex })
  return inner
}

function isLong(node: Node): boolean {
  return node.endPosition.row - node.startPosition.row >= longFunction
}

/** The first pattern of the query file wins where several find the same. */
function note(found: Found, definition: Definition): void {
  const key = `${definition.from} ${definition.to} ${definition.name}`
  if (!found.definitions.has(key)) found.definitions.set(key, definition)
}

/** Takes apart names that bring their container: `Foo::bar`, `M.bar`, `M:bar`, `"quoted"`. */
function qualified(name: string, container: string): { name: string; container: string } {
  const parts = name
    .replace(/<[^<>]*>/g, '')
    .replace(/^['"`]|['"`]$/g, '')
    .split(/::|[.:\\/]/)
  const last = (parts.pop() ?? '').trim()
  return { name: last, container: [container, ...parts.map((part) => part.trim())].filter(Boolean).join('.') }
}

/** Orders definitions, widens them to their wrappers and fills in containers and methods. */
function nest(definitions: Definition[], wrappers: ReadonlyMap<number, number>): Definition[] {
  for (const definition of definitions) {
    const start = wrappers.get(definition.to) ?? wrappers.get(definition.to + 1)
    if (start !== undefined && start < definition.from) definition.from = start
  }
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

function isContainer({ kind }: Definition): boolean {
  return kind !== 'constant' && kind !== 'field' && kind !== 'type' && kind !== 'macro'
}

/** Puts a definition into its parent; false for what is local to a function. */
function place(definition: Definition, parent: Definition): boolean {
  const inFunction = parent.kind === 'function' || parent.kind === 'method'
  if (inFunction && (definition.kind === 'constant' || definition.kind === 'field')) return false
  const outer = parent.container === '' ? parent.name : `${parent.container}.${parent.name}`
  definition.container = definition.container === '' ? outer : `${outer}.${definition.container}`
  const inType = !inFunction && parent.kind !== 'module'
  if (inType && definition.kind === 'function') definition.kind = 'method'
  if (inType && definition.kind === 'constant') definition.kind = 'field'
  return true
}
