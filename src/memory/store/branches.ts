/** Branches that records were born on, as they were last seen. Callers open transactions. */

import type { DatabaseSync } from './database.ts'

export interface BranchRow {
  name: string
  /** Newest head that was seen of it. */
  tip: string
  /** Whether it ever had commits that the default branch did not have. */
  diverged: boolean
  /** `merged`, `joined`, `abandoned`; null while it is open. */
  fate: string | null
  /** Unix milliseconds. */
  seenAt: number
}

const selectRows = 'select name, tip, diverged, fate, seen_at from branch order by name'
const upsert = `
  insert into branch (name, tip, diverged, fate, seen_at) values (?, ?, ?, ?, ?)
  on conflict (name) do update set tip = excluded.tip, diverged = excluded.diverged, fate = excluded.fate,
    seen_at = excluded.seen_at`
const selectIds = 'select id from item where branch = ? order by valid_from desc, id desc'
const selectInUse = 'select distinct branch from item where branch is not null order by branch'

export function readBranchRows(db: DatabaseSync): Map<string, BranchRow> {
  const rows = db.prepare(selectRows).all()
  return new Map(
    rows.map((row) => {
      const { name, tip, diverged, fate, seen_at } = row
      const branch: BranchRow = {
        name: String(name),
        tip: String(tip),
        diverged: diverged === 1,
        fate: fate === null ? null : String(fate),
        seenAt: Number(seen_at),
      }
      return [branch.name, branch]
    }),
  )
}

export function writeBranchRow(db: DatabaseSync, { name, tip, diverged, fate, seenAt }: BranchRow): void {
  db.prepare(upsert).run(name, tip, diverged ? 1 : 0, fate, seenAt)
}

export function forgetBranchRow(db: DatabaseSync, name: string): void {
  db.prepare('delete from branch where name = ?').run(name)
}

/** Branches that some record belongs to, whatever its status. */
export function branchesInUse(db: DatabaseSync): string[] {
  return db
    .prepare(selectInUse)
    .all()
    .map((row) => String(row.branch))
}

/** Ids of all records of a branch, newest first. */
export function recordsOfBranch(db: DatabaseSync, name: string): string[] {
  return db
    .prepare(selectIds)
    .all(name)
    .map((row) => String(row.id))
}
