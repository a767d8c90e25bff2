/** The transcript as the working memory holds it: messages with their sizes, their calls and their handles. */

import type { Message, ToolCall } from '../../llm/model.ts'
import { estimateTokens } from '../../memory/recall/records/token-estimate.ts'
import type { Expansion } from './pointers.ts'

export interface Entry {
  /** Counts up; stays when the text becomes shorter. */
  id: number
  message: Message
  /** Estimated. */
  tokens: number
  /** Characters in a request. */
  size: number
  /** The call that a result answers. */
  call: ToolCall | null
  ok: boolean
  /** Of the whole text, where the message holds a part of it. */
  handle: string | null
  /** What was opened into it. */
  opened: readonly Expansion[]
  /** Ids of entries in whose place it stands. */
  covers: readonly number[]
}

export type EntryDetail = Partial<Pick<Entry, 'call' | 'ok' | 'handle' | 'opened' | 'covers'>>

export function makeEntry(id: number, message: Message, detail: EntryDetail = {}): Entry {
  const size = JSON.stringify(message).length + 1
  const usual = { call: null, ok: true, handle: null, opened: [], covers: [] }
  return { id, message, tokens: messageTokens(message), size, ...usual, ...detail }
}

/** The same entry with another text. */
export function withText(entry: Entry, content: string, handle: string | null): Entry {
  const { call, ok, covers } = entry
  return makeEntry(entry.id, { ...entry.message, content }, { call, ok, covers, handle })
}

/** What stays together: a user's message, or an answer with the results of all its calls. */
export function groupsOf(entries: readonly Entry[]): Entry[][] {
  const groups: Entry[][] = []
  for (const entry of entries) {
    if (entry.message.role === 'tool' && groups.length > 0) groups.at(-1)?.push(entry)
    else groups.push([entry])
  }
  return groups
}

export function textOf(message: Message): string {
  if (message.role !== 'assistant' || message.calls === undefined) return message.content
  const calls = message.calls.map(({ name, arguments: given }) => `${name}(${JSON.stringify(given)})`)
  return [message.content, ...calls].filter(Boolean).join('\n')
}

function messageTokens(message: Message): number {
  return estimateTokens(textOf(message))
}

export function tokensOf(entries: readonly Entry[]): number {
  return entries.reduce((sum, { tokens }) => sum + tokens, 0)
}

/** One line for people: what this was. */
export function titleOf({ message, call }: Entry): string {
  if (message.role !== 'tool')
    return `${message.role === 'user' ? 'question' : 'answer'}: ${oneLine(message.content)}`
  const given = call === null ? '' : ` ${oneLine(JSON.stringify(call.arguments))}`
  return `result of ${message.name}${given}`
}

const longestTitle = 100

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length > longestTitle ? `${line.slice(0, longestTitle - 1)}…` : line
}
