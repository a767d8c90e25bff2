/** What runs between a question and its answer: the agent's loop with the tools that it is given, or with the tool memory. */

import type { ChatModel, Message } from '../../llm/model.ts'
import type { Log } from '../../memory/ports.ts'
import type { OpenContext } from '../context/context.ts'
import { type AgentEvent, type AgentOutcome, type Limits, runAgent } from '../loop.ts'
import type { ToolRunner, ToolSet } from '../ports.ts'
import type { SessionShelf, ToolStore } from '../toolbox/ports.ts'
import { addTools, currentTurn, type ToolSession } from '../toolbox/session.ts'
import type { ToolboxSettings } from '../toolbox/settings.ts'
import { openToolTurn } from '../toolbox/tool-turn.ts'
import type { MemoryName } from './credit.ts'
import { readingTools } from './own-tools.ts'
import type { Told } from './question.ts'

/** A question that is ready to be asked. */
export interface Asking {
  model: ChatModel
  /** Holds what was said before. */
  context: OpenContext
  told: Told
  /** Memories in the order of their marks; tools that recall add theirs behind. */
  shown: MemoryName[]
  limits: Limits
  onEvent(event: AgentEvent): void
  log?: Log
  signal?: AbortSignal
}

export type ChatRun = (asking: Asking) => Promise<AgentOutcome>

/** The same tools at every step. */
export function runWith(tools: (shown: MemoryName[]) => ToolSet): ChatRun {
  return async ({ told, shown, ...asking }) => {
    asking.context.ask(told.question, told.beside)
    return await runAgent({ ...asking, tools: tools(shown) })
  }
}

export interface ToolMemoryOptions {
  session: ToolSession
  store: ToolStore
  shelf: SessionShelf
  settings: ToolboxSettings
  /** What the person typed. */
  prompt: string
  /** Names of Casebook's own tools, with which a new chat begins. Default: those that only read. */
  own?: readonly string[]
  /** Names of tools that stay at hand in every turn, unless the person bans them. Default: those of `own` that only read. */
  kept?: readonly string[]
  /** Names of tools that the person put into the question. */
  named: readonly string[]
  runner(work: { shown: MemoryName[]; working: OpenContext }): ToolRunner
}

/**
 * A turn of the tool memory: the model is offered what this chat has at hand, finds more and lets go. Of what was said
 * the session keeps the question and the answer alone: the chat itself knows the rest.
 */
export function runWithToolMemory(options: ToolMemoryOptions): ChatRun {
  const { session, store, shelf, settings, prompt } = options
  return async ({ told, shown, ...asking }) => {
    const { context, model, signal } = asking
    const turn = await openToolTurn({
      session,
      store,
      settings,
      kept: keptOf(options),
      model,
      context,
      query: told.question,
      // Kept below, when the message with all that was quoted in it has left the session.
      shelf: null,
      runner: options.runner({ shown, working: context }),
      ...(signal !== undefined && { signal }),
    })
    let outcome: AgentOutcome | null = null
    try {
      await turn.prepare(told.beside)
      await layOut(options)
      const limits = { ...asking.limits, steps: Math.min(asking.limits.steps, settings.maxSteps) }
      const onEvent = (event: AgentEvent) => {
        turn.heard(event)
        asking.onEvent(event)
      }
      outcome = await runAgent({ ...asking, limits, onEvent, tools: turn })
      return outcome
    } finally {
      await turn.end(outcome)
      session.messages = said(prompt, outcome)
      await shelf.save(session)
    }
  }
}

const reading = readingTools.map(({ name }) => name)

/** Casebook is there for them: a chat that did without them for some turns needs them in the next one. */
function keptOf({ own = reading, kept }: ToolMemoryOptions): readonly string[] {
  return kept ?? own.filter((name) => reading.includes(name))
}

/** A new chat begins with Casebook's own tools, and some of them stay; what the person named comes at once. */
async function layOut(options: ToolMemoryOptions): Promise<void> {
  const { session, store, named, own = reading } = options
  const kept = keptOf(options)
  const begin = currentTurn(session) === 0 ? own : []
  const known = await store.documents([...new Set([...begin, ...kept, ...named])])
  const isNamed = new Set(named)
  const names = known.map(({ name }) => name)
  addTools(
    session,
    names.filter((name) => isNamed.has(name)),
    'named in the question',
  )
  addTools(
    session,
    names.filter((name) => kept.includes(name)),
    "Casebook's own: always at hand unless you ban it",
  )
  addTools(session, names, "Casebook's own, for a new chat")
}

function said(prompt: string, outcome: AgentOutcome | null): Message[] {
  const answer: Message[] = outcome === null ? [] : [{ role: 'assistant', content: outcome.text }]
  return [{ role: 'user', content: prompt }, ...answer]
}
