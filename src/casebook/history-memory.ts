/** Fills long-term memory from the git history in the background: episodes in batches, then what follows from them. */

import { setImmediate as breathe, setTimeout as sleep } from 'node:timers/promises'
import type { EventDraft } from '../memory/event.ts'
import { askGit, type Git } from '../memory/git.ts'
import { birthBranch, readBranches } from '../memory/indexing/branches.ts'
import {
  changeOf,
  type FixMessage,
  type HistoryMessages,
  readFixes,
  readMessages,
} from '../memory/indexing/fix-history.ts'
import { toEpisode } from '../memory/learn/history-episodes.ts'
import { episodeId } from '../memory/learn/history-ids.ts'
import type { Log } from '../memory/ports.ts'
import type { RecordDraft } from '../memory/record.ts'
import { flagged } from '../memory/safety/record-flags.ts'
import { acquireLease } from '../memory/store/lease.ts'
import type { MemoryStore } from '../memory/store/memory-store.ts'
import { followRewrites, linkReverts } from './history-fates.ts'
import { learnFromHistory } from './history-knowledge.ts'
import { historian, readHistoryState, writeHistoryState } from './history-state.ts'

export interface HistoryMemoryOptions {
  git: Git
  store: MemoryStore
  /** What is looked at; `HEAD` by default. */
  head?: string
  /** Non-merge commits (`settings.historyMemory`); 0: nothing is done. */
  limit: number
  /** Share of the time that is worked; 1 = no pauses. */
  dutyCycle?: number
  /** Masks secrets in drafts before they are written (`safety/redact`). */
  mask: (drafts: readonly RecordDraft[]) => Promise<RecordDraft[]>
  log: Log
  signal?: AbortSignal
  /** Awaited between batches, for pausing. */
  pause?: () => Promise<void>
  onProgress?: (progress: HistoryProgress) => void
  /** False: episodes only, for measurements. */
  learn?: boolean
}

export interface HistoryProgress {
  /** Fixes and reverts looked at, of those found. */
  done: number
  total: number
}

export interface HistorySummary {
  commits: number
  /** Fixes and reverts by their messages. */
  found: number
  /** New episodes. */
  added: number
  linked: number
  /** New facts and lessons. */
  learned: number
  milliseconds: number
}

/** Fixes that are read, masked and written at once: what a stop has to wait for. */
const batchSize = 100
/** Records of one event: undo takes them back together, and the log stays short. */
const perEvent = 50

/**
 * Brings memory up to the history of `head`: only commits without an episode are read, so a run after a crash or a
 * stop goes on where it was, and one with nothing new writes nothing. One at a time among all processes that share
 * the memory. Rejects when `signal` is aborted; whole batches stay.
 */
export async function rememberHistory(options: HistoryMemoryOptions): Promise<HistorySummary> {
  const started = performance.now()
  const nothing = { commits: 0, found: 0, added: 0, linked: 0, learned: 0, milliseconds: 0 }
  const head = options.limit === 0 ? null : await resolve(options)
  if (head === null || isDone(options, head)) return nothing
  const lease = await acquireLease(options.store.db, 'history', () => undefined, options.signal)
  const stop = [lease.lost, ...(options.signal === undefined ? [] : [options.signal])]
  try {
    if (isDone(options, head)) return nothing
    const summary = await remember({ ...options, signal: AbortSignal.any(stop) }, head)
    return { ...summary, milliseconds: performance.now() - started }
  } finally {
    lease.release()
  }
}

function isDone({ store, limit, learn }: HistoryMemoryOptions, head: string): boolean {
  const state = readHistoryState(store)
  const learned = learn === false || state?.learnedAt !== null
  return state?.head === head && state.limit === limit && learned
}

/** Null before the first commit. */
async function resolve({ git, head = 'HEAD', signal }: HistoryMemoryOptions): Promise<string | null> {
  const named = await askGit(git, ['rev-parse', '--verify', '--quiet', `${head}^{commit}`], signal)
  return named === null ? null : named.trim()
}

type Running = HistoryMemoryOptions & { signal: AbortSignal }

