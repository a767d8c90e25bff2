/** Changes that people make to code, applied to texts, each with what an anchor into that code must say afterwards. */

import type { CodeSymbol } from '../../memory/types.ts'
import type { Random } from './random.ts'

/** A symbol that an anchor cites, and the texts around it. */
export interface Target {
  path: string
  symbol: CodeSymbol
  texts: ReadonlyMap<string, string>
  random: Random
}

export type Expected = 'fresh' | 'moved' | 'drifted' | 'gone'

export interface Mutated {
  /** Texts by path; null deletes. */
  texts: Record<string, string | null>
  /** What the commit would say, where the change is one that git tells of. */
  renamed?: { from: string; to: string }
}

export interface Mutation {
  name: string
  /** What anchors of the symbol, and of the whole file, must say. */
  symbol: Expected
  file: Expected
  /** Null where the target does not allow it. */
  apply(target: Target): Mutated | null
}

export const mutations: readonly Mutation[] = [
  { name: 'edit inside', symbol: 'drifted', file: 'drifted', apply: editInside },
  { name: 'edit elsewhere', symbol: 'fresh', file: 'drifted', apply: editElsewhere },
  { name: 'whitespace only', symbol: 'fresh', file: 'drifted', apply: changeSpace },
  { name: 'rename symbol', symbol: 'gone', file: 'drifted', apply: renameSymbol },
  { name: 'move symbol', symbol: 'moved', file: 'drifted', apply: moveSymbol },
  { name: 'rename file', symbol: 'moved', file: 'moved', apply: renameFile },
  { name: 'rename file and edit inside', symbol: 'drifted', file: 'drifted', apply: renameWith(editInside) },
  {
    name: 'rename file and edit elsewhere',
    symbol: 'moved',
    file: 'drifted',
    apply: renameWith(editElsewhere),
  },
  { name: 'delete symbol', symbol: 'gone', file: 'drifted', apply: deleteSymbol },
  { name: 'delete file', symbol: 'gone', file: 'gone', apply: ({ path }) => ({ texts: { [path]: null } }) },
  {
    name: 'revert',
    symbol: 'fresh',
    file: 'fresh',
    apply: ({ path, texts }) => ({ texts: { [path]: texts.get(path) ?? '' } }),
  },
]

function linesOf({ path, texts }: Target): string[] {
  return (texts.get(path) ?? '').split('\n')
}

function put({ path }: Target, lines: readonly string[]): Mutated {
  return { texts: { [path]: lines.join('\n') } }
}

/** A number, a word or an operator of one line below the head of the symbol becomes another. */
function editInside(target: Target): Mutated | null {
  const { symbol, random } = target
  const lines = linesOf(target)
  const inside = range(symbol.startLine, symbol.endLine - 1).filter((at) => /\w/.test(lines[at] ?? ''))
  if (inside.length === 0) return null
  const at = random.pick(inside)
  const words = [...(lines[at] ?? '').matchAll(/\w+/g)]
  const word = random.pick(words)
  const changed = /^\d+$/.test(word[0]) ? String(Number(word[0]) + 1) : `${word[0]}x`
  lines[at] =
    `${(lines[at] ?? '').slice(0, word.index)}${changed}${(lines[at] ?? '').slice(word.index + word[0].length)}`
  return put(target, lines)
}

/** A comment above everything, or a new last line. */
function editElsewhere(target: Target): Mutated | null {
  const comment = commentOf(target.path)
  if (comment === null) return null
  const lines = linesOf(target)
  const text = `${comment} another thought ${target.random.between(1, 999)}`
  return put(target, target.random.chance(0.5) ? [text, '', ...lines] : [...lines, '', text, ''])
}

/** Spaces at the end of lines, and an empty line more. */
function changeSpace(target: Target): Mutated | null {
  const { startLine, endLine } = target.symbol
  if (endLine - startLine < 2) return null
  const lines = linesOf(target)
  lines[startLine - 1] += '  '
  lines.splice(endLine - 1, 0, '')
  return put(target, lines)
}

function renameSymbol(target: Target): Mutated | null {
  const { name } = target.symbol
  if (!/^[A-Za-z_]\w*$/.test(name)) return null
  const text = linesOf(target).join('\n')
  return put(target, text.replaceAll(new RegExp(`\\b${name}\\b`, 'g'), `${name}Anew`).split('\n'))
}

/** Only what stands alone: a method cannot live outside of its class. */
function moveSymbol(target: Target): Mutated | null {
  const { path, symbol, texts, random } = target
  if (symbol.container !== '') return null
  const others = [...texts.keys()].filter((one) => one !== path && extension(one) === extension(path))
  if (others.length === 0) return null
  const other = random.pick(others)
  const lines = linesOf(target)
  const cut = lines.splice(symbol.startLine - 1, symbol.endLine - symbol.startLine + 1)
  return { texts: { [path]: lines.join('\n'), [other]: `${texts.get(other)}\n\n${cut.join('\n')}\n` } }
}

function renameFile(target: Target): Mutated {
  const { path, texts } = target
  const to = newPath(path)
  return { texts: { [path]: null, [to]: texts.get(path) ?? '' }, renamed: { from: path, to } }
}

function renameWith(edit: (target: Target) => Mutated | null) {
  return (target: Target): Mutated | null => {
    const text = edit(target)?.texts[target.path]
    if (text === undefined || text === null) return null
    const to = newPath(target.path)
    return { texts: { [target.path]: null, [to]: text }, renamed: { from: target.path, to } }
  }
}

function deleteSymbol(target: Target): Mutated {
  const { startLine, endLine } = target.symbol
  const lines = linesOf(target)
  lines.splice(startLine - 1, endLine - startLine + 1)
  return put(target, lines)
}

function newPath(path: string): string {
  return `moved/${path.replace(/(\.[^./]+)$/, '-anew$1')}`
}

function commentOf(path: string): string | null {
  if (/\.(py|rb|sh)$/.test(path)) return '#'
  if (/\.lua$/.test(path)) return '--'
  return /\.(tsx?|jsx?|mjs|cjs|go|rs|java|kt|scala|cs|c|h|cc|cpp|hpp)$/.test(path) ? '//' : null
}

function extension(path: string): string {
  return path.slice(path.lastIndexOf('.'))
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => from + at)
}
