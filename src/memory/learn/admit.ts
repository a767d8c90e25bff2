/** The gates that every new memory passes, in order; the first that says no says why. */

import { draftDefaults, mostWords, noUse, type RecordDraft, recordSchema, type Source } from '../record.ts'
import { type Evidence, isByModel, isByPerson, isProposed } from './evidence.ts'
import { isEcho } from './likeness.ts'
import { allLiterals, hasLiteral, literalsOf, namesEntity } from './literals.ts'

/**
 * G1 schema; G2 sources exist; G3 grounded in them; G4 no secrets; G5 no echo of what the same session was shown;
 * G6 about this repository; G7 size.
 */
export const gates = ['G1', 'G2', 'G3', 'G4', 'G5', 'G6', 'G7'] as const
export type Gate = (typeof gates)[number]

export type Admission =
  | { ok: true; draft: RecordDraft; notes: string[] }
  | { ok: false; gate: Gate; reason: string }

/** Share of the entities that the sources must name (memory-model G3). */
const groundedShare = 0.8
/** Fewer words are no thought. */
const fewestWords = 3
/** Characters of a fact or lesson with all its fields as JSON. */
const largest = 64_000

/**
 * Judges a masked draft. A person's words pass G3, G5 and G6 with a note: people may know more than the sources. So
 * may an agent that proposes a memory, but only G3: its word waits for a person, who sees what it cites.
 */
export function admit(draft: RecordDraft, evidence: Evidence): Admission {
  const schema = schemaReason(draft)
  if (schema !== null) return { ok: false, gate: 'G1', reason: schema }
  const sources = readSources(draft, evidence)
  if ('missing' in sources) return { ok: false, gate: 'G2', reason: sources.missing }
  const notes: string[] = []
  for (const { gate, judge, lenient } of judges) {
    const reason = judge(draft, evidence, sources.text)
    if (reason === null) continue
    const passes = isByPerson(draft) ? lenient : gate === 'G3' && isProposed(draft)
    if (!passes) return { ok: false, gate, reason }
    notes.push(reason)
  }
  return { ok: true, draft, notes }
}

/** Judges words that a person changed: form, secrets and size. What is wrong with them, in words for the person. */
export function judgeEdited(record: RecordDraft, evidence: Pick<Evidence, 'secretsIn'>): string | null {
  const refusal = judgeForm(record, evidence)
  return refusal === null
    ? null
    : `it ${refusal.gate === 'G1' ? 'is not well formed: ' : ''}${refusal.reason}`
}

/**
 * The gates that need no sources: form, secrets and size. What comes from another memory was grounded there, in
 * sessions and code that are not here.
 */
export function judgeForm(
  draft: RecordDraft,
  evidence: Pick<Evidence, 'secretsIn'>,
): { gate: Gate; reason: string } | null {
  const schema = schemaReason(draft)
  if (schema !== null) return { gate: 'G1', reason: schema }
  const left = secret(draft, evidence)
  if (left !== null) return { gate: 'G4', reason: left }
  const measure = size(draft)
  return measure === null ? null : { gate: 'G7', reason: measure }
}

/** A reason to refuse, or null. `sources` is the text of all cited sources. */
type Judge = (draft: RecordDraft, evidence: Evidence, sources: string) => string | null

const judges: readonly { gate: Gate; judge: Judge; lenient: boolean }[] = [
  { gate: 'G3', judge: ungrounded, lenient: true },
  { gate: 'G4', judge: secret, lenient: false },
  { gate: 'G5', judge: echo, lenient: true },
  { gate: 'G6', judge: generic, lenient: true },
  { gate: 'G7', judge: size, lenient: false },
]

/** Stands in for what only the store fills in. */
const blank = {
  id: '0'.repeat(26),
  namespace: 'any',
  version: 1,
  recordedAt: 0,
  counters: noUse,
  lastUsedAt: null,
}
const unsaid = { ...draftDefaults(), validFrom: 0, status: 'candidate' }

function schemaReason(draft: RecordDraft): string | null {
  const parsed = recordSchema.safeParse({ ...unsaid, ...draft, ...blank })
  const issue = parsed.error?.issues.find((one) => !isAboutSize(one.path, one.code))
  return issue === undefined ? null : `${issue.path.join('.') || 'record'}: ${issue.message}`
}

/** Too many words are the business of G7, so that they are counted there. */
function isAboutSize(path: readonly PropertyKey[], code: string): boolean {
  return path.length === 1 && path[0] === 'text' && (code === 'custom' || code === 'too_big')
}

function readSources(draft: RecordDraft, evidence: Evidence): { text: string } | { missing: string } {
  const texts: string[] = []
  for (const source of draft.provenance.sources) {
    if (source.type === 'person') continue
    const text = evidence.textOf(source)
    if (text === null) {
      const part = source.turns === undefined ? '' : `, turns ${source.turns.join(', ')}`
      return { missing: `cites ${source.type} ${source.ref.slice(0, 80)}${part}, which does not exist` }
    }
    texts.push(text)
  }
  return { text: texts.join('\n') }
}

