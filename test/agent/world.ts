/** A tool store in memory with tools, and turns on it, for tests of the toolbox. */

import type { TestContext } from 'node:test'
import type { ToolRunner } from '../../src/agent/ports.ts'
import { openSessionShelf } from '../../src/agent/tool-store/session-shelf.ts'
import {
  type LocalToolStore,
  openToolStore,
  type ToolStoreOptions,
} from '../../src/agent/tool-store/tool-store.ts'
import type { ListedTool } from '../../src/agent/toolbox/document.ts'
import type { SessionShelf } from '../../src/agent/toolbox/ports.ts'
import { newSession, type ToolSession } from '../../src/agent/toolbox/session.ts'
import { defaultToolbox, type ToolboxSettings } from '../../src/agent/toolbox/settings.ts'
import { runTurn, type TurnOptions, type TurnReply } from '../../src/agent/toolbox/turn.ts'
import { localEmbedder } from '../../src/llm/embed-local.ts'
import type { ChatModel } from '../../src/llm/model.ts'
import type { Embedder } from '../../src/memory/ports.ts'
import type { DatabaseSync } from '../../src/memory/store/database.ts'
import { openMemory } from '../../src/memory/store/memory-db.ts'

export interface World {
  db: DatabaseSync
  store: LocalToolStore
  shelf: SessionShelf
}

export function openWorld(
  t: TestContext,
  { folder = null, ...options }: Partial<ToolStoreOptions> & { folder?: string | null } = {},
): World {
  const { db } = openMemory(folder)
  t.after(() => db.isOpen && db.close())
  return {
    db,
    store: openToolStore({ db, embedder: localEmbedder(), ...options }),
    shelf: openSessionShelf(db, () => 1_000),
  }
}

export function tool(
  name: string,
  description = `Does ${name}.`,
  more: Partial<ListedTool> = {},
): ListedTool {
  return { name, server: 'shop', description, schema: { type: 'object', properties: {} }, ...more }
}

/** Tools of one family: a search for the family's word finds them. */
export function family(word: string, count: number): ListedTool[] {
  return Array.from({ length: count }, (_, at) => tool(`${word}_${at}`, `Works on ${word} in way ${at}.`))
}

export const names = (word: string, count: number) => family(word, count).map(({ name }) => name)

/** Runs everything and remembers what was run. */
export function runner(): ToolRunner & { ran: string[] } {
  const ran: string[] = []
  return {
    ran,
    async run({ name }) {
      ran.push(name)
      return { content: `${name} is done`, ok: true }
    },
  }
}

export interface Talk {
  session: ToolSession
  say(query: string, signal?: AbortSignal): Promise<TurnReply>
}

export function talk(
  { store, shelf }: World,
  model: ChatModel,
  settings: Partial<ToolboxSettings> = {},
  more: Partial<
    Pick<TurnOptions, 'session' | 'controller' | 'runner' | 'context' | 'onEvent' | 'recalled'>
  > = {},
): Talk {
  const { session = newSession('chat-1'), ...rest } = more
  return {
    session,
    say: (query, signal) =>
      runTurn({
        session,
        query,
        system: 'You help in a shop.',
        store,
        shelf,
        model,
        runner: runner(),
        settings: { ...defaultToolbox, pruner: 'model', ...settings },
        now: () => Date.UTC(2026, 10, 22),
        ...rest,
        ...(signal && { signal }),
      }),
  }
}

/** Counts how often texts were embedded. */
export function countingEmbedder(): Embedder & { calls: number } {
  const inner = localEmbedder()
  const counting = {
    ...inner,
    calls: 0,
    embed(texts: readonly string[], signal?: AbortSignal) {
      counting.calls++
      return inner.embed(texts, signal)
    },
  }
  return counting
}
