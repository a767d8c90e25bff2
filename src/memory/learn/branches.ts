/** What becomes of the memories of a branch when it is merged, deleted, or comes back. Pure. */

import type { Actor, EventDraft } from '../event.ts'
import type { MemoryRecord } from '../record.ts'
import { expiring, fieldsEvent, returning } from './expiry.ts'

/**
 * `open`: it exists. `merged`: all that was on it is in the default branch. `joined`: it is gone and its commits
 * live on in another branch, into which it was merged or to which it was renamed. `abandoned`: gone, and nothing
 * has its commits.
 */
export type BranchFate =
  | { fate: 'open' }
  | { fate: 'merged'; into: string }
  | { fate: 'joined'; into: string }
  | { fate: 'abandoned' }

const actor: Actor = { type: 'indexer', name: 'branches' }

/**
 * Events for the records that were born on the branch `name`; none for what they say already. Episodes, too, belong
 * to a branch. What a person pinned does not expire.
 */
export function judgeBranch(
  name: string,
  fate: BranchFate,
  records: readonly MemoryRecord[],
  now: number,
): EventDraft[] {
  const own = records.filter(({ branch }) => branch === name)
  return own.flatMap((record) => judge(record, fate, now) ?? [])
}

function judge(record: MemoryRecord, fate: BranchFate, now: number): EventDraft | null {
  const { branch } = record
  if (fate.fate === 'abandoned') {
    const reason = `branch ${branch} was deleted without being merged`
    const fields = expiring(record, 'branch-gone', now)
    return fields === null ? null : fieldsEvent({ type: 'ARCHIVED', actor, reason }, record, fields)
  }
  const back = returning(record, 'branch-gone')
  if (fate.fate === 'open') {
    const reason = `branch ${branch} is back`
    return back === null ? null : fieldsEvent({ type: 'RESTORED', actor, reason }, record, back)
  }
  const merged = fate.fate === 'merged'
  const reason = `branch ${branch} ${merged ? 'was merged into' : 'is part of'} ${fate.into}`
  const fields = { ...back, branch: merged ? null : fate.into }
  return fieldsEvent({ type: 'PROMOTED', actor, reason }, record, fields)
}
