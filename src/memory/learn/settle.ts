/** Brings a newcomer into force: what it supersedes, what it contests, and whether it may be shown. */

import type { Link, MemoryRecord } from '../record.ts'
import { labelPair, type PairLabel, type Resolution, resolve } from './conflict.ts'
import { isProtected, mayActivate, type Taking } from './context.ts'
import { isByPerson } from './evidence.ts'
import { linkTo, setFields, some } from './workbook.ts'

export interface Conflict {
  known: MemoryRecord
  label: PairLabel
  why: string
}

export interface Settling {
  /** What it excludes; by default what it has `contradicts` links to. */
  conflicts?: readonly Conflict[]
  /** A person accepts it, against whatever stood before. */
  byPerson?: boolean
  /** Superseded records of the same fact key, for facts that arrive late. */
  past?: readonly MemoryRecord[]
}

interface Case extends Conflict {
  id: string
  byPerson: boolean
  /** Whether the newcomer may be shown. */
  proven: boolean
  past: readonly MemoryRecord[]
}

/** Writes SUPERSEDED, CONTESTED, PROPOSED, LINKED and ACTIVATED as they follow. */
export function settle(id: string, settling: Settling, taking: Taking): void {
  const { book } = taking
  const newcomer = book.get(id)
  if (newcomer === null) return
  const byPerson = settling.byPerson === true
  const fit = byPerson ? { active: true, why: 'a person accepted it' } : mayActivate(newcomer, taking)
  const conflicts = settling.conflicts ?? linkedConflicts(newcomer, taking)
  const proven = fit.active || newcomer.status === 'active'
  for (const conflict of conflicts)
    decide({ ...conflict, id, byPerson, proven, past: settling.past ?? [] }, taking)
  const record = book.get(id)
  const blocked = record?.links.some((link) => link.type === 'contradicts' && isShown(book.get(link.to)))
  if (record?.status !== 'candidate' || !fit.active || (blocked === true && !byPerson)) return
  const cleared = byPerson ? { flags: [] } : {}
  book.write('ACTIVATED', fit.why, some([setFields(record, { status: 'active', ...cleared })]))
}

function linkedConflicts(newcomer: MemoryRecord, { book }: Taking): Conflict[] {
  return newcomer.links.flatMap((link) => {
    const known = link.type === 'contradicts' ? book.get(link.to) : null
    if (known === null || known.status === 'superseded' || known.status === 'retracted') return []
    const verdict = labelPair(newcomer, known, 'contradicts')
    return verdict.label === 'supersedes' || verdict.label === 'contradicts' ? [{ known, ...verdict }] : []
  })
}

function isShown(record: MemoryRecord | null): boolean {
  return record?.status === 'active' || record?.status === 'stale'
}

function decide(one: Case, taking: Taking): void {
  const newcomer = taking.book.get(one.id)
  const known = taking.book.current(one.known)
  if (newcomer === null || newcomer.status === 'superseded') return
  const resolution = resolutionOf(one, newcomer, known)
  if (resolution === 'historic') {
    makeHistoric(newcomer, known, one, taking)
    return
  }
  if (resolution === 'known') {
    wait(newcomer, known, one, taking)
    return
  }
  if (known.pinned && !one.byPerson && !isByPerson(newcomer)) {
    wait(newcomer, known, one, taking)
    return
  }
  // What is not proven must not take what is shown out of sight.
  if (!one.proven && isShown(known)) {
    wait(newcomer, known, one, taking)
    return
  }
  if (resolution === 'newcomer') supersede(newcomer, known, one, taking)
  else if (one.proven && (isShown(known) || known.status === 'contested'))
    contest(newcomer, known, one, taking)
  // A contested pair is shown: what is not proven stays out of sight, but knows of the other.
  else wait(newcomer, known, one, taking)
}

/** Whoever accepts advice has not said that the opposite one, accepted before, was wrong. */
function resolutionOf({ byPerson, label }: Case, newcomer: MemoryRecord, known: MemoryRecord): Resolution {
  if (!byPerson) return resolve(newcomer, known, label)
  return label === 'contradicts' && newcomer.kind === 'lesson' ? 'contested' : 'newcomer'
}

/**
 * One event for both sides, so that its undoing brings the old one back and hides the new one. The old one was true
 * until the new one was.
 */
export function supersede(
  newcomer: MemoryRecord,
  known: MemoryRecord,
  { why, proven, byPerson }: Pick<Case, 'why' | 'proven' | 'byPerson'>,
  { book, now }: Taking,
): void {
  const link: Link = {
    type: 'supersedes',
    to: known.id,
    why: why.slice(0, 500),
    by: newcomer.provenance.author,
  }
  const validTo = Math.max(known.validFrom, newcomer.validFrom)
  const entry = proven ? { status: 'active' as const, ...(byPerson ? { flags: [] } : {}) } : {}
  book.write(
    'SUPERSEDED',
    why,
    some([
      setFields(known, { status: 'superseded', validTo, retiredAt: now }),
      linkTo(newcomer, link),
      setFields(newcomer, entry),
    ]),
  )
}

/** Late news: it was true before the known one, and perhaps ended one that was true before it. */
function makeHistoric(newcomer: MemoryRecord, known: MemoryRecord, one: Case, { book, now }: Taking): void {
  const by = newcomer.provenance.author
  const past = one.past.map((record) => book.current(record)).filter(({ validTo }) => validTo !== null)
  const later = past.map(({ validFrom }) => validFrom).filter((time) => time > newcomer.validFrom)
  const validTo = Math.min(known.validFrom, ...later)
  const before = past.filter(
    (record) => record.validFrom < newcomer.validFrom && (record.validTo ?? 0) > newcomer.validFrom,
  )
  book.write(
    'SUPERSEDED',
    `arrived late: ${one.why}`,
    some([
      setFields(newcomer, { status: 'superseded', validTo, retiredAt: now }),
      linkTo(known, { type: 'supersedes', to: newcomer.id, why: one.why.slice(0, 500), by }),
      ...before.map((record) => setFields(record, { validTo: newcomer.validFrom })),
    ]),
  )
}

/** The newcomer stays a candidate that says whom it contradicts; a person is asked where words of a person stand. */
function wait(newcomer: MemoryRecord, known: MemoryRecord, { why }: Case, { book }: Taking): void {
  const by = newcomer.provenance.author
  const link = { type: 'contradicts' as const, why: why.slice(0, 500), by }
  const change = linkTo(newcomer, { ...link, to: known.id })
  if (change === null) return
  const ask = isProtected(known) && !isByPerson(newcomer)
  if (!ask) {
    // Whichever of two candidates comes into force first, the other one must find it.
    const back = known.status === 'candidate' ? linkTo(known, { ...link, to: newcomer.id }) : null
    book.write('LINKED', why, some([change, back]))
    return
  }
  const proposal = { op: 'supersede', itemId: known.id, by: newcomer.id, text: newcomer.text, why }
  book.write('PROPOSED', `would supersede what a person wrote or pinned: ${why}`, [change], proposal)
}

function contest(newcomer: MemoryRecord, known: MemoryRecord, { why }: Case, { book }: Taking): void {
  const by = newcomer.provenance.author
  const link = { type: 'contradicts' as const, why: why.slice(0, 500), by }
  book.write(
    'CONTESTED',
    why,
    some([
      setFields(known, { status: 'contested' }),
      setFields(newcomer, { status: 'contested' }),
      linkTo(newcomer, { ...link, to: known.id }),
      linkTo(known, { ...link, to: newcomer.id }),
    ]),
  )
}
