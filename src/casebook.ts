/** The one place that joins the parts: opens a repository's memory and returns what every door uses. */

import { availableParallelism } from 'node:os'
import { pathToFileURL } from 'node:url'
import { assetsFolder, entryFile } from './assets.ts'
import { type OpenedEndpoint, openEndpoint } from './casebook/endpoint.ts'
import { withPreviews } from './casebook/preview.ts'
import { openRepository, type Repository } from './casebook/repository.ts'
import { RunState } from './casebook/run-state.ts'
import { lastError, lastRun, runHistory, sqliteFacts, storeSizes, ViewCounts } from './casebook/status.ts'
import { tidyIndex } from './casebook/upkeep.ts'
import { VectorShelf } from './casebook/vector-shelf.ts'
import type { Settings } from './config.ts'
import { Indexer, type RunHooks } from './memory/indexing/indexer.ts'
import { ParserPool } from './memory/indexing/pool.ts'
import { vectorise } from './memory/indexing/vectorise.ts'
import { watchGit } from './memory/indexing/watch.ts'
import { type Log, UserError } from './memory/ports.ts'
import { examineCommit, searchCommits } from './memory/recall/commits.ts'
import type { RecallContext } from './memory/recall/context.ts'
import { locateFiles } from './memory/recall/locate.ts'
import { searchChunks } from './memory/recall/search.ts'
import { loadAnnAddon } from './memory/store/ann.ts'
import { isDamage, transaction } from './memory/store/database.ts'
import { excludedFiles, openView, type View } from './memory/store/files.ts'
import { clearIndex, type OpenedIndex, openIndex } from './memory/store/index-db.ts'
import { backUp, backups, type OpenedMemory, openMemory, recordConsent } from './memory/store/memory-db.ts'
import type {
  CommitDetail,
  CommitHit,
  ExcludedFile,
  Health,
  LocateReply,
  Progress,
  RootStatus,
  SearchReply,
} from './protocol.ts'

export interface OpenOptions {
  /** Any folder inside the repository, or a plain folder, or a bare repository together with `at`. */
  repo: string
  /** Time travel: index this commit's tree from git objects and see only history before it. */
  at?: string
  /** Store folder instead of the one that the settings choose; created when missing. */
  store?: string
  settings: Settings
  log: Log
  /** Called on every change worth showing (state, progress, counts). */
  onStatus?: (status: RootStatus) => void
  /** Index again by itself when git's state moves; for long-lived doors. */
  watch?: boolean
}

export interface IndexOptions {
  /** Why this run happens; written into the store and shown. */
  reason: string
  /** Throw the derived index away first. */
  fresh?: boolean
  signal?: AbortSignal
  onProgress?: (progress: Progress) => void
}

export interface IndexSummary {
  files: number
  parsed: number
  chunks: number
  commits: number
  excluded: number
  seconds: number
}

export interface QueryOptions {
  limit?: number
  /** `locate` only: commits after this moment (Unix seconds) are not seen, as if the issue were asked then. */
  before?: number
  signal?: AbortSignal
}

/** An open repository memory. Errors that a person can act on are `UserError`. */
export interface Casebook {
  readonly root: string
  index(options: IndexOptions): Promise<IndexSummary>
  /** Files saved, created or deleted, relative to the root; resolves when searchable. */
  touch(paths: readonly string[]): Promise<void>
  prioritise(paths: readonly string[]): void
  pause(): void
  resume(): void
  search(query: string, options?: QueryOptions): Promise<SearchReply>
  locate(issue: string, options?: QueryOptions): Promise<LocateReply>
  commits(query: string, options?: QueryOptions): Promise<CommitHit[]>
  examineCommit(sha: string): Promise<CommitDetail>
  excluded(): ExcludedFile[]
  status(): RootStatus
  health(): Promise<Health>
  close(): Promise<void>
}

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
  const endpoint = await openEndpoint(options.settings.embedder, options.log)
  const memory = new OpenMemory(options, repository, endpoint)
  await memory.readBranch()
  return memory
}

/** Why the native vector addon does not load here, null when it does. Without it every vector search is exact. */
export async function vectorAddonProblem(): Promise<string | null> {
  return await loadAnnAddon().then(
    () => null,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  )
}

