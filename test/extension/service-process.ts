/** Real service processes for tests: a client on the service's source, and whether a process still lives. */

import { fileURLToPath } from 'node:url'
import { ServiceClient, type ServiceState } from '../../src/extension/service-client.ts'

export const serviceEntry = fileURLToPath(new URL('../../src/service.ts', import.meta.url))

interface Disposed {
  after(work: () => Promise<void>): void
}

export interface Observed {
  client: ServiceClient
  log: string[]
  states: ServiceState[]
}

/** The client of a test, ended with it whatever happens. */
export function observedClient(
  test: Disposed,
  backOff?: { first: number; longest: number; healthy: number },
): Observed {
  const log: string[] = []
  const states: ServiceState[] = []
  const client = new ServiceClient({
    entry: serviceEntry,
    log: (level, message) => log.push(`${level} ${message}`),
    onStatus: () => {},
    onState: (state) => states.push(state),
    ...(backOff === undefined ? {} : { backOff }),
  })
  test.after(() => client.dispose())
  return { client, log, states }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** Resolves with true once `check` holds, false after `limit` milliseconds. */
export async function eventually(check: () => boolean | Promise<boolean>, limit = 10_000): Promise<boolean> {
  const end = Date.now() + limit
  while (Date.now() < end) {
    if (await check()) return true
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return false
}
