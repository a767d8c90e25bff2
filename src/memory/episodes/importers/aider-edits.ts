/** What a reply of Aider proposes to change, in each of its edit formats. */

import { parsePatch, patchTexts } from '../apply-patch.ts'
import { filesOfDiff } from '../diff-files.ts'
import { bounded } from '../fields.ts'
import { pathIn, searchReplaceBlocks } from '../search-replace.ts'

export interface Proposal {
  /** Null: none was named. */
  path: string | null
  before?: string
  after?: string
  diff?: string
  /** 0-based line in the reply. */
  line: number
}

/** SEARCH/REPLACE blocks, unified diffs and patches: what is meant as an edit whether or not it was applied. */
export function proposals(reply: string): Proposal[] {
  const blocks = searchReplaceBlocks(reply).map(({ path, search, replace, from }) => ({
    path,
    before: bounded(search),
    after: bounded(replace),
    line: from,
  }))
  if (blocks.length > 0) return blocks
  const patches = patchTexts(parsePatch(reply)).map((edit) => ({ ...edit, line: 0 }))
  return patches.length > 0 ? patches : unifiedDiffs(reply)
}

interface Fence {
  /** 0-based line of its content. */
  line: number
  info: string
  /** Lines before the fence, nearest first. */
  lead: string[]
  lines: string[]
}

/** Aider takes tags where a file holds fences itself. */
const opening = /^(?:(`{3,}|~{3,})\s*(\S*)|<(source|code|pre|codeblock|sourcecode)>)\s*$/

function fencesOf(reply: string): Fence[] {
  const lines = reply.split('\n')
  const fences: Fence[] = []
  const endOf = openEnds(lines)
  for (let at = 0; at < lines.length; at++) {
    const [, ticks, info = '', tag] = opening.exec(lines[at] ?? '') ?? []
    if (ticks === undefined && tag === undefined) continue
    const mark = ticks ?? `</${tag}>`
    const end = endOf(at + 1, mark)
    if (end < 0) continue
    const lead = lines.slice(Math.max(0, at - 2), at).reverse()
    fences.push({ line: at + 1, info, lead, lines: lines.slice(at + 1, end) })
    at = end
  }
  return fences
}

/** Finds ends of fences; lines that were looked through for one are not looked through for it again. */
function openEnds(lines: readonly string[]): (from: number, mark: string) => number {
  const searched = new Map<string, number>()
  return (from, mark) => {
    const start = Math.max(from, searched.get(mark) ?? 0)
    for (let at = start; at < lines.length; at++) if (lines[at]?.trimEnd() === mark) return at
    searched.set(mark, lines.length)
    return -1
  }
}

/** Aider's hunks have no line numbers: `@@ ... @@` alone. */
function unifiedDiffs(reply: string): Proposal[] {
  return fencesOf(reply)
    .filter(({ info, lines }) => info === 'diff' || (lines[0] ?? '').startsWith('--- '))
    .flatMap(({ lines, line }) => filesOfDiff(lines.join('\n')).map((file) => ({ ...file, line })))
}

/** The file that the reply writes out whole; undefined where it does not. */
export function wholeFile(reply: string, path: string): { after: string; line: number } | undefined {
  const found = fencesOf(reply).findLast(({ lead }) => {
    const named = lead.map((line) => pathIn(line)).find((one) => one !== null)
    return named !== undefined && isSamePath(named, path)
  })
  if (found === undefined) return undefined
  return { after: bounded(found.lines.map((line) => `${line}\n`).join('')), line: found.line }
}

/** Models leave folders out, and Aider finds the file all the same. */
export function isSamePath(one: string, other: string): boolean {
  const [a, b] = [plain(one), plain(other)]
  return a === b || a.endsWith(`/${b}`) || b.endsWith(`/${a}`)
}

function plain(path: string): string {
  return path.replaceAll('\\', '/').replace(/^\.\//, '')
}
