/** The epochs of a working memory: what changed at each, shown and brought back. */

import type { OfferedTool } from '../../llm/model.ts'
import { estimateTokens } from '../../memory/recall/records/token-estimate.ts'
import { type Epoch, promptHash, type Shown } from './context.ts'
import { type Entry, tokensOf } from './entries.ts'

/** A prompt with the entries that it was made of. */
export interface Snapshot extends Shown {
  entries: readonly Entry[]
}

export interface LoggedEpoch {
  epoch: Epoch
  before: Snapshot
  after: Snapshot
}

export function logEpoch(
  number: number,
  change: Pick<Epoch, 'at' | 'reason' | 'left'> & { before: Snapshot; after: Snapshot },
): LoggedEpoch {
  const { at, reason, left, before, after } = change
  const epoch: Epoch = {
    id: `epoch-${number}`,
    at,
    reason,
    before: promptHash(before.tools, before),
    after: promptHash(after.tools, after),
    tokensBefore: sizeOf(before),
    tokensAfter: sizeOf(after),
    left,
  }
  return { epoch, before, after }
}

function sizeOf({ tools, system, entries }: Snapshot): number {
  return estimateTokens(JSON.stringify(tools)) + estimateTokens(system) + tokensOf(entries)
}

/** What became different in the tools, in words. */
export function toolChange(before: readonly OfferedTool[], after: readonly OfferedTool[]): string {
  const [old, now] = [new Set(before.map(({ name }) => name)), new Set(after.map(({ name }) => name))]
  const added = [...now].filter((name) => !old.has(name))
  const removed = [...old].filter((name) => !now.has(name))
  if (added.length + removed.length === 0)
    return 'tools describe themselves otherwise or stand in another order'
  const parts = [
    ...(added.length > 0 ? [`tools added: ${added.join(', ')}`] : []),
    ...(removed.length > 0 ? [`tools removed: ${removed.join(', ')}`] : []),
  ]
  return parts.join('; ')
}

/** What stood there before the epoch, then what came since. Summaries of what is back are left out. */
export function restored({ before }: LoggedEpoch, now: readonly Entry[]): Entry[] {
  const known = new Set(before.entries.map(({ id }) => id))
  const last = Math.max(0, ...known)
  const since = now.filter(({ id, covers }) => {
    const isCovered = covers.length > 0 && covers.every((one) => known.has(one))
    return id > last && !isCovered
  })
  return [...before.entries, ...since]
}
