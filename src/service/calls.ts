/** The calls of the memory service, answered by the shelves of open memories. */

import type { SearchRequest, ServiceApi, ServiceEvents } from '../protocol.ts'
import { fuseCommits, fuseLocate, fuseSearch } from './fusion.ts'
import { MemoryDesk } from './memory-desk.ts'
import { healthOf } from './root-state.ts'
import { SessionDesk } from './session-desk.ts'
import { Shelves } from './shelves.ts'
import { answerTools } from './tool-desk.ts'

export interface ServiceHost extends ServiceEvents {
  /** Called with true when indexing begins and with false when the last index run ended. */
  busy(busy: boolean): void
}

export interface Service {
  calls: ServiceApi
  close(): Promise<void>
}

export function createService(host: ServiceHost): Service {
  const shelves = new Shelves(host)
  const desk = new MemoryDesk(shelves, host)
  const sessions = new SessionDesk(shelves, host)
  const books = (request: { root?: string }) => shelves.of(request.root).map((shelf) => shelf.book)
  const book = (request: { root: string }) => shelves.one(request.root).book
  const asked = (request: SearchRequest) => ({
    books: books(request),
    request,
    onFailure: (root: string, error: unknown) => shelves.log.error(`${root} gave no answer`, error),
  })
  const calls: ServiceApi = {
    open: (folder, settings) => shelves.open(folder, settings),
    close: (folder) => shelves.closeFolder(folder),
    configure: (settings) => shelves.configure(settings),
    status: async () => books({}).map((one) => one.status()),
    search: (request) => fuseSearch(asked(request)),
    locate: (request) => fuseLocate(asked(request)),
    commits: (request) => fuseCommits(asked(request)),
    changedTogether: async ({ path, limit, ...request }) => book(request).changedTogether(path, limit),
    examineCommit: async (request) => await book(request).examineCommit(request.sha),
    excluded: async (request) => book(request).excluded(),
    health: async () => await Promise.all(books({}).map(healthOf)),
    reindex: (request) => shelves.reindex(request),
    touch: async (request) => await book(request).touch(request.paths),
    prioritise: async (request) => book(request).prioritise(request.paths),
    async pause() {
      for (const one of books({})) one.pause()
    },
    async resume() {
      for (const one of books({})) one.resume()
    },
    stop: () => shelves.stopRuns(),
    memory: (request) => desk.call(request),
    cancelMemory: async (job) => desk.cancel(job),
    sessions: (request) => sessions.call(request),
    cancelSessions: async (job) => sessions.cancel(job),
    sourceTurn: async (request) => await book(request).sessions.turn(request.id),
    tools: (request) => answerTools(shelves, request),
  }
  return {
    calls,
    close() {
      desk.close()
      sessions.close()
      return shelves.close()
    },
  }
}
