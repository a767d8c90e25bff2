/** The sources and sessions of one root as the tree has them: asked for once, kept until something changed. */

import type { SessionArguments, SessionCall, SessionReply } from '../protocol.ts'
import type { SessionEntry, SessionSources } from '../protocol-sessions.ts'

export type AskSessions = <K extends SessionCall>(
  call: K,
  args: SessionArguments<K>,
) => Promise<SessionReply<K>>

export interface SessionRows {
  sessions: SessionEntry[]
  /** How many are not among them. */
  left: number
}

const pageSize = 50

export class SourceShelf {
  readonly #ask: AskSessions
  readonly #wanted = new Map<string, number>()
  readonly #pages = new Map<string, Promise<SessionRows>>()
  #sources: Promise<SessionSources> | null = null

  constructor(ask: AskSessions) {
    this.#ask = ask
  }

  /** What is shown is asked for anew; looking through the disk again only where that can tell something new. */
  forget(what: 'pages' | 'all'): void {
    this.#pages.clear()
    if (what === 'all') this.#sources = null
  }

  sources(): Promise<SessionSources> {
    if (this.#sources === null) {
      const asked = this.#ask('sources', [])
      this.#sources = asked
      // A failure is not kept: the next look asks again.
      asked.catch(() => {
        if (this.#sources === asked) this.#sources = null
      })
    }
    return this.#sources
  }

  more(agent: string): void {
    this.#wanted.set(agent, (this.#wanted.get(agent) ?? pageSize) + pageSize)
    this.#pages.delete(agent)
  }

  sessions(agent: string): Promise<SessionRows> {
    const known = this.#pages.get(agent)
    const page = known ?? this.#list(agent)
    if (known === undefined) {
      this.#pages.set(agent, page)
      page.catch(() => this.#pages.delete(agent))
    }
    return page
  }

  async #list(agent: string): Promise<SessionRows> {
    const limit = this.#wanted.get(agent) ?? pageSize
    const { sessions, total } = await this.#ask('list', [{ agent, limit }])
    return { sessions, left: Math.max(0, total - limit) }
  }
}
