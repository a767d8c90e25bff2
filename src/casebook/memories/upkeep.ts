/** What follows an index run in the background: branches, changed code, the history as memory. Never in the way. */

import type { Log } from '../../memory/ports.ts'
import type { Progress } from '../../protocol.ts'
import { maskDrafts } from '../history-mask.ts'
import { type HistorySummary, rememberHistory } from '../history-memory.ts'
import type { RunState } from '../run-state.ts'
import type { MemoryRoom } from './room.ts'
import { openSweeper, type Sweeper } from './sweep.ts'

export interface UpkeepOptions {
  room: MemoryRoom
  run: RunState
  log: Log
  /** Memories are others than before; `by` says what did it. */
  onChange: (by: string) => void
}

export interface WaitOptions {
  signal?: AbortSignal
  onProgress?: (progress: Progress) => void
}

/** Share of the time that background work takes of a core that also answers questions. */
const backgroundShare = 0.5

export class MemoryUpkeep {
  readonly #options: UpkeepOptions
  readonly #sweeper: Sweeper
  #stopping = new AbortController()
  #running: Promise<HistorySummary | null> | null = null
  #touching: Promise<void> = Promise.resolve()
  /** Whether something changed since the running round began. */
  #again = false
  #isClosed = false
  /** Somebody waits for it: no pauses then. */
  #isAwaited = false
  #onProgress: ((progress: Progress) => void) | undefined

  constructor(options: UpkeepOptions) {
    this.#options = options
    this.#sweeper = openSweeper(options.room)
  }

  /** Files were saved and are indexed: what cites them is looked at. Never throws. */
  touched(paths: readonly string[]): Promise<void> {
    this.#touching = this.#touching.then(() => this.#touched(paths))
    return this.#touching
  }

  async #touched(paths: readonly string[]): Promise<void> {
    const { room, log, onChange } = this.#options
    const { signal } = this.#stopping
    const before = room.store.lastSeq()
    try {
      if (!this.#isClosed) await this.#sweeper.touched(paths, signal)
    } catch (error) {
      if (!signal.aborted) log.error('memories of saved files could not be looked at', error)
    }
    if (!this.#isClosed && room.store.lastSeq() !== before) onChange('code')
  }

  /** After a run; a round under way is followed by another one. */
  start(): void {
    if (this.#isClosed) return
    this.#again = this.#running !== null
    this.#begin().catch((error: unknown) => {
      if (!this.#stopping.signal.aborted)
        this.#options.log.error('the history could not be remembered', error)
    })
  }

  /** For whoever wants it done: joins what runs. Rejects when `signal` aborts; what was remembered stays. */
  async finish({ signal, onProgress }: WaitOptions = {}): Promise<HistorySummary | null> {
    this.#onProgress = onProgress
    this.#isAwaited = true
    const stop = () => this.stop('the memory of the history was stopped')
    signal?.addEventListener('abort', stop, { once: true })
    try {
      signal?.throwIfAborted()
      return await this.#begin()
    } finally {
      signal?.removeEventListener('abort', stop)
      this.#isAwaited = false
      this.#onProgress = undefined
    }
  }

  stop(why: string): void {
    this.#again = false
    this.#stopping.abort(new Error(why))
    this.#stopping = new AbortController()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    const running = this.#running
    this.stop('the memory is closed')
    this.#stopping.abort(new Error('the memory is closed'))
    await running?.catch(() => undefined)
    await this.#touching
  }

  #begin(): Promise<HistorySummary | null> {
    this.#running ??= this.#rounds().finally(() => {
      this.#running = null
      this.#options.run.endBackground()
    })
    return this.#running
  }

  async #rounds(): Promise<HistorySummary | null> {
    const { signal } = this.#stopping
    let summary: HistorySummary | null = null
    do {
      this.#again = false
      summary = await this.#round(signal)
    } while (this.#again && !signal.aborted)
    return summary
  }

  async #round(signal: AbortSignal): Promise<HistorySummary | null> {
    const { room, run, onChange } = this.#options
    const before = room.store.lastSeq()
    try {
      await run.passGate(signal)
      await this.#sweeper.all(signal)
      return await this.#remember(signal)
    } finally {
      if (!this.#isClosed && room.store.lastSeq() !== before) {
        onChange('history')
        void room.vectors.fill()
      }
    }
  }

  /** Time travel looks at a history that the work tree's memory already has, or must not have yet. */
  async #remember(signal: AbortSignal): Promise<HistorySummary | null> {
    const { room, run, log } = this.#options
    const { repository, settings, store } = room
    if (!repository.hasHistory || repository.commit !== null) return null
    return await rememberHistory({
      git: repository.git,
      store,
      limit: settings.historyMemory,
      dutyCycle: this.#isAwaited ? 1 : Math.min(backgroundShare, settings.dutyCycle),
      mask: maskDrafts,
      log,
      signal,
      pause: () => run.passGate(signal),
      onProgress: ({ done, total }) => {
        const progress = run.background('memory', done, total)
        this.#onProgress?.(progress)
      },
    })
  }
}
