/** Facts with keys for the suites that overwrite them: test commands, owners and defaults of a made-up repository. */

import type { RecordDraft } from '../../memory/record.ts'
import type { Memories } from '../../protocol-memories.ts'

export interface KeyedFact {
  key: string
  /** What the fact is about, as a question names it. */
  about: string
  kind: 'test-command' | 'owner' | 'default'
}

/** `count` keys that differ in the things they are about. */
export function factKeys(count: number): KeyedFact[] {
  return Array.from({ length: count }, (_, at): KeyedFact => {
    const kind = (['test-command', 'owner', 'default'] as const)[at % 3] ?? 'owner'
    const about = { 'test-command': `pkg-${at}`, owner: `services/area${at}`, default: `flag_${at}` }[kind]
    return { kind, about, key: `${kind}(${about})` }
  })
}

/** A value that no other key has: it tells which answer was given. */
export function versionValue({ kind, about }: KeyedFact, version: number): string {
  const name = about.replace(/\W/g, '')
  if (kind === 'test-command') return `make check-${name}-v${version}`
  return kind === 'owner' ? `team-${name}-${version}` : `value_${name}_${version}`
}

export function sentence({ kind, about }: KeyedFact, value: string): string {
  if (kind === 'test-command') return `The tests of ${about} run with \`${value}\`.`
  return kind === 'owner' ? `${about} is owned by ${value}.` : `The default of ${about} is ${value}.`
}

export function question({ kind, about }: KeyedFact): string {
  if (kind === 'test-command') return `which command runs the tests of ${about}`
  return kind === 'owner' ? `who owns ${about}` : `what is the default of ${about}`
}

export interface Told {
  fact: KeyedFact
  version: number
  /** Event time, Unix milliseconds. */
  at: number
  confidence?: RecordDraft['confidence']
}

export function draftOf({ fact, version, at, confidence = 'observed' }: Told): RecordDraft {
  const value = versionValue(fact, version)
  return {
    kind: 'fact',
    text: sentence(fact, value),
    cue: question(fact),
    entities: [fact.about],
    confidence,
    validFrom: at,
    fact: { key: fact.key, value, checker: null },
    provenance: { author: 'person', method: 'bench', sources: [{ type: 'person', ref: 'bench' }] },
  }
}

export interface Answer {
  /** Value of the best fact with this key; null when none came. */
  value: string | null
  /** Older values that came beside it: each is a defect. */
  others: string[]
  block: string
  ids: string[]
}

/** What recall says now about a key. */
export async function ask(memories: Memories, fact: KeyedFact): Promise<Answer> {
  const reply = await memories.recall({ text: question(fact), limit: 5 })
  const own = reply.memories.filter(({ record }) => record.fact?.key === fact.key)
  const values = own.map(({ record }) => record.fact?.value ?? '')
  return {
    value: values[0] ?? null,
    others: values.slice(1),
    block: reply.block,
    ids: reply.memories.map(({ record }) => record.id),
  }
}
