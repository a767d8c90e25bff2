/** Keeps the tool store in step with what the editor lists: asked before each turn, and told only what is new. */

import type { ListedTool, ToolDocument } from '../../agent/toolbox/document.ts'
import type { Synced, ToolStore } from '../../agent/toolbox/ports.ts'
import { signatureOf } from './listed-tools.ts'

/**
 * Milliseconds after the window opened in which extensions and servers may still be starting: what is missing is kept
 * until then, or a reload would take it from every chat.
 */
const startingTime = 120_000

/** A store that can be looked through. */
export interface ListedStore extends Pick<ToolStore, 'sync'> {
  all(): Promise<readonly ToolDocument[]>
}

export interface ToolSyncOptions {
  store: ListedStore
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
    const synced = await store.sync(isComplete ? listed : withKnown(listed, await store.all()))
    done = signature
    return synced
  }

  return () => {
    const next = running.then(sync, sync)
    running = next
    return next
  }
}

/** With what is known and not listed, as it is known. */
function withKnown(listed: readonly ListedTool[], known: readonly ToolDocument[]): ListedTool[] {
  const keys = new Set(listed.map(({ server, name }) => `${server}\n${name}`))
  const missing = known.filter(({ server, origin }) => !keys.has(`${server}\n${origin}`))
  return [...listed, ...missing.map(asListed)]
}

function asListed({ origin, server, description, schema, questions }: ToolDocument): ListedTool {
  return { name: origin, server, description, schema, ...(questions !== undefined && { questions }) }
}
