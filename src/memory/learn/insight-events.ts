/** An updated role list as events: ADD admits, EDIT revises, REMOVE archives, and a person's words are asked about. */

import type { EventDraft } from '../event.ts'
import type { MemoryRecord, RecordDraft } from '../record.ts'
import { findInstructions } from '../safety/instructions.ts'
import { withSigns } from '../safety/record-flags.ts'
import { activation } from './activate.ts'
import type { Admission } from './admit.ts'
import { type IntakeContext, originsBy, type Taking } from './context.ts'
import type { Insight, InsightUpdate } from './insights.ts'
import { sameWords } from './likeness.ts'
import { sourceLinks } from './links.ts'
import { mergedSources } from './merge.ts'
import { openWorkbook, setFields, some } from './workbook.ts'

export type Role = 'test' | 'patch'

/** Room between neighbours of a list, so that a person can move one between two others. */
const orderGap = 1_000

/** The living insights of a role in their order. Muted ones keep their place but are not shown. */
export function roleList(records: readonly MemoryRecord[], role: Role): MemoryRecord[] {
  return records
    .filter((record) => record.lesson?.role === role && listed.has(record.status))
    .sort(
      (one, other) => (one.lesson?.order ?? 0) - (other.lesson?.order ?? 0) || (one.id < other.id ? -1 : 1),
    )
}

const listed = new Set<MemoryRecord['status']>(['candidate', 'active', 'stale', 'contested'])

export function asInsights(records: readonly MemoryRecord[]): Insight[] {
  return records.map(({ id, text, edited, pinned, provenance }) => ({
    id,
    text,
    edited: edited || pinned || provenance.author === 'person',
  }))
}

export interface InsightSource {
  role: Role
  /** The episode that the update was learned from. */
  episode: MemoryRecord
  /** `model@prompt-version`. */
  author: string
}

export type InsightContext = Omit<IntakeContext, 'neighbours' | 'evidence'> & {
  /** The gates with their evidence. */
  admit(draft: RecordDraft): Admission
}

/** What fails the gates, new or reworded, is REJECTED; the rest stands. */
export function insightEvents(
  before: readonly MemoryRecord[],
  update: InsightUpdate,
  source: InsightSource,
  context: InsightContext,
): EventDraft[] {
  const book = openWorkbook(context.actor, context.get)
  const kept = new Set(update.list.map((insight) => insight.id))
  for (const record of before) if (!kept.has(record.id)) archive(record, book)
  for (const insight of update.list) {
    const record = before.find(({ id }) => id === insight.id)
    if (record === undefined) continue
    if (record.text !== insight.text) revise(record, insight.text, source, { book, context })
    else if (update.repeated.includes(record.id)) repeat(record, source, book)
    activate(record.id, book)
  }
  const last = Math.max(0, ...before.map((record) => record.lesson?.order ?? 0))
  const added = update.list.filter((insight) => insight.id === null)
  for (const [at, insight] of added.entries()) {
    // Rewording it was refused, so that it says this still.
    const same = before
      .map(book.current)
      .find((record) => kept.has(record.id) && sameWords(record.text, insight.text))
    if (same !== undefined) {
      repeat(same, source, book)
      activate(same.id, book)
      continue
    }
    const draft = draftOf(insight.text, last + (at + 1) * orderGap, source)
    const admission = context.admit(draft)
    if (admission.ok) {
      const record = context.complete({ ...draft, links: sourceLinks(draft) })
      book.write('ADMITTED', `a new insight for the ${source.role} agent`, [
        { op: 'create', id: record.id, record },
      ])
    } else refuse(insight.text, admission, book)
  }
  writeRefusals(update, book)
  return book.events
}

function archive(record: MemoryRecord, book: Taking['book']): void {
  const change = setFields(record, { status: 'archived' })
  book.write('ARCHIVED', 'a newer episode made the insight needless', some([change]))
}

