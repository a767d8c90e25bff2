/** Proposals that wait for a person, and counts of what the gates turned away. The caller opens transactions. */

import type { Json, MemoryEvent } from '../event.ts'
import type { Statements } from './database.ts'
import { readEvent } from './events.ts'
import type { Proposal } from './memory-store.ts'

const insertProposal =
  'insert or replace into proposal (seq, item_id, proposal, settled_by) values (?, ?, ?, null)'
const settle = 'update proposal set settled_by = ? where seq = ? and settled_by is null'
const unsettle = 'update proposal set settled_by = null where seq = ? and settled_by = ?'
const reopen = 'update proposal set settled_by = null where seq = ?'
const addRejections = `
  insert into rejection (gate, count) values (?, ?) on conflict (gate) do update set count = count + excluded.count`

/** What an event means for proposals and rejections. */
export function projectProposals(db: Statements, event: MemoryEvent): void {
  if (event.type === 'PROPOSED') {
    const id = textOf(event.payload, 'itemId') ?? event.changes[0]?.id ?? null
    db.prepare(insertProposal).run(event.seq, id, JSON.stringify(event.payload))
  }
  apply(db, event, { sign: 1, by: event.seq })
}

/** `sign` -1 takes an event back; undoing an undo brings it in again. `by`: the event that is being projected. */
function apply(db: Statements, event: MemoryEvent, how: { sign: 1 | -1; by: number }): void {
  const { sign, by } = how
  if (event.type === 'REVERTED') {
    const reverted = readEvent(db, numberOf(event.payload, 'reverts') ?? 0)
    if (reverted !== null) apply(db, reverted, { sign: sign === 1 ? -1 : 1, by })
    return
  }
  if (event.type === 'PROPOSED' && sign === -1) db.prepare(settle).run(by, event.seq)
  if (event.type === 'PROPOSED' && sign === 1) db.prepare(reopen).run(event.seq)
  countRejection(db, event, sign)
  if (event.cause === null) return
  if (sign === 1) db.prepare(settle).run(event.seq, event.cause)
  else db.prepare(unsettle).run(event.cause, event.seq)
}

function countRejection(db: Statements, event: MemoryEvent, sign: number): void {
  const gate = textOf(event.payload, 'gate')
  if (event.type !== 'REJECTED' || gate === undefined) return
  db.prepare(addRejections).run(gate, sign * (numberOf(event.payload, 'count') ?? 1))
}

const selectProposals = 'select * from proposal where ? = 0 or settled_by is null order by seq'

/** Oldest first. */
export function readProposals(db: Statements, waitingOnly: boolean): Proposal[] {
  return db
    .prepare(selectProposals)
    .all(waitingOnly ? 1 : 0)
    .map((row) => ({
      seq: Number(row.seq),
      itemId: row.item_id === null ? null : String(row.item_id),
      proposal: JSON.parse(String(row.proposal)) as Json,
      settledBy: row.settled_by === null ? null : Number(row.settled_by),
    }))
}

const selectRejections = 'select gate, count from rejection where count <> 0 order by gate'

export function readRejections(db: Statements): Record<string, number> {
  const rows = db.prepare(selectRejections).all()
  return Object.fromEntries(rows.map((row) => [String(row.gate), Number(row.count)]))
}

/** A number in an object; undefined elsewhere. */
export function numberOf(payload: Json, name: string): number | undefined {
  const value = fieldOf(payload, name)
  return typeof value === 'number' ? value : undefined
}

function textOf(payload: Json, name: string): string | undefined {
  const value = fieldOf(payload, name)
  return typeof value === 'string' ? value : undefined
}

function fieldOf(payload: Json, name: string): Json | undefined {
  return typeof payload === 'object' && payload !== null && !Array.isArray(payload)
    ? payload[name]
    : undefined
}