class OpenMemory implements Casebook {
  readonly root: string
  readonly #options: OpenOptions
  readonly #repository: Repository
  readonly #endpoint: OpenedEndpoint
  readonly #index: OpenedIndex
  readonly #memory: OpenedMemory
  readonly #view: View
  readonly #counts: ViewCounts
  readonly #vectors: VectorShelf
  readonly #pool: ParserPool
  readonly #indexer: Indexer
  readonly #run: RunState
  readonly #urgent = new Set<string>()
  readonly #unwatch: () => void
  readonly #closing = new AbortController()
  readonly #notices: string[]
  #runs: Promise<unknown> = Promise.resolve()
  #branch: string | null = null

  constructor(options: OpenOptions, repository: Repository, endpoint: OpenedEndpoint) {
    this.#options = options
    this.#repository = repository
    this.#endpoint = endpoint
    this.root = repository.root
    const { folder } = repository.place
    const { settings, log } = options
    this.#index = openIndex(folder)
    this.#memory = openMemory(folder)
    if (this.#memory.message !== null) log.warn(this.#memory.message)
    const place = folder === null ? repository.place.note : null
    this.#notices = [this.#memory.message, place, endpoint.problem].filter((notice) => notice !== null)
    const { db } = this.#index
    this.#view = transaction(db, () => openView(db, repository.viewKey))
    this.#counts = new ViewCounts(db, this.#view)
    this.#vectors = new VectorShelf({ db, folder, settings, endpoint: endpoint.embedder, log })
    if (endpoint.embedder?.remote === true) recordConsent(this.#memory.db, endpoint.embedder.id)
    const threads = settings.workers === 0 ? Math.min(4, availableParallelism()) : settings.workers
    this.#pool = new ParserPool({
      entry: pathToFileURL(entryFile('parse-worker')),
      threads,
      workerData: { assets: assetsFolder(), embed: true },
      onTrouble: (message) => log.warn(message),
    })
    this.#indexer = new Indexer({
      db,
      git: repository.git,
      view: this.#view,
      commit: repository.commit,
      hasHistory: repository.hasHistory,
      pool: this.#pool,
      threads,
      embedderId: this.#vectors.localGeneration.id,
      settings,
      log,
    })
    this.#run = new RunState(() => options.onStatus?.(this.status()))
    this.#unwatch = options.watch === true ? this.#watch() : () => undefined
  }

  #watch(): () => void {
    const { log } = this.#options
    const again = () => {
      this.index({ reason: 'git changed: a commit, checkout, pull or staging' }).catch((error: unknown) => {
        if (!this.#closing.signal.aborted) log.error('indexing after a change of git failed', error)
      })
    }
    return watchGit(this.#repository.git, again, (message) => log.warn(message))
  }

  /** Runs go one after the other. */
  index(options: IndexOptions): Promise<IndexSummary> {
    const result = this.#runs.then(() => this.#runIndex(options))
    this.#runs = result.catch(() => undefined)
    return result
  }

  async #runIndex(options: IndexOptions): Promise<IndexSummary> {
    const started = performance.now()
    const signal = AbortSignal.any([this.#closing.signal, ...(options.signal ? [options.signal] : [])])
    signal.throwIfAborted()
    const { db, rebuildReason } = this.#index
    if (options.fresh === true) transaction(db, () => clearIndex(db))
    if (options.fresh === true) this.#view.complete = false
    const reason = rebuildReason !== null && !this.#view.complete ? rebuildReason : options.reason
    this.#run.begin(reason)
    try {
      const totals = await this.#indexer.run(reason, this.#hooks(options, signal))
      await this.readBranch()
      this.#run.end()
      await this.#fillEndpoint(options, signal)
      this.#tidy(totals.parsed)
      return { ...totals, seconds: (performance.now() - started) / 1000 }
    } catch (error) {
      this.#failed(error, signal)
      throw error
    }
  }

  #hooks(options: IndexOptions, signal: AbortSignal): RunHooks {
    return {
      signal,
      pause: () => this.#run.passGate(signal),
      onWait: (holder) => this.#run.wait(holder),
      onVectors: (vectors) => this.#vectors.added(this.#vectors.localGeneration.id, vectors),
      isUrgent: (path) => this.#urgent.has(path),
      onPhase: (phase, done, total, current) => {
        this.#run.advance(phase, done, total, current)
        if (this.#run.progress !== null) options.onProgress?.(this.#run.progress)
      },
    }
  }

  #failed(error: unknown, signal: AbortSignal): void {
    if (signal.aborted) this.#run.end()
    else if (error instanceof UserError) this.#run.fail(error.message, error.remedy)
    else {
      const remedy = isDamage(error)
        ? 'Reload the window: the damaged index is then set aside and built again.'
        : 'See the log; Rebuild Index starts again.'
      this.#run.fail(error instanceof Error ? error.message : String(error), remedy)
    }
  }

  /** Sends what is new to the endpoint that the person agreed to; the old generation serves meanwhile. */
  async #fillEndpoint(options: IndexOptions, signal: AbortSignal): Promise<void> {
    const embedder = this.#vectors.endpoint
    const generation = this.#vectors.endpointGeneration
    if (embedder === null || generation === null) return
    this.#run.begin(`embedding with ${embedder.id}`)
    await vectorise({
      db: this.#index.db,
      git: this.#repository.git,
      viewId: this.#view.id,
      embedder,
      embedderId: generation.id,
      maxFileSize: this.#options.settings.maxFileSize,
      signal,
      pause: () => this.#run.passGate(signal),
      onVectors: (vectors) => this.#vectors.added(generation.id, vectors),
      onProgress: (done, total) => this.#hooks(options, signal).onPhase('vectors' as 'parse', done, total),
    })
    this.#vectors.activateEndpoint()
    this.#run.end()
  }

  /** After a run: threads give their memory back, old content goes, the precious database is backed up. */
  #tidy(parsed: number): void {
    const { git, place } = this.#repository
    this.#pool.rest().catch(() => undefined)
    if (parsed > 0 && tidyIndex(this.#index.db, git.commonDir)) this.#vectors.sync()
    if (place.folder !== null) backUp(this.#memory.db, place.folder)
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
    if (rules !== undefined) return void (await this.index({ reason: `ignore rules changed in ${rules}` }))
    if (paths.length > mostTouched)
      return void (await this.index({ reason: `${paths.length} files changed at once` }))
    await this.#indexer.touch(paths, (vectors) => {
      this.#vectors.added(this.#vectors.localGeneration.id, vectors)
    })
    this.#options.onStatus?.(this.status())
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

  #context(): RecallContext {
    return {
      db: this.#index.db,
      root: this.root,
      viewId: this.#view.id,
      vectors: (text, limit) => this.#vectors.nearest(text, limit),
    }
  }

  async search(query: string, options: QueryOptions = {}): Promise<SearchReply> {
    const reply = await searchChunks(this.#context(), query, options)
    return { ...reply, hits: await withPreviews(reply.hits, this.#repository) }
  }

  locate(issue: string, options: QueryOptions = {}): Promise<LocateReply> {
    return locateFiles(this.#context(), issue, options)
  }

  async commits(query: string, options: QueryOptions = {}): Promise<CommitHit[]> {
    return searchCommits(this.#context(), query, options)
  }

  examineCommit(sha: string): Promise<CommitDetail> {
    return examineCommit(this.#context(), this.#repository.git, sha)
  }

  excluded(): ExcludedFile[] {
    return excludedFiles(this.#index.db, this.#view.id)
  }

  status(): RootStatus {
    const { db } = this.#index
    const running = this.#run.state.kind === 'indexing'
    return {
      root: this.root,
      name: this.#repository.name,
      state: this.#run.state,
      progress: this.#run.progress,
      ...this.#counts.read(running),
      head: this.#view.head,
      branch: this.#branch,
      lastRun: lastRun(db, this.#view),
      lastError: lastError(db, this.#view),
      notices: this.#notices,
    }
  }

  async health(): Promise<Health> {
    const { db, journal } = this.#index
    const { folder, note } = this.#repository.place
    const { embedder, regime } = this.#vectors.health()
    return {
      root: this.root,
      storePath: folder ?? '',
      storeNote: note,
      sizes: storeSizes(folder),
      embedder,
      vectorSearch: { regime: regime.kind, reason: regime.reason, recallAt10: regime.recallAt10 },
      sqlite: sqliteFacts(db, journal),
      memoryDb: {
        ok: this.#memory.message === null,
        backups: folder === null ? 0 : backups(folder).length,
        message: this.#memory.message,
      },
      runs: runHistory(db, this.#view),
      residentMb: Math.round(process.memoryUsage().rss / 1e6),
      networkRequests: this.#endpoint.requests(),
      lastError: lastError(db, this.#view),
    }
  }

  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return
    this.#closing.abort(new Error('the memory is closed'))
    this.#unwatch()
    await this.#runs
    await this.#pool.close()
    this.#vectors.close()
    this.#index.db.close()
    this.#memory.db.close()
    this.#repository.dispose()
  }
}
