/** The server ends when nobody can talk to it any more: input closed, parent gone, or told to. */

import type { Log } from '../memory/ports.ts'

/** Milliseconds that closing the stores may take. */
const closingTime = 3_000
/** Milliseconds between two looks at the parent: a pipe that somebody else holds open never closes. */
const lookEvery = 2_000

export function endWithParent({ close, log }: { close: () => Promise<void>; log: Log }): void {
  const parent = process.ppid
  let ending = false
  const end = (why: string) => {
    if (ending) return
    ending = true
    log.info(`ends: ${why}`)
    setTimeout(() => process.exit(1), closingTime).unref()
    close().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error('the stores could not be closed', error)
        process.exit(1)
      },
    )
  }
  process.stdin.once('end', () => end('its input was closed'))
  process.stdin.once('close', () => end('its input was closed'))
  process.stdin.once('error', () => end('its input broke'))
  // A client that is gone cannot read: writing to it is no reason to crash.
  process.stdout.on('error', () => end('nobody reads its answers'))
  process.stderr.on('error', () => {})
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => end(signal))
  process.once('disconnect', () => end('the command that started it is gone'))
  setInterval(() => {
    if (process.ppid !== parent) end('its parent is gone')
  }, lookEvery).unref()
}
