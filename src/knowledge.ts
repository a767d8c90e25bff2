/** The memory of an open repository, as acting asks for it. */

import type { Asking, Knowledge } from './agent/ports.ts'
import type { Casebook } from './casebook.ts'
import type { Recollection } from './memory/recollection.ts'

/** Opens on demand: a server that was started has not been asked yet. */
export interface Opening {
  casebook(): Promise<Casebook>
  /** As `casebook`, but may wait a while for a first index. */
  indexed(): Promise<Casebook>
}

export function knowledgeOf(book: Casebook): Knowledge {
  return knowledgeFrom({ casebook: async () => book, indexed: async () => book })
}

export function knowledgeFrom(opening: Opening): Knowledge {
  const memories = async () => (await opening.casebook()).memories
  return {
    async recall(request, signal) {
      const book = await opening.casebook()
      signal?.throwIfAborted()
      const reply = await book.memories.recall(request)
      const rooted = (list: readonly Recollection[]) => list.map((one) => ({ ...one, root: book.root }))
      return {
        ...reply,
        memories: rooted(reply.memories),
        cut: rooted(reply.cut),
        shadow: rooted(reply.shadow),
      }
    },
    search: async (query, asking) => (await opening.indexed()).search(query, given(asking)),
    locate: async (query, asking) => (await opening.indexed()).locate(query, given(asking)),
    commits: async (query, asking) => (await opening.indexed()).commits(query, given(asking)),
    changedTogether: async (path, limit) => (await opening.indexed()).changedTogether(path, limit),
    open: async (handle, range) => (await memories()).open(handle, range),
    show: async (reference) => (await memories()).show(reference),
    list: async (request) => (await memories()).list(request),
    remember: async (request) => (await memories()).remember(request),
    edit: async (reference, edit) => (await memories()).edit(reference, edit),
    credit: async (report) => (await memories()).credit(report),
  }
}

function given({ limit, signal }: Asking = {}) {
  return { ...(limit !== undefined && { limit }), ...(signal !== undefined && { signal }) }
}