function refuse(words: string, admission: Extract<Admission, { ok: false }>, book: Taking['book']): void {
  const { gate, reason } = admission
  const text = gate === 'G1' || gate === 'G4' ? '' : words.slice(0, 300)
  book.write('REJECTED', `${gate}: ${reason}`, [], { gate, reason, kind: 'lesson', text })
}

function revise(
  record: MemoryRecord,
  text: string,
  { episode, author }: InsightSource,
  { book, context }: { book: Taking['book']; context: InsightContext },
): void {
  const added = { type: 'episode' as const, ref: episode.id }
  const provenance = {
    ...record.provenance,
    author,
    sources: mergedSources(record.provenance.sources, [added]),
  }
  // An episode that is gone by now was evidence when the insight was made, and is none for new words.
  const sources = provenance.sources.filter(
    ({ type, ref }) => type === 'episode' && context.get(ref) !== null,
  )
  const admission = context.admit({ ...record, text, provenance: { ...provenance, sources } })
  if (!admission.ok) {
    refuse(text, admission, book)
    return
  }
  const flags = flagsOf(text, [...record.flags, ...episode.flags])
  if (flags.length > 0 && record.status !== 'candidate') {
    // What stands in its place was found good: the new words must not be shown before a person has read them.
    const proposal = { op: 'edit', itemId: record.id, before: record.text, text, flags }
    book.write('PROPOSED', `waits for a person: ${flags.join(', ')}`, [], proposal)
    return
  }
  const change = setFields(record, { text, provenance, version: record.version + 1, flags })
  book.write('REVISED', 'reworded after a newer episode', some([change]))
}

function repeat(record: MemoryRecord, { episode }: InsightSource, book: Taking['book']): void {
  const sources = mergedSources(record.provenance.sources, [{ type: 'episode', ref: episode.id }])
  const change = setFields(record, { provenance: { ...record.provenance, sources } })
  if (change !== null) book.write('MERGED', 'a newer episode says the same', [change])
}

function activate(id: string, book: Taking['book']): void {
  const record = book.get(id)
  const state = record?.status === 'candidate' ? activation(record, originsBy(book.get)) : null
  if (record === null || state?.active !== true) return
  book.write('ACTIVATED', state.why, some([setFields(record, { status: 'active' })]))
}

function writeRefusals(update: InsightUpdate, book: Taking['book']): void {
  for (const { insight, operation } of update.proposed) {
    const text = operation.operation === 'REMOVE' ? null : operation.experience
    const op = operation.operation === 'REMOVE' ? 'archive' : 'edit'
    const proposal = { op, itemId: insight.id ?? '', before: insight.text, text }
    book.write('PROPOSED', 'would change an insight that a person wrote or keeps', [], proposal)
  }
  for (const { operation, reason } of update.rejected) {
    const text = operation.operation === 'REMOVE' ? '' : operation.experience.slice(0, 300)
    book.write('REJECTED', `insight: ${reason}`, [], { gate: 'insight', reason, kind: 'lesson', text })
  }
}

/** Text that reads like an instruction to an agent waits for a person, whoever wrote it. */
function flagsOf(text: string, known: readonly string[]): string[] {
  return withSigns(known, findInstructions(text))
}

function draftOf(text: string, order: number, { role, episode, author }: InsightSource): RecordDraft {
  const verified = episode.episode?.outcome.verdict === 'passed'
  return {
    kind: 'lesson',
    text,
    cue: role === 'test' ? 'writing a test that reproduces an issue' : 'writing or refining a patch',
    entities: episode.entities.filter((entity) => text.includes(entity)).slice(0, 200),
    anchors: [],
    branch: episode.branch,
    commit: episode.commit,
    validFrom: episode.episode?.endedAt ?? episode.validFrom,
    flags: flagsOf(text, episode.flags),
    confidence: 'inferred',
    status: 'candidate',
    provenance: { sources: [{ type: 'episode', ref: episode.id }], author, method: `insights/${role}` },
    lesson: {
      polarity: verified ? 'do' : 'avoid',
      stream: 'reasoning',
      role,
      order,
      params: {},
      procedure: [],
    },
  }
}
