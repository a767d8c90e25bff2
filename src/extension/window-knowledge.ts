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
  return {
    recall: (question, signal) => unlessStopped(ask('recall', [question], signal), { signal }),
    search: (query, asking) => unlessStopped(memory.call('search', request(query, asking)), asking),
    locate: (query, asking) => unlessStopped(memory.call('locate', request(query, asking)), asking),
    commits: (query, asking) => unlessStopped(memory.call('commits', request(query, asking)), asking),
    changedTogether: (path, limit) => memory.call('changedTogether', { root, path, limit }),
    open: (handle, range) => ask('open', range === undefined ? [handle] : [handle, range]),
    show: (reference) => ask('show', [reference]),
    list: (listed) => ask('list', [listed]),
    remember: (remembered) => ask('remember', [remembered]),
    edit: (reference, edit) => ask('edit', [reference, edit]),
    credit: (report) => ask('credit', [report]),
  }
}

/** The service finishes what it began; nobody waits for it any longer. */
function unlessStopped<Reply>(work: Promise<Reply>, { signal }: Asking = {}): Promise<Reply> {
  if (signal === undefined) return work
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason as Error)
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
