/** Links that follow from the records themselves: where one comes from, and what cites the same code, failure or issue. */

import type { Link, MemoryRecord, RecordDraft } from '../record.ts'

/** `related_to` links that one record may have (A-MEM). */
export const mostRelated = 5

/** To the episodes that a draft was learned from. */
export function sourceLinks(draft: RecordDraft): Link[] {
  const ids = draft.provenance.sources
    .filter((source) => source.type === 'episode')
    .map((source) => source.ref)
  return [...new Set(ids)]
    .slice(0, 200)
    .map((to) => ({ type: 'derived_from', to, why: 'learned from it', by: draft.provenance.author }))
}

/** `related_to` what shares an anchor, a failure signature or an issue, in this order; at most `mostRelated`. */
export function relatedLinks(draft: RecordDraft, neighbours: readonly MemoryRecord[]): Link[] {
  const reasons = [sharedAnchor, sharedSignature, sharedIssue]
  const found = reasons.flatMap((reason) =>
    neighbours.flatMap((record) => {
      const why = reason(draft, record)
      return why === null
        ? []
        : [{ type: 'related_to' as const, to: record.id, why, by: draft.provenance.author }]
    }),
  )
  const first = new Map(found.toReversed().map((link) => [link.to, link]))
  return found.filter((link) => first.get(link.to) === link).slice(0, mostRelated)
}

function sharedAnchor(draft: RecordDraft, record: MemoryRecord): string | null {
  const places = new Set(record.anchors.map(place))
  const common = (draft.anchors ?? []).find((anchor) => places.has(place(anchor)))
  return common === undefined ? null : `both cite ${place(common)}`
}

function place(anchor: { path: string; symbol?: string | undefined }): string {
  return anchor.symbol === undefined ? anchor.path : `${anchor.path}#${anchor.symbol}`
}

function sharedSignature(draft: RecordDraft, record: MemoryRecord): string | null {
  const common = sharedEntity(draft, record, (entity) =>
    /\w(?:Error|Exception|Warning|Failure|Panic)\b|: /.test(entity),
  )
  return common === null ? null : `both about the failure ${common.slice(0, 200)}`
}

function sharedIssue(draft: RecordDraft, record: MemoryRecord): string | null {
  const common = sharedEntity(draft, record, (entity) => /^#\d+$|^[A-Z][A-Z\d]+-\d+$/.test(entity))
  return common === null ? null : `both about the issue ${common}`
}

function sharedEntity(
  draft: RecordDraft,
  record: MemoryRecord,
  fits: (entity: string) => boolean,
): string | null {
  return (draft.entities ?? []).find((entity) => fits(entity) && record.entities.includes(entity)) ?? null
}
