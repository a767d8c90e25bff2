/** Reads what recall is asked: the words, and the exact keys that memory and code may know. Pure. */

import { codeTokens } from '../../code/tokens.ts'
import type { RecallQuery } from '../../recollection.ts'
import { errorSignatures } from '../../signatures.ts'
import { looksLikeName } from '../mentions.ts'
import { type Query, readQuery } from '../query.ts'
import { readFrames } from '../traces.ts'

export const keyKinds = ['signature', 'path', 'symbol', 'issue', 'entity'] as const
export type QuestionKey = (typeof keyKinds)[number]

export interface Key {
  kind: QuestionKey
  /** As it was written. */
  name: string
  /** What it may be called in the repository: frames carry folders of another machine. */
  spellings: readonly string[]
  /** Written in the question, open in the editor, or printed by a program. */
  from: 'text' | 'editor' | 'output'
}

export interface Question {
  /** What is compared by likeness. */
  text: string
  /** Tokens of the text as the index holds them, most telling first, each once. */
  words: readonly string[]
  keys: readonly Key[]
  /** Typed by hand: then a name that nothing knows means that there is no answer. */
  short: boolean
}

/** An OR of more words finds hardly anything else and costs time. */
const mostWords = 32
/** Characters of an issue that say what it is about. */
const longestText = 4_000
const mostKeys = 40

export function readQuestion(query: RecallQuery): Question {
  const read = readQuery(query.text)
  const output = query.output ?? ''
  const signatures = unique([...errorSignatures(output), ...errorSignatures(query.text)])
  const terms = [...read.terms].sort((a, b) => b.weight - a.weight).map(({ text }) => text)
  const keys = [
    ...signatures.map((name) => key('signature', name, 'text')),
    ...pathKeys(query, read, output),
    ...symbolKeys(query, read, output),
    // A number that nobody knows is nothing to speak of.
    ...read.issues.map((name) => key('issue', name, 'output')),
    ...entityKeys(query.text),
  ]
  return {
    text: [query.text.slice(0, longestText), query.symbol ?? '', ...signatures]
      .filter(Boolean)
      .join('\n')
      .trim(),
    words: unique([...terms, ...codeTokens(query.symbol ?? '')]).slice(0, mostWords),
    keys: firstOfEach(keys).slice(0, mostKeys),
    short: read.short,
  }
}

function key(kind: QuestionKey, name: string, from: Key['from']): Key {
  return { kind, name, from, spellings: [name] }
}

function pathKeys(query: RecallQuery, read: Query, output: string): Key[] {
  const written = read.paths.map(({ text }) => text)
  const printed = [...read.frames, ...readFrames(output)].map(({ path }) => path)
  const make = (from: Key['from']) => (path: string) => ({
    ...key('path', path, from),
    spellings: endings(path),
  })
  const open = query.path === undefined ? [] : [query.path]
  return [...written.map(make('text')), ...open.map(make('editor')), ...printed.map(make('output'))]
}

/** A path and what is left of it below each of its folders. */
function endings(path: string): string[] {
  const parts = path.replaceAll('\\', '/').split('/').filter(Boolean)
  return parts.slice(0, 12).map((_, at) => parts.slice(at).join('/'))
}

/** Error types are named in every trace, and defined nowhere in most repositories. */
const errorType = /(?:Error|Exception|Warning|Failure)$/

function symbolKeys(query: RecallQuery, read: Query, output: string): Key[] {
  const names = read.names.map(({ text }) => text).filter((name) => looksLikeName(name))
  const dotted = read.dotted.map(({ text }) => text)
  const inside = new Set(dotted.flatMap((name) => name.split(/\.|::|#/)))
  const loose = names.filter((name) => !inside.has(name))
  const printed = [...read.frames, ...readFrames(output)].map(({ symbol }) => symbol)
  const make = (from: Key['from']) => (name: string) => ({
    ...key('symbol', name, errorType.test(name) ? 'output' : from),
    spellings: unique([name, name.split(/\.|::|#/).at(-1) ?? name]),
  })
  return [
    ...[...dotted, ...loose].map(make('text')),
    ...(query.symbol === undefined ? [] : [make('editor')(query.symbol)]),
    ...printed.filter((name) => name.length > 3).map(make('output')),
  ]
}

const outerMarks = /^[^\p{L}\p{N}_@./]+|[^\p{L}\p{N}_/]+$/gu
/** A word that is more than a word of the language: digits, or parts joined by marks. */
const compound = /\d|[\p{L}\p{N}][-_./:@][\p{L}\p{N}]/u
const mostEntities = 20

/** Names such as `pkg-7`, whose parts say nothing alone. Only those that memory knows count, so none is missed. */
function entityKeys(text: string): Key[] {
  const words = text
    .slice(0, longestText)
    .split(/\s+/)
    .map((word) => word.replace(outerMarks, ''))
  const names = unique(words.filter((word) => word.length <= 200 && compound.test(word)))
  return names.slice(0, mostEntities).map((name) => key('entity', name, 'output'))
}

function firstOfEach(keys: readonly Key[]): Key[] {
  const seen = new Set<string>()
  return keys.filter(({ kind, name }) => {
    const fresh = name !== '' && !seen.has(`${kind}\n${name}`)
    seen.add(`${kind}\n${name}`)
    return fresh
  })
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)].filter(Boolean)
}

/** What is left of a question when names that nothing knows were taken out of it. */
export interface KnownQuestion {
  text: string
  words: readonly string[]
  keys: readonly Key[]
  /** Names that memory and code do not know, as they were written. */
  unknown: string[]
  short: boolean
}

/** Whether memory or the code knows a key; `memory`: as a key of some record. */
export type Knows = (key: Key, where?: 'anywhere' | 'memory') => boolean

/**
 * Abstention goes by keys, not by likeness (memory model, finding 8): nothing is looked for on behalf of a name
 * that nothing knows, and a short question that names nothing else has no answer at all.
 */
export function settleQuestion(question: Question, knows: Knows): KnownQuestion {
  const missing = question.keys.filter((key) => key.from !== 'output' && !knows(key))
  // Names that a program printed are many. Beside keys to look for they only matter where words may be taken out.
  const where = missing.length === 0 && question.words.length > 0 ? 'memory' : 'anywhere'
  const known = question.keys.filter((key) =>
    key.from === 'output' ? knows(key, where) : !missing.includes(key),
  )
  const written = (keys: readonly Key[]) =>
    keys.filter(({ kind, from }) => from === 'text' && kind !== 'signature')
  const nothing = question.short && written(missing).length > 0 && written(known).length === 0
  const dead = new Set(
    missing.filter(({ kind }) => kind !== 'signature').flatMap(({ name }) => codeTokens(name)),
  )
  const alive = new Set(known.flatMap(({ name }) => codeTokens(name)))
  return {
    text: nothing ? '' : question.text,
    words: nothing ? [] : question.words.filter((word) => !dead.has(word) || alive.has(word)),
    keys: known,
    unknown: unique(missing.map(({ name }) => name)),
    short: question.short,
  }
}
