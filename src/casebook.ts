/** The one place that joins the parts: opens a repository's memory and returns what every door uses. */

import { availableParallelism } from 'node:os'
import { pathToFileURL } from 'node:url'
import { assetsFolder, entryFile } from './assets.ts'
import { type OpenedEndpoint, openEndpoint } from './casebook/endpoint.ts'
import type { HistorySummary } from './casebook/history-memory.ts'
import type { CodeView } from './casebook/memories/room.ts'
import { MemoryUpkeep, type WaitOptions } from './casebook/memories/upkeep.ts'
import { type OpenedMemories, openMemories } from './casebook/memories.ts'
import { type NamedMemory, openNamedMemory } from './casebook/namespace.ts'
import type { Casebook, OpenOptions, QueryOptions } from './casebook/open-casebook.ts'
import { IndexStore } from './casebook/parts.ts'
import { withPreviews } from './casebook/preview.ts'
import { openRepository, type Repository } from './casebook/repository.ts'
import { RunState } from './casebook/run-state.ts'
import { type IndexOptions, type IndexSummary, Runs } from './casebook/runs.ts'
import { failedStatus, healthOf, soundStatus } from './casebook/status.ts'
import { openToolMemory } from './casebook/tools.ts'
import { Indexer } from './memory/indexing/indexer.ts'
import { ParserPool } from './memory/indexing/pool.ts'
import { watchGit } from './memory/indexing/watch.ts'
import { UserError } from './memory/ports.ts'
import { examineCommit, searchCommits } from './memory/recall/commits.ts'
import type { RecallContext } from './memory/recall/context.ts'
import { locateFiles } from './memory/recall/locate.ts'
import { searchChunks } from './memory/recall/search.ts'
import { type Companion, changedTogether, type HotFile, hotFiles } from './memory/store/commits.ts'
import { isDamage } from './memory/store/database.ts'
import { excludedFiles, viewState } from './memory/store/files.ts'
import { recordConsent } from './memory/store/memory-db.ts'
import type {
  CommitDetail,
  CommitHit,
  ExcludedFile,
  Health,
  LocateReply,
  RootStatus,
  SearchReply,
} from './protocol.ts'
import type { Memories } from './protocol-memories.ts'
import type { SessionsWithTurns } from './protocol-sessions.ts'
import type { ToolMemory } from './protocol-tools.ts'

export type { Casebook, HistorySummary, IndexOptions, IndexSummary, OpenOptions, QueryOptions }

/** More changed paths than this are a checkout or a generator: one scan is cheaper than asking about each. */
const mostTouched = 300

/** Throws `UserError` for whatever a person must put right first. */
export async function openCasebook(options: OpenOptions): Promise<Casebook> {
  const repository = await openRepository({
    repo: options.repo,
    at: options.at,
    store: options.store,
    settings: options.settings,
  })
  let named: NamedMemory | null = null
  try {
    const { log, settings } = options
    const endpoint = await openEndpoint({ settings: settings.embedder, log, root: repository.root })
    named = await openNamedMemory(repository)
    const memory = new OpenMemory(options, repository, { endpoint, memory: named })
    await memory.readBranch()
    return memory
  } catch (error) {
    named?.db.close()
    repository.dispose()
    throw error
  }
}

export { vectorAddonProblem } from './casebook/addon.ts'

class OpenMemory implements Casebook {
  readonly root: string
  readonly tools: ToolMemory
  readonly memories: Memories
  readonly sessions: SessionsWithTurns
  readonly #options: OpenOptions
  readonly #repository: Repository
  readonly #endpoint: OpenedEndpoint
  readonly #memory: NamedMemory
  readonly #longTerm: OpenedMemories
  readonly #upkeep: MemoryUpkeep
  readonly #pool: ParserPool
  readonly #store: IndexStore
  readonly #run: RunState
  readonly #runs: Runs
  readonly #urgent = new Set<string>()
  readonly #unwatch: () => void
  readonly #notices: string[]
  /** Whether runs start without being asked for. */
  readonly #selfStarting: boolean
  #isClosing = false
  #branch: string | null = null
  #syncedGeneration = -1

