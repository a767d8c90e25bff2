/** The agent's loop: ask, run what was called, ask again, until it answers or a limit is met. */

import type { ChatModel, ToolCall, Usage } from '../llm/model.ts'
import type { Epoch, WorkingContext } from './context/context.ts'
import type { ToolResult, ToolSet } from './ports.ts'

/** What one run may take at most. */
export interface Limits {
  /** Answers of the model. */
  steps: number
  /** Of all requests and answers together. */
  tokens: number
  seconds: number
}

export type AgentEvent =
  | { type: 'step'; step: number }
  /** A piece of what the model says, as it comes. */
  | { type: 'text'; text: string }
  | { type: 'call'; call: ToolCall }
  | { type: 'result'; call: ToolCall; result: ToolResult; milliseconds: number }
  | { type: 'usage'; usage: Usage }
  | { type: 'epoch'; epoch: Epoch }

/** How a run ended. `text`: what the model said last. */
export type AgentOutcome =
  | { kind: 'answered'; text: string }
  | { kind: 'limit'; limit: keyof Limits; text: string }

export interface AgentOptions {
  model: ChatModel
  context: WorkingContext
  tools: ToolSet
  limits: Limits
  onEvent?: (event: AgentEvent) => void
  /** Called in any case, also after a failure or a stop: what happened is kept. */
  save?: (trajectory: Trajectory) => Promise<void>
  /** Unix milliseconds. */
  now?: () => number
  signal?: AbortSignal
}

/** What happened in a run. Requests are the bytes that were asked with, so that any of them can be shown again. */
export interface Trajectory {
  model: string
  startedAt: number
  endedAt: number
  steps: {
    at: number
    usage: Usage | null
    text: string
    calls: { call: ToolCall; result: ToolResult | null }[]
  }[]
  outcome: AgentOutcome | { kind: 'failed'; message: string } | { kind: 'stopped' }
}
