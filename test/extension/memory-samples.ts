/** Records of memory for tests of how they are shown. */

import type { EpisodeBody } from '../../src/memory/episode.ts'
import type { EventType, MemoryEvent } from '../../src/memory/event.ts'
import { type MemoryRecord, noUse, recordSchema } from '../../src/memory/record.ts'
import type { MemoryDetail } from '../../src/protocol-memories.ts'

let made = 0

export function sampleRecord(fields: Partial<MemoryRecord> = {}): MemoryRecord {
  const kind = fields.kind ?? 'lesson'
  return recordSchema.parse({
    id: sampleId(made++),
    kind,
    namespace: 'sample',
    branch: null,
    commit: null,
    visibility: 'local',
    text: 'Round half to even in money.',
    cue: '',
    entities: [],
    tags: [],
    anchors: [],
    provenance: { sources: [{ type: 'person', ref: 'Ada' }], author: 'person', method: 'remember' },
    validFrom: Date.UTC(2026, 10, 20, 12),
    validTo: null,
    recordedAt: Date.UTC(2026, 10, 20, 12),
    retiredAt: null,
    status: 'active',
    version: 1,
    links: [],
    counters: noUse,
    lastUsedAt: null,
    confidence: 'observed',
    pinned: false,
    inhibited: false,
    edited: false,
    flags: [],
    masked: 0,
    ...(kind === 'lesson'
      ? {
          lesson: {
            polarity: 'do',
            stream: 'reasoning',
            role: null,
            order: null,
            params: {},
            procedure: [],
          },
        }
      : {}),
    ...(kind === 'fact' ? { fact: { key: null, value: null, checker: null } } : {}),
    ...(kind === 'episode' ? { episode: sampleEpisode() } : {}),
    ...fields,
  })
}

export function sampleEpisode(fields: Partial<EpisodeBody> = {}): EpisodeBody {
  return {
    origin: 'session',
    agent: 'claude-code',
    sessionId: 's1',
    goal: 'Totals are off by a cent',
    issues: [],
    startedAt: Date.UTC(2026, 10, 19),
    endedAt: Date.UTC(2026, 10, 19, 1),
    attempts: [],
    commands: [],
    files: [],
    symbols: [],
    tests: [],
    patch: null,
    signatures: [],
    corrections: [],
    outcome: { verdict: 'passed', source: 'tests', command: null, exitCode: 0, log: null, evidence: [] },
    ...fields,
  }
}

export function sampleDetail(record: MemoryRecord, fields: Partial<MemoryDetail> = {}): MemoryDetail {
  return { record, anchors: [], history: [], linkedFrom: [], artifacts: [], why: [], ...fields }
}

export function sampleEvent(seq: number, type: EventType, fields: Partial<MemoryEvent> = {}): MemoryEvent {
  const actor = { type: 'person' as const, name: 'Ada' }
  return {
    seq,
    at: seq,
    type,
    actor,
    cause: null,
    reason: '',
    payload: null,
    changes: [],
    hash: '',
    ...fields,
  }
}

/** 26 characters of Crockford base 32. */
function sampleId(number: number): string {
  return number.toString().padStart(26, '0')
}
