/** Finds the record that somebody means by an id, and says what was perhaps meant. */

import { UserError } from '../../memory/ports.ts'
import { type Kind, type MemoryRecord, statuses } from '../../memory/record.ts'
import { branchesInUse } from '../../memory/store/branches.ts'
import type { KeyKind, MemoryStore } from '../../memory/store/memory-store.ts'

const selectSame = "select id from item where id like ? || '%' order by id limit 6"
const selectIds = 'select id from item'
/** Characters that may differ between what was typed and what was meant. */
const mostTypos = 3
/** Shorter references are not compared. */
const shortest = 6

/** The same store, whose `find` names candidates where the reference is ambiguous or mistyped. */
export function withHelpfulFind(store: MemoryStore): MemoryStore {
  const find = (reference: string) => {
    try {
      return store.find(reference)
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      throw new UserError(error.message, hint(store, reference) ?? error.remedy, error)
    }
  }
  return { ...store, find }
}

/** Records of any status and branch that have an exact key: an index look-up, however many records there are. */
export function withKey(
  store: MemoryStore,
  kind: KeyKind,
  value: string,
  { kinds, limit = 200 }: { kinds?: readonly Kind[]; limit?: number } = {},
): MemoryRecord[] {
  const gate = {
    branches: branchesInUse(store.db),
    statuses,
    muted: true,
    ...(kinds !== undefined && { kinds }),
  }
  return store.byKey(kind, [value], gate, limit).flatMap(({ id }) => store.get(id) ?? [])
}

function hint(store: MemoryStore, reference: string): string | null {
  const typed = reference.trim().replace(/^mem:/i, '').replace(/@\d+$/, '').toUpperCase()
  if (!/^[0-9A-Z]+$/.test(typed) || typed.length < 4) return null
  const same = store.db.prepare(selectSame).all(typed)
  const ids = same.length > 1 ? same.map(({ id }) => String(id)) : nearIds(store, typed)
  if (ids.length === 0) return null
  const shown = ids.slice(0, 5).map((id) => `  ${id}  ${firstWords(store, id)}`)
  const more = ids.length > shown.length ? ['  …'] : []
  return [same.length > 1 ? 'Type more of it:' : 'Did you mean:', ...shown, ...more].join('\n')
}

function nearIds(store: MemoryStore, typed: string): string[] {
  if (typed.length < shortest) return []
  const near = store.db
    .prepare(selectIds)
    .all()
    .flatMap(({ id }) => {
      const typos = difference(String(id), typed)
      return typos <= Math.min(mostTypos, typed.length / 6) ? [{ id: String(id), typos }] : []
    })
  return near
    .sort((one, other) => one.typos - other.typos)
    .slice(0, 3)
    .map(({ id }) => id)
}

/** Positions at which the beginning of an id differs. */
function difference(id: string, typed: string): number {
  let count = Math.max(0, typed.length - id.length)
  for (let at = 0; at < typed.length && count <= mostTypos; at++) if (id[at] !== typed[at]) count++
  return count
}

function firstWords(store: MemoryStore, id: string): string {
  const record = store.get(id)
  return record === null ? '' : `${record.kind}: ${record.text.replace(/\s+/g, ' ').slice(0, 80)}`
}
