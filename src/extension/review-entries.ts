/** The review queue as one list: contradictions first, then proposals, then candidates. */

import type { MemoryRecord } from '../memory/record.ts'
import type { ReviewQueue } from '../protocol-memories.ts'
import { labelOf } from './memory-text.ts'

export type ReviewEntry = { label: string; detail: string } & (
  | { kind: 'candidate'; record: MemoryRecord }
  | { kind: 'contested'; record: MemoryRecord; other: MemoryRecord }
  | { kind: 'proposal'; record: MemoryRecord | null; seq: number }
)

export function reviewEntries({ candidates, contested, proposals }: ReviewQueue): ReviewEntry[] {
  return [
    ...contested.map(({ one, other, why }) => ({
      kind: 'contested' as const,
      label: `${labelOf(one)} — ${labelOf(other)}`,
      detail: why,
      record: one,
      other,
    })),
    ...proposals.map(({ seq, item, what, proposal }) => ({
      kind: 'proposal' as const,
      label: what,
      detail: item === null ? proposedText(proposal) : labelOf(item),
      record: item,
      seq,
    })),
    ...candidates.map(({ record, flags }) => ({
      kind: 'candidate' as const,
      label: labelOf(record),
      detail: [...flags.map(flagText), `${record.provenance.method} · ${record.provenance.author}`].join(
        ' · ',
      ),
      record,
    })),
  ]
}

/** How many decisions wait. */
export function waitingCount({ candidates, contested, proposals }: ReviewQueue): number {
  return candidates.length + contested.length + proposals.length
}

function flagText(flag: string): string {
  return flag === 'instruction-like'
    ? 'reads like an instruction: accept only what you would say yourself'
    : flag
}

function proposedText(proposal: unknown): string {
  if (typeof proposal !== 'object' || proposal === null || !('text' in proposal)) return ''
  return typeof proposal.text === 'string' ? proposal.text.replace(/\s+/g, ' ').slice(0, 200) : ''
}