  constructor(
    options: OpenOptions,
    repository: Repository,
    { endpoint, memory }: { endpoint: OpenedEndpoint; memory: NamedMemory },
  ) {
    this.#options = options
    this.#repository = repository
    this.#endpoint = endpoint
    this.root = repository.root
    const { settings, log } = options
    const threads = settings.workers === 0 ? Math.min(4, availableParallelism()) : settings.workers
    this.#pool = new ParserPool({
      entry: pathToFileURL(entryFile('parse-worker')),
      threads,
      workerData: { assets: assetsFolder(), embed: true },
      onTrouble: (message) => log.warn(message),
    })
    const { git, commit, hasHistory } = repository
    const always = { git, commit, hasHistory, pool: this.#pool, threads, settings, log }
    this.#store = new IndexStore({
      repository,
      endpoint: endpoint.embedder,
      settings,
      log,
      makeIndexer: (on) => new Indexer({ ...always, ...on }),
    })
    this.#memory = memory
    if (memory.message !== null) log.warn(memory.message)
    if (endpoint.embedder?.remote === true) recordConsent(memory.db, endpoint.embedder.id)
    const place = repository.place.folder === null ? repository.place.note : null
    this.#notices = [this.#memory.message, place, endpoint.problem].filter((notice) => notice !== null)
    this.#run = new RunState(() => options.onStatus?.(this.status()))
    this.tools = openToolMemory(memory.db)
    this.#longTerm = openMemories({ ...options, repository, memory, view: () => this.#codeView() })
    this.memories = this.#longTerm.memories
    this.sessions = this.#longTerm.sessions
    this.#upkeep = new MemoryUpkeep({
      room: this.#longTerm.room,
      run: this.#run,
      log,
      onChange: (by) => options.onMemories?.(by),
    })
    this.#runs = new Runs({
      store: this.#store,
      repository,
      memory: this.#memory,
      rest: () => this.#pool.rest(),
      settings,
      log,
      run: this.#run,
      urgent: this.#urgent,
      onDone: () => this.readBranch(),
      afterRun: () => options.watch === true && this.#upkeep.start(),
    })
    this.#selfStarting = options.watch === true && settings.autoIndex
    this.#unwatch = this.#selfStarting ? this.#watch() : () => undefined
  }

  /** What memory compares itself with. */
  #codeView(): CodeView | null {
    if (this.#store.isDamaged) return null
    const { index, view } = this.#store.parts
    return { ...viewState(index.db, view.id), db: index.db, viewId: view.id, head: view.head }
  }

  remember(options: WaitOptions = {}): Promise<HistorySummary | null> {
    return this.#upkeep.finish(options)
  }

  #watch(): () => void {
    const again = () => this.#runs.startItself('git changed: a commit, checkout, pull or staging')
    return watchGit(this.#repository.git, again, (message) => this.#options.log.warn(message))
  }

  index(options: IndexOptions): Promise<IndexSummary> {
    return this.#runs.index(options)
  }

  /** Damage that a question met: the next run, started at once where that is allowed, begins with a new file. */
  #distrust(cause: unknown): void {
    if (this.#store.isDamaged) return
    this.#store.distrust(cause)
    this.#runs.stop('the stored index is damaged')
    if (this.#selfStarting) this.#runs.startItself('the stored index was damaged')
    this.#options.onStatus?.(this.status())
  }

  #damage(cause?: unknown): UserError {
    const remedy = this.#selfStarting
      ? 'It is set aside and built again now; ask again in a moment.'
      : 'Index again: the damaged file is then set aside and a new one is built.'
    return new UserError('The stored index is damaged.', remedy, cause)
  }

  async #asked<T>(work: () => T | Promise<T>): Promise<T> {
    if (this.#store.isDamaged) throw this.#damage()
    try {
      this.#noticeOthers()
      return await work()
    } catch (error) {
      if (!isDamage(error)) throw error
      this.#distrust(error)
      throw this.#damage(error)
    }
  }

  /** Another process may have added vectors, or thrown the index away that this one saw complete. */
  #noticeOthers(): void {
    const { index, view, vectors } = this.#store.parts
    if (this.#run.state.kind !== 'idle') return
    const { generation, complete } = viewState(index.db, view.id)
    if (generation === this.#syncedGeneration) return
    this.#syncedGeneration = generation
    vectors.sync()
    if (complete || !view.complete || !this.#selfStarting) return
    view.complete = false
    this.#runs.startItself('another window rebuilt the index')
  }

  /** The name of the branch that is checked out; null when none is. */
  async readBranch(): Promise<void> {
    if (!this.#repository.hasHistory || this.#repository.commit !== null) return
    const args = ['symbolic-ref', '--short', '--quiet', 'HEAD']
    this.#branch = await this.#repository.git.run(args).then(
      (text) => text.trim(),
      () => null,
    )
  }

  async touch(paths: readonly string[]): Promise<void> {
    const rules = paths.find((path) => /(^|\/)\.(git|casebook)ignore$/.test(path))
    if (rules !== undefined) return await this.#runs.again(`ignore rules changed in ${rules}`)
    if (paths.length > mostTouched) return await this.#runs.again(`${paths.length} files changed at once`)
    const { indexer, vectors } = this.#store.parts
    await this.#asked(() => indexer.touch(paths, (added) => vectors.addedLocally(added)))
    // Counting walks the index of a large repository: after the answer, not before it.
    setImmediate(() => this.#isClosing || this.#options.onStatus?.(this.status()))
    void this.#upkeep.touched(paths)
  }

  prioritise(paths: readonly string[]): void {
    this.#urgent.clear()
    for (const path of paths) this.#urgent.add(path)
  }

  pause(): void {
    this.#run.pause()
  }

  resume(): void {
    this.#run.resume()
  }

  stop(): void {
    this.#runs.stop('indexing was stopped')
    this.#upkeep.stop('reading the history was stopped')
  }

  #context(): RecallContext {
    const { index, view, counts, vectors } = this.#store.parts
    return {
      db: index.db,
      root: this.root,
      viewId: view.id,
      coverage: () => counts.coverage(),
      vectors: (text, limit) => vectors.nearest(text, limit),
      ...this.#longTerm.room.code.learned,
    }
  }

  async search(query: string, options: QueryOptions = {}): Promise<SearchReply> {
    const reply = await this.#asked(() => searchChunks(this.#context(), query, options))
    return { ...reply, hits: await withPreviews(reply.hits, this.#repository) }
  }

  locate(issue: string, options: QueryOptions = {}): Promise<LocateReply> {
    return this.#asked(() => locateFiles(this.#context(), issue, options))
  }

  commits(query: string, options: QueryOptions = {}): Promise<CommitHit[]> {
    return this.#asked(() => searchCommits(this.#context(), query, options))
  }

  examineCommit(sha: string): Promise<CommitDetail> {
    return this.#asked(() => examineCommit(this.#context(), this.#repository.git, sha))
  }

  hotFiles(limit: number): HotFile[] {
    return hotFiles(this.#store.parts.index.db, this.#store.parts.view.id, limit)
  }

  changedTogether(path: string, limit: number): Companion[] {
    return changedTogether(this.#store.parts.index.db, this.#store.parts.view.id, path, limit)
  }

  excluded(): ExcludedFile[] {
    return excludedFiles(this.#store.parts.index.db, this.#store.parts.view.id)
  }

  status(): RootStatus {
    try {
      if (this.#store.isDamaged) return this.#failedStatus()
      this.#noticeOthers()
      return soundStatus({
        root: this.root,
        name: this.#repository.name,
        parts: this.#store.parts,
        run: this.#run,
        branch: this.#branch,
        notices: this.#notices,
      })
    } catch (error) {
      if (isDamage(error)) this.#distrust(error)
      else this.#options.log.error('the state of the index cannot be read', error)
      return this.#failedStatus(isDamage(error) ? undefined : error)
    }
  }

  #failedStatus(other?: unknown): RootStatus {
    const { message, remedy } =
      other instanceof Error ? { message: other.message, remedy: 'See the log.' } : this.#damage()
    return failedStatus({ root: this.root, name: this.#repository.name, message, remedy })
  }

  health(): Promise<Health> {
    const { place } = this.#repository
    const [root, memory] = [this.root, this.#memory]
    const networkRequests = this.#endpoint.requests() + this.#longTerm.requests()
    return this.#asked(() => healthOf({ root, place, parts: this.#store.parts, memory, networkRequests }))
  }

  async close(): Promise<void> {
    if (this.#isClosing) return
    this.#isClosing = true
    this.#unwatch()
    await this.#runs.close()
    await this.#upkeep.close()
    await this.#longTerm.close()
    await this.#pool.close()
    this.#store.close()
    this.#memory.db.close()
    this.#repository.dispose()
  }
}
