/** The working memory of a run: a stable beginning, what was said since, and what changes at its end. */

import type { Message, OfferedTool } from '../../llm/model.ts'

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
  append(...messages: Message[]): void
  /** Stable up to its end: state and recall stand last. `tools` count for the size and for the prefix. */
  prompt(tools: readonly OfferedTool[]): Prompt
  /** Where it is full or was asked for: makes room. Null: nothing changed. */
  settle(tools: readonly OfferedTool[]): Epoch | null
}
