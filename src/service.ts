/** The memory service: the child process of a window that owns its open memories and answers its calls. */

import { constants, setPriority } from 'node:os'
import type { ServiceEvents } from './protocol.ts'
import { connect } from './rpc.ts'
import { createService } from './service/calls.ts'

/** Milliseconds that closing the stores may take after the window is gone. */
const closingTime = 3_000

serveParent()

function serveParent(): void {
  if (process.send === undefined) {
    process.stderr.write('The memory service is started by the editor; use the casebook command instead.\n')
    process.exit(2)
  }
  const service = createService({
    status: (status) => void events.status.asEvent(status).catch(ignoreClosedPipe),
    memories: (change) => void events.memories.asEvent(change).catch(ignoreClosedPipe),
    sessions: (news) => void events.sessions.asEvent(news).catch(ignoreClosedPipe),
    log: (level, message) => void events.log.asEvent(level, message).catch(ignoreClosedPipe),
    busy: lowerPriority,
  })
  const events = connect<ServiceEvents, typeof service.calls>(service.calls, {
    post: tellParent,
    on: (listener) => process.on('message', listener),
  })
  // The pipe closes when the parent ends in whatever way, SIGKILL included: then nothing may remain of us.
  process.on('disconnect', () => {
    setTimeout(() => process.exit(1), closingTime).unref()
    void service.close().finally(() => process.exit(0))
  })
}

/** Without a callback a closed pipe would be an error that ends the process before its stores are closed. */
function tellParent(message: unknown): void {
  if (process.connected) process.send?.(message, undefined, undefined, ignoreClosedPipe)
}

/** A message that finds the pipe closed has nobody to reach: the disconnect event ends this process. */
function ignoreClosedPipe(): void {}

/**
 * Indexing gives way to everything else on the machine. Unix lets an ordinary user lower a priority and never
 * raise it again, so there the small step of 5 is taken, which searches can live with.
 */
function lowerPriority(busy: boolean): void {
  const low = process.platform === 'win32' ? constants.priority.PRIORITY_BELOW_NORMAL : 5
  try {
    setPriority(busy ? low : constants.priority.PRIORITY_NORMAL)
  } catch {
    // Not permitted here: the machine keeps the priority that it has.
  }
}
