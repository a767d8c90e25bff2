/** The tool memory of a window: the service's, and what goes on without it where it cannot be used. */

import type { ToolDocument } from '../../agent/toolbox/document.ts'
import type { SessionShelf, ToolStore } from '../../agent/toolbox/ports.ts'
import { newSession, type ToolSession } from '../../agent/toolbox/session.ts'
import type { ToolMemory, ToolMemoryCall, ToolMemoryReply } from '../../protocol-tools.ts'
import type { WindowMemory } from '../window-memory.ts'

/** What is known can be looked through, too. */
export interface WindowToolMemory extends ToolStore, SessionShelf {
  all(): Promise<ToolDocument[]>
}

/** Of several folders the first one keeps the window's chats. Throws `RemoteError`. */
export function windowToolMemory(
  memory: Pick<WindowMemory, 'call' | 'state'>,
  chosenRoot: () => string | undefined = () => memory.state().roots[0]?.root,
): WindowToolMemory {
  async function ask<K extends ToolMemoryCall>(
    call: K,
    ...args: Parameters<ToolMemory[K]>
  ): Promise<ToolMemoryReply<K>> {
    const root = chosenRoot()
    const request = { call, args, ...(root !== undefined && { root }) }
    return (await memory.call('tools', request)) as ToolMemoryReply<K>
  }
  return {
    sync: (listed, servers) =>
      servers === undefined ? ask('sync', listed) : ask('sync', listed, [...servers]),
    search: (keywords, { k, without = [] }) => ask('search', [...keywords], { k, without: [...without] }),
    // Most steps of most chats have no tool at hand: no call is needed to know nothing about none.
    documents: async (names) => (names.length === 0 ? [] : await ask('documents', [...names])),
    count: () => ask('count'),
    tokens: () => ask('tokens'),
    all: () => ask('all'),
    load: (id) => ask('loadChat', id),
    save: (session) => ask('saveChat', session),
    remove: (id) => ask('removeChat', id),
    ids: () => ask('chats'),
  }
}

/**
 * A chat goes on where its tools cannot be kept: nothing is found then, and what was said stays in this window.
 * `tell` hears every failure. `documents` throws: an empty answer would take a chat's tools from it. So does `sync`.
 */
export function withoutMemory(
  kept: ToolStore & SessionShelf,
  tell: (error: unknown) => void,
): ToolStore & SessionShelf {
  const sessions = new Map<string, ToolSession>()
  async function or<T>(work: () => Promise<T>, instead: () => T): Promise<T> {
    try {
      return await work()
    } catch (error) {
      tell(error)
      return instead()
    }
  }
  return {
    ...kept,
    search: (keywords, options) =>
      or(
        () => kept.search(keywords, options),
        () => [],
      ),
    count: () =>
      or(
        () => kept.count(),
        () => 0,
      ),
    tokens: () =>
      or(
        () => kept.tokens(),
        () => 0,
      ),
    async load(id) {
      const here = sessions.get(id)
      if (here !== undefined) return structuredClone(here)
      try {
        return await kept.load(id)
      } catch (error) {
        tell(error)
        // From now on it lives here: what is kept must not be overwritten by a chat that began without it.
        sessions.set(id, newSession(id))
        return null
      }
    },
    async save(session) {
      if (sessions.has(session.id)) return void sessions.set(session.id, structuredClone(session))
      await or(
        () => kept.save(session),
        () => void sessions.set(session.id, structuredClone(session)),
      )
    },
    async remove(id) {
      sessions.delete(id)
      await or(
        () => kept.remove(id),
        () => undefined,
      )
    },
    ids: async () => {
      const ids = await or(
        () => kept.ids(),
        () => [],
      )
      return [...[...sessions.keys()].reverse(), ...ids.filter((id) => !sessions.has(id))]
    },
  }
}
