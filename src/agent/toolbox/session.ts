/** What one chat keeps of its tools from turn to turn. Plain data, changed by the functions below. */

import { z } from 'zod'
import { toolModes } from '../../config.ts'
import type { Message } from '../../llm/model.ts'

const call = z.object({ id: z.string(), name: z.string(), arguments: z.unknown() })
const message = z.discriminatedUnion('role', [
  z.object({ role: z.literal('user'), content: z.string() }),
  z.object({ role: z.literal('assistant'), content: z.string(), calls: z.array(call).optional() }),
  z.object({ role: z.literal('tool'), callId: z.string(), name: z.string(), content: z.string() }),
])

/** Who changed the set of tools, and for what. */
const change = z.object({
  op: z.enum(['added', 'removed']),
  name: z.string(),
  why: z.string(),
})
export type ToolChange = z.infer<typeof change>

const turn = z.object({
  /** Unix milliseconds. */
  at: z.number(),
  changes: z.array(change),
  /** Tools at hand when the turn ended, those of the tool memory not counted. */
  countEnd: z.number(),
  /** Calls of the worker, those of the tool memory not counted. */
  calls: z.array(z.object({ name: z.string(), ok: z.boolean() })),
  /** Searches that were refused since they would have passed the limit. */
  refusals: z.number(),
  /** Names to remove that no active tool has. */
  hallucinated: z.number(),
  /** Answers of a pruner or a searcher that could not be read. */
  unreadable: z.number(),
  /** Completions of each purpose. */
  completions: z.record(z.string(), z.number()),
  tokens: z.object({
    input: z.number(),
    output: z.number(),
    /** Estimated: of the tools that were offered, summed over the requests. */
    offered: z.number(),
    /** Estimated: what offering all known tools would have taken. */
    all: z.number(),
  }),
  outcome: z.enum(['answered', 'steps', 'failed', 'stopped', 'running']),
  /** Absent in records of earlier versions. */
  mode: z.enum(toolModes).optional(),
})
export type TurnRecord = z.infer<typeof turn>

const active = z.object({ name: z.string(), addedTurn: z.number(), lastUsedTurn: z.number().nullable() })
export type ActiveTool = z.infer<typeof active>

export const toolSession = z.object({
  id: z.string().min(1),
  /** Null: by setting and class of the model. */
  mode: z.enum(toolModes).nullable(),
  messages: z.array(message) as unknown as z.ZodType<Message[]>,
  /** In the order in which they came: what stays keeps its place in the request. */
  active: z.array(active),
  /** Never removed by a model or a rule. */
  pinned: z.array(z.string()),
  /** Never found, never offered. */
  banned: z.array(z.string()),
  turns: z.array(turn),
})
export type ToolSession = z.infer<typeof toolSession>

export function newSession(id: string, mode: ToolSession['mode'] = null): ToolSession {
  return { id, mode, messages: [], active: [], pinned: [], banned: [], turns: [] }
}

export function newTurn(at: number): TurnRecord {
  return {
    at,
    changes: [],
    countEnd: 0,
    calls: [],
    refusals: 0,
    hallucinated: 0,
    unreadable: 0,
    completions: {},
    tokens: { input: 0, output: 0, offered: 0, all: 0 },
    outcome: 'running',
  }
}

export function activeNames(session: ToolSession): string[] {
  return session.active.map(({ name }) => name)
}

/** The number of the running turn, or of the last one; the first is 0. */
export function currentTurn(session: ToolSession): number {
  return Math.max(0, session.turns.length - 1)
}

/** Adds those that are neither active nor banned; returns their names. */
export function addTools(session: ToolSession, names: readonly string[], why: string): string[] {
  const known = new Set([...activeNames(session), ...session.banned])
  const added = [...new Set(names)].filter((name) => !known.has(name))
  const addedTurn = currentTurn(session)
  session.active.push(...added.map((name) => ({ name, addedTurn, lastUsedTurn: null })))
  note(session, 'added', added, why)
  return added
}

/** What came of a wish to remove tools. */
export interface Removal {
  removed: string[]
  /** Pinned by the person, or always at hand. */
  kept: string[]
  unknown: string[]
}

/** Names must be exact. Those that are `held` stay. */
export function removeTools(
  session: ToolSession,
  names: readonly string[],
  why: string,
  held: readonly string[] = session.pinned,
): Removal {
  const known = new Set(activeNames(session))
  const wanted = [...new Set(names)]
  const kept = wanted.filter((name) => known.has(name) && held.includes(name))
  const removed = wanted.filter((name) => known.has(name) && !held.includes(name))
  take(session, removed, why)
  return { removed, kept, unknown: wanted.filter((name) => !known.has(name)) }
}

/** Tools that are gone from the store leave every set, pinned or not. */
export function dropGone(session: ToolSession, isKnown: (name: string) => boolean): string[] {
  const gone = activeNames(session).filter((name) => !isKnown(name))
  take(session, gone, 'gone from its server')
  return gone
}

/** A pinned tool is at hand at once and stays. */
export function pinTool(session: ToolSession, name: string): void {
  session.banned = session.banned.filter((one) => one !== name)
  if (!session.pinned.includes(name)) session.pinned.push(name)
  addTools(session, [name], 'pinned')
}

export function unpinTool(session: ToolSession, name: string): void {
  session.pinned = session.pinned.filter((one) => one !== name)
}

/** A banned tool goes at once and is found no more. */
export function banTool(session: ToolSession, name: string): void {
  unpinTool(session, name)
  if (!session.banned.includes(name)) session.banned.push(name)
  if (activeNames(session).includes(name)) take(session, [name], 'banned')
}

export function unbanTool(session: ToolSession, name: string): void {
  session.banned = session.banned.filter((one) => one !== name)
}

export function touchTool(session: ToolSession, name: string): void {
  const tool = session.active.find((one) => one.name === name)
  if (tool !== undefined) tool.lastUsedTurn = currentTurn(session)
}

function take(session: ToolSession, names: readonly string[], why: string): void {
  if (names.length === 0) return
  const gone = new Set(names)
  session.active = session.active.filter(({ name }) => !gone.has(name))
  note(session, 'removed', names, why)
}

/** What a person changes between turns belongs to the turn before. */
function note(session: ToolSession, op: ToolChange['op'], names: readonly string[], why: string): void {
  session.turns.at(-1)?.changes.push(...names.map((name) => ({ op, name, why })))
}
