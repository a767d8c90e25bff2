/** The stream of root states to the window: every change of state at once, progress five times a second. */

import type { RootStatus } from '../protocol.ts'
import type { ServiceHost } from './calls.ts'

/** Milliseconds between two progress messages of one root. */
const interval = 200

export class StatusFeed {
  readonly #host: ServiceHost
  readonly #roots = new Map<string, { last: RootStatus; waiting: NodeJS.Timeout | null }>()
  #busy = false

  constructor(host: ServiceHost) {
    this.#host = host
  }

  push(status: RootStatus): void {
    const known = this.#roots.get(status.root)
    const entry = known ?? { last: status, waiting: null }
    const changed = known === undefined || known.last.state.kind !== status.state.kind
    entry.last = status
    this.#roots.set(status.root, entry)
    this.#tellBusy()
    if (changed) this.#send(status.root)
    else entry.waiting ??= setTimeout(() => this.#send(status.root), interval)
  }

  forget(root: string): void {
    const entry = this.#roots.get(root)
    if (entry?.waiting) clearTimeout(entry.waiting)
    this.#roots.delete(root)
    this.#tellBusy()
  }

  #send(root: string): void {
    const entry = this.#roots.get(root)
    if (entry === undefined) return
    if (entry.waiting !== null) clearTimeout(entry.waiting)
    entry.waiting = null
    this.#host.status(entry.last)
  }

  #tellBusy(): void {
    const busy = [...this.#roots.values()].some((entry) => entry.last.state.kind === 'indexing')
    if (busy === this.#busy) return
    this.#busy = busy
    this.#host.busy(busy)
  }
}
