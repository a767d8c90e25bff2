/** Looks after memory when the code moved on: what is stale, gone or back, and what became of branches. */

import { setImmediate as breathe } from 'node:timers/promises'
import type { EventDraft } from '../memory/event.ts'
import type { Git } from '../memory/git.ts'
import { branchFate } from '../memory/indexing/branch-fate.ts'
import { type Branches, readBranches } from '../memory/indexing/branches.ts'
import { judgeBranch } from '../memory/learn/branches.ts'
import { type CheckedRecord, judgeStaleness } from '../memory/learn/staleness.ts'
import { type AnchorCheck, freshnessOf, openAnchorCheck, reanchor } from '../memory/recall/records/anchors.ts'
import type { MemoryRecord, Status } from '../memory/record.ts'
import {
  type BranchRow,
  branchesInUse,
  forgetBranchRow,
  readBranchRows,
  recordsOfBranch,
  writeBranchRow,
} from '../memory/store/branches.ts'
import { type DatabaseSync, transaction } from '../memory/store/database.ts'
import { viewState } from '../memory/store/files.ts'
import type { ListFilter, MemoryStore } from '../memory/store/memory-store.ts'

export interface SweepContext {
  store: MemoryStore
  /** `index.db` and the view that asks. */
  db: DatabaseSync
  viewId: number
  git: Git
  /** Full id for time travel; null for the work tree. */
  commit: string | null
  /** False for a plain folder. */
  hasHistory: boolean
  /** Unix milliseconds. */
  now?: () => number
  /** Keep one for the life of the memory: branches that stand as they did are not asked about again. */
  settled?: Map<string, string>
}

export interface SweepSummary {
  /** Records, or branches, that were looked at. */
  checked: number
  /** Events that were written. */
  events: number
}

const nothing: SweepSummary = { checked: 0, events: 0 }
/** Milliseconds of work before others get their turn: a keystroke may wait this long. */
const slice = 10
/** Records read at once, and events written in one transaction. */
const page = 100
const batch = 8
const living: readonly Status[] = ['candidate', 'active', 'stale', 'contested', 'archived']

/**
 * Facts and lessons that cite these paths, or all of them, against the code as the view shows it: STALED,
 * REVALIDATED, ARCHIVED, RESTORED. Only records of the branch that the view shows are judged, and none while the
 * view is incomplete, shows an old commit, or HEAD has moved on. Call it after a run, and after a touch with its
 * paths. Throws on abort.
 */
export async function sweepAnchors(
  context: SweepContext,
  paths: readonly string[] | 'all',
  signal?: AbortSignal,
): Promise<SweepSummary> {
  if (context.commit !== null || !viewState(context.db, context.viewId).complete) return nothing
  const ids = paths === 'all' ? null : anchoredIn(context.store, paths)
  if (ids?.length === 0) return nothing
  const shown = await shownBranch(context, signal)
  if (shown === undefined) return nothing
  const check = openAnchorCheck(context)
  const summary = { ...nothing }
  let found: CheckedRecord[] = []
  let started = performance.now()
  for (const record of ids === null ? everyRecord(context.store, shown) : recordsOf(context.store, ids)) {
    if (record.branch === shown && record.anchors.length > 0) {
      summary.checked++
      const checked = checkRecord(check, record)
      if (judgeStaleness([checked], 0).length > 0) found.push(checked)
    }
    if (found.length >= batch) {
      summary.events += write(context, found)
      found = []
    }
    if (performance.now() - started < slice) continue
    await breathe(undefined, signal === undefined ? {} : { signal })
    started = performance.now()
  }
  summary.events += write(context, found)
  return summary
}

function anchoredIn(store: MemoryStore, paths: readonly string[]): string[] {
  const gate = { branches: branchesInUse(store.db), statuses: living, kinds: kindsJudged, muted: true }
  return store.byKey('anchor', paths, gate, 10_000).map(({ id }) => id)
}

const kindsJudged = ['fact', 'lesson'] as const

/** The branch whose records the view can judge, null for those of the whole repository; undefined: none. */
async function shownBranch(context: SweepContext, signal?: AbortSignal): Promise<string | null | undefined> {
  const { db, viewId, hasHistory } = context
  if (!hasHistory) return null
  const { current, standard, head } = await readBranches(context.git, signal)
  const viewHead = db.prepare('select head from view where id = ?').get(viewId)?.head ?? null
  if (current === null || viewHead !== head) return undefined
  return current === standard ? null : current
}

function* everyRecord(store: MemoryStore, shown: string | null): Generator<MemoryRecord> {
  const filter = {
    branches: shown === null ? [] : [shown],
    statuses: living,
    kinds: kindsJudged,
    muted: true,
  }
  yield* pages(store, filter)
}

