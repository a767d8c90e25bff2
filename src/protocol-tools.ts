/** What crosses to the service of the tool memory, and of the book of model calls. */

import type { SessionShelf, ToolStore } from './agent/toolbox/ports.ts'

/** The tool store and the chats of one repository. Sessions are checked by their schema where they arrive. */
export interface ToolMemory {
  sync: ToolStore['sync']
  search: ToolStore['search']
  documents: ToolStore['documents']
  count: ToolStore['count']
  tokens: ToolStore['tokens']
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
