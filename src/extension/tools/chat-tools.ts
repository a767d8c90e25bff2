/** The tools of the chats of a window: the session that a turn runs on, changed by a person meanwhile, and reported. */

import type { ListedTool } from '../../agent/toolbox/document.ts'
import { exportMetrics } from '../../agent/toolbox/metrics.ts'
import type { SessionShelf, Synced, ToolStore } from '../../agent/toolbox/ports.ts'
import { reportTools, titleOf } from '../../agent/toolbox/report.ts'
import {
  banTool,
  newSession,
  pinTool,
  type ToolSession,
  unbanTool,
  unpinTool,
} from '../../agent/toolbox/session.ts'
import type { ToolMode } from '../../agent/toolbox/settings.ts'
import { UserError } from '../../memory/ports.ts'
import type { ToolsReport } from '../../protocol-tools.ts'
import { openToolSync } from './tool-sync.ts'
import { type WindowToolMemory, withoutMemory } from './window-tool-memory.ts'

export interface ChatToolsOptions {
  /** The window's tool memory; it may fail. */
  kept: WindowToolMemory
  /** All tools that can be run now, Casebook's own included. */
  list: () => readonly ListedTool[]
  /** Hears each kind of failure once; chats go on. */
  onTrouble: (error: unknown) => void
  /** Hears the id of a chat whose tools changed. */
  onChange?: (chat: string) => void
}

/** What a person may do to a tool of a chat. */
export const toolActs = { pin: pinTool, unpin: unpinTool, ban: banTool, unban: unbanTool }
export type ToolAct = keyof typeof toolActs

/** Titles that are known without loading a chat again. */
export interface ChatEntry {
  id: string
  title: string | null
}

export class ChatTools {
  /** For a turn: the tools that are known, and where the session is kept. */
  readonly store: ToolStore
  readonly shelf: SessionShelf
  readonly #options: ChatToolsOptions
  readonly #sync: () => Promise<Synced | null>
  /** Sessions of turns that run. */
  readonly #live = new Map<string, ToolSession>()
  readonly #titles = new Map<string, string | null>()
  readonly #queues = new Map<string, Promise<unknown>>()
  readonly #told = new Set<string>()

  constructor(options: ChatToolsOptions) {
    this.#options = options
    const memory = withoutMemory(options.kept, (error) => this.#tell(error))
    this.store = memory
    this.shelf = { ...memory, save: (session) => this.#save(memory, session) }
    this.#sync = openToolSync({ store: options.kept, list: options.list })
  }

  /** Compares the store with what can be run now; costs no call where nothing changed. Never throws. */
  async sync(): Promise<Synced | null> {
    try {
      return await this.#sync()
    } catch (error) {
      this.#tell(error)
      return null
    }
  }

  /**
   * Runs one turn of a chat on its session, with the tools as they are now. What a person changes meanwhile changes
   * this very session. The turn saves it; turns of one chat go one after the other.
   */
  inTurn<T>(chat: string, work: (session: ToolSession) => Promise<T>): Promise<T> {
    return this.#queued(chat, async () => {
      const [session] = await Promise.all([this.#load(chat), this.sync()])
      this.#live.set(chat, session)
      try {
        return await work(session)
      } finally {
        this.#live.delete(chat)
        this.#options.onChange?.(chat)
      }
    })
  }

  /** Null: by setting and model again. */
  async setMode(chat: string, mode: ToolMode | null): Promise<void> {
    await this.#change(chat, (session) => {
      session.mode = mode
    })
  }

  /** Throws `UserError` for a tool to pin or ban that nobody knows. */
  async act(chat: string, act: ToolAct, tool: string): Promise<void> {
    if (act === 'pin' || act === 'ban') {
      const [known] = await this.store.documents([tool])
      if (known === undefined)
        throw new UserError(`There is no tool named ${tool}.`, 'The panel and /tools list the names.')
    }
    await this.#change(chat, (session) => toolActs[act](session, tool))
  }

  /** A chat that never was has an empty report. */
  async report(chat: string): Promise<ToolsReport> {
    return await reportTools(await this.#look(chat), this.store)
  }

  /** Everything that was measured, as JSON; no message is in it. */
  async export(chat: string): Promise<string> {
    return exportMetrics(await this.#look(chat))
  }

  /** Newest first, at most `limit`. */
  async chats(limit: number): Promise<ChatEntry[]> {
    const ids = await this.shelf.ids()
    const entries = ids.slice(0, limit).map(async (id) => ({ id, title: await this.#title(id) }))
    return await Promise.all(entries)
  }

  async #title(id: string): Promise<string | null> {
    const known = this.#titles.get(id)
    if (known !== undefined && known !== null) return known
    const title = titleOf((await this.#look(id)).messages)
    this.#titles.set(id, title)
    return title
  }

  async #look(chat: string): Promise<ToolSession> {
    return this.#live.get(chat) ?? (await this.#load(chat))
  }

  async #load(chat: string): Promise<ToolSession> {
    return (await this.shelf.load(chat)) ?? newSession(chat)
  }

  /** A turn that runs keeps the change with its end; saved at once as well, should the window close before. */
  #change(chat: string, work: (session: ToolSession) => void): Promise<void> {
    const live = this.#live.get(chat)
    const change = async (session: ToolSession) => {
      work(session)
      await this.shelf.save(session)
    }
    return live === undefined ? this.#queued(chat, async () => change(await this.#load(chat))) : change(live)
  }

  async #save(memory: SessionShelf, session: ToolSession): Promise<void> {
    await memory.save(session)
    this.#titles.delete(session.id)
    this.#options.onChange?.(session.id)
  }

  #queued<T>(chat: string, work: () => Promise<T>): Promise<T> {
    const next = (this.#queues.get(chat) ?? Promise.resolve()).then(work, work)
    this.#queues.set(chat, next)
    const forget = () => this.#queues.get(chat) === next && this.#queues.delete(chat)
    next.then(forget, forget)
    return next
  }

  #tell(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error)
    if (this.#told.has(message)) return
    this.#told.add(message)
    this.#options.onTrouble(error)
  }
}
