/** The state of indexing as a person sees it: running, paused, failed; with rate and time left. */

import type { IndexState, Progress } from '../protocol.ts'

/** The rate is taken over this many milliseconds. */
const rateWindow = 4_000

export class RunState {
  state: IndexState = { kind: 'idle' }
  progress: Progress | null = null
  readonly #onChange: () => void
  readonly #samples = new Map<Progress['phase'], { at: number; done: number }[]>()
  #gate: { promise: Promise<void>; open: () => void } | null = null
  #reason = ''

  constructor(onChange: () => void) {
    this.#onChange = onChange
  }

  begin(reason: string): void {
    this.#reason = reason
    this.#samples.clear()
    this.#become(this.#gate === null ? { kind: 'indexing', reason } : { kind: 'paused', reason })
  }

  wait(holder: string): void {
    this.#become({ kind: 'waiting', reason: `another program indexes this repository (${holder})` })
  }

  advance(phase: Progress['phase'], done: number, total: number, current?: string): void {
    if (this.state.kind === 'waiting') this.state = { kind: 'indexing', reason: this.#reason }
    const progress = this.#measured(phase, done, total)
    // The history is read beside the files: a bar that jumps between both would tell nothing.
    if (phase === 'history' && this.#readsFiles()) return
    this.progress = { ...progress, ...(current !== undefined && { current }) }
    this.#onChange()
  }

  #measured(phase: Progress['phase'], done: number, total: number): Progress {
    const now = performance.now()
    const recent = (this.#samples.get(phase) ?? []).filter(({ at }) => now - at < rateWindow)
    this.#samples.set(phase, [...recent, { at: now, done }])
    const first = recent[0] ?? { at: now, done }
    const seconds = (now - first.at) / 1000
    const rate = seconds > 0.2 ? (done - first.done) / seconds : 0
    return { phase, done, total, rate, etaSeconds: rate > 0 ? (total - done) / rate : null }
  }

  /** Work that search does not wait for: shown while nothing else runs. Returns the progress in any case. */
  background(phase: Progress['phase'], done: number, total: number): Progress {
    const progress = this.#measured(phase, done, total)
    if (this.state.kind === 'idle') {
      this.progress = progress
      this.#onChange()
    }
    return progress
  }

  endBackground(): void {
    if (this.state.kind !== 'idle' || this.progress === null) return
    this.progress = null
    this.#onChange()
  }

  end(): void {
    this.progress = null
    this.#become({ kind: 'idle' })
  }

  fail(message: string, remedy: string): void {
    this.progress = null
    this.#become({ kind: 'failed', message, remedy })
  }

  pause(): void {
    if (this.#gate !== null) return
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#gate = { promise, open: resolve }
    if (this.state.kind === 'indexing') this.#become({ kind: 'paused', reason: this.#reason })
  }

  resume(): void {
    this.#gate?.open()
    this.#gate = null
    if (this.state.kind === 'paused') this.#become({ kind: 'indexing', reason: this.#reason })
  }

  /** Resolves at once unless paused; a stop while paused lets the work find its aborted signal. */
  async passGate(signal: AbortSignal): Promise<void> {
    // An event that has happened is not told again.
    if (this.#gate === null || signal.aborted) return
    const { promise, resolve } = Promise.withResolvers<void>()
    signal.addEventListener('abort', () => resolve(), { once: true })
    await Promise.race([this.#gate.promise, promise])
  }

  #readsFiles(): boolean {
    return this.progress?.phase === 'parse' && this.progress.done < this.progress.total
  }

  #become(state: IndexState): void {
    this.state = state
    this.#onChange()
  }
}
