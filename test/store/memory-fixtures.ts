/** Records and stores for tests of memory. */

import type { Actor, EventDraft } from '../../src/memory/event.ts'
import type { MemoryRecord, RecordDraft } from '../../src/memory/record.ts'
import { openMemory } from '../../src/memory/store/memory-db.ts'
import { openMemoryStore } from '../../src/memory/store/memory-log.ts'
import type { Gate, MemoryStore } from '../../src/memory/store/memory-store.ts'

export const person: Actor = { type: 'person', name: 'ada' }
export const everything: Gate = {
  branches: [],
  statuses: ['candidate', 'active', 'stale', 'contested', 'superseded', 'archived', 'retracted'],
}

export function memoryIn(folder: string | null = null, now?: () => number): MemoryStore {
  const { db } = openMemory(folder)
  return openMemoryStore(now === undefined ? { db, namespace: 'here' } : { db, namespace: 'here', now })
}

export function factDraft(text: string, more: Partial<RecordDraft> = {}): RecordDraft {
  return {
    kind: 'fact',
    text,
    confidence: 'observed',
    status: 'active',
    provenance: { sources: [{ type: 'person', ref: 'ada' }], author: 'person', method: 'remember' },
    fact: { key: null, value: null, checker: null },
    ...more,
  }
}

export function lessonDraft(text: string, cue: string, more: Partial<RecordDraft> = {}): RecordDraft {
  const { fact, ...rest } = factDraft(text, more)
  const lesson = {
    polarity: 'do',
    stream: 'reasoning',
    role: null,
    order: null,
    params: {},
    procedure: [],
  } as const
  return { ...rest, kind: 'lesson', cue, lesson: { ...lesson, params: {}, procedure: [] }, ...more }
}

export function episodeDraft(
  goal: string,
  more: Partial<NonNullable<MemoryRecord['episode']>> = {},
): RecordDraft {
  const { fact, ...rest } = factDraft(`Repaired: ${goal.slice(0, 200)}`)
  return {
    ...rest,
    kind: 'episode',
    episode: {
      origin: 'session',
      agent: 'claude',
      sessionId: 'session-1',
      goal,
      issues: [],
      startedAt: 1_000,
      endedAt: 2_000,
      attempts: [],
      commands: [],
      files: [],
      symbols: [],
      tests: [],
      patch: null,
      signatures: [],
      corrections: [],
      outcome: { verdict: 'unknown', source: null, command: null, exitCode: null, log: null, evidence: [] },
      ...more,
    },
  }
}

export function recorded(record: MemoryRecord): EventDraft {
  return {
    type: 'RECORDED',
    actor: person,
    reason: 'because',
    changes: [{ op: 'create', id: record.id, record }],
  }
}

/** Appends one new record and returns it. */
export function put(store: MemoryStore, draft: RecordDraft): MemoryRecord {
  const record = store.complete(draft)
  store.append([recorded(record)])
  return record
}
