/** What can be followed on the page of a memory: code, commits, other memories. */

export type PageTarget =
  | { kind: 'code'; path: string; startLine: number }
  | { kind: 'commit'; sha: string }
  | { kind: 'memory'; id: string }
  /** The source turn of this memory; null: of the one whose page it is. */
  | { kind: 'source'; id: string | null }

/** Characters `start` to `end` (exclusive) of the line with this index. */
export interface PageLink {
  line: number
  start: number
  end: number
  target: PageTarget
}

const patterns = {
  code: /(?<=^- \[\w+\] |-> )(\S.*?):(\d+)-\d+(?= -> | · |$)/g,
  commit: /(?<=^- commit )[0-9a-f]{7,64}\b/g,
  memory: /\bmem:([0-9A-HJKMNP-TV-Z]{26})\b/g,
}

const sourceLine = /^Open the source turn(?: of mem:([0-9A-HJKMNP-TV-Z]{26}))?$/
const fileLine = /^(File: )(.+?)(?::(\d+))?$/

/** The second line names the memory itself. */
const ownLine = 1

/** Lines are those of `memoryPageText`; quotations hold no links, whatever they say. */
export function pageLinks(text: string): PageLink[] {
  return text
    .split('\n')
    .flatMap((content, line) => (line === ownLine || content.startsWith('>') ? [] : lineLinks(content, line)))
}

/** The file of a page about a source turn: its second line. */
export function fileLink(
  text: string,
): (Omit<PageLink, 'target'> & { file: string; at: number | null }) | null {
  const content = text.split('\n')[ownLine] ?? ''
  const [, label = '', file, at] = fileLine.exec(content) ?? []
  if (file === undefined) return null
  return {
    line: ownLine,
    start: label.length,
    end: content.length,
    file,
    at: at === undefined ? null : Number(at),
  }
}

function lineLinks(content: string, line: number): PageLink[] {
  const source = sourceLine.exec(content)
  if (source !== null) {
    return [{ line, start: 0, end: content.length, target: { kind: 'source', id: source[1] ?? null } }]
  }
  const found = (pattern: RegExp, target: (match: RegExpExecArray) => PageTarget | null) =>
    [...content.matchAll(pattern)].flatMap((match) => {
      const aim = target(match)
      return aim === null
        ? []
        : [{ line, start: match.index, end: match.index + match[0].length, target: aim }]
    })
  return [
    ...found(patterns.code, ([, path = '', from]) => codeTarget(path, Number(from))),
    ...found(patterns.commit, ([sha]) => ({ kind: 'commit', sha })),
    ...found(patterns.memory, ([, id = '']) => ({ kind: 'memory', id })),
  ]
}

/** A path may not lead out of the repository, whoever wrote the record. */
function codeTarget(path: string, startLine: number): PageTarget | null {
  const isInside = !/^([\\/]|[A-Za-z]:)/.test(path) && !path.split(/[\\/]/).includes('..')
  return isInside ? { kind: 'code', path, startLine } : null
}
