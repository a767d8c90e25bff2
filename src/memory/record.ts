/** The one record of long-term memory: its three kinds, validated at the door. Types come from the schemas. */

import { z } from 'zod'
import { episodeBody } from './episode.ts'

/** Crockford base 32, as ULIDs are written. */
export const recordId = z.string().regex(/^[0-9A-HJKMNP-TV-Z]{26}$/, 'is no record id')

export const kinds = ['episode', 'fact', 'lesson'] as const
export type Kind = (typeof kinds)[number]

/**
 * `candidate`: not shown to an agent before it has proved itself. `stale`: the code it cites has changed.
 * `contested`: contradicts another one and nobody has decided. `retracted`: was wrong.
 */
export const statuses = [
  'candidate',
  'active',
  'stale',
  'contested',
  'superseded',
  'archived',
  'retracted',
] as const
export type Status = (typeof statuses)[number]

/** How sure: checked by tests or a person, seen, concluded, or brought in from elsewhere. Never a float of a model. */
export const confidences = ['verified', 'observed', 'inferred', 'imported'] as const
export type Confidence = (typeof confidences)[number]

/** Lines are 1-based, both included. */
const span = z.object({ startLine: z.int().min(1), endLine: z.int().min(1) })

/** Code that a record is about, by content: what tells that the code has changed since. */
export const anchorSchema = z.object({
  path: z.string().min(1).max(1_000),
  /** Qualified name as the index has it (`Class.method`). */
  symbol: z.string().max(400).optional(),
  /** Git blob id of the whole file then. */
  blob: z.string().max(64),
  /** Commit that was checked out then; null outside git. */
  commit: z.string().max(64).nullable(),
  span: span.optional(),
  /** Hash of the cited piece alone (see `Chunk.hash`): the rest of the file may change. */
  pieceHash: z.string().max(64).optional(),
})
export type Anchor = z.infer<typeof anchorSchema>

/** Where a record comes from. `turns` count from 0 in the session's transcript. */
export const sourceSchema = z.object({
  type: z.enum(['commit', 'session', 'episode', 'file', 'person', 'issue', 'import']),
  /** Full sha, session id, record id, path, name of the person, issue number, or name of the import. */
  ref: z.string().max(1_000),
  agent: z.string().max(100).optional(),
  turns: z.array(z.int().min(0)).max(1_000).optional(),
  /** Sha-256 of the artifact that holds the evidence. */
  artifact: z.string().max(64).optional(),
  /** File and line of another program's log, for "open the source turn". */
  place: z.string().max(2_000).optional(),
})
export type Source = z.infer<typeof sourceSchema>

export const provenanceSchema = z.object({
  sources: z.array(sourceSchema).min(1).max(200),
  /** `person`, `indexer`, `importer`, or `model@prompt-version`. */
  author: z.string().min(1).max(200),
  /** How it was made, for example `history/fix-commit`, `remember`, `distil/comparison`. */
  method: z.string().min(1).max(100),
})

export const linkTypes = [
  'derived_from',
  'supersedes',
  'complements',
  'contradicts',
  'related_to',
  'merged_into',
] as const

export const linkSchema = z.object({
  type: z.enum(linkTypes),
  to: recordId,
  why: z.string().max(500),
  by: z.string().max(200),
})
export type Link = z.infer<typeof linkSchema>

export const countersSchema = z.object({
  retrieved: z.number().min(0),
  shown: z.number().min(0),
  cited: z.number().min(0),
  /** Fractions: one outcome is split over the records that were cited for it. */
  helped: z.number().min(0),
  hurt: z.number().min(0),
})
export type Counters = z.infer<typeof countersSchema>

/** Facts and lessons are one thought; more than this is a document. */
export const mostWords = { fact: 100, lesson: 100, episode: 400 } as const

export const factBody = z.object({
  /** What the fact is about, so that a newer one supersedes it: `test-command(unit)`, `co-change(a.py,b.py)`. */
  key: z.string().max(500).nullable(),
  value: z.string().max(2_000).nullable(),
  /** A command whose exit code 0 confirms the fact. Never run without the person's consent. */
  checker: z.string().max(1_000).nullable(),
})

