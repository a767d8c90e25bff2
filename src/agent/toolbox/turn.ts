/** One turn of a chat with the tools that it needs: the loop, with the tools of MemTool. */

import type { ChatModel } from '../../llm/model.ts'
import type { Log } from '../../memory/ports.ts'
import type { OpenContext } from '../context/context.ts'
import { openWorkingContext } from '../context/working-context.ts'
import { type AgentEvent, type AgentOutcome, type Limits, runAgent, type Trajectory } from '../loop.ts'
import type { TurnRecord } from './session.ts'
import type { ToolMode } from './settings.ts'
import { openToolTurn, type ToolTurnOptions } from './tool-turn.ts'

export interface TurnOptions extends Omit<ToolTurnOptions, 'context'> {
  /** What the chat tells its model of itself. */
  system: string
  /** Default: a new one with what the session holds. */
  context?: OpenContext
  /** What was recalled for the question, framed as data. */
  recalled?: string
  /** Default: the steps of the settings. */
  limits?: Partial<Limits>
  temperature?: number
  maxTokens?: number
  onEvent?: (event: AgentEvent) => void
  save?: (trajectory: Trajectory) => Promise<void>
  log?: Log
}

export interface TurnReply {
  text: string
  outcome: AgentOutcome
  mode: ToolMode
  turn: TurnRecord
}

/**
 * Runs a turn to its answer. Throws what the model throws, an abort, and `UserError` when the tools cannot be brought
 * below the limit. Whatever happens, the session is left fit for the next turn and is kept.
 */
export async function runTurn(options: TurnOptions): Promise<TurnReply> {
  const { settings, onEvent, recalled, context = contextOf(options) } = options
  const turn = await openToolTurn({ ...options, context })
  const limits = { tokens: unlimited, seconds: unlimited, steps: settings.maxSteps, ...options.limits }
  const hear = (event: AgentEvent) => {
    turn.heard(event)
    onEvent?.(event)
  }
  let outcome: AgentOutcome | null = null
  let record: TurnRecord
  try {
    await turn.prepare(recalled)
    outcome = await runAgent({ ...options, context, tools: turn, limits, onEvent: hear })
  } finally {
    record = await turn.end(outcome)
  }
  return { text: textOf(outcome, limits), outcome, mode: turn.mode, turn: record }
}

const unlimited = Number.POSITIVE_INFINITY

function contextOf({ system, session, model, now }: TurnOptions & { model: ChatModel }): OpenContext {
  const { messages } = session
  return openWorkingContext({ system, messages, window: model.contextTokens, ...(now && { now }) })
}

function textOf(outcome: AgentOutcome, { steps }: Limits): string {
  if (outcome.kind !== 'limit' || outcome.limit !== 'steps') return outcome.text
  return `Stopped after ${steps} steps without an answer.`
}
