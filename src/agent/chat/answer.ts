/** One question of a chat: recall and search, one prompt, the agent's loop, and an answer with its citations. */

import type { ChatModel } from '../../llm/model.ts'
import { type Log, UserError } from '../../memory/ports.ts'
import { openWorkingContext } from '../context/working-context.ts'
import type { AgentEvent, AgentOutcome, Limits } from '../loop.ts'
import type { Knowledge } from '../ports.ts'
import { answerWriter, type WrittenPart } from './answer-writer.ts'
import type { ChatRun } from './chat-run.ts'
import type { MemoryName } from './credit.ts'
import { find } from './find.ts'
import { type EarlierTurn, historyMessages, mostHistory } from './history.ts'
import { systemText } from './prompts.ts'
import { type ChatQuestion, type Found, type Told, toldOf } from './question.ts'
import { tooLong } from './too-long.ts'

export type ChatEvent =
  | WrittenPart
  /** What the memory and the code know of the question; comes once, before any text. */
  | { type: 'found'; found: Found }
  /** A tool is at work. */
  | Extract<AgentEvent, { type: 'call' | 'result' }>

export interface ChatOptions {
  question: ChatQuestion
  earlier: readonly EarlierTurn[]
  /** Asked for every root that the question may be about. */
  knowledge: Pick<Knowledge, 'recall' | 'search'>
  model: ChatModel
  /** See chat-run.ts. */
  run: ChatRun
  /** Whether the repository has this file. */
  hasFile(path: string): Promise<boolean>
  onEvent(event: ChatEvent): void
  limits?: Limits
  log?: Log
  signal?: AbortSignal
}

export interface ChatAnswer {
  outcome: AgentOutcome
  found: Found
  /** In the order in which they were named, each once. */
  cited: MemoryName[]
  /** All that a mark stands for, `[m1]` first. */
  shown: MemoryName[]
}

/** A question is no task: whoever needs more asks again. */
export const chatLimits: Limits = { steps: 16, tokens: 400_000, seconds: 300 }

/** Throws what memory and model throw, and the reason of an abort; what was said until then has been told. */
export async function answerQuestion(options: ChatOptions): Promise<ChatAnswer> {
  const { question, model, onEvent, log, signal } = options
  const found = await find(options)
  signal?.throwIfAborted()
  onEvent({ type: 'found', found })
  const shown = found.recall.memories.map(({ root, record }) => ({ root, id: record.id }))
  const writer = answerWriter({
    shown,
    hasFile: options.hasFile,
    onPart: (part) => {
      if (!signal?.aborted) onEvent(part)
    },
  })
  const told = await toldOf(question, found)
  const earlier = await historyMessages(options.earlier, historyRoom(model, told))
  const context = openWorkingContext({ system: systemText, window: model.contextTokens, messages: earlier })
  try {
    const outcome = await options.run({
      model,
      context,
      told,
      shown,
      limits: options.limits ?? chatLimits,
      onEvent: (event) => follow(event, writer, onEvent),
      ...(log !== undefined && { log }),
      ...(signal !== undefined && { signal }),
    })
    await writer.end()
    return { outcome, found, shown, cited: writer.cited() }
  } catch (error) {
    throw error instanceof UserError ? tooLong(error, { question, earlier, told, model }) : error
  } finally {
    // Also what was held back when it failed.
    await writer.end()
  }
}

/** Characters for earlier turns: where the model's room is known, a quarter of what the question leaves. */
function historyRoom({ contextTokens }: ChatModel, { question, beside }: Told): number {
  if (contextTokens === null) return mostHistory
  const taken = question.length + beside.length + systemText.length
  return Math.max(0, Math.min(mostHistory, Math.floor((contextTokens * charactersOfToken - taken) / 4)))
}

/** Cautious: code has short tokens. */
const charactersOfToken = 3

function follow(
  event: AgentEvent,
  writer: ReturnType<typeof answerWriter>,
  onEvent: ChatOptions['onEvent'],
): void {
  if (event.type === 'call') writer.flush()
  if (event.type === 'step') writer.breakOff()
  else if (event.type === 'text') writer.write(event.text)
  else if (event.type === 'call' || event.type === 'result') onEvent(event)
}
