/** The tools of one turn of a chat, by MemTool's three modes: made ready, offered, searched and removed on the way. */

import {
  type ChatModel,
  complete,
  type ModelReply,
  type ModelRequest,
  type OfferedTool,
  type ToolCall,
} from '../../llm/model.ts'
import { UserError } from '../../memory/ports.ts'
import type { OpenContext } from '../context/context.ts'
import type { AgentEvent, AgentOutcome } from '../loop.ts'
import type { ToolResult, ToolRunner, ToolSet } from '../ports.ts'
import { type ToolDocument, tokensOf } from './document.ts'
import { cutHistory, tokensOf as messageTokens, transcript, withSummary } from './history.ts'
import {
  addedText,
  badArguments,
  keywordsOf,
  limitText,
  metaTools,
  namesOf,
  removedText,
  removeName,
  searchName,
} from './meta-tools.ts'
import type { SessionShelf, ToolStore } from './ports.ts'
import {
  aboutAutonomous,
  aboutHybrid,
  aboutWorkflow,
  type PromptState,
  prunePrompt,
  readList,
  searchPrompt,
  stateText,
  summaryPrompt,
} from './prompts.ts'
import { leastRecent, unusedTools } from './prune.ts'
import {
  activeNames,
  addTools,
  currentTurn,
  dropGone,
  newTurn,
  removeTools,
  type ToolSession,
  type TurnRecord,
  touchTool,
} from './session.ts'
import { modeFor, type ToolboxSettings, type ToolMode } from './settings.ts'

export interface ToolTurnOptions {
  session: ToolSession
  /** What the user says. */
  query: string
  /** Holds what was said before: that of the session, or the one that a chat goes on with. */
  context: OpenContext
  store: ToolStore
  /** Null: the session is not kept. */
  shelf: SessionShelf | null
  /** The worker. */
  model: ChatModel
  /** Prunes, searches and sums up; default: the worker. A small model will do. */
  controller?: ChatModel
  runner: ToolRunner
  /** Names of tools that stay as if they were pinned, unless the person bans them. Default: none. */
  kept?: readonly string[]
  settings: ToolboxSettings
  now?: () => number
  signal?: AbortSignal
}

/** What the loop is offered. Between `openToolTurn` and `end`, whatever happens. */
export interface ToolTurn extends ToolSet {
  readonly mode: ToolMode
  /**
   * Shortens the chat, asks the question (what was recalled for it goes before it), prunes and searches. Throws
   * `UserError` when the tools cannot be brought below the limit, and what the model throws.
   */
  prepare(recalled?: string): Promise<void>
  /** What the loop does belongs into the record of the turn. */
  heard(event: AgentEvent): void
  /** Leaves the session fit for the next turn and keeps it. Null: it failed or was stopped. */
  end(outcome: AgentOutcome | null): Promise<TurnRecord>
}

/** All that the steps of one turn share. */
interface Turn extends ToolTurnOptions {
  mode: ToolMode
  record: TurnRecord
  /** Tokens of all tools of the store. */
  allTokens: number
  /** Tools of the last request. */
  count: number
  /** The tools do not fit and nothing was given up: the next step does not begin. */
  failure: UserError | null
}

/** Begins a turn of the session. Asks no model. */
export async function openToolTurn(options: ToolTurnOptions): Promise<ToolTurn> {
  const { session, store, settings, model, now = Date.now } = options
  const mode = modeFor(settings, model.id, session.mode ?? undefined)
  const record = { ...newTurn(now()), mode }
  session.turns.push(record)
  const turn: Turn = { ...options, mode, record, allTokens: await store.tokens(), count: 0, failure: null }
  return {
    mode,
    prepare: (recalled) => prepare(turn, recalled),
    offered: () => offer(turn),
    about: () => about(turn),
    run: (call, signal) => perform(turn, call, signal),
    refuse: (call) => refuse(turn, call),
    heard: (event) => hear(turn, event),
    end: (outcome) => end(turn, outcome),
  }
}

async function prepare(turn: Turn, recalled: string | undefined): Promise<void> {
  await shorten(turn)
  turn.context.ask(turn.query, recalled)
  await active(turn)
  await makeReady(turn)
}

async function end(turn: Turn, outcome: AgentOutcome | null): Promise<TurnRecord> {
  const { session, context, record, shelf, signal } = turn
  if (outcome === null && signal?.aborted === true) record.outcome = 'stopped'
  else if (outcome === null || outcome.kind === 'unusable') record.outcome = 'failed'
  else record.outcome = outcome.kind === 'answered' ? 'answered' : 'steps'
  context.close('Stopped before it ran.')
  session.messages = context.messages()
  record.countEnd = session.active.length
  await shelf?.save(session)
  return record
}

