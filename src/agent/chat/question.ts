/** A question with what was attached to it: what is asked of the memory, and what a model is told. */

import { frame, quoteLines } from '../../memory/safety/quote.ts'
import { redact } from '../../memory/safety/redact.ts'
import type { ChunkHit, SearchReply, WindowRecall } from '../../protocol.ts'
import type { RecallRequest } from '../../protocol-memories.ts'
import { aboutAttached, aboutCode, besideText } from './prompts.ts'

/** Something that the person put beside the question. Read and cut to size by whoever had the right to read it. */
export interface Attachment {
  kind: 'file' | 'selection' | 'text'
  /** For people: a name, or the beginning of a text. */
  name: string
  /** In the repository, with forward slashes; null for what lies elsewhere. */
  path: string | null
  /** Of `path`, 1-based and included; null: the whole file, or no file. */
  lines: { startLine: number; endLine: number } | null
  text: string
  /** What was left out, in words. */
  omitted: string | null
}

export interface ChatQuestion {
  prompt: string
  attached: readonly Attachment[]
  /** What the person looks at: a file of the repository. */
  open: { path: string; symbol?: string } | null
  sessionId: string
}

/** Characters of a selection that are words of a question, and of a text that may be what a command printed. */
const mostWords = 300
const mostOutput = 8_000
/** Characters of all attachments in a prompt. */
const mostAttached = 32_000

/** What the memory is asked: names of attached files are keys, attached texts may be output of a failure. */
export function recallOf({ prompt, attached, open, sessionId }: ChatQuestion): RecallRequest {
  const [first, ...others] = attached.flatMap(({ path }) => path ?? [])
  const path = first ?? open?.path
  const output = textsOf(attached)
    .map(({ text }) => text)
    .join('\n')
    .slice(0, mostOutput)
  return {
    text: [prompt, ...new Set(others)].join('\n'),
    moment: 'any',
    sessionId,
    ...(path !== undefined && { path }),
    ...(first === undefined && open?.symbol !== undefined && { symbol: open.symbol }),
    ...(output !== '' && { output }),
  }
}

/** What the code is searched for. */
export function searchTextOf({ prompt, attached }: ChatQuestion): string {
  const selected = attached.filter(({ kind }) => kind === 'selection')
  return [prompt, ...selected.map(({ text }) => text.slice(0, mostWords))].join('\n')
}

export interface Found {
  recall: WindowRecall
  code: SearchReply
}

/** What the model is told: the question, and what stands before it as data. */
export interface Told {
  question: string
  beside: string
}

/** Secrets in it are masked: it may leave this machine. */
export async function toldOf(question: ChatQuestion, { recall, code }: Found): Promise<Told> {
  const text = besideText({
    notes: recall.block,
    unknown: recall.unknown,
    code: codeBlock(shownCode(code)),
    attached: attachedBlock(question.attached),
  })
  const [asked, beside] = await Promise.all([redact(question.prompt), redact(text)])
  return { question: asked.text, beside: beside.text }
}

/** Pieces of code that go into the prompt. */
export function shownCode({ hits }: SearchReply): ChunkHit[] {
  return hits.flatMap((hit) => (hit.type === 'chunk' && hit.preview !== '' ? [hit] : []))
}

function codeBlock(hits: readonly ChunkHit[]): string {
  const pieces = hits.map(({ path, span, name, preview }) => {
    const label = `${path}:${span.startLine}-${span.endLine}${name === '' ? '' : ` ${name}`}`
    return `${oneLine(label)}\n${quoteLines(preview)}`
  })
  return frame(pieces.join('\n\n'), aboutCode)
}

function attachedBlock(attached: readonly Attachment[]): string {
  let left = mostAttached
  const pieces = attached.map(({ name, path, lines, text, omitted }) => {
    const place = lines === null ? (path ?? name) : `${path ?? name}:${lines.startLine}-${lines.endLine}`
    const shown = text.slice(0, Math.max(0, left))
    left -= shown.length
    const cut = shown.length < text.length ? `the first ${shown.length} characters are shown` : omitted
    return `${oneLine(place)}${cut === null ? '' : ` (${cut})`}\n${quoteLines(shown)}`
  })
  return frame(pieces.join('\n\n'), aboutAttached)
}

function textsOf(attached: readonly Attachment[]): readonly Attachment[] {
  return attached.filter(({ kind }) => kind === 'text')
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim().slice(0, 400)
}
