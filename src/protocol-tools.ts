/** What crosses to the service of the tool memory, and what is told of the tools of a chat. */

import type { ToolDocument } from './agent/toolbox/document.ts'
import type { ToolMetrics } from './agent/toolbox/metrics.ts'
import type { SessionShelf, ToolStore } from './agent/toolbox/ports.ts'
import type { TurnRecord } from './agent/toolbox/session.ts'
import type { ToolMode } from './agent/toolbox/settings.ts'

/** The tool store and the chats of one repository. Sessions are checked by their schema where they arrive. */
export interface ToolMemory {
  sync: ToolStore['sync']
  search: ToolStore['search']
  documents: ToolStore['documents']
  count: ToolStore['count']
  tokens: ToolStore['tokens']
  /** Every known tool, by name. */
  all(): Promise<ToolDocument[]>
  loadChat: SessionShelf['load']
  saveChat: SessionShelf['save']
  removeChat: SessionShelf['remove']
  chats: SessionShelf['ids']
}

export type ToolMemoryCall = keyof ToolMemory

/** `root` may be left out where one root is open. */
export interface ToolMemoryRequest<K extends ToolMemoryCall = ToolMemoryCall> {
  root?: string
  call: K
  args: Parameters<ToolMemory[K]>
}

export type ToolMemoryReply<K extends ToolMemoryCall> = Awaited<ReturnType<ToolMemory[K]>>

/** A tool that a chat has at hand. Turns count from 1; 0: it was pinned before the first. */
export interface ReportedTool {
  name: string
  /** `casebook`, `editor`, or the name of an MCP server. */
  server: string
  description: string
  /** Estimated: what offering it takes in each request. */
  tokens: number
  pinned: boolean
  since: number
  /** Null: not called since it came. */
  lastUsed: number | null
  /** Why it came. */
  why: string
}

/** One turn of a chat: which tools came and went, and why. */
export interface ReportedTurn {
  /** From 1. */
  turn: number
  /** Unix milliseconds. */
  at: number
  changes: TurnRecord['changes']
  /** Tools at hand when it ended. */
  active: number
  calls: number
  failedCalls: number
  outcome: TurnRecord['outcome']
}

/** The tools of one chat, for people. No message but the beginning of the first question is in it. */
export interface ToolsReport {
  chat: string
  /** The beginning of the oldest question that is kept; null: none. */
  title: string | null
  /** Chosen for this chat; null: by the setting, and by the model where that is `auto`. */
  mode: ToolMode | null
  /** In the order in which they came. */
  active: ReportedTool[]
  banned: string[]
  /** Oldest first. */
  turns: ReportedTurn[]
  metrics: ToolMetrics
  /** Tools in the store. */
  known: number
  /** Estimated, for one request now: of the tools that go along (those at hand, and those by which a model manages them), and of all that are known. */
  tokens: { active: number; all: number }
}

/** What the panel shows of tools: the chats to choose from, newest first, and the report of one. */
export interface PanelTools {
  chats: { id: string; title: string | null }[]
  /** With its newest turns; null: no chat has used tools. */
  report: ToolsReport | null
}

export interface PanelToolAct {
  chat: string
  act: 'pin' | 'unpin' | 'ban' | 'unban'
  tool: string
}

export interface PanelToolMode {
  chat: string
  mode: ToolMode | null
}