function hear({ record, mode }: Turn, event: AgentEvent): void {
  if (event.type === 'step') record.completions.work = (record.completions.work ?? 0) + 1
  else if (event.type === 'usage') {
    record.tokens.input += event.usage.inputTokens
    record.tokens.output += event.usage.outputTokens
  } else if (event.type === 'result') {
    const { call, result } = event
    if (metaTools[mode].every(({ name }) => name !== call.name))
      record.calls.push({ name: call.name, ok: result.ok })
  }
}

/** H of the paper: before the question comes in, and never on tools. */
async function shorten(turn: Turn): Promise<void> {
  const { context, settings } = turn
  const messages = context.messages()
  if (messageTokens(messages) <= settings.historyTokens) return
  const { dropped, kept } = cutHistory(messages, settings.historyTokens * cutTo)
  if (dropped.length === 0) return
  if (settings.history === 'truncate')
    return context.replace(kept, 'the chat was too long: its oldest turns left')
  const said = [{ role: 'user' as const, content: transcript(dropped) }]
  const { text } = await ask(turn, { purpose: 'summarise', system: summaryPrompt, messages: said })
  context.replace(withSummary(kept, text), 'the chat was too long: its oldest turns were summed up')
}

/** Below the limit by so much, so that the beginning of the prompt does not change again at the next turn. */
const cutTo = 0.6

/** The tools at hand as they are known now: what left the store meanwhile leaves the session, too. */
async function active({ store, session }: Turn): Promise<ToolDocument[]> {
  const documents = await store.documents(activeNames(session))
  const known = new Set(documents.map(({ name }) => name))
  dropGone(session, (name) => known.has(name))
  return documents
}

/** What happens before the worker's first step. */
async function makeReady(turn: Turn): Promise<void> {
  const { mode, settings, session } = turn
  if (settings.pruner === 'unused') {
    const names = unusedTools(session.active, currentTurn(session), settings, held(turn))
    removeTools(session, names, 'unused')
  } else if (mode !== 'autonomous' && session.active.length > 0)
    await prune(turn, 'not needed for the question')
  if (mode !== 'workflow') return
  const keywords = await searchWish(turn)
  if (keywords.length > 0) await addWithin(turn, keywords)
}

/** Keywords of the one search of Workflow. */
async function searchWish(turn: Turn): Promise<string[]> {
  const wish = await listFrom(turn, 'search', searchPrompt)
  return wish.map((word) => word.trim()).filter((word) => word !== '')
}

/** One completion that names tools to remove; returns how many went. Names must match to the letter. */
async function prune(turn: Turn, why: string): Promise<number> {
  const names = await listFrom(turn, 'prune', prunePrompt)
  const { removed, unknown } = removeTools(turn.session, names, why, held(turn))
  turn.record.hallucinated += unknown.length
  return removed.length
}

/** A fresh completion without tools: it sees the tools at hand and the question, nothing else. */
async function listFrom(turn: Turn, purpose: 'prune' | 'search', system: string): Promise<string[]> {
  const content = stateText(await active(turn), turn.query)
  const { text } = await ask(turn, { purpose, system, messages: [{ role: 'user', content }] })
  const list = readList(text)
  if (list === null) turn.record.unreadable++
  return list ?? []
}

/** Workflow and Hybrid: adds what is found, then prunes until all fits. Returns the answer for a model. */
async function addWithin(turn: Turn, keywords: readonly string[]): Promise<string> {
  const { session } = turn
  const found = await find(turn, keywords)
  const added = addTools(session, found, `found for ${keywords.join(', ')}`)
  try {
    while (count(turn) > turn.settings.limit) {
      if ((await makeRoom(turn)) === 0) throw overLimit(turn)
    }
  } catch (error) {
    removeTools(session, added, 'no room')
    throw error
  }
  const stayed = new Set(activeNames(session))
  return addedText(
    added.filter((name) => stayed.has(name)),
    found.filter((name) => !added.includes(name)),
  )
}

async function makeRoom(turn: Turn): Promise<number> {
  const { session, settings } = turn
  if (settings.pruner === 'model') return prune(turn, 'to stay within the limit')
  const names = leastRecent(session.active, count(turn) - settings.limit, held(turn))
  return removeTools(session, names, 'to stay within the limit').removed.length
}

class OverLimit extends UserError {}

