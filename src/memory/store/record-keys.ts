/** What a record can be found by exactly, and how such keys are spelled. */

import type { MemoryRecord } from '../record.ts'
import type { KeyKind } from './memory-store.ts'

/** A key in its one spelling; empty when nothing is left of it. Longer keys are cut: nobody types them. */
export function normaliseKey(kind: KeyKind, value: string): string {
  const plain = value.normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase().slice(0, 600)
  if (kind === 'path' || kind === 'anchor') return plain.replaceAll('\\', '/').replace(/^(?:\.?\/)+/, '')
  if (kind === 'issue') return plain.replace(/^(?:gh-|#)/, '')
  if (kind === 'symbol') return plain.replace(/\(.*\)$/, '').replaceAll(/::|#/g, '.')
  return plain
}

/** Keys of one kind and record at most: a commit that touches everything says little about each. */
const mostOfOne = 600

/** `[kind, value]` pairs, each once. */
export function keysOf(record: MemoryRecord): [KeyKind, string][] {
  const { episode, fact } = record
  const paths = record.anchors.map((anchor) => anchor.path)
  const symbols = record.anchors.flatMap((anchor) => anchor.symbol ?? [])
  const cited = record.anchors.flatMap(({ path, symbol }) =>
    symbol === undefined ? path : [path, `${path}#${symbol}`],
  )
  const { sources } = record.provenance
  const found: Record<KeyKind, string[]> = {
    path: [...paths, ...(episode?.files ?? []).map((file) => file.path), ...(episode?.tests ?? [])],
    symbol: [...symbols, ...(episode?.symbols ?? [])].flatMap(withLastName),
    signature: [...(episode?.signatures ?? [])],
    issue: [
      ...(episode?.issues ?? []),
      ...sources.filter((source) => source.type === 'issue').map((source) => source.ref),
    ],
    entity: record.entities,
    anchor: cited,
    source: [...sources.map((source) => source.ref), episode?.sessionId ?? '', episode?.patch?.commit ?? ''],
    fact: [fact?.key ?? ''],
    link: record.links.map((link) => link.to),
    agent: [...sources.map((source) => source.agent ?? ''), episode?.agent ?? ''],
  }
  return Object.entries(found).flatMap(([kind, values]) => spelled(kind as KeyKind, values))
}

function spelled(kind: KeyKind, values: readonly string[]): [KeyKind, string][] {
  const keys = new Set(values.map((value) => normaliseKey(kind, value)))
  keys.delete('')
  return [...keys].slice(0, mostOfOne).map((value) => [kind, value])
}

/** `Class.method` is known as `method` too, unless that says nothing. */
function withLastName(symbol: string): string[] {
  const last = symbol.split(/[.:#]+/).at(-1) ?? ''
  return last.length < 4 || last === symbol ? [symbol] : [symbol, last]
}

/** The kinds of keys that a question of one kind looks into: entities hold all sorts. */
export function kindsFor(kind: KeyKind): KeyKind[] {
  return ['path', 'symbol', 'signature', 'issue'].includes(kind) ? [kind, 'entity'] : [kind]
}
