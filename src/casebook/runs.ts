/** The index runs of an open memory: asked for or started by itself, healed after damage, tidied afterwards. */

import type { Settings } from '../config.ts'
import type { RunHooks } from '../memory/indexing/indexer.ts'
import { type Log, UserError } from '../memory/ports.ts'
import { isDamage } from '../memory/store/database.ts'
import type { Progress } from '../protocol.ts'
import { fillEndpoint } from './endpoint-fill.ts'
import type { NamedMemory } from './namespace.ts'
import type { IndexStore } from './parts.ts'
import type { Repository } from './repository.ts'
import { RunQueue } from './run-queue.ts'
import type { RunState } from './run-state.ts'
import { tidyIndex, tidyMemory } from './upkeep.ts'

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

export interface RunsOptions {
  store: IndexStore
  repository: Repository
  memory: NamedMemory
  /** Lets the parser threads give their memory back. */
  rest: () => Promise<unknown>
  settings: Settings
  log: Log
  run: RunState
  /** Paths to take first. */
  urgent: ReadonlySet<string>
  /** Awaited when the files are done, before the state says so. */
  onDone: () => Promise<void>
  /** The run has ended well: what follows from it may begin. */
  afterRun: () => void
}

export class Runs {
  readonly #options: RunsOptions
  readonly #queue = new RunQueue()

  constructor(options: RunsOptions) {
    this.#options = options
  }

  index(options: IndexOptions): Promise<IndexSummary> {
    return this.#queue.add((signal) => this.#runIndex(options, signal), options.signal)
  }

  /** A run that nobody waits for. */
  startItself(reason: string): void {
    this.again(reason).catch((error: unknown) => {
      this.#options.log.error(`indexing failed (${reason})`, error)
    })
  }

  /** A run without a question: one that has not begun is joined. Resolves also when it is stopped. */
  again(reason: string): Promise<void> {
    return this.#queue.join((signal) => this.#runIndex({ reason }, signal))
  }

  async #runIndex(options: IndexOptions, signal: AbortSignal): Promise<IndexSummary> {
    const started = performance.now()
    try {
      const totals = await this.#indexSoundly(options, signal)
      return { ...totals, seconds: (performance.now() - started) / 1000 }
    } catch (error) {
      this.#failed(error, signal)
      throw error
    }
  }

  /** A run that meets damage sets the index aside and begins once more. */
  async #indexSoundly(options: IndexOptions, signal: AbortSignal): Promise<Omit<IndexSummary, 'seconds'>> {
    const { store } = this.#options
    if (store.isDamaged) store.reopen()
    try {
      return await this.#indexOnce(options, signal)
    } catch (error) {
      if (!isDamage(error)) throw error
      store.distrust(error)
      store.reopen()
      return await this.#indexOnce(options, signal)
    }
  }

  async #indexOnce(options: IndexOptions, signal: AbortSignal): Promise<Omit<IndexSummary, 'seconds'>> {
    const { store, settings, onDone } = this.#options
    const { parts } = store
    const { index, indexer, vectors } = parts
    const reason = index.rebuildReason ?? options.reason
    this.#options.run.begin(reason)
    const totals = await indexer.run(reason, this.#hooks(options, signal), { fresh: options.fresh ?? false })
    index.rebuildReason = null
    if (options.fresh === true) vectors.sync()
    await onDone()
    this.#options.run.end()
    const onProgress = () => this.#tellProgress(options)
    const { git } = this.#options.repository
    await fillEndpoint({
      parts,
      git,
      maxFileSize: settings.maxFileSize,
      run: this.#options.run,
      signal,
      onProgress,
    })
    this.#tidy(totals.parsed)
    this.#options.afterRun()
    return totals
  }

  #tellProgress(options: IndexOptions): void {
    if (this.#options.run.progress !== null) options.onProgress?.(this.#options.run.progress)
  }

  #hooks(options: IndexOptions, signal: AbortSignal): RunHooks {
    return {
      signal,
      pause: () => this.#options.run.passGate(signal),
      onWait: (holder) => this.#options.run.wait(holder),
      onVectors: (vectors) => this.#options.store.parts.vectors.addedLocally(vectors),
      isUrgent: (path) => this.#options.urgent.has(path),
      onPhase: (phase, done, total, current) => {
        this.#options.run.advance(phase, done, total, current)
        this.#tellProgress(options)
      },
    }
  }

  #failed(error: unknown, signal: AbortSignal): void {
    if (signal.aborted) this.#options.run.end()
    else if (error instanceof UserError) this.#options.run.fail(error.message, error.remedy)
    else {
      const remedy = 'See the log; Rebuild Index starts again.'
      this.#options.run.fail(error instanceof Error ? error.message : String(error), remedy)
    }
  }

  /** After a run: threads give their memory back, old content goes, the precious database is backed up. */
  #tidy(parsed: number): void {
    const { store, repository, rest, memory, log } = this.#options
    const { git } = repository
    rest().catch(() => undefined)
    const { index, vectors } = store.parts
    if (parsed > 0 && tidyIndex(index.db, git.commonDir)) vectors.sync()
    tidyMemory(memory.db, memory.folder, log)
  }

  stop(why: string): void {
    this.#queue.stop(why)
  }

  /** Resolves when nothing runs any more. */
  close(): Promise<void> {
    return this.#queue.close('the memory is closed')
  }
}