function overLimit(turn: Turn): OverLimit {
  const { settings, model } = turn
  const remedy =
    'Unpin tools of this chat, choose the mode Autonomous for it, or let the rule prune (pruner: unused).'
  return new OverLimit(
    `${count(turn)} tools would be offered to ${model.id}, the limit is ${settings.limit}, and none was given up.`,
    remedy,
  )
}

async function find({ store, settings, session }: Turn, keywords: readonly string[]): Promise<string[]> {
  const found = await store.search(keywords, { k: settings.topK, without: session.banned })
  return found.map(({ name }) => name)
}

/** Tools of the next request: the paper's |T|. */
function count({ session, mode }: Turn): number {
  return session.active.length + metaTools[mode].length
}

/** What neither a model nor a rule removes. */
function held({ session, kept = [] }: Turn): string[] {
  return [...session.pinned, ...kept]
}

const texts: Record<ToolMode, (state: PromptState) => string> = {
  autonomous: aboutAutonomous,
  workflow: aboutWorkflow,
  hybrid: aboutHybrid,
}

/** In the order in which they came: what stays keeps its place in the request. */
async function offer(turn: Turn): Promise<OfferedTool[]> {
  if (turn.failure !== null) throw turn.failure
  const documents = await active(turn)
  const tools = [
    ...metaTools[turn.mode],
    ...documents.map(({ name, description, schema }) => ({ name, description, schema })),
  ]
  turn.count = tools.length
  turn.record.tokens.offered += tools.reduce((sum, tool) => sum + tokensOf(tool), 0)
  turn.record.tokens.all += turn.allTokens
  return tools
}

/** Autonomous counts its tools here (MemTool): a changed count comes with changed tools, so it costs no cache of its own. */
function about({ mode, count, settings, now = Date.now }: Turn): string {
  const date = new Date(now()).toISOString().slice(0, 10)
  return texts[mode]({ count, limit: settings.limit, date })
}

/** A completion beside the work. */
async function ask(turn: Turn, request: ModelRequest): Promise<ModelReply> {
  const { model, controller = model, record, signal } = turn
  signal?.throwIfAborted()
  record.completions[request.purpose] = (record.completions[request.purpose] ?? 0) + 1
  const reply = await complete(controller, request, { signal })
  record.tokens.input += reply.usage?.inputTokens ?? 0
  record.tokens.output += reply.usage?.outputTokens ?? 0
  return reply
}

async function perform(turn: Turn, call: ToolCall, signal: AbortSignal | undefined): Promise<ToolResult> {
  if (call.name === searchName) return told(await searchCall(turn, call))
  if (call.name === removeName) return told(removeCall(turn, call))
  touchTool(turn.session, call.name)
  return turn.runner.run(call, signal)
}

function told(content: string): ToolResult {
  return { content, ok: !content.startsWith('Error:') }
}

/** Only what the request offered can be called. */
function refuse({ mode }: Turn, { name }: ToolCall): ToolResult {
  const remedy = mode === 'workflow' ? '' : ` Search for it with ${searchName}.`
  return { content: `Error: no tool named ${name} is loaded.${remedy}`, ok: false }
}

async function searchCall(turn: Turn, call: ToolCall): Promise<string> {
  const { session, settings, mode, record } = turn
  const keywords = keywordsOf(call.arguments)
  if (keywords === null) return badArguments(searchName, 'keywords')
  if (mode === 'hybrid') return addOrFail(turn, keywords)
  const found = await find(turn, keywords)
  const known = new Set(activeNames(session))
  const wanted = found.filter((name) => !known.has(name))
  if (count(turn) + wanted.length > settings.limit) {
    record.refusals++
    return limitText({ wanted: wanted.length, count: count(turn), limit: settings.limit })
  }
  const added = addTools(session, wanted, `found for ${keywords.join(', ')}`)
  return addedText(
    added,
    found.filter((name) => known.has(name)),
  )
}

/** What does not fit ends the turn, not the call alone: no later search would fit either. */
async function addOrFail(turn: Turn, keywords: readonly string[]): Promise<string> {
  try {
    return await addWithin(turn, keywords)
  } catch (error) {
    if (!(error instanceof OverLimit)) throw error
    turn.failure = error
    return `Error: ${error.message}`
  }
}

function removeCall(turn: Turn, call: ToolCall): string {
  const names = namesOf(call.arguments)
  if (names === null) return badArguments(removeName, 'tool_names')
  const removal = removeTools(turn.session, names, 'removed by the model', held(turn))
  turn.record.hallucinated += removal.unknown.filter(
    (name) => name !== searchName && name !== removeName,
  ).length
  return removedText(removal)
}
