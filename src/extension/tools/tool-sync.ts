/** Keeps the tool store in step with what the editor lists: asked before each turn, and told only what is new. */

import type { ListedTool } from '../../agent/toolbox/document.ts'
import type { Synced, ToolStore } from '../../agent/toolbox/ports.ts'
import { signatureOf } from './listed-tools.ts'

/**
 * Milliseconds after the window opened in which servers may still be starting: tools of a server that lists none are
 * kept until then, or a reload would take them from every chat.
 */
const startingTime = 120_000

export interface ToolSyncOptions {
  store: Pick<ToolStore, 'sync'>
  /** All tools that can be run now. */
  list: () => readonly ListedTool[]
  now?: () => number
}

/** Returns what changed; null when nothing did since the last time, which costs no call. */
export function openToolSync({ store, list, now = Date.now }: ToolSyncOptions): () => Promise<Synced | null> {
  const openedAt = now()
  let done = ''
  let running: Promise<unknown> = Promise.resolve()

  async function sync(): Promise<Synced | null> {
    const listed = list()
    const isComplete = now() - openedAt >= startingTime
    const signature = `${signatureOf(listed)} ${isComplete}`
    if (signature === done) return null
    const servers = isComplete ? undefined : [...new Set(listed.map(({ server }) => server))]
    const synced = await store.sync(listed, servers)
    done = signature
    return synced
  }

  return () => {
    const next = running.then(sync, sync)
    running = next
    return next
  }
}