/** An episode is evidence itself and needs no ground. */
function ungrounded(draft: RecordDraft, _evidence: Evidence, sources: string): string | null {
  if (draft.kind === 'episode') return null
  const entities = draft.entities ?? []
  const unnamed = entities.filter((entity) => !namesEntity(sources, entity))
  if (entities.length - unnamed.length < entities.length * groundedShare)
    return `${unnamed.length} of ${entities.length} entities are not in its sources: ${list(unnamed)}`
  const unread = claimedLiterals(draft).filter((literal) => !hasLiteral(sources, literal))
  return unread.length === 0 ? null : `not in its sources: ${list(unread)}`
}

/** What the program counted itself stands in no source, so its bare numbers are no claims. */
function claimedLiterals(draft: RecordDraft): string[] {
  const lesson = draft.lesson === undefined ? [] : draft.lesson.procedure
  const text = [draft.text, draft.cue ?? '', draft.fact?.value ?? '', ...lesson].join('\n')
  if (draft.provenance.author !== 'indexer') return allLiterals(text)
  const { paths, flags, numbers } = literalsOf(text)
  return [...paths, ...flags, ...numbers.filter((number) => !/^\d+$/.test(number))]
}

/** What masking leaves in the place of a secret. */
const mask = /\[(?:masked|redacted|secret)[^\]]*\]|<(?:masked|redacted|secret)[^>]*>|\*{3,}|•+/gi

function secret(draft: RecordDraft, evidence: Pick<Evidence, 'secretsIn'>): string | null {
  const texts = [draft.text, draft.cue ?? '', draft.fact?.value ?? '', ...(draft.lesson?.procedure ?? [])]
  const left = evidence.secretsIn(texts.join('\n'))
  if (left > 0) return `holds ${left} ${left === 1 ? 'secret' : 'secrets'} that masking did not remove`
  if ((draft.masked ?? 0) === 0) return null
  return countWords(draft.text.replace(mask, ' ')) < fewestWords ? 'masking left nothing to remember' : null
}

/** What the program saw itself, for example an exit code, is evidence even where a memory led to it. */
function echo(draft: RecordDraft, evidence: Evidence): string | null {
  if (draft.kind === 'episode' || draft.provenance.author === 'indexer') return null
  const sessions = draft.provenance.sources.flatMap((source) => sessionOf(source, evidence) ?? [])
  const shown = [...new Set(sessions)].flatMap((session) => evidence.shownIn(session))
  const original = shown.find((item) => isEcho(draft.text, item.text))
  return original === undefined ? null : `repeats memory ${original.id}, which this session was shown`
}

/** The session that a source comes from; null where there is none. */
export function sessionOf(source: Source, evidence: Evidence): string | null {
  return source.type === 'session' ? source.ref : (evidence.sessionOf?.(source) ?? null)
}

/** A subject that only the conversation could resolve. */
const pronoun =
  /^(?:it|they|he|she|this|that|these|those)\s+(?:is|are|was|were|has|have|had|does|do|did|will|would|can|could|should|must|needs?|uses?|fails?)\b/i

/** What the program computed from this repository's episodes is about it by its making. */
function generic(draft: RecordDraft, evidence: Evidence): string | null {
  if (draft.kind === 'episode') return isEmptyEpisode(draft) ? 'nothing was done in it' : null
  if (isByModel(draft) && pronoun.test(draft.text.trim()))
    return 'its subject is a pronoun: nobody will know whose'
  const rooted =
    isInsight(draft) ||
    draft.provenance.author === 'indexer' ||
    (draft.anchors ?? []).length > 0 ||
    (draft.entities ?? []).some((one) => evidence.knowsEntity(one))
  return rooted ? singleCase(draft, evidence) : 'names nothing of this repository: true of any project'
}

/** Insights of a role list are general by design (ExpeRepair); their list is short, and they come from an episode. */
function isInsight({ lesson, provenance }: RecordDraft): boolean {
  return lesson?.role != null && provenance.sources.some((source) => source.type === 'episode')
}

/** ArcMemo's rule: a lesson speaks of more than one case. */
function singleCase(draft: RecordDraft, evidence: Evidence): string | null {
  if (draft.kind !== 'lesson' || !isByModel(draft) || evidence.episodesNaming === undefined) return null
  const anchored = new Set((draft.anchors ?? []).map((anchor) => anchor.path))
  const single = allLiterals(draft.text).filter(
    (literal) => !anchored.has(literal) && (evidence.episodesNaming?.(literal) ?? 0) < 2,
  )
  return single.length === 0 ? null : `fits one case only: ${list(single)}`
}

function isEmptyEpisode({ episode }: RecordDraft): boolean {
  if (episode === undefined) return true
  const { attempts, commands, files, symbols, patch } = episode
  return patch === null && [attempts, commands, files, symbols].every((list) => list.length === 0)
}

function size(draft: RecordDraft): string | null {
  const words = countWords(draft.text)
  const most = mostWords[draft.kind]
  // The schema counts lone signs as well, and what it refuses must not come as far as the store.
  const pieces = draft.text.split(/\s+/).length
  if (pieces > most) return `has ${pieces} words; a ${draft.kind} holds at most ${most}`
  if (words < fewestWords)
    return `has ${words === 1 ? '1 word' : `${words} words`}: too few to understand later`
  const bytes = draft.kind === 'episode' ? 0 : JSON.stringify(draft).length
  return bytes > largest ? `takes ${bytes} characters with its fields; at most ${largest}` : null
}

function countWords(text: string): number {
  return text.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length
}

function list(words: readonly string[]): string {
  return words.slice(0, 5).join(', ') + (words.length > 5 ? ', …' : '')
}
