/** One turn of a chat with the tools that it needs: MemTool's three modes. */

import {
  type ChatModel,
  complete,
  type ModelReply,
  type ModelRequest,
  type OfferedTool,
  type ToolCall,
} from '../../llm/model.ts'
import { UserError } from '../../memory/ports.ts'
import type { ToolRunner } from '../ports.ts'
import { type ToolDocument, tokensOf } from './document.ts'
import { closeCalls, cutHistory, transcript, withSummary } from './history.ts'
import {
  addedText,
  badArguments,
  keywordsOf,
  limitText,
  namesOf,
  removedText,
  removeName,
  removeTool,
  searchName,
  searchTool,
} from './meta-tools.ts'
import type { SessionShelf, ToolStore } from './ports.ts'
import {
  autonomousPrompt,
  hybridPrompt,
  type PromptState,
  prunePrompt,
  readList,
  searchPrompt,
  stateText,
  summaryPrompt,
  workflowPrompt,
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

export interface TurnOptions {
  session: ToolSession
  /** What the user says. */
  query: string
  /** What the chat tells its model of itself. */
  system: string
  store: ToolStore
  /** Null: the session is not kept. */
  shelf: SessionShelf | null
  /** The worker. */
  model: ChatModel
  /** Prunes, searches and sums up; default: the worker. A small model will do. */
  controller?: ChatModel
  runner: ToolRunner
  settings: ToolboxSettings
  now?: () => number
  signal?: AbortSignal
}

export interface TurnReply {
  text: string
  mode: ToolMode
  turn: TurnRecord
}

/** All that the steps of one turn share. */
interface Turn extends TurnOptions {
  mode: ToolMode
  record: TurnRecord
  /** Tokens of all tools of the store. */
  allTokens: number
}

/**
 * Runs a turn to its answer. Throws what the model throws, an abort, and `UserError` when the tools cannot be brought
 * below the limit. Whatever happens, the session is left fit for the next turn and is kept.
 */
export async function runTurn(options: TurnOptions): Promise<TurnReply> {
  const { session, query, store, shelf, settings, model, now = Date.now } = options
  const mode = modeFor(settings, model.id, session.mode ?? undefined)
  const record = newTurn(now())
  session.turns.push(record)
  const turn: Turn = { ...options, mode, record, allTokens: await store.tokens() }
  try {
    await shorten(turn)
    session.messages.push({ role: 'user', content: query })
    await active(turn)
    await prepare(turn)
    const text = await work(turn)
    return { text, mode, turn: record }
  } catch (error) {
    record.outcome = 'failed'
    throw error
  } finally {
    session.messages = closeCalls(session.messages, 'Stopped before it ran.')
    record.countEnd = session.active.length
    await shelf?.save(session)
  }
}

/** H of the paper: before the question comes in, and never on tools. */
async function shorten(turn: Turn): Promise<void> {
  const { session, settings } = turn
  const { dropped, kept } = cutHistory(session.messages, settings.historyTokens)
  if (dropped.length === 0) return
  if (settings.history === 'truncate') {
    session.messages = kept
    return
  }
  const said = [{ role: 'user' as const, content: transcript(dropped) }]
  const { text } = await ask(turn, { purpose: 'summarise', system: summaryPrompt, messages: said })
  session.messages = withSummary(kept, text)
}

/** The tools at hand as they are known now: what left the store meanwhile leaves the session, too. */
async function active({ store, session }: Turn): Promise<ToolDocument[]> {
  const documents = await store.documents(activeNames(session))
  const known = new Set(documents.map(({ name }) => name))
  dropGone(session, (name) => known.has(name))
  return documents
}

/** What happens before the worker's first step. */
async function prepare(turn: Turn): Promise<void> {
  const { mode, settings, session } = turn
  if (settings.pruner === 'unused') {
    const names = unusedTools(session.active, currentTurn(session), settings, session.pinned)
    removeTools(session, names, 'unused')
  } else if (mode !== 'autonomous') await prune(turn, 'not needed for the question')
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
  const { removed, unknown } = removeTools(turn.session, names, why)
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
  const names = leastRecent(session.active, count(turn) - settings.limit, session.pinned)
  return removeTools(session, names, 'to stay within the limit').removed.length
}

function overLimit(turn: Turn): UserError {
  const { settings, model } = turn
  const remedy =
    'Unpin tools of this chat, choose the mode Autonomous for it, or let the rule prune (pruner: unused).'
  return new UserError(
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

const metaTools: Record<ToolMode, readonly OfferedTool[]> = {
  autonomous: [searchTool, removeTool],
  workflow: [],
  hybrid: [searchTool],
}

const prompts: Record<ToolMode, (state: PromptState) => string> = {
  autonomous: autonomousPrompt,
  workflow: workflowPrompt,
  hybrid: hybridPrompt,
}

/** The worker's steps until it answers without a call. */
async function work(turn: Turn): Promise<string> {
  const { session, settings, record } = turn
  for (let step = 0; step < settings.maxSteps; step++) {
    const reply = await workerStep(turn)
    const { text, calls, offered } = reply
    session.messages.push({
      role: 'assistant',
      content: text,
      ...(calls.length > 0 && { calls: [...calls] }),
    })
    if (calls.length === 0) {
      record.outcome = 'answered'
      return text
    }
    for (const call of calls) {
      turn.signal?.throwIfAborted()
      const content = await perform(turn, call, offered)
      session.messages.push({ role: 'tool', callId: call.id, name: call.name, content })
    }
  }
  record.outcome = 'steps'
  return `Stopped after ${settings.maxSteps} steps without an answer.`
}

async function workerStep(turn: Turn): Promise<ModelReply & { offered: ReadonlySet<string> }> {
  const { mode, session, settings, system, record, now = Date.now } = turn
  const documents = await active(turn)
  const tools = [
    ...metaTools[mode],
    ...documents.map(({ name, description, schema }) => ({ name, description, schema })),
  ]
  const date = new Date(now()).toISOString().slice(0, 10)
  const state = { base: system, count: tools.length, limit: settings.limit, date }
  record.tokens.offered += tools.reduce((sum, tool) => sum + tokensOf(tool), 0)
  record.tokens.all += turn.allTokens
  const reply = await ask(turn, {
    purpose: 'work',
    system: prompts[mode](state),
    // Copied: whoever records the request sees it as it was.
    messages: [...session.messages],
    ...(tools.length > 0 && { tools }),
  })
  return { ...reply, offered: new Set(tools.map(({ name }) => name)) }
}

async function ask(turn: Turn, request: ModelRequest): Promise<ModelReply> {
  const { model, controller = model, record, signal } = turn
  signal?.throwIfAborted()
  record.completions[request.purpose] = (record.completions[request.purpose] ?? 0) + 1
  const reply = await complete(request.purpose === 'work' ? model : controller, request, { signal })
  record.tokens.input += reply.usage?.inputTokens ?? 0
  record.tokens.output += reply.usage?.outputTokens ?? 0
  return reply
}

/** What the model reads as the result. Only what the request offered can be called. */
async function perform(turn: Turn, call: ToolCall, offered: ReadonlySet<string>): Promise<string> {
  const { mode, record, session, runner, signal } = turn
  if (!offered.has(call.name)) {
    record.calls.push({ name: call.name, ok: false })
    const remedy = mode === 'workflow' ? '' : ` Search for it with ${searchName}.`
    return `Error: no tool named ${call.name} is loaded.${remedy}`
  }
  if (call.name === searchName) return searchCall(turn, call)
  if (call.name === removeName) return removeCall(turn, call)
  touchTool(session, call.name)
  const { content, ok } = await runner.run(call, signal)
  record.calls.push({ name: call.name, ok })
  return content
}

async function searchCall(turn: Turn, call: ToolCall): Promise<string> {
  const { session, settings, mode, record } = turn
  const keywords = keywordsOf(call.arguments)
  if (keywords === null) return badArguments(searchName, 'keywords')
  if (mode === 'hybrid') return addWithin(turn, keywords)
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

function removeCall(turn: Turn, call: ToolCall): string {
  const names = namesOf(call.arguments)
  if (names === null) return badArguments(removeName, 'tool_names')
  const removal = removeTools(turn.session, names, 'removed by the model')
  turn.record.hallucinated += removal.unknown.filter(
    (name) => name !== searchName && name !== removeName,
  ).length
  return removedText(removal)
}
