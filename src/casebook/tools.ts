/** The tool memory of an open repository: known tools and the tools of chats, both in memory.db. */

import { openSessionShelf } from '../agent/tool-store/session-shelf.ts'
import { type LocalToolStore, openToolStore } from '../agent/tool-store/tool-store.ts'
import type { SessionShelf } from '../agent/toolbox/ports.ts'
import { localEmbedder } from '../llm/embed-local.ts'
import { UserError } from '../memory/ports.ts'
import { type DatabaseSync, isDamage, isReadOnly } from '../memory/store/database.ts'
import type { ToolMemory, ToolMemoryCall } from '../protocol-tools.ts'

interface Opened {
  store: LocalToolStore
  shelf: SessionShelf
}

/** Costs nothing before the first call. Tools are embedded here, by the built-in embedder alone. */
export function openToolMemory(db: DatabaseSync): ToolMemory {
  let opened: Opened | null = null
  const open = (): Opened => {
    opened ??= { store: openToolStore({ db, embedder: localEmbedder() }), shelf: openSessionShelf(db) }
    return opened
  }
  return guarded({
    sync: (listed, servers) => open().store.sync(listed, servers),
    search: (keywords, options) => open().store.search(keywords, options),
    documents: (names) => open().store.documents(names),
    count: () => open().store.count(),
    tokens: () => open().store.tokens(),
    all: async () => open().store.all(),
    loadChat: (id) => open().shelf.load(id),
    saveChat: (session) => open().shelf.save(session),
    removeChat: (id) => open().shelf.remove(id),
    chats: () => open().shelf.ids(),
  })
}

/** Says what to do about a file that is damaged or cannot be written. */
function guarded(memory: ToolMemory): ToolMemory {
  const wrapped = (Object.keys(memory) as ToolMemoryCall[]).map((name) => {
    const work = memory[name] as (...args: unknown[]) => Promise<unknown>
    const call = async (...args: unknown[]) => {
      try {
        return await work(...args)
      } catch (error) {
        throw forPeople(error)
      }
    }
    return [name, call] as const
  })
  return { ...memory, ...Object.fromEntries(wrapped) }
}

function forPeople(error: unknown): unknown {
  if (isDamage(error))
    return new UserError(
      'The tools of chats cannot be read: the long-term memory is damaged.',
      'Open the repository again: the newest good backup is restored then, and the damaged file is kept.',
      error,
    )
  if (isReadOnly(error))
    return new UserError(
      'The tools of chats cannot be kept: memory.db cannot be written.',
      'Give yourself the right to write in the folder of the store, or choose the other storeLocation.',
      error,
    )
  return error
}
