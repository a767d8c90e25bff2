/** Takes the calls about other agents' sessions: to the right root, with progress and a way to end what takes long. */

import { UserError } from '../memory/ports.ts'
import type { SessionArguments, SessionCall, SessionReply, SessionRequest } from '../protocol.ts'
import type { SessionProgress } from '../protocol-sessions.ts'
import type { ServiceHost } from './calls.ts'
import type { Shelves } from './shelves.ts'

/** All calls, and whether what is shown of sources and memories is another after them. */
const changes: Record<SessionCall, boolean> = {
  sources: false,
  choose: true,
  import: true,
  list: false,
  show: false,
}

export class SessionDesk {
  readonly #shelves: Shelves
  readonly #host: Pick<ServiceHost, 'memories' | 'sessions'>
  readonly #jobs = new Map<string, AbortController>()

  constructor(shelves: Shelves, host: Pick<ServiceHost, 'memories' | 'sessions'>) {
    this.#shelves = shelves
    this.#host = host
  }

  /** Throws `UserError` where no root is meant, or several could be. */
  async call<K extends SessionCall>(request: SessionRequest<K>): Promise<SessionReply<K>> {
    if (!Object.hasOwn(changes, request.call)) {
      throw new UserError(`There is no call "${String(request.call)}".`, 'Reload the window after an update.')
    }
    return (await this.#answer(request)) as SessionReply<K>
  }

  async #answer(request: SessionRequest): Promise<unknown> {
    const { book } = this.#shelves.only(request.root)
    const { sessions, root } = book
    const { job = '' } = request
    const abort = new AbortController()
    if (job !== '') this.#jobs.set(job, abort)
    const onProgress = (progress: SessionProgress) => this.#host.sessions({ root, job, progress })
    const { signal } = abort
    try {
      if (isCall(request, 'sources')) return await sessions.sources({ signal })
      if (isCall(request, 'import'))
        return await sessions.import({ ...request.args[0], signal, ...(job !== '' && { onProgress }) })
      const work = sessions[request.call] as (...args: SessionArguments<SessionCall>) => unknown
      return await work.apply(sessions, request.args)
    } finally {
      if (job !== '') this.#jobs.delete(job)
      if (changes[request.call]) this.#host.memories({ root, by: 'sessions' })
    }
  }

  cancel(job: string): void {
    this.#jobs.get(job)?.abort(new UserError('It was stopped.', 'What was imported until then is kept.'))
  }

  close(): void {
    for (const job of this.#jobs.keys()) this.cancel(job)
  }
}

function isCall<K extends SessionCall>(request: SessionRequest, call: K): request is SessionRequest<K> {
  return request.call === call
}