export const lessonBody = z.object({
  polarity: z.enum(['do', 'avoid']),
  stream: z.enum(['localisation', 'reasoning', 'workflow']),
  /** The role list of ExpeRepair that this insight belongs to; null for other lessons. */
  role: z.enum(['test', 'patch']).nullable(),
  /** Position in the role list, ascending with gaps. */
  order: z.number().nullable(),
  params: z.record(z.string().max(100), z.string().max(500)),
  procedure: z.array(z.string().max(500)).max(30),
})

const moment = z.int()

export const recordSchema = z
  .object({
    id: recordId,
    kind: z.enum(kinds),
    /** The repository that this store belongs to. */
    namespace: z.string().min(1).max(100),
    /** Branch that it was born on while unmerged; null: holds everywhere. */
    branch: z.string().max(300).nullable(),
    /** Head at birth; null outside git. */
    commit: z.string().max(64).nullable(),
    visibility: z.enum(['local', 'team']),
    text: z.string().min(1).max(20_000),
    /** One sentence: when this matters. Empty where nobody said. */
    cue: z.string().max(1_000),
    /** Paths, symbols, error signatures, packages and issue ids, as the repository spells them. */
    entities: z.array(z.string().min(1).max(400)).max(200),
    tags: z.array(z.string().min(1).max(60)).max(30),
    anchors: z.array(anchorSchema).max(100),
    provenance: provenanceSchema,
    /** Unix milliseconds of the world: since when it was true, and until when (null: still). */
    validFrom: moment,
    validTo: moment.nullable(),
    /** Unix milliseconds of the store. */
    recordedAt: moment,
    retiredAt: moment.nullable(),
    status: z.enum(statuses),
    version: z.int().min(1),
    links: z.array(linkSchema).max(300),
    counters: countersSchema,
    lastUsedAt: moment.nullable(),
    confidence: z.enum(confidences),
    pinned: z.boolean(),
    /** Muted by a person: never recalled, whatever its score. */
    inhibited: z.boolean(),
    /** A person wrote or changed its words: nothing overwrites them without asking. */
    edited: z.boolean(),
    /** Why it needs a person before an agent may see it, for example `instruction-like`. */
    flags: z.array(z.string().max(100)).max(20),
    /** Secrets that were masked before it was written. */
    masked: z.int().min(0),
    fact: factBody.optional(),
    lesson: lessonBody.optional(),
    episode: episodeBody.optional(),
  })
  .superRefine((record, context) => {
    for (const kind of kinds) {
      const is = record[kind] !== undefined
      if (is === (record.kind === kind)) continue
      const message = is ? `a ${record.kind} has no body of a ${kind}` : `a ${kind} needs its body`
      context.addIssue({ code: 'custom', path: [kind], message })
    }
    const words = record.text.split(/\s+/).length
    if (words > mostWords[record.kind]) {
      const message = `has ${words} words; a ${record.kind} holds at most ${mostWords[record.kind]}`
      context.addIssue({ code: 'custom', path: ['text'], message })
    }
  })
export type MemoryRecord = z.infer<typeof recordSchema>

export const noUse: Counters = { retrieved: 0, shown: 0, cited: 0, helped: 0, hurt: 0 }

/** Mean of Beta(1, 1) after the outcomes: 0.5 for what has none. */
export function utilityOf({ helped, hurt }: Pick<Counters, 'helped' | 'hurt'>): number {
  return (helped + 1) / (helped + hurt + 2)
}

/** What makes a new record; the store fills in the rest (id, namespace, times, version, counters). */
export type RecordDraft = Pick<MemoryRecord, 'kind' | 'text' | 'provenance' | 'confidence'> &
  Partial<Omit<MemoryRecord, 'id' | 'namespace' | 'version' | 'recordedAt' | 'counters' | 'lastUsedAt'>>

type Unsaid = 'branch' | 'commit' | 'visibility' | 'cue' | 'entities' | 'tags' | 'anchors' | 'validTo'
type Untouched = 'retiredAt' | 'links' | 'pinned' | 'inhibited' | 'edited' | 'flags' | 'masked'

/** What holds where a draft says nothing. Made anew each time: records share no lists. */
export function draftDefaults(): Pick<MemoryRecord, Unsaid | Untouched> {
  return {
    branch: null,
    commit: null,
    visibility: 'local',
    cue: '',
    entities: [],
    tags: [],
    anchors: [],
    validTo: null,
    retiredAt: null,
    links: [],
    pinned: false,
    inhibited: false,
    edited: false,
    flags: [],
    masked: 0,
  }
}
