/** A real store in memory with what an intake needs: sources by name, drafts with defaults, neighbours by scanning. */

import type { EventDraft } from '../../src/memory/event.ts'
import type { IntakeContext } from '../../src/memory/learn/context.ts'
import { type Evidence, episodeText } from '../../src/memory/learn/evidence.ts'
import { accept, intake } from '../../src/memory/learn/intake.ts'
import type { LearnProposal } from '../../src/memory/learn/proposal.ts'
import type { MemoryRecord, RecordDraft, Source } from '../../src/memory/record.ts'
import { openMemory } from '../../src/memory/store/memory-db.ts'
import { openMemoryStore } from '../../src/memory/store/memory-log.ts'
import type { MemoryStore } from '../../src/memory/store/memory-store.ts'

export interface World {
  store: MemoryStore
  evidence: Evidence & { texts: Map<string, string>; shown: Map<string, string[]>; known: Set<string> }
  context: IntakeContext
  take(...proposals: LearnProposal[]): EventDraft[]
  accept(id: string): EventDraft[]
  all(): MemoryRecord[]
  /** The only record with this text. */
  said(text: string): MemoryRecord
}

export const statuses = [
  'candidate',
  'active',
  'stale',
  'contested',
  'superseded',
  'archived',
  'retracted',
] as const

export function openWorld(): World {
  let now = 1_700_000_000_000
  const store = openMemoryStore({ db: openMemory(null).db, namespace: 'test', now: () => now++ })
  const all = () => store.list({ limit: 10_000, statuses, branches: [], muted: true })
  const evidence = openEvidence(store)
  const context: IntakeContext = {
    actor: { type: 'model', name: 'scripted@1' },
    evidence,
    complete: (draft) => store.complete(draft),
    get: (id) => store.get(id),
    neighbours: (draft) =>
      all()
        .filter((record) => record.kind === draft.kind)
        .map((record) => ({ record, cosine: null })),
    now,
  }
  return {
    store,
    evidence,
    context,
    all,
    take: (...proposals) => {
      let drafts: EventDraft[] = []
      store.decide(() => {
        drafts = intake(proposals, context)
        return drafts
      })
      return drafts
    },
    accept: (id) => {
      const drafts = accept(id, context)
      store.append(drafts)
      return drafts
    },
    said: (text) => {
      const found = all().filter((record) => record.text === text)
      if (found.length !== 1) throw new Error(`${found.length} records say: ${text}`)
      return found[0] as MemoryRecord
    },
  }
}

function openEvidence(store: MemoryStore): World['evidence'] {
  const texts = new Map<string, string>()
  const shown = new Map<string, string[]>()
  const known = new Set<string>(['src/a.py', 'parse_config', 'npm test'])
  return {
    texts,
    shown,
    known,
    textOf: (source) => {
      if (source.type !== 'episode') return texts.get(source.ref) ?? null
      const record = store.get(source.ref)
      return record === null ? null : episodeText(record)
    },
    knowsEntity: (entity) => known.has(entity),
    shownIn: (session) => (shown.get(session) ?? []).map((text, at) => ({ id: `shown-${at}`, text })),
    secretsIn: (text) => (text.match(/ghp_\w+/g) ?? []).length,
  }
}

export function session(ref: string): Source {
  return { type: 'session', ref }
}

/** A model's inferred fact or lesson from session `s1`; the evidence must know that session. */
export function draftOf(text: string, rest: Partial<RecordDraft> = {}): RecordDraft {
  const kind = rest.kind ?? (rest.lesson === undefined ? 'fact' : 'lesson')
  const body =
    kind === 'fact' && rest.fact === undefined ? { fact: { key: null, value: null, checker: null } } : {}
  return {
    kind,
    text,
    entities: ['src/a.py'],
    confidence: 'inferred',
    validFrom: 1_600_000_000_000,
    provenance: { sources: [session('s1')], author: 'scripted@1', method: 'distil/success' },
    ...body,
    ...rest,
  }
}

export function from(sources: readonly Source[], author = 'scripted@1'): RecordDraft['provenance'] {
  return { sources: [...sources], author, method: author === 'person' ? 'remember' : 'distil/success' }
}

export const person: RecordDraft['provenance'] = {
  sources: [{ type: 'person', ref: 'ada' }],
  author: 'person',
  method: 'remember',
}

export function lessonOf(
  polarity: 'do' | 'avoid',
  rest: Partial<NonNullable<RecordDraft['lesson']>> = {},
): NonNullable<RecordDraft['lesson']> {
  return { polarity, stream: 'workflow', role: null, order: null, params: {}, procedure: [], ...rest }
}

export function add(draft: RecordDraft): LearnProposal {
  return { op: 'add', draft }
}
