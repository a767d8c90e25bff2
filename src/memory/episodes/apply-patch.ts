/** The patch format of `*** Begin Patch`, which several agents write: as text of a tool, or in a here-document of a shell line. */

import { bounded } from './fields.ts'

/** One file of a patch. */
export interface PatchEdit {
  /** As written: usually relative to the folder where it was applied. */
  path: string
  kind: 'add' | 'update' | 'delete'
  /** Path that the file has afterwards, where it was moved. */
  move: string | null
  /**
   * Unified hunks without a file header. The format knows no line numbers: a hunk begins with `@@` and the line that
   * it names. Empty for a deletion and for a move alone.
   */
  hunks: string
}

/** What an edit step says about a file. */
export interface EditText {
  path: string
  before?: string
  after?: string
  diff?: string
}

const fileMarker = /^\*\*\* (Add|Update|Delete) File: (.+)$/
const kinds = { Add: 'add', Update: 'update', Delete: 'delete' } as const

/**
 * The files of a patch, in order; empty where the text is none. A text that was cut gives what is whole of it: the
 * last file counts as far as it goes. Never throws.
 */
export function parsePatch(text: string): PatchEdit[] {
  const edits: PatchEdit[] = []
  let lines: string[] = []
  const close = () => {
    const edit = edits.at(-1)
    if (edit !== undefined) edit.hunks = hunksOf(edit.kind, lines)
    lines = []
  }
  for (const line of body(text)) {
    const [, word, path] = fileMarker.exec(line.trim()) ?? []
    const edit = edits.at(-1)
    if (word !== undefined && path !== undefined) {
      close()
      edits.push({ path: path.trim(), kind: kinds[word as keyof typeof kinds], move: null, hunks: '' })
    } else if (edit?.kind === 'update' && line.startsWith('*** Move to: ')) edit.move = line.slice(13).trim()
    else lines.push(line)
  }
  close()
  return edits.filter(({ path }) => path !== '')
}

/** The lines between the marks; to the end where the second one is missing. */
function body(text: string): string[] {
  const lines = text.split(/\r?\n/)
  const from = lines.findIndex((line) => line.trim() === '*** Begin Patch')
  if (from < 0) return []
  const to = lines.findIndex((line, at) => at > from && line.trim() === '*** End Patch')
  return lines.slice(from + 1, to < 0 ? undefined : to)
}

function hunksOf(kind: PatchEdit['kind'], lines: readonly string[]): string {
  if (kind === 'delete') return ''
  if (kind === 'add') {
    const added = lines.filter((line) => line.startsWith('+'))
    return added.length === 0 ? '' : [`@@ -0,0 +1,${added.length} @@`, ...added].join('\n')
  }
  const hunks = withoutEmptyEnd(lines)
    .filter((line) => !line.startsWith('*** '))
    // Models leave the blank of an empty context line out.
    .map((line) => (line === '' ? ' ' : line))
    .filter((line) => /^(?:[ +-]|@@)/.test(line))
  return hunks.length === 0 || hunks[0]?.startsWith('@@') ? hunks.join('\n') : ['@@', ...hunks].join('\n')
}

function withoutEmptyEnd(lines: readonly string[]): readonly string[] {
  return lines.slice(0, lines.findLastIndex((line) => line !== '') + 1)
}

/** What the steps of a patch say: a moved file is one at both paths. */
export function patchTexts(edits: readonly PatchEdit[]): EditText[] {
  return edits.flatMap(({ path, kind, move, hunks }): EditText[] => {
    if (kind === 'delete') return [{ path, after: '' }]
    if (kind === 'add') return [{ path, before: '', after: bounded(addedText(hunks)) }]
    const diff = bounded(hunks)
    if (move === null || move === path) return [{ path, diff }]
    return [
      { path, after: '' },
      { path: move, diff },
    ]
  })
}

function addedText(hunks: string): string {
  return hunks
    .split('\n')
    .slice(1)
    .map((line) => `${line.slice(1)}\n`)
    .join('')
}

export interface ShellPatch {
  patch: string
  /** Folder that the line went to before it patched; null: it stayed. */
  folder: string | null
  /** What the line ran afterwards; empty: nothing. */
  rest: string
}

const program = /(?:^|[\s;&|(])(?:[^\s;&|(]*\/)?apply_?patch(?:\.bat)?(?=\s|<)/
const hereDocument = /^\s*<<-?\s*(['"]?)(\w+)\1(.*)$/
const quoted = /^\s+(["'])(?=\*\*\* Begin Patch)/
const folderChange = /(?:^|[;&]\s*)cd\s+(?:"([^"]+)"|'([^']+)'|([^\s;&|]+))\s*(?:&&|;)/
/** Characters before the program in which a change of folder is looked for. */
const longestLead = 2_000

/** The patch that a shell line applies with `apply_patch`; null where it applies none. Reading a patch is not applying it. */
export function patchInShell(line: string): ShellPatch | null {
  if (!line.includes('*** Begin Patch')) return null
  const lines = line.split(/\r?\n/)
  for (const [at, first] of lines.entries()) {
    const found = program.exec(first)
    if (found === null) continue
    const words = first.slice(found.index + found[0].length)
    const shell = inHereDocument(words, lines, at + 1) ?? inQuotes(words, lines, at + 1)
    if (shell === null) continue
    const lead = [...lines.slice(0, at), first.slice(0, found.index + 1)].join('\n').slice(-longestLead)
    const [, double, single, bare] = folderChange.exec(lead) ?? []
    return { ...shell, folder: double ?? single ?? bare ?? null }
  }
  return null
}

type Inside = Omit<ShellPatch, 'folder'>

function inHereDocument(words: string, lines: readonly string[], from: number): Inside | null {
  const [, , mark, more = ''] = hereDocument.exec(words) ?? []
  if (mark === undefined || lines[from]?.trim() !== '*** Begin Patch') return null
  const end = lines.findIndex((line, at) => at > from && line.trim() === mark)
  const after = end < 0 ? [] : lines.slice(end + 1)
  return { patch: lines.slice(from, end < 0 ? undefined : end).join('\n'), rest: restOf([more, ...after]) }
}

function inQuotes(words: string, lines: readonly string[], from: number): Inside | null {
  const [opening, mark] = quoted.exec(words) ?? []
  if (opening === undefined || mark === undefined) return null
  const inside = [words.slice(opening.length), ...lines.slice(from)].join('\n')
  const end = /\*\*\* End Patch\s*/.exec(inside)
  const length = end === null ? inside.length : end.index + end[0].length
  return { patch: inside.slice(0, length).trimEnd(), rest: restOf([inside.slice(length).replace(mark, '')]) }
}

function restOf(parts: readonly string[]): string {
  return parts
    .map((part) => part.trim().replace(/^(?:&&|;|\|\|)\s*/, ''))
    .filter(Boolean)
    .join('\n')
}

/** The patch of a command's words, as agents give them without a shell; null where they are another command. */
export function patchInWords(words: readonly string[]): ShellPatch | null {
  const [name = '', patch] = words
  if (!/^(?:\S*[\\/])?apply_?patch(?:\.bat)?$/.test(name) || patch === undefined) return null
  return patch.includes('*** Begin Patch') ? { patch, folder: null, rest: '' } : null
}