/** Page by page, so that what one page changed does not disturb the next: the order is that of `valid_from`. */
function* pages(store: MemoryStore, filter: Omit<ListFilter, 'limit' | 'after'>): Generator<MemoryRecord> {
  let after: string | undefined
  for (;;) {
    const records = store.list({ ...filter, limit: page, ...(after === undefined ? {} : { after }) })
    yield* records
    after = records.at(-1)?.id
    if (records.length < page) return
  }
}

function* recordsOf(store: MemoryStore, ids: readonly string[]): Generator<MemoryRecord> {
  for (const id of ids) {
    const record = store.get(id)
    if (record !== null) yield record
  }
}

function checkRecord(check: AnchorCheck, record: MemoryRecord): CheckedRecord {
  const states = check.check(record.anchors)
  return { record, states, freshness: freshnessOf(states), anchors: reanchor(record, states) }
}

/** Judged again on what is stored now: another process, or a person, may have been faster. */
function write({ store, now = Date.now }: SweepContext, found: readonly CheckedRecord[]): number {
  if (found.length === 0) return 0
  const events = store.decide(() => {
    const same = found.flatMap((one) => {
      const record = store.get(one.record.id)
      const isSame = record !== null && JSON.stringify(record.anchors) === JSON.stringify(one.record.anchors)
      return isSame ? [{ ...one, record }] : []
    })
    return notUndone(store, judgeStaleness(same, now()))
  })
  return events.length
}

/** Whoever undid that a record was archived is not asked again for the same reason. */
function notUndone(store: MemoryStore, drafts: readonly EventDraft[]): EventDraft[] {
  return drafts.filter(({ type, reason, changes: [change] }) => {
    if (type !== 'ARCHIVED' || change === undefined) return true
    const undone = store.events({ id: change.id, types: ['REVERTED'], limit: 20 })
    const taken = undone.map(({ actor, cause }) =>
      actor.type === 'person' && cause !== null ? store.event(cause) : null,
    )
    return !taken.some((event) => event?.type === 'ARCHIVED' && event.reason === reason)
  })
}

/**
 * What became of the branches that records were born on: PROMOTED, ARCHIVED, RESTORED. Call it after a run that
 * followed a move of HEAD, and before `sweepAnchors`. Throws on abort.
 */
export async function sweepBranches(context: SweepContext, signal?: AbortSignal): Promise<SweepSummary> {
  const { store, hasHistory } = context
  const names = branchesInUse(store.db)
  const rows = readBranchRows(store.db)
  const unused = [...rows.keys()].filter((name) => !names.includes(name))
  for (const name of unused) transaction(store.db, () => forgetBranchRow(store.db, name))
  if (!hasHistory || names.length === 0) return nothing
  const branches = await readBranches(context.git, signal)
  const summary = { checked: names.length, events: 0 }
  for (const name of names) {
    summary.events += await sweepBranch(context, { branches, name, row: rows.get(name) }, signal)
  }
  return summary
}

interface OneBranch {
  branches: Branches
  name: string
  row: BranchRow | undefined
}

async function sweepBranch(context: SweepContext, one: OneBranch, signal?: AbortSignal): Promise<number> {
  const { store, git, settled, now = Date.now } = context
  const { branches, name, row } = one
  const { tips, standard, standardTips } = branches
  const own = recordsOfBranch(store.db, name)
  const standing = JSON.stringify([tips.get(name), standard, standardTips, row, own.length, tips.size])
  if (settled?.get(name) === standing) return 0
  const seen = { name, tip: row?.tip ?? birthOf(store, own), diverged: row?.diverged ?? false }
  const { fate, tip, diverged } = await branchFate(git, branches, seen, signal)
  let events = 0
  for (const ids of inBatches(own)) {
    const records = () => [...recordsOf(store, ids)]
    const judged = (at: number) => notUndone(store, judgeBranch(name, fate, records(), at))
    if (judged(0).length > 0) events += store.decide(() => judged(now())).length
    await breathe(undefined, signal === undefined ? {} : { signal })
  }
  remember(
    store,
    { name, tip: tip ?? '', diverged, fate: fate.fate === 'open' ? null : fate.fate, seenAt: now() },
    row,
  )
  if (events === 0) settled?.set(name, standing)
  return events
}

/** The commit that the newest record was born at: for a branch that came and went between two looks. */
function birthOf(store: MemoryStore, ids: readonly string[]): string | null {
  for (const { commit } of recordsOf(store, ids)) if (commit !== null) return commit
  return null
}

function* inBatches(ids: readonly string[]): Generator<string[]> {
  for (let at = 0; at < ids.length; at += batch) yield ids.slice(at, at + batch)
}

function remember(store: MemoryStore, next: BranchRow, before: BranchRow | undefined): void {
  const same = before?.tip === next.tip && before.diverged === next.diverged && before.fate === next.fate
  if (!same) transaction(store.db, () => writeBranchRow(store.db, next))
}
