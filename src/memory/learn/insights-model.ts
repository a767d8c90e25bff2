/** Brings the role lists up to date after one finished episode: one question to the model for both lists. */

import { z } from 'zod'
import type { Llm } from '../ports.ts'
import type { MemoryRecord } from '../record.ts'
import { redact } from '../safety/redact.ts'
import { type Asked, ask } from './ask.ts'
import { filled, insightsSystem, insightsUser, insightsVersion } from './distil-prompts.ts'
import { episodeData, quoted } from './episode-data.ts'
import type { Role } from './insight-events.ts'
import type { InsightOperation } from './insights.ts'
import type { Work } from './work.ts'

export interface InsightOperations extends Pick<Asked<unknown>, 'calls' | 'inputTokens' | 'outputTokens'> {
  /** Null: no reply was usable, and the lists stay as they are. */
  operations: Record<Role, InsightOperation[]> | null
  reason: string
  /** `model@prompt-version`. */
  author: string
}

export interface RoleLists {
  test: readonly MemoryRecord[]
  patch: readonly MemoryRecord[]
  cap: number
}

/** Called once for each finished episode, whether it went well or not. Throws what `llm.chat` throws. */
export async function askForInsights(
  llm: Llm,
  episode: Work,
  lists: RoleLists,
  signal?: AbortSignal,
): Promise<InsightOperations> {
  const request = {
    purpose: 'insights',
    ...insightMessages(episode, lists),
    temperature: 0,
    maxTokens: 2_000,
  }
  const { value, reason, ...ledger } = await ask(llm, request, { schema: replySchema }, signal)
  const author = `${llm.id}@${insightsVersion}`.slice(-200)
  if (value === null) return { operations: null, reason, author, ...ledger }
  const [test, patch] = await Promise.all([maskAll(value.test), maskAll(value.patch)])
  return { operations: { test, patch }, reason: '', author, ...ledger }
}

export function insightMessages(
  episode: Work,
  { test, patch, cap }: RoleLists,
): { system: string; messages: { role: 'user'; content: string }[] } {
  const holes = { episode: episodeData(episode), test: numbered(test), patch: numbered(patch) }
  return {
    system: filled(insightsSystem, { cap: String(cap) }),
    messages: [{ role: 'user', content: filled(insightsUser, holes) }],
  }
}

function numbered(records: readonly MemoryRecord[]): string {
  if (records.length === 0) return 'empty'
  return quoted(records.map(({ text }, at) => `${at + 1}. ${text}`))
}

const number = z.int()
const experience = z.string().min(1).max(1_000)
const operation = z.discriminatedUnion('operation', [
  z.object({ operation: z.literal('ADD'), experience }),
  z.object({ operation: z.literal('EDIT'), number, experience }),
  z.object({ operation: z.literal('REMOVE'), number }),
])
const replySchema = z.strictObject({
  test: z.array(operation).max(40).default([]),
  patch: z.array(operation).max(40).default([]),
})

function maskAll(operations: readonly InsightOperation[]): Promise<InsightOperation[]> {
  return Promise.all(
    operations.map(async (one) =>
      one.operation === 'REMOVE' ? one : { ...one, experience: (await redact(one.experience)).text },
    ),
  )
}
