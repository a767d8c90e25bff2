/** The memory of one root of this window, as acting asks for it. */

import type { Asking, Knowledge } from '../agent/ports.ts'
import type { MemoryArguments, MemoryCall } from '../protocol.ts'
import type { WindowMemory } from './window-memory.ts'

/** `root`: of an open repository. Searches go to it alone: what one repository knows is never told of another. */
export function windowKnowledge(memory: WindowMemory, root: string): Knowledge {
  const ask = <K extends MemoryCall>(call: K, args: MemoryArguments<K>, signal?: AbortSignal) =>
    memory.ask(call, args, { root, ...(signal !== undefined && { signal }) })
  const request = (query: string, { limit }: Asking = {}) => ({
    query,
    root,
    ...(limit !== undefined && { limit }),
  })
  /** The service finishes what it began; nobody waits for it any longer. */
  const asked = async <Reply>(work: Promise<Reply>, { signal }: Asking = {}): Promise<Reply> => {
    const reply = await work
    signal?.throwIfAborted()
    return reply
  }
  return {
    recall: (question, signal) => ask('recall', [question], signal),
    search: (query, asking) => asked(memory.call('search', request(query, asking)), asking),
    locate: (query, asking) => asked(memory.call('locate', request(query, asking)), asking),
    commits: (query, asking) => asked(memory.call('commits', request(query, asking)), asking),
    changedTogether: (path, limit) => memory.call('changedTogether', { root, path, limit }),
    open: (handle, range) => ask('open', range === undefined ? [handle] : [handle, range]),
    show: (reference) => ask('show', [reference]),
    list: (listed) => ask('list', [listed]),
    remember: (remembered) => ask('remember', [remembered]),
    edit: (reference, edit) => ask('edit', [reference, edit]),
    credit: (report) => ask('credit', [report]),
  }
}
