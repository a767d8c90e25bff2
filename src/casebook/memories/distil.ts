/** Makes facts and lessons of episodes: always without a model, with one only where the person asked for it. */

import type { DistilSummary } from '../../protocol-memories.ts'
import type { MemoryRoom } from './room.ts'

export interface DistilOptions {
  useModel: boolean
  limit?: number
  signal?: AbortSignal
}

export async function distil(room: MemoryRoom, options: DistilOptions): Promise<DistilSummary> {
  const model = options.useModel ? await room.model() : null
  options.signal?.throwIfAborted()
  return {
    model: model?.id ?? null,
    episodes: 0,
    admitted: 0,
    merged: 0,
    superseded: 0,
    activated: 0,
    rejected: {},
    calls: 0,
    inputTokens: 0,
    outputTokens: 0,
  }
}
