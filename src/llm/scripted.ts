/** What a model says by a script, and when: for tests, for benchmarks, and for trying Casebook without any model. */

import { UserError } from '../memory/ports.ts'
import type { Message, Usage } from './model.ts'

/** What a scripted answer goes by. */
export interface Asked {
  system: string
  /** The newest message of the user. */
  lastUser: string
  /** Names of the offered tools. */
  tools: readonly string[]
  /** What tools answered since then, oldest first. */
  results: readonly { callId: string; content: string }[]
}

/** What is said; `tool_calls` name a tool with its arguments. */
export interface ScriptedAnswer {
  content?: string
  tool_calls?: readonly { name: string; arguments: unknown }[]
  usage?: Usage
  finish?: 'stop' | 'length' | 'content_filter'
  refusal?: string
  /** Milliseconds before the first piece. */
  delay?: number
  /** Milliseconds between two pieces. */
  pause?: number
  /** Does not come to its end. */
  breaks?: Break
}

/** `cut`: the connection ends. `error`: the server reports `message`. `silence`: nothing more comes. */
export interface Break {
  /** Pieces that come before. */
  after: number
  how: 'cut' | 'error' | 'silence'
  message?: string
}

/** Absent: fits every question. */
export interface When {
  system?: RegExp
  lastUser?: RegExp
  /** Fits where one of the offered tools has such a name; null: where none is offered. */
  tool?: RegExp | null
  /** Fits the newest result since the user spoke; null: where there is none yet. */
  result?: RegExp | null
}

export interface ScriptEntry {
  when?: When
  reply: string | ScriptedAnswer | ((asked: Asked) => string | ScriptedAnswer)
  /** How often it answers. Default 1. */
  times?: number
}

/** In order: the first entry that fits and has not answered often enough. */
export type Script = readonly ScriptEntry[]

/** The next answer of a script; each call uses one up. Throws `UserError` with the question where none fits. */
export function playScript(script: Script): (asked: Asked) => ScriptedAnswer {
  const left = script.map(({ times = 1 }) => times)
  return (asked) => {
    const at = script.findIndex((entry, index) => (left[index] ?? 0) > 0 && fits(entry.when ?? {}, asked))
    const entry = script[at]
    if (entry === undefined) throw unexpected(asked)
    left[at] = (left[at] ?? 0) - 1
    const reply = typeof entry.reply === 'function' ? entry.reply(asked) : entry.reply
    return typeof reply === 'string' ? { content: reply } : reply
  }
}

function fits({ system, lastUser, tool, result }: When, asked: Asked): boolean {
  const { tools, results } = asked
  return (
    (system?.test(asked.system) ?? true) &&
    (lastUser?.test(asked.lastUser) ?? true) &&
    (tool === null ? tools.length === 0 : tool === undefined || tools.some((name) => tool.test(name))) &&
    (result === null
      ? results.length === 0
      : result === undefined || result.test(results.at(-1)?.content ?? ''))
  )
}

function unexpected({ system, lastUser, results }: Asked): UserError {
  const after = results.length === 0 ? '' : `, after ${results.length} results of tools`
  const question = `system "${system.slice(0, 120)}", user "${lastUser.slice(0, 240)}"${after}`
  return new UserError(`The script has no answer to: ${question}`, 'Add an entry for it to the script.')
}

/** What a script sees of a conversation. */
export function askedOf(
  system: string,
  messages: readonly Message[],
  tools: readonly { name: string }[] = [],
): Asked {
  const last = messages.findLastIndex(({ role }) => role === 'user')
  const results = messages
    .slice(last + 1)
    .flatMap((message) =>
      message.role === 'tool' ? [{ callId: message.callId, content: message.content }] : [],
    )
  return { system, lastUser: messages[last]?.content ?? '', tools: tools.map(({ name }) => name), results }
}

/** A text in the pieces in which it is said: words with the space before them. */
export function piecesOf(text: string): string[] {
  return text.match(/\s*\S+|\s+$/g) ?? []
}
