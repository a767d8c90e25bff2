/** The open memories of a window: one a repository, shared by the folders inside it. */

import { type Casebook, openCasebook } from '../casebook.ts'
import { defaultSettings, parseSettings, type Settings } from '../config.ts'
import { type Log, UserError } from '../memory/ports.ts'
import type { RootStatus } from '../protocol.ts'
import type { ServiceHost } from './calls.ts'
import { StatusFeed } from './status-feed.ts'

/** One open memory with the folders that asked for it, and its running index. */
interface Shelf {
  book: Casebook
  folders: Set<string>
  run: { abort: AbortController; ended: Promise<void> } | null
}

interface RunRequest {
  reason: string
  fresh?: boolean
}

export class Shelves {
  readonly #shelves = new Map<string, Shelf>()
  readonly log: Log
  readonly #feed: StatusFeed
  readonly #host: ServiceHost
  #settings: Settings = defaultSettings
  /** Opening, closing and configuring go one after the other. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(host: ServiceHost) {
    this.log = {
      info: (message) => host.log('info', message),
      warn: (message) => host.log('warn', message),
      error: (message, cause) => host.log('error', withCause(message, cause)),
    }
    this.#feed = new StatusFeed(host)
    this.#host = host
  }

  get settings(): Settings {
    return this.#settings
  }

  /** All shelves, or the one of `root`. Throws `UserError` when that root is not open. */
  of(root?: string): Shelf[] {
    return root === undefined ? [...this.#shelves.values()] : [this.one(root)]
  }

  one(root: string): Shelf {
    const shelf = this.#shelves.get(root)
    if (shelf !== undefined) return shelf
    throw new UserError(`No memory is open for ${root}.`, 'Open the folder in the editor and try again.')
  }

  /** The one that is meant. Throws `UserError` where none is, or several could be. */
  only(root?: string): Shelf {
    const shelves = this.of(root)
    const [only] = shelves
    if (only !== undefined && shelves.length === 1) return only
    if (shelves.length === 0) {
      throw new UserError('No folder is open, so there is no memory to ask.', 'Open a folder first.')
    }
    throw new UserError('Several folders are open.', 'Name the one whose memory is meant.')
  }

  open(folder: string, rawSettings: unknown): Promise<RootStatus> {
    return this.#inTurn(async () => {
      this.#settings = parseSettings(rawSettings)
      const shelf = await this.#shelve(folder)
      if (this.#settings.autoIndex && shelf.run === null) {
        this.#startRun(shelf, { reason: 'the folder was opened' })
      }
      return shelf.book.status()
    })
  }

  closeFolder(folder: string): Promise<void> {
    return this.#inTurn(async () => {
      for (const [root, shelf] of this.#shelves) {
        shelf.folders.delete(folder)
        if (shelf.folders.size > 0) continue
        this.#shelves.delete(root)
        await this.#closeShelf(shelf)
      }
    })
  }

  /** Reopens the memories when a setting changed that they were opened with. */
  configure(rawSettings: unknown): Promise<void> {
    return this.#inTurn(async () => {
      const next = parseSettings(rawSettings)
      const changed = changedKeys(this.#settings, next)
      this.#settings = next
      if (changed.length === 0) return
      const folders = this.of().flatMap((shelf) => [...shelf.folders])
      await this.#closeAll()
      for (const folder of folders) {
        await this.#shelve(folder).catch((error) => {
          this.log.error(`${folder} could not be opened with the new settings`, error)
        })
      }
      if (!next.autoIndex) return
      for (const shelf of this.of()) {
        this.#startRun(shelf, { reason: `settings changed: ${changed.join(', ')}` })
      }
    })
  }

  /** Ends a running index of the root and starts another; returns when it has started. */
  async reindex(request: RunRequest & { root: string }): Promise<void> {
    const shelf = this.one(request.root)
    await endRun(shelf)
    this.#startRun(shelf, request)
  }

  async stopRuns(): Promise<void> {
    await Promise.all(this.of().map(endRun))
  }

  close(): Promise<void> {
    for (const shelf of this.of()) shelf.run?.abort.abort()
    return this.#inTurn(() => this.#closeAll())
  }

  async #shelve(folder: string): Promise<Shelf> {
    const book: Casebook = await openCasebook({
      repo: folder,
      settings: this.#settings,
      log: this.log,
      watch: true,
      onStatus: (status) => this.#feed.push(status),
      onMemories: (by) => this.#host.memories({ root: book.root, by }),
    })
    const known = this.#shelves.get(book.root)
    if (known !== undefined) await book.close()
    const shelf = known ?? { book, folders: new Set<string>(), run: null }
    shelf.folders.add(folder)
    this.#shelves.set(book.root, shelf)
    this.#feed.push(shelf.book.status())
    return shelf
  }

  #startRun(shelf: Shelf, { reason, fresh = false }: RunRequest): void {
    const abort = new AbortController()
    const run = { abort, ended: Promise.resolve() }
    run.ended = shelf.book
      .index({ reason, fresh, signal: abort.signal })
      .then(
        (done) =>
          this.log.info(
            `${shelf.book.root}: ${done.files} files in ${done.seconds.toFixed(1)} s (${reason})`,
          ),
        (error) => this.#reportRun(shelf.book.root, abort.signal, error),
      )
      .finally(() => {
        if (shelf.run === run) shelf.run = null
      })
    shelf.run = run
  }

  #reportRun(root: string, signal: AbortSignal, error: unknown): void {
    if (signal.aborted) this.log.info(`${root}: indexing was stopped`)
    else this.log.error(`${root}: indexing failed`, error)
  }

  async #closeAll(): Promise<void> {
    const shelves = this.of()
    this.#shelves.clear()
    await Promise.all(shelves.map((shelf) => this.#closeShelf(shelf)))
  }

  async #closeShelf(shelf: Shelf): Promise<void> {
    await endRun(shelf)
    await shelf.book.close()
    this.#feed.forget(shelf.book.root)
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work, work)
    this.#turn = result.catch(() => undefined)
    return result
  }
}

async function endRun(shelf: Shelf): Promise<void> {
  shelf.book.stop()
  shelf.run?.abort.abort()
  await shelf.run?.ended
}

function changedKeys(before: Settings, after: Settings): string[] {
  const keys = Object.keys(after) as (keyof Settings)[]
  return keys.filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]))
}

function withCause(message: string, cause: unknown): string {
  if (cause === undefined) return message
  return `${message}: ${cause instanceof Error ? cause.message : String(cause)}`
}
