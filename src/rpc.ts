/** How calls cross a process or page boundary: birpc, with errors that keep their name and remedy. */

import { type BirpcReturn, createBirpc } from 'birpc'

/** A failure on the other side of a boundary. `remedy` says what the person can do, empty when unknown. */
export class RemoteError extends Error {
  readonly remedy: string
  constructor(name: string, message: string, remedy = '') {
    super(message)
    this.name = name
    this.remedy = remedy
  }
}

/** A two-way pipe for structured-clone safe messages. */
export interface Channel {
  post(message: unknown): unknown
  on(listener: (message: unknown) => void): void
  off?(listener: (message: unknown) => void): void
}

/**
 * Serves `local` over the channel and returns the caller of the other side. Calls have no time limit: whoever
 * owns the channel ends it with `$close`, which rejects what is pending. Only own functions of `local` can be called.
 */
export function connect<Remote extends object, Local extends object>(
  local: Local,
  channel: Channel,
): BirpcReturn<Remote, Local> {
  return createBirpc<Remote, Local>(local, {
    post: (message) => channel.post(message),
    on: (listener) => channel.on(listener),
    off: (listener) => channel.off?.(listener),
    bind: 'functions',
    timeout: -1,
    resolver: (name, found) => (Object.hasOwn(local, name) ? found : undefined),
    serialize: plainError,
    deserialize: revivedError,
  })
}

/** What a thrown value looks like on the wire. Stacks stay behind: they name paths of this machine. */
export function errorToWire(error: unknown): { name: string; message: string; remedy: string } {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), remedy: '' }
  const remedy = 'remedy' in error && typeof error.remedy === 'string' ? error.remedy : ''
  return { name: error.name, message: error.message, remedy }
}

function plainError(message: { e?: unknown }): unknown {
  return message.e === undefined ? message : { ...message, e: errorToWire(message.e) }
}

function revivedError(message: { e?: { name: string; message: string; remedy: string } }): unknown {
  if (message.e === undefined || message.e === null) return message
  return { ...message, e: new RemoteError(message.e.name, message.e.message, message.e.remedy) }
}
