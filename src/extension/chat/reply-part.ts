/** What an answer in the chat is made of, and stored words made harmless for it. Pure. */

import type { MemoryName } from '../../agent/chat/credit.ts'

export type ReplyPart =
  /** Markdown of our own; stored words in it went through `escaped`. */
  | { type: 'markdown'; text: string }
  /** A link to the page of a memory, inside of the text; `title` is seen above the link. */
  | { type: 'memory'; memory: MemoryName; title: string; label: string }
  | { type: 'commit'; root: string; sha: string }
  | { type: 'place'; root: string; path: string; line: number }
  | { type: 'button'; title: string; command: string; args: unknown[] }

export function markdown(text: string): ReplyPart {
  return { type: 'markdown', text }
}

/** Text that Markdown shows as it is: no link, no image, no block of its own. On one line, cut to `most` characters. */
export function escaped(text: string, most = 400): string {
  const line = text.replace(/\s+/g, ' ').trim()
  const short = line.length > most ? `${line.slice(0, most - 1).trimEnd()}…` : line
  return short
    .replace(/[\\`*_{}[\]()#+\-!|~$:]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
}

/** The same for several lines, as a quotation. */
export function quoted(text: string, most = 2_000): string {
  const short = text.length > most ? `${text.slice(0, most - 1).trimEnd()}…` : text
  const lines = short.split('\n').map((line) => `> ${escaped(line, most)}`.trimEnd())
  return lines.join('  \n')
}

/** The commands that links of an answer may run: they show pages, and whoever wrote the link does no more by it. */
export const linkedCommands = ['casebook.openMemory', 'casebook.examineCommit']

export function commandLink(label: string, command: string, argument: object, title = ''): string {
  const query = encodeURIComponent(JSON.stringify([argument])).replace(/[()']/g, percent)
  const hover = title === '' ? '' : ` "${escaped(title, 120).replaceAll('"', '&quot;')}"`
  return `[${escaped(label, 60)}](command:${command}?${query}${hover})`
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16)}`
}

/** An answer as a model may read it again: without the links to memories, whose marks count for one turn alone. */
export function withoutLinks(text: string): string {
  return text.replace(/ ?\[\\\[m\d+\\\]\]\(command:[^)\s]*(?: "[^"]*")?\)/g, '')
}
