/** What became of remembered fixes: taken back, restored, rewritten. Episodes stay as they are; links and status say it. */

import type { EventDraft } from '../memory/event.ts'
import type { Git } from '../memory/git.ts'
import { changeOf, type FixMessage, type HistoryMessages } from '../memory/indexing/fix-history.ts'
import { episodeId } from '../memory/learn/history-ids.ts'
import type { Link, MemoryRecord } from '../memory/record.ts'
import type { MemoryStore } from '../memory/store/memory-store.ts'
import { type HistoryState, historian } from './history-state.ts'

/** Links a fix and the revert that took it back, both ways, and takes the links away when it was restored. */
export function linkReverts(store: MemoryStore, fixes: readonly FixMessage[]): number {
  const times = new Map(fixes.map(({ sha, time }) => [sha, time]))
  const find = (sha: string): MemoryRecord | null => {
    const time = times.get(sha)
    return time === undefined ? null : store.get(episodeId(sha, time))
  }
  const events = fixes.flatMap((fix): EventDraft[] => {
    if (fix.revertedBy === null && fix.restoredBy === null) return []
    const fixed = find(fix.sha)
    if (fixed === null) return []
    if (fix.revertedBy === null) return restored(fixed, store)
    const revert = find(fix.revertedBy.sha)
    return revert === null ? [] : contradicted(fixed, revert)
  })
  if (events.length > 0) store.append(events)
  return events.length
}

function contradicted(fixed: MemoryRecord, revert: MemoryRecord): EventDraft[] {
  const why = `reverted by ${revert.commit?.slice(0, 12) ?? ''}`
  const pairs: [MemoryRecord, Link][] = [
    [fixed, { type: 'contradicts', to: revert.id, why, by: 'indexer' }],
    [revert, { type: 'contradicts', to: fixed.id, why, by: 'indexer' }],
  ]
  const missing = pairs.filter(
    ([record, link]) => !record.links.some(({ type, to }) => type === link.type && to === link.to),
  )
  if (missing.length === 0) return []
  const changes = missing.map(([record, link]) => ({ op: 'link' as const, id: record.id, link }))
  return [{ type: 'LINKED', actor: historian, reason: `The fix was ${why}.`, changes }]
}

function restored(fixed: MemoryRecord, store: MemoryStore): EventDraft[] {
  const own = fixed.links.filter(({ type, by }) => type === 'contradicts' && by === 'indexer')
  const changes = own.flatMap((link) => {
    const back = store.get(link.to)?.links.find(({ type, to }) => type === 'contradicts' && to === fixed.id)
    const other = back === undefined ? [] : [{ op: 'unlink' as const, id: link.to, link: back }]
    return [{ op: 'unlink' as const, id: fixed.id, link }, ...other]
  })
  if (changes.length === 0) return []
  return [
    { type: 'LINKED', actor: historian, reason: 'The fix was restored: its revert was reverted.', changes },
  ]
}

/** Commits that a rewritten history lost; more than these are another history. */
const mostLost = 2_000

/**
 * After a rebase the old commits are gone and the same changes are there under other ids: the old episodes are
 * archived in favour of the new ones. A checkout of another branch loses commits, too, but makes none anew.
 */
export async function followRewrites(options: {
  git: Git
  store: MemoryStore
  head: string
  messages: HistoryMessages
  before: HistoryState | null
  signal?: AbortSignal
}): Promise<number> {
  const { git, store, head, messages, before, signal } = options
  if (before === null || before.head === head) return 0
  const lost = await lostCommits(git, before.head, head, signal)
  if (lost.length === 0) return 0
  const here = new Set(messages.fixes.map(({ sha }) => sha))
  const renewed = new Map(messages.fixes.map((fix) => [changeOf(fix), fix]))
  const events = lost.flatMap(({ sha, time, change }): EventDraft[] => {
    const old = store.get(episodeId(sha, time))
    const fix = renewed.get(change)
    if (old === null || fix === undefined || here.has(sha) || old.status === 'archived') return []
    const record = store.get(episodeId(fix.sha, fix.time))
    return record === null ? [] : [rewritten(old, record)]
  })
  if (events.length > 0) store.append(events)
  return events.length
}

function rewritten(old: MemoryRecord, record: MemoryRecord): EventDraft {
  const why = `rewritten as ${record.commit?.slice(0, 12) ?? ''}`
  return {
    type: 'ARCHIVED',
    actor: historian,
    reason: `The commit was ${why}.`,
    changes: [
      { op: 'set', id: old.id, fields: { status: { before: old.status, after: 'archived' } } },
      { op: 'link', id: old.id, link: { type: 'merged_into', to: record.id, why, by: 'indexer' } },
    ],
  }
}

async function lostCommits(
  git: Git,
  before: string,
  head: string,
  signal?: AbortSignal,
): Promise<{ sha: string; time: number; change: string }[]> {
  const format = '--format=%H%x00%ct%x00%at %an %s'
  const args = ['log', '--no-merges', `--max-count=${mostLost}`, format, before, '--not', head]
  // A commit that git has thrown away cannot be compared: its episodes then wait for the sweep of branches.
  const text = await git.run(args, signal).catch((error: unknown) => {
    if (signal?.aborted === true) throw error
    return ''
  })
  return text.split('\n').flatMap((line) => {
    const [sha, time, change] = line.split('\0')
    return sha && time && change !== undefined ? [{ sha, time: Number(time), change }] : []
  })
}
