/** SEARCH/REPLACE blocks in the text of a model, in both spellings, exact to the blank. */

export interface SearchReplace {
  /** As written before the block, or that of the block before it; null where none is named. */
  path: string | null
  /** Lines with their ends, as they stand. Empty: a new file, or an addition to the end. */
  search: string
  replace: string
  /** 0-based lines of the two outer marks in the text. */
  from: number
  to: number
}

interface Spelling {
  start: RegExp
  end: RegExp
}

/** Aider's and Cline's; a block ends in the spelling in which it began, since files may hold the other one. */
const spellings: readonly Spelling[] = [
  { start: /^<{5,9} SEARCH>?\s*$/, end: /^>{5,9} REPLACE>?\s*$/ },
  { start: /^-{3,9} SEARCH>?\s*$/, end: /^\+{3,9} REPLACE>?\s*$/ },
]
const divider = /^={5,9}\s*$/

/** All whole blocks, in order. One that is not closed before the next one begins is none. Never throws. */
export function searchReplaceBlocks(text: string): SearchReplace[] {
  const lines = text.split('\n')
  const blocks: SearchReplace[] = []
  for (let at = 0; at < lines.length; at++) {
    const ends = blockAt(lines, at)
    if (ends === null) continue
    const [middle, to] = ends
    blocks.push({
      path: pathBefore(lines, at, blocks.at(-1)?.to ?? -1) ?? blocks.at(-1)?.path ?? null,
      search: exact(lines.slice(at + 1, middle)),
      replace: exact(lines.slice(middle + 1, to)),
      from: at,
      to,
    })
    at = to
  }
  return blocks
}

/** Longer blocks are texts that lost their end: looking on for it at each one would take long. */
const longestBlock = 20_000

/** Lines of the divider and of the end of the block that begins at `at`; null where none does. */
export function blockAt(lines: readonly string[], at: number): [middle: number, to: number] | null {
  const spelling = spellings.find(({ start }) => start.test(lines[at] ?? ''))
  if (spelling === undefined) return null
  let middle: number | null = null
  for (let to = at + 1; to < lines.length && to - at <= longestBlock; to++) {
    const line = lines[to] ?? ''
    if (spelling.start.test(line)) return null
    if (middle === null && divider.test(line)) middle = to
    else if (spelling.end.test(line)) return middle === null ? null : [middle, to]
  }
  return null
}

function exact(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('')
}

const fence = /^\s*(?:`{3,}|~{3,}|<(?:source|code|pre|codeblock|sourcecode)>)/
/** Lines between the path and the block: a fence, and an empty line that some models put in. */
const farthestPath = 3

/** The nearest line above that can be a path; fences are looked through, also for Aider's path inside of them. */
function pathBefore(lines: readonly string[], at: number, after: number): string | null {
  for (let line = at - 1; line > after && line >= at - farthestPath; line--) {
    const text = lines[line] ?? ''
    const path = pathIn(text)
    if (path !== null) return path
    if (text.trim() !== '' && !fence.test(text)) return null
  }
  return null
}

const notAPath = /^(?:\.\.\.|[-=<>+]{3,}|\/\/)|[\0<>|"?*]|\s{2,}|[.:;,!]\s|[!?;,]$/
const longestPath = 400

/** The path in a line with the ornaments that models give it; null where the line is none. */
export function pathIn(line: string): string | null {
  // A path right behind the fence, as some models write it, has a dot or a slash.
  const opened = line.trim().replace(/^(?:`{3,}|~{3,})(?=\S*[./])/, '')
  if (fence.test(opened)) return null
  const bare = opened
    .replace(/^#+\s*/, '')
    .replace(/^(?:\*\*)?(?:file(?:name|path)?|path)(?:\*\*)?\s*:\s*/i, '')
    .replace(/[:*]+$/, '')
    .replace(/^[`*]+|[`*]+$/g, '')
    .replace(/\\_/g, '_')
    .replace(/:$/, '')
    .trim()
  if (bare === '' || bare.length > longestPath || notAPath.test(bare)) return null
  const isPath = /^[^\s]+$/.test(bare)
    ? /\w/.test(bare)
    : /[/\\][^/\\]*\.\w+$|^[^/\\]{1,80}\.\w{1,8}$/.test(bare)
  return isPath ? bare : null
}
