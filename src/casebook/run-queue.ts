/** Index runs of one memory, one after the other; what the memory starts by itself waits at most once. */

type Work<T> = (signal: AbortSignal) => Promise<T>

export class RunQueue {
  #last: Promise<unknown> = Promise.resolve()
  #stopping = new AbortController()
  #waiting: Promise<void> | null = null

  /** Runs `work` after everything before it. Rejects when it fails, is stopped, or `signal` aborts. */
  add<T>(work: Work<T>, signal?: AbortSignal): Promise<T> {
    const either = AbortSignal.any([this.#stopping.signal, ...(signal === undefined ? [] : [signal])])
    const result = this.#last.then(() => {
      either.throwIfAborted()
      return work(either)
    })
    this.#last = result.catch(() => undefined)
    return result
  }

  /** As `add`, but joins a run of this kind that has not begun: it will see everything. A stop is no failure. */
  join(work: Work<unknown>): Promise<void> {
    if (this.#waiting !== null) return this.#waiting
    const stopped = this.#stopping.signal
    const begun = async (signal: AbortSignal) => {
      this.#waiting = null
      await work(signal)
    }
    this.#waiting = this.add(begun).catch((error: unknown) => {
      if (!stopped.aborted) throw error
    })
    return this.#waiting
  }

  /** Aborts what runs and what waits; later runs are free to begin. */
  stop(why: string): void {
    this.#waiting = null
    this.#stopping.abort(new Error(why))
    this.#stopping = new AbortController()
  }

  /** As `stop`, and nothing runs any more; resolves when the last run has ended. */
  async close(why: string): Promise<void> {
    this.stop(why)
    this.#stopping.abort(new Error(why))
    await this.#last
  }
}
