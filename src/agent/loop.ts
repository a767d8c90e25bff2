/** The agent's loop: ask, run what was called, ask again, until it answers or a limit is met. */

import type { ChatModel, Message, ModelReply, OfferedTool, ToolCall, Usage } from '../llm/model.ts'
import type { Log } from '../memory/ports.ts'
import { estimateTokens } from '../memory/recall/records/token-estimate.ts'
import { isMalformed, performCall } from './calls.ts'
import { type Epoch, promptBytes, promptHash, type WorkingContext } from './context/context.ts'
import type { ToolResult, ToolSet } from './ports.ts'

/** What one run may take at most; looked at between steps. `Infinity`: no limit. */
export interface Limits {
  /** Answers of the model. */
  steps: number
  /** Of all requests and answers together; estimated where the server counts none. */
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

/** Answers that lead nowhere: without a word, cut off, with arguments that are no JSON, or withheld by the server. */
export type Fault = 'empty' | 'length' | 'arguments' | 'filter'

/** How a run ended. `text`: what the model said last. */
export type AgentOutcome =
  | { kind: 'answered'; text: string }
  | { kind: 'limit'; limit: keyof Limits; text: string }
  /** Twice in a row, the second time after it was told; `filter` at once. */
  | { kind: 'unusable'; fault: Fault; text: string }

export interface AgentOptions {
  model: ChatModel
  context: WorkingContext
  tools: ToolSet
  limits: Limits
  temperature?: number
  /** Of one answer. */
  maxTokens?: number
  onEvent?: (event: AgentEvent) => void
  /** Called in any case, also after a failure or a stop: what happened is kept. */
  save?: (trajectory: Trajectory) => Promise<void>
  /** Hears why a tool broke and why `save` did. */
  log?: Log
  /** Unix milliseconds. */
  now?: () => number
  signal?: AbortSignal
}

/** What happened in a run. */
export interface Trajectory {
  model: string
  startedAt: number
  endedAt: number
  steps: TrajectoryStep[]
  outcome: AgentOutcome | { kind: 'failed'; message: string } | { kind: 'stopped' }
}

export interface TrajectoryStep {
  at: number
  /** SHA-256 of the prompt that was sent, see `promptHash`. */
  prompt: string
  usage: Usage | null
  text: string
  calls: { call: ToolCall; result: ToolResult | null }[]
}

/** What the steps of one run share. */
interface Run extends AgentOptions {
  now: () => number
  trajectory: Trajectory
  tokens: number
  /** Last words; grows while an answer that was cut off goes on. */
  said: string
  /** What went wrong in the step before, and was told. */
  told: Fault | null
}

/**
 * Throws what the model throws, and the reason of an abort. Whatever happens, no call of the transcript is left
 * without a result, and the trajectory is saved.
 */
export async function runAgent(options: AgentOptions): Promise<AgentOutcome> {
  const { model, context, now = Date.now, signal } = options
  const startedAt = now()
  const stopped = { kind: 'stopped' } as const
  const trajectory: Trajectory = {
    model: model.id,
    startedAt,
    endedAt: startedAt,
    steps: [],
    outcome: stopped,
  }
  const run: Run = { ...options, now, trajectory, tokens: 0, said: '', told: null }
  try {
    const outcome = await work(run)
    trajectory.outcome = outcome
    return outcome
  } catch (error) {
    if (!signal?.aborted) trajectory.outcome = { kind: 'failed', message: messageOf(error) }
    throw error
  } finally {
    context.close('Stopped before it ran.')
    trajectory.endedAt = now()
    await keep(run)
  }
}

async function work(run: Run): Promise<AgentOutcome> {
  for (;;) {
    const limit = limitMet(run)
    if (limit !== null) return { kind: 'limit', limit, text: run.said }
    const outcome = await takeStep(run)
    if (outcome !== null) return outcome
  }
}

function limitMet({ limits, trajectory, tokens, now }: Run): keyof Limits | null {
  if (trajectory.steps.length >= limits.steps) return 'steps'
  if (tokens >= limits.tokens) return 'tokens'
  return now() - trajectory.startedAt >= limits.seconds * 1000 ? 'seconds' : null
}

/** One answer of the model, and all that it called. Null: it goes on. */
async function takeStep(run: Run): Promise<AgentOutcome | null> {
  const { context, trajectory, onEvent } = run
  const tools = await run.tools.offered()
  onEvent?.({ type: 'step', step: trajectory.steps.length + 1 })
  context.describe(run.tools.about?.() ?? '')
  const epoch = await context.settle(tools)
  if (epoch !== null) onEvent?.({ type: 'epoch', epoch })
  const { text, calls, finish } = await ask(run, tools)
  if (text !== '' || calls.length > 0) context.append(answerOf(text, calls))
  if (calls.length === 0) return conclude(run, text, finish)
  run.said = text
  const malformed = await callAll(run, tools, calls)
  return malformed ? faulty(run, 'arguments') : well(run)
}

async function ask(run: Run, tools: readonly OfferedTool[]): Promise<ModelReply> {
  const { context, trajectory, temperature, maxTokens, now, signal, onEvent } = run
  const prompt = context.prompt(tools)
  const request = {
    purpose: 'work',
    ...prompt,
    ...(tools.length > 0 && { tools }),
    ...(temperature !== undefined && { temperature }),
    ...(maxTokens !== undefined && { maxTokens }),
  }
  const step: TrajectoryStep = {
    at: now(),
    prompt: promptHash(tools, prompt),
    usage: null,
    text: '',
    calls: [],
  }
  trajectory.steps.push(step)
  signal?.throwIfAborted()
  try {
    for await (const event of run.model.stream(request, signal)) {
      if (event.type === 'reply') return heard(run, step, event.reply, tools)
      step.text += event.text
      onEvent?.(event)
    }
  } catch (error) {
    // The person has read it: the next question may be about it.
    if (step.text !== '') context.append(answerOf(step.text, []))
    throw error
  }
  throw new Error(`${run.model.id} ended its answer without a reply`)
}

function heard(run: Run, step: TrajectoryStep, reply: ModelReply, tools: readonly OfferedTool[]): ModelReply {
  const { text, calls, usage } = reply
  Object.assign(step, { text, usage, calls: calls.map((call) => ({ call, result: null })) })
  if (usage !== null) run.onEvent?.({ type: 'usage', usage })
  run.tokens +=
    usage === null
      ? estimateTokens(promptBytes(tools, run.context.prompt(tools))) + estimateTokens(text)
      : usage.inputTokens + usage.outputTokens
  return reply
}

function answerOf(content: string, calls: readonly ToolCall[]): Message {
  return { role: 'assistant', content, ...(calls.length > 0 && { calls: [...calls] }) }
}

/** In their order, one after the other: the second may rest on the first. True: none could be read. */
async function callAll(
  run: Run,
  tools: readonly OfferedTool[],
  calls: readonly ToolCall[],
): Promise<boolean> {
  const { context, trajectory, onEvent, now, signal } = run
  const offered = new Map(tools.map((tool) => [tool.name, tool]))
  const record = trajectory.steps.at(-1)?.calls ?? []
  for (const [at, call] of calls.entries()) {
    signal?.throwIfAborted()
    onEvent?.({ type: 'call', call })
    const started = now()
    const result = await performCall(run, call, offered.get(call.name))
    record[at] = { call, result }
    await context.receive(call, result)
    onEvent?.({ type: 'result', call, result, milliseconds: now() - started })
  }
  return calls.every(isMalformed)
}

/** What an answer without a call comes to. */
function conclude(run: Run, text: string, finish: ModelReply['finish']): AgentOutcome | null {
  run.said = run.told === 'length' ? run.said + text : text
  if (finish === 'filter') return { kind: 'unusable', fault: 'filter', text: run.said }
  if (finish === 'length') return faulty(run, 'length')
  if (text.trim() === '') return faulty(run, 'empty')
  return { kind: 'answered', text: run.said }
}

const remarks: Partial<Record<Fault, string>> = {
  empty: 'Your answer was empty. Answer in words, or call a tool.',
  length:
    'Your answer was cut off: it was too long. Go on exactly where it ended, and come to the end shortly.',
}

/** The first time the model is told, the second time in a row it ends. Bad arguments were told as results. */
function faulty(run: Run, fault: Fault): AgentOutcome | null {
  if (run.told === fault) return { kind: 'unusable', fault, text: run.said }
  run.told = fault
  const remark = remarks[fault]
  if (remark !== undefined) run.context.append({ role: 'user', content: remark })
  return null
}

function well(run: Run): null {
  run.told = null
  return null
}

/** A trajectory that cannot be kept must not hide how the run ended. */
async function keep({ save, trajectory, log }: Run): Promise<void> {
  try {
    await save?.(trajectory)
  } catch (error) {
    log?.error('The trajectory of a run could not be saved', error)
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
