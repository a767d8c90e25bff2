/** Reads JSON with comments and trailing commas into a tree that knows where everything stands. */

export interface JsonMember {
  key: string
  value: JsonNode
}

/** Offsets: `start` of the first character, `end` behind the last one. */
export type JsonNode =
  | { kind: 'object'; start: number; end: number; members: JsonMember[]; value: Record<string, unknown> }
  | { kind: 'other'; start: number; end: number; value: unknown }

export class JsonTrouble extends Error {
  /** Line, counted from 1. */
  readonly line: number
  constructor(what: string, text: string, at: number) {
    super(what)
    this.name = 'JsonTrouble'
    this.line = text.slice(0, at).split('\n').length
  }
}

/** Throws `JsonTrouble`. */
export function readJson(text: string): JsonNode {
  const start = skip(text, 0)
  const node = readValue(text, start, 0)
  const end = skip(text, node.end)
  if (end < text.length) throw new JsonTrouble('there is more after the end', text, end)
  return node
}

/** Past blanks and comments. */
export function skip(text: string, from: number): number {
  const blank = /(?:[\s\ufeff]|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/y
  blank.lastIndex = from
  blank.test(text)
  return blank.lastIndex
}

/** No configuration is nested deeper; a hostile one must not end the process. */
const deepest = 200

function readValue(text: string, start: number, depth: number): JsonNode {
  if (depth > deepest) throw new JsonTrouble('it is nested too deeply', text, start)
  if (text[start] === '{') return readObject(text, start, depth)
  if (text[start] === '[') return readArray(text, start, depth)
  return readPrimitive(text, start)
}

function readObject(text: string, start: number, depth: number): JsonNode {
  const members: JsonMember[] = []
  let at = skip(text, start + 1)
  while (text[at] !== '}') {
    const key = readPrimitive(text, at)
    if (typeof key.value !== 'string') throw new JsonTrouble('a name is missing', text, at)
    at = expect(text, skip(text, key.end), ':')
    const value = readValue(text, skip(text, at), depth + 1)
    members.push({ key: key.value, value })
    at = afterItem(text, value.end, '}')
  }
  const value = Object.fromEntries(members.map((member) => [member.key, member.value.value]))
  return { kind: 'object', start, end: at + 1, members, value }
}

function readArray(text: string, start: number, depth: number): JsonNode {
  const value: unknown[] = []
  let at = skip(text, start + 1)
  while (text[at] !== ']') {
    const item = readValue(text, at, depth + 1)
    value.push(item.value)
    at = afterItem(text, item.end, ']')
  }
  return { kind: 'other', start, end: at + 1, value }
}

function afterItem(text: string, from: number, close: string): number {
  const at = skip(text, from)
  return text[at] === close ? at : skip(text, expect(text, at, ','))
}

function expect(text: string, at: number, sign: string): number {
  if (text[at] !== sign) throw new JsonTrouble(`'${sign}' is missing`, text, at)
  return at + 1
}

function readPrimitive(text: string, start: number): JsonNode {
  const word = /"(?:[^"\\\n]|\\[^\n])*"|[-+.\w]+/y
  word.lastIndex = start
  const found = word.exec(text)?.[0]
  try {
    return { kind: 'other', start, end: start + (found ?? '').length, value: JSON.parse(found ?? '') }
  } catch {
    throw new JsonTrouble('a value is missing or misspelt', text, start)
  }
}
