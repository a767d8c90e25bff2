/** Takes the calls of long-term memory: to the right root, with a way to end those that take long. */

import { UserError } from '../memory/ports.ts'
import type { MemoryArguments, MemoryCall, MemoryReply, MemoryRequest } from '../protocol.ts'
import type { Memories } from '../protocol-memories.ts'
import type { ServiceHost } from './calls.ts'
import { fuseRecall } from './recall-fusion.ts'
import type { Shelves } from './shelves.ts'

/** All calls, and whether what is shown of the memories is another after them. */
const changes: Record<MemoryCall, boolean> = {
  recall: false,
  remember: true,
  record: true,
  list: false,
  show: false,
  open: false,
  edit: true,
  act: true,
  forget: true,
  from: false,
  undo: true,
  log: false,
  review: false,
  settle: true,
  decide: true,
  distil: true,
  credit: false,
  export: false,
  import: true,
  share: true,
  stats: false,
  check: true,
}

export class MemoryDesk {
  readonly #shelves: Shelves
  readonly #host: Pick<ServiceHost, 'memories'>
  readonly #jobs = new Map<string, AbortController>()

  constructor(shelves: Shelves, host: Pick<ServiceHost, 'memories'>) {
    this.#shelves = shelves
    this.#host = host
  }

  /** Throws `UserError` where no root is meant, or several could be. */
  async call<K extends MemoryCall>(request: MemoryRequest<K>): Promise<MemoryReply<K>> {
    if (!Object.hasOwn(changes, request.call)) {
      throw new UserError(`There is no call "${String(request.call)}".`, 'Reload the window after an update.')
    }
    return (await this.#answer(request)) as MemoryReply<K>
  }

  async #answer(request: MemoryRequest): Promise<unknown> {
    if (isCall(request, 'recall')) return await this.#recall(request)
    const { book } = this.#shelves.only(request.root)
    const { memories } = book
    const abort = new AbortController()
    if (request.job !== undefined) this.#jobs.set(request.job, abort)
    try {
      return await perform(memories, request, abort.signal)
    } finally {
      if (request.job !== undefined) this.#jobs.delete(request.job)
      // Also after a failure: a distillation that was stopped keeps what it had learned by then.
      if (changes[request.call]) this.#host.memories({ root: book.root, by: request.call })
    }
  }

  cancel(job: string): void {
    this.#jobs.get(job)?.abort(new UserError('It was stopped.', 'What was done until then is kept.'))
  }

  close(): void {
    for (const job of this.#jobs.keys()) this.cancel(job)
  }

  async #recall({ root, args: [asked] }: MemoryRequest<'recall'>): Promise<MemoryReply<'recall'>> {
    const { root: named, ...request } = asked
    const books = this.#shelves.of(root ?? named).map((shelf) => shelf.book)
    const { settings, log } = this.#shelves
    const onFailure = (failed: string, error: unknown) => log.error(`${failed} recalled nothing`, error)
    return await fuseRecall({ books, request, settings, onFailure })
  }
}

async function perform(memories: Memories, request: MemoryRequest, signal: AbortSignal): Promise<unknown> {
  if (isCall(request, 'distil')) return await memories.distil({ ...request.args[0], signal })
  if (isCall(request, 'export')) return await memories.export(request.args[0], { ...request.args[1], signal })
  if (isCall(request, 'import')) return await memories.import(request.args[0], { ...request.args[1], signal })
  const work = memories[request.call] as (...args: MemoryArguments<MemoryCall>) => unknown
  return await work.apply(memories, request.args)
}

function isCall<K extends MemoryCall>(request: MemoryRequest, call: K): request is MemoryRequest<K> {
  return request.call === call
}
