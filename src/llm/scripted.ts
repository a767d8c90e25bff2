/** A model that answers by a script: for tests, and for trying Casebook without any model. */

import { type ChatReply, type ChatRequest, type Llm, UserError } from '../memory/ports.ts'

/** What a scripted answer goes by: the system text and the newest message of the user. */
export interface Asked {
  system: string
  lastUser: string
}

/** What is said; `tool_calls` name a tool with its arguments. */
export interface ScriptedAnswer {
  content?: string
  tool_calls?: readonly { name: string; arguments: unknown }[]
  usage?: { inputTokens: number; outputTokens: number }
  finish?: 'stop' | 'length' | 'content_filter'
  refusal?: string
}

export interface ScriptEntry {
  /** Absent: fits every question. */
  when?: { system?: RegExp; lastUser?: RegExp }
  reply: string | ScriptedAnswer | ((asked: Asked) => string)
  /** How often it answers. Default 1. */
  times?: number
}

/** In order: the first entry that fits and has not answered often enough. */
export type Script = readonly ScriptEntry[]

export interface ScriptedModel extends Llm {
  /** Every question so far, oldest first. */
  readonly requests: readonly ChatRequest[]
}

/** Throws `UserError` for a question that the script has no answer to: a test then fails with what was asked. */
export function scriptedModel(script: Script): ScriptedModel {
  const play = playScript(script)
  const requests: ChatRequest[] = []
  return {
    id: 'scripted@here',
    remote: false,
    requests,
    async chat(request: ChatRequest, signal?: AbortSignal): Promise<ChatReply> {
      signal?.throwIfAborted()
      requests.push(structuredClone(request))
      const lastUser = request.messages.findLast(({ role }) => role === 'user')?.content ?? ''
      const { content = '', usage } = play({ system: request.system, lastUser })
      return { text: content, model: 'scripted', usage: usage ?? null }
    },
  }
}

/** The next answer of a script; each call uses one up. */
export function playScript(script: Script): (asked: Asked) => ScriptedAnswer {
  const left = script.map(({ times = 1 }) => times)
  return (asked) => {
    const at = script.findIndex((entry, index) => (left[index] ?? 0) > 0 && fits(entry, asked))
    const entry = script[at]
    if (entry === undefined) throw unexpected(asked)
    left[at] = (left[at] ?? 0) - 1
    const reply = typeof entry.reply === 'function' ? entry.reply(asked) : entry.reply
    return typeof reply === 'string' ? { content: reply } : reply
  }
}

function fits({ when }: ScriptEntry, { system, lastUser }: Asked): boolean {
  return (when?.system?.test(system) ?? true) && (when?.lastUser?.test(lastUser) ?? true)
}

function unexpected({ system, lastUser }: Asked): UserError {
  const question = `system "${system.slice(0, 120)}", user "${lastUser.slice(0, 240)}"`
  return new UserError(`The script has no answer to: ${question}`, 'Add an entry for it to the script.')
}
