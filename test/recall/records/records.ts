/** Records for tests: drafts with all that they need, and complete ones for pure functions. */

import type { EpisodeBody } from '../../../src/memory/episode.ts'
import { draftDefaults, type MemoryRecord, noUse, type RecordDraft } from '../../../src/memory/record.ts'

const provenance = {
  sources: [{ type: 'person' as const, ref: 'ann' }],
  author: 'person',
  method: 'remember',
}

export function factDraft(text: string, more: Partial<RecordDraft> = {}): RecordDraft {
  const fact = { key: null, value: null, checker: null }
  return { kind: 'fact', text, provenance, confidence: 'observed', status: 'active', fact, ...more }
}

type LessonBody = NonNullable<RecordDraft['lesson']>

export function lessonDraft(
  cue: string,
  text: string,
  more: Partial<RecordDraft> & { body?: Partial<LessonBody> } = {},
): RecordDraft {
  const { body, ...rest } = more
  const lesson: LessonBody = {
    polarity: 'do',
    stream: 'reasoning',
    role: null,
    order: null,
    params: {},
    procedure: [],
    ...body,
  }
  return { kind: 'lesson', cue, text, provenance, confidence: 'observed', status: 'active', lesson, ...rest }
}

export function episodeBody(body: Partial<EpisodeBody> = {}): EpisodeBody {
  return {
    origin: 'repair',
    agent: null,
    sessionId: null,
    goal: 'a goal',
    issues: [],
    startedAt: 0,
    endedAt: 0,
    attempts: [],
    commands: [],
    files: [],
    symbols: [],
    tests: [],
    patch: null,
    signatures: [],
    corrections: [],
    outcome: { verdict: 'passed', source: 'tests', command: null, exitCode: 0, log: null, evidence: [] },
    ...body,
  }
}

export function episodeDraft(
  text: string,
  body: Partial<EpisodeBody> = {},
  more: Partial<RecordDraft> = {},
): RecordDraft {
  const episode = episodeBody({ goal: text, ...body })
  return { kind: 'episode', text, provenance, confidence: 'observed', status: 'active', episode, ...more }
}

let made = 0

/** An id that grows with every call, as ULIDs of one process do. */
export function nextId(): string {
  made++
  return `01TEST${String(made).padStart(20, '0')}`
}

/** A complete record, without a store. */
export function complete(draft: RecordDraft): MemoryRecord {
  return {
    ...draftDefaults(),
    id: nextId(),
    namespace: 'here',
    validFrom: 0,
    recordedAt: 0,
    status: 'active',
    version: 1,
    counters: { ...noUse },
    lastUsedAt: null,
    ...draft,
  }
}

export function episode(body: Partial<EpisodeBody> = {}): MemoryRecord {
  return complete(episodeDraft(body.goal ?? 'a goal', body))
}
