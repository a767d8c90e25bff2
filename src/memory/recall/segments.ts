/** Takes an issue text apart into segments: what kind of text each line is, before any word is weighed. */

import { readFrames } from './traces.ts'

export type SegmentKind =
  | 'title'
  | 'prose'
  /** Fenced or indented code that is not output. */
  | 'code'
  /** Fenced or indented text that a program printed: logs, tracebacks, tables. */
  | 'output'
  /** What a form asked for, not what the person said: versions, environment, check lists. */
  | 'form'

export interface Segment {
  kind: SegmentKind
  text: string
}

const heading = /^(?:#{1,6}\s+(.+?)\s*#*|\*\*([^*]+)\*\*:?|__([^_]+)__:?)\s*$/
const underline = /^(?:={3,}|-{3,}|~{3,})\s*$/
const fence = /^\s*(?:>\s?)*(`{3,}|~{3,})\s*([\w+#.-]*)/
const checklist = /^\s*[-*+]\s*\[[ xX]\]/
/** `- Python: 3.9.1`, `OS: Linux`, `numpy==1.2`, `pandas    1.2.3`: a line of a version table. */
const versionLine =
  /^\s*[-*|]?\s*(?:[\w./ ()-]{2,40}\s*(?:[:=|]+|\s)\s*v?\d+(?:\.\d+)+\S*|(?:OS|Platform|System|Python|Node|Version)\b[\w ]*:.*)\s*\|?$/i
const environmentHeading =
  /^(?:(?:your |package |os ?\/ ?|system |additional )*(?:environment|versions?|dependenc|system info|specs|platform|setup info)|.*\bversions?\b\s*$|output of\b.*(?:version|info|list)|os\b|(?:pip|npm) list)/i
/** Headings of issue forms: their own words say nothing about this issue. */
const programOutput =
  /^(?:Traceback \(most|\s*File ".*", line \d+|\s+at \S+ ?\(|E {2,}\S|[=_-]{8,}|\S*(?:INTERNALERROR|ERROR|WARNING|INFO|DEBUG)\b|goroutine \d+|panic: |\s*\d+: 0x|collected \d+|platform \w+ -- |\$ |C:\\.*>|\S+:\d+:\d*:? \S)/m
const codeLanguage =
  /^(?:py|python\d?|pycon|js|jsx|ts|tsx|javascript|typescript|go|rust|java|c|cpp|c\+\+|cs|csharp|ruby|rb|php|scala|kotlin|lua|diff|patch|rst|ini|toml|yaml|json|html)$/i
const outputLanguage = /^(?:pytb|traceback|console|text|txt|log|output|shell|sh|bash|none)$/i

interface Line {
  text: string
  block: string | null
}

/** Segments in reading order. The first line that says something is the title. */
export function segmentIssue(issue: string): Segment[] {
  const lines = withoutMarkup(issue).split('\n')
  const titleAt = lines.findIndex((line) => line.trim() !== '')
  if (titleAt < 0) return []
  const title: Segment = { kind: 'title', text: (lines[titleAt] ?? '').replace(/^#+\s+/, '').trim() }
  return [title, ...bodySegments(markBlocks(lines.slice(titleAt + 1)))]
}

function withoutMarkup(issue: string): string {
  return issue
    .replace(/\r\n?/g, '\n')
    .replace(/<!--[\s\S]*?(?:-->|$)/g, '')
    .replace(/<\/?(?:details|summary|br|p|div|img|sub|sup|b|i|table|tr|td|th|pre|code|kbd)\b[^>]*>/gi, ' ')
}

/** Gives each line the language of the fenced block it stands in (`''` unnamed, `indented`), or null in prose. */
function markBlocks(lines: readonly string[]): Line[] {
  const marked: Line[] = []
  let open: { mark: string; language: string } | null = null
  let indented = false
  for (const [index, text] of lines.entries()) {
    const found = fence.exec(text)
    if (open !== null) {
      if (found?.[1]?.startsWith(open.mark) === true && found[2] === '') open = null
      else marked.push({ text, block: open.language })
      continue
    }
    if (found?.[1] !== undefined) {
      open = { mark: found[1].slice(0, 3), language: found[2] ?? '' }
      marked.push({ text: '', block: null })
      continue
    }
    const before = lines[index - 1]?.trim() ?? ''
    const starts: boolean = before === '' || before.endsWith(':') || indented
    indented = /^(?: {4}|\t)\s*\S/.test(text) ? starts : indented && text.trim() === ''
    marked.push({ text, block: indented && text.trim() !== '' ? 'indented' : null })
  }
  return marked
}

function bodySegments(lines: readonly Line[]): Segment[] {
  const segments: Segment[] = []
  let environment = false
  let at = 0
  while (at < lines.length) {
    const block = lines[at]?.block ?? null
    let end = at + 1
    while (end < lines.length && (lines[end]?.block ?? null) === block) end++
    const texts = lines.slice(at, end).map(({ text }) => text)
    if (block === null) environment = proseSegments(texts, environment, segments)
    else segments.push({ kind: environment ? 'form' : blockKind(texts, block), text: texts.join('\n') })
    at = end
  }
  return segments.filter(({ text }) => text.trim() !== '')
}

/** Adds the lines of prose; returns whether the text after them still belongs to an environment section. */
function proseSegments(lines: readonly string[], environment: boolean, into: Segment[]): boolean {
  let inEnvironment = environment
  for (const [index, text] of lines.entries()) {
    const underlined = underline.test(lines[index + 1] ?? '') && text.trim() !== ''
    const found = heading.exec(text)
    const head = found?.[1] ?? found?.[2] ?? found?.[3] ?? (underlined ? text : undefined)
    if (head !== undefined) {
      inEnvironment = environmentHeading.test(head.trim())
      into.push({ kind: isFormHeading(head) ? 'form' : 'prose', text: head })
    } else if (underline.test(text)) continue
    else into.push({ kind: lineKind(text, lines[index - 1] ?? '', inEnvironment), text })
  }
  return inEnvironment
}

/** People paste tracebacks without a fence: the line of a frame and the line of code below it are output. */
function lineKind(text: string, before: string, environment: boolean): SegmentKind {
  if (environment || isFormLine(text)) return 'form'
  const printed = (line: string) => readFrames(line).length > 0 && !/^\w+(?: \w+){3}/.test(line)
  return printed(text) || programOutput.test(text) || (printed(before) && /^\s/.test(text))
    ? 'output'
    : 'prose'
}

const formHeading =
  /^(?:problem|bug|issue|current|expected|actual|observed|steps?|to|how to|what|describe|description|feature|is your|additional|anything|screenshots?|your|environment|versions?|configuration|command|output|\w+ (?:version|output)|reproduc|minimal|mcve|code sample|possible|proposed|alternatives?|context|details?|summary|background|logs?|traceback|error|example|result|os|dependencies|motivation|notes?)\b/i

function isFormHeading(head: string): boolean {
  return formHeading.test(head.trim()) && head.trim().split(/\s+/).length <= 8
}

function isFormLine(text: string): boolean {
  return checklist.test(text) || versionLine.test(text) || /^_no response_$/i.test(text.trim())
}

function blockKind(lines: readonly string[], language: string): SegmentKind {
  const text = lines.join('\n')
  const versions = lines.filter((line) => versionLine.test(line)).length
  if (versions > 2 && versions * 2 > lines.filter((line) => line.trim() !== '').length) return 'form'
  if (outputLanguage.test(language)) return 'output'
  if (programOutput.test(text) && !codeLanguage.test(language)) return 'output'
  return /^Traceback \(most|^INTERNALERROR|^E {3}/m.test(text) ? 'output' : 'code'
}
