/** What says the same as a known memory: its sources are joined, and the longer words kept. */

import type { Link, MemoryRecord, RecordDraft } from '../record.ts'
import { rank } from './conflict.ts'
import { isProtected, mayActivate, type Taking } from './context.ts'
import { isByPerson } from './evidence.ts'
import { sourceLinks } from './links.ts'
import { mergedFields, mergedSources } from './merge.ts'
import { settle } from './settle.ts'
import { linkTo, setFields, some } from './workbook.ts'

/** D1: the known record gets the draft's sources, may become surer, and may have become fit to be shown. */
export function support(known: MemoryRecord, draft: RecordDraft, taking: Taking): void {
  const { book } = taking
  const person = isByPerson(draft)
  const surer = !person && rank(draft) > rank({ ...known, edited: false })
  const change = setFields(known, {
    provenance: {
      ...known.provenance,
      sources: mergedSources(known.provenance.sources, draft.provenance.sources),
    },
    ...(surer ? { confidence: draft.confidence } : {}),
    ...(known.kind === 'fact'
      ? { validFrom: Math.min(known.validFrom, draft.validFrom ?? known.validFrom) }
      : {}),
  })
  const added = sourceLinks(draft).map((link) => linkTo(known, link))
  const changes = some([change, ...(known.links.length < 250 ? added : [])])
  if (changes.length > 0) book.write('MERGED', 'says what is known: its sources were joined', changes)
  const record = book.current(known)
  if (person && record.status === 'archived') {
    book.write(
      'RESTORED',
      'a person said it again',
      some([setFields(record, { status: 'active', retiredAt: null })]),
    )
  } else if (record.status === 'candidate') settle(record.id, { byPerson: person }, taking)
}

/**
 * D2: one record out of the draft and its parents. Where the known words are the longest they stay; else a new record
 * takes their place and the parents are kept as what was merged. What a person wrote or pinned is only proposed to.
 */
export function join(
  draft: RecordDraft,
  parents: readonly MemoryRecord[],
  why: string,
  taking: Taking,
): void {
  const [first] = parents
  if (first === undefined) return
  const isDoubtful = !isByPerson(draft) && (draft.flags ?? []).length > 0
  const free = isByPerson(draft) || !parents.some(isProtected)
  const merged = parents.reduce<RecordDraft>((one, other) => mergedFields(one, other), draft)
  if (!free && parents.length > 1) {
    propose(merged, parents, { why, by: 'merging would change what a person wrote' }, taking)
    return
  }
  if (!free || (parents.length === 1 && merged.text === first.text)) {
    support(first, draft, taking)
    return
  }
  // Words that wait for a person must not take what is shown out of sight, nor its place.
  if (isDoubtful && parents.some(({ status }) => shown.has(status))) {
    propose(merged, parents, { why, by: `waits for a person (${draft.flags?.join(', ')})` }, taking)
    return
  }
  const record = create(merged, parents, taking)
  const retired = parents.flatMap((parent) => {
    const link: Link = {
      type: 'merged_into',
      to: record.id,
      why: why.slice(0, 500),
      by: draft.provenance.author,
    }
    return some([linkTo(parent, link), setFields(parent, { status: 'superseded', retiredAt: taking.now })])
  })
  taking.book.write('MERGED', why, [{ op: 'create', id: record.id, record }, ...retired])
  if (record.status === 'candidate') settle(record.id, {}, taking)
}

const shown = new Set<MemoryRecord['status']>(['active', 'stale', 'contested'])

/** The heir keeps what its parents earned: use, pin, mute; and it is shown if one of them was. */
function create(merged: RecordDraft, parents: readonly MemoryRecord[], taking: Taking): MemoryRecord {
  const wasShown = (merged.flags ?? []).length === 0 && parents.some(({ status }) => status === 'active')
  const status = wasShown || mayActivate(merged, taking).active ? 'active' : 'candidate'
  const known = new Set(parents.map(({ id }) => id))
  const inherited = parents
    .flatMap(({ links }) => links)
    .filter(({ to, type }) => !known.has(to) && type !== 'merged_into')
  const record = taking.complete({
    ...bare(merged),
    status,
    validTo: null,
    retiredAt: null,
    links: [
      ...new Map(
        [...inherited, ...sourceLinks(merged)].map((link) => [`${link.type} ${link.to}`, link]),
      ).values(),
    ].slice(0, 300),
    pinned: parents.some(({ pinned }) => pinned),
    inhibited: parents.some(({ inhibited }) => inhibited),
  })
  const counters = { ...record.counters }
  for (const parent of parents)
    for (const name of ['retrieved', 'shown', 'cited', 'helped', 'hurt'] as const)
      counters[name] += parent.counters[name]
  const uses = parents.flatMap(({ lastUsedAt }) => lastUsedAt ?? [])
  return { ...record, counters, lastUsedAt: uses.length === 0 ? null : Math.max(...uses) }
}

/** A draft may be a whole record that lost its identity in a merge. */
function bare(merged: RecordDraft): RecordDraft {
  const { id, namespace, version, recordedAt, counters, lastUsedAt, ...draft } = merged as RecordDraft &
    Partial<MemoryRecord>
  return draft
}

function propose(
  merged: RecordDraft,
  parents: readonly MemoryRecord[],
  { why, by }: { why: string; by: string },
  { book }: Taking,
): void {
  const proposal = {
    op: 'merge',
    itemId: parents[0]?.id ?? '',
    targets: parents.map(({ id }) => id),
    text: merged.text,
    cue: merged.cue ?? '',
    why,
  }
  book.write('PROPOSED', `${by}: ${why}`, [], proposal)
}
