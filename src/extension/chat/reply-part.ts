/** What an answer in the chat is made of, and stored words made harmless for it. Pure. */

import type { MemoryName } from '../../agent/chat/credit.ts'

export type ReplyPart =
  /** Markdown of our own; stored words in it went through `escaped`. */
  | { type: 'markdown'; text: string }
  /** A link to the page of a memory, inside of the text. */
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
