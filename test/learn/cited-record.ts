/** Whole records for tests, from the few fields that a test is about. */

import { type MemoryRecord, noUse } from '../../src/memory/record.ts'

let made = 0

export function makeRecord(fields: Partial<MemoryRecord> = {}): MemoryRecord {
  made++
  const kind = fields.kind ?? 'lesson'
  return {
    id: `01J${String(made).padStart(23, '0')}`,
    kind,
    namespace: 'n',
    branch: null,
    commit: null,
    visibility: 'local',
    text: `Totals are rounded once, at the end (${made}).`,
    cue: '',
    entities: [],
    tags: [],
    anchors: [],
    provenance: { sources: [{ type: 'person', ref: 'ada' }], author: 'person', method: 'remember' },
    validFrom: made,
    validTo: null,
    recordedAt: made,
    retiredAt: null,
    status: 'active',
    version: 1,
    links: [],
    counters: { ...noUse },
    lastUsedAt: null,
    confidence: 'observed',
    pinned: false,
    inhibited: false,
    edited: false,
    flags: [],
    masked: 0,
    ...bodyOf(kind),
    ...fields,
  }
}

function bodyOf(kind: MemoryRecord['kind']): Partial<MemoryRecord> {
  if (kind === 'fact') return { fact: { key: null, value: null, checker: null } }
  if (kind === 'episode') return {}
  const lesson = {
    polarity: 'do',
    stream: 'reasoning',
    role: null,
    order: null,
    params: {},
    procedure: [],
  } as const
  return { lesson: { ...lesson, params: {}, procedure: [] } }
}