async function remember(options: Running, head: string): Promise<Omit<HistorySummary, 'milliseconds'>> {
  const { git, store, limit, signal } = options
  const before = readHistoryState(store)
  const messages = await readMessages(git, head, limit, signal)
  const unmerged = await unmergedCommits(options, head)
  const fresh = unknownFixes(store, messages.fixes)
  const added = await record(options, fresh, unmerged)
  const linked =
    linkReverts(store, messages.fixes) + (await followRewrites({ ...options, head, messages, before }))
  const state = {
    head,
    limit,
    commits: messages.commits,
    episodes: store.count({ kinds: ['episode'], origin: 'history', muted: true }),
    learnedAt: before?.learnedAt ?? null,
    commandFiles: before?.commandFiles ?? '',
    waiting: (before?.waiting ?? 0) + fresh.length,
  }
  const learning =
    options.learn === false ? null : await learnFromHistory({ ...options, head, messages, state })
  writeHistoryState(store, { ...state, ...learning?.state })
  const learned = learning?.learned ?? 0
  return { commits: messages.commits, found: messages.fixes.length, added, linked, learned }
}

/** The branch that each commit belongs to while it is not merged. */
async function unmergedCommits(
  { git, signal, head: asked }: Running,
  head: string,
): Promise<(sha: string) => string | null> {
  const branches = await readBranches(git, signal)
  const branch = asked === undefined ? birthBranch(branches) : null
  if (branch === null || branches.standardTips.length === 0) return () => null
  const args = ['rev-list', head, '--not', ...branches.standardTips]
  const own = new Set((await git.run(args, signal)).split('\n'))
  return (sha) => (own.has(sha) ? branch : null)
}

/** Without what is remembered or was purged, and with each change once: a cherry-pick keeps author and time. */
function unknownFixes({ db }: MemoryStore, fixes: HistoryMessages['fixes']): FixMessage[] {
  const oldest = new Map(fixes.map((fix) => [changeOf(fix), fix.sha]))
  const ids = fixes.map(({ sha, time }) => episodeId(sha, time))
  const rows = db.prepare(selectKnown).all(JSON.stringify(ids))
  const known = new Set(rows.map((row) => String(row.id)))
  return fixes.filter((fix, at) => oldest.get(changeOf(fix)) === fix.sha && !known.has(ids[at] ?? ''))
}

/** The log remembers the ids of purged records, too. */
const selectKnown = `
  select value as id from json_each(?) where exists (select 1 from item_event where item_event.id = json_each.value)`

async function record(
  options: Running,
  fresh: readonly FixMessage[],
  branchOf: (sha: string) => string | null,
): Promise<number> {
  const { git, signal, pause, onProgress, store } = options
  let added = 0
  for (let at = 0; at < fresh.length; at += batchSize) {
    await pause?.()
    signal.throwIfAborted()
    const began = performance.now()
    const fixes = await readFixes(git, fresh.slice(at, at + batchSize), signal)
    const drafts = fixes.flatMap((fix) => toEpisode(fix, branchOf(fix.sha)) ?? [])
    // A commit message is written by whoever could push once.
    const masked = (await options.mask(drafts)).map((draft) => flagged(draft))
    signal.throwIfAborted()
    store.append(toEvents(store, masked))
    added += masked.length
    onProgress?.({ done: Math.min(at + batchSize, fresh.length), total: fresh.length })
    await rest(options, performance.now() - began)
  }
  return added
}

function toEvents(store: MemoryStore, drafts: readonly RecordDraft[]): EventDraft[] {
  const events: EventDraft[] = []
  for (let at = 0; at < drafts.length; at += perEvent) {
    const records = drafts.slice(at, at + perEvent).map((draft) => {
      const id = episodeId(draft.commit ?? '', (draft.validFrom ?? 0) / 1000)
      return { ...store.complete(draft), id }
    })
    events.push({
      type: 'RECORDED',
      actor: historian,
      reason: `${records.length} fixes and reverts of the git history`,
      changes: records.map((made) => ({ op: 'create', id: made.id, record: made })),
    })
  }
  return events
}

async function rest({ dutyCycle = 1, signal }: Running, worked: number): Promise<void> {
  if (dutyCycle >= 1) await breathe()
  else await sleep((worked * (1 - dutyCycle)) / dutyCycle, undefined, { signal })
}
