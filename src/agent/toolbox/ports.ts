/** The tool store as the turns of a chat see it: it may lie in another process. */

import type { ListedTool, ToolDocument } from './document.ts'
import type { ToolSession } from './session.ts'

export interface SearchOptions {
  /** Hits of one keyword. */
  k: number
  /** Names that are never found. */
  without?: readonly string[]
}

/** Found tools, best first, each once. */
export interface FoundTool {
  name: string
  /** The keyword that found it best. */
  keyword: string
  score: number
}

/** What one comparison with the servers changed; names as models are offered them. */
export interface Synced {
  added: string[]
  updated: string[]
  removed: string[]
}

export interface ToolStore {
  /** Compares with what the named servers list now; see `syncTools`. */
  sync(listed: readonly ListedTool[], servers?: readonly string[]): Promise<Synced>
  /** The best `k` of each keyword, joined in the order of the keywords. */
  search(keywords: readonly string[], options: SearchOptions): Promise<FoundTool[]>
  /** Those of the names that are known, in the same order. */
  documents(names: readonly string[]): Promise<ToolDocument[]>
  count(): Promise<number>
  /** Estimated tokens of all tools, as if all were offered. */
  tokens(): Promise<number>
}

/** Chats with their tools, kept beyond the life of the program. */
export interface SessionShelf {
  load(id: string): Promise<ToolSession | null>
  save(session: ToolSession): Promise<void>
  remove(id: string): Promise<void>
  /** Newest first. */
  ids(): Promise<string[]>
}
