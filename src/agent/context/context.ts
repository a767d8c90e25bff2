/** The working memory of a run: a stable beginning, what was said since, and what changes at its end. */

import { createHash } from 'node:crypto'
import type { Message, OfferedTool, ToolCall } from '../../llm/model.ts'
import type { OpenedMemory } from '../../protocol-memories.ts'
import type { ToolResult } from '../ports.ts'
import type { Asked } from './pointers.ts'
import type { StateEvent, WorkState } from './state.ts'

/** Why and how the beginning of the prompt changed. The one moment at which it may. */
export interface Epoch {
  id: string
  /** Unix milliseconds. */
  at: number
  /** In words for people. */
  reason: string
  /** SHA-256 of the prompt before and after. */
  before: string
  after: string
  tokensBefore: number
  tokensAfter: number
  /** What left the prompt, each with the handle that brings it back. */
  left: { what: string; handle: string | null; tokens: number }[]
}

/** What the next request holds. */
export interface Prompt {
  system: string
  messages: readonly Message[]
}

/** Appended to and read from by the loop. */
export interface WorkingContext {
  /** As they are. Questions of a person come by `OpenContext.ask`, results by `receive`. */
  append(...messages: Message[]): void
  /** The result of a call: a long one enters as a preview with a handle. */
  receive(call: ToolCall, result: ToolResult): Promise<void>
  /** What the tools themselves want said in the system text. Counts from the next `settle` on. */
  describe(tools: string): void
  /** Stable up to its end: state and recall stand last. `tools` count for the size and for the prefix. */
  prompt(tools: readonly OfferedTool[]): Prompt
  /**
   * Before each request: logs what changed at the beginning of the prompt (tools, system text), and where it is full
   * or was asked for makes room. Null: the beginning stays as it was.
   */
  settle(tools: readonly OfferedTool[]): Promise<Epoch | null>
  /** Gives every call that has no result this one: what comes next finds a valid transcript. */
  close(content: string): void
}

/** One prompt, whole: what was asked with. */
export interface Shown extends Prompt {
  tools: readonly OfferedTool[]
}

export interface OpenContext extends WorkingContext {
  /** A question of the person; what was recalled for it goes before it, once, and stays as it is. */
  ask(question: string, recalled?: string): void
  /** What a handle leads to: each line at most once per window. For the tool that opens handles. */
  open(handle: string, range?: Asked): Promise<OpenedMemory>
  /** Wishes of the agent: they count from the next epoch on. */
  note(text: string): void
  drop(handle: string): void
  /** What happened, for the state of the work. Calls and their results are seen without it. */
  observe(...events: StateEvent[]): void
  /** An epoch at the next step: the person asked for it, or an episode ended. */
  request(reason: string): void
  /** Another transcript, for a reason that is written down. */
  replace(messages: readonly Message[], reason: string): void
  /** The transcript, for whoever keeps it. */
  messages(): Message[]
  state(): WorkState
  /** Oldest first. */
  epochs(): readonly Epoch[]
  /** The prompt on both sides of an epoch; null: no such one. */
  inspect(id: string): { before: Shown; after: Shown } | null
  /** Brings back what left in an epoch, by another one. Throws `UserError` when it is not known or does not fit. */
  restore(id: string): void
}

/** A prompt as caches of providers see it: tools, then the system text, then messages. */
export function promptBytes(tools: readonly OfferedTool[], { system, messages }: Prompt): string {
  return JSON.stringify([tools, system, ...messages])
}

/** Hex SHA-256 of `promptBytes`. */
export function promptHash(tools: readonly OfferedTool[], prompt: Prompt): string {
  return createHash('sha256').update(promptBytes(tools, prompt)).digest('hex')
}
