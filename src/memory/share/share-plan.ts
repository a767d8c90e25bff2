/** What sharing has to do: which files to write and remove, which edits to take over, what is wrong. Pure. */

import { createHash } from 'node:crypto'
import type { Actor, Change, EventDraft, Json } from '../event.ts'
import { type MemoryRecord, noUse, recordSchema } from '../record.ts'
import { instructionFlag, instructionSigns } from '../safety/record-flags.ts'
import { canonical } from '../store/canonical.ts'
import { nameOf, parseShared, renderShared, type SharedRecord, sharedOf } from './markdown.ts'

export interface SharedFile {
  name: string
  content: string
}

/** One file after the last sharing: hashes only, so that no text outlives its record. */
export interface BaseFile {
  name: string
  hash: string
  fields: Record<string, string>
}

/** What lay in the folder after the last sharing, by record id: tells an edit from a change in memory. */
export type ShareBase = Record<string, BaseFile>

export interface ShareInput {
  /** Live records with visibility `team`, and all others that a file names. */
  records: readonly MemoryRecord[]
  files: readonly SharedFile[]
  /** Names in the folder that could not be read: nothing is concluded from them, nothing is put in their place. */
  unread: readonly string[]
  base: ShareBase
  namespace: string
  actor: Actor
  now: number
  newId: () => string
  purged: (id: string) => boolean
  /** Why a record of these words must not come in; null when it may. */
  refuses: (record: MemoryRecord) => string | null
}

export interface SharePlan {
  write: SharedFile[]
  /** Names. */
  remove: string[]
  /** Edits and new records, for the log. */
  events: EventDraft[]
  /** Names of files whose edits are taken over. */
  takenOver: string[]
  problems: string[]
  /** For the next sharing. */
  base: ShareBase
}

/** Files that no record is read from. */
const notMemories = new Set(['readme.md'])
const retired: readonly MemoryRecord['status'][] = ['archived', 'retracted', 'superseded']

export function planShare(input: ShareInput): SharePlan {
  const plan: SharePlan = { write: [], remove: [], events: [], takenOver: [], problems: [], base: {} }
  const { byId, unnamed, taken, broken } = readFiles(input, plan)
  const records = new Map(input.records.map((record) => [record.id, record]))
  const ids = [...new Set([...records.keys(), ...byId.keys()])].sort()
  for (const id of ids) {
    const context = { input, plan, taken, broken, id, base: input.base[id] }
    const [record, file] = [records.get(id), byId.get(id)]
    if (record === undefined) takeIn(context, file)
    else if (file === undefined) withoutFile(context, record)
    else withBoth(context, record, file)
  }
  for (const file of unnamed) {
    const id = input.newId()
    takeIn({ input, plan, taken, broken, id, base: undefined }, file)
  }
  return plan
}

interface ReadFile extends SharedFile {
  shared: SharedRecord
}

interface Context {
  input: ShareInput
  plan: SharePlan
  /** Names that are in use. */
  taken: Set<string>
  /** Names of files that cannot be read: nothing is concluded from them. */
  broken: Set<string>
  id: string
  base: BaseFile | undefined
}

function readFiles({ files, unread, base }: ShareInput, plan: SharePlan) {
  const byId = new Map<string, ReadFile>()
  const unnamed: ReadFile[] = []
  const broken = new Set(unread)
  const sorted = files.toSorted((a, b) => (a.name < b.name ? -1 : 1))
  for (const file of sorted) {
    if (notMemories.has(file.name.toLowerCase())) continue
    const parsed = parseShared(file.content)
    if ('problem' in parsed) {
      broken.add(file.name)
      plan.problems.push(`${file.name} ${parsed.problem}. It was left as it is.`)
      continue
    }
    const read = { ...file, shared: parsed.shared }
    const { id } = parsed.shared
    const other = id === null ? undefined : byId.get(id)
    if (id === null) unnamed.push(read)
    else if (other === undefined) byId.set(id, read)
    else {
      const kept = base[id]?.name === file.name ? read : other
      byId.set(id, kept)
      plan.problems.push(`${other.name} and ${file.name} are the same memory; only ${kept.name} was read.`)
    }
  }
  return { byId, unnamed, broken, taken: new Set([...unread, ...files.map(({ name }) => name)]) }
}

/** In memory and not in the folder: new, deleted there, or not for sharing. */
function withoutFile({ plan, input, taken, broken, base, id }: Context, record: MemoryRecord) {
  if (record.visibility !== 'team' || retired.includes(record.status)) return
  if (base !== undefined && broken.has(base.name)) {
    plan.base[id] = base
    return
  }
  if (base !== undefined) {
    plan.events.push(revision(input, record, { visibility: 'local' }, `${base.name} was deleted.`))
    return
  }
  const shared = sharedOf(record)
  if (shared === null) {
    plan.problems.push(`mem:${id} is an episode: those are shared by export.`)
    return
  }
  put(plan, taken, shared, freeName(shared, taken))
}

/** In both: what was changed in the file since the last time wins, field by field; the rest is as memory has it. */
function withBoth(context: Context, record: MemoryRecord, file: ReadFile) {
  const { plan, input, base, id, taken } = context
  const own = sharedOf(record)
  const touched = base?.hash !== hashOf(file.content)
  const keep = (problem: string) => {
    if (problem !== '') plan.problems.push(`${file.name} ${problem}. It was left as it is.`)
    if (base !== undefined) plan.base[id] = base
  }
  if (own === null || own.kind !== file.shared.kind)
    return keep(`says that mem:${id} is a ${file.shared.kind}, but it is of kind ${record.kind}`)
  const over = retired.includes(record.status) || record.visibility === 'local'
  if (over && base !== undefined && !touched) return void plan.remove.push(file.name)
  if (retired.includes(record.status))
    return keep(base === undefined ? '' : `was edited, but mem:${id} is ${record.status} here`)

  const edits = touched ? editsOf(record, file.shared, base) : {}
  if (record.visibility === 'local') edits.visibility = 'team'
  const merged = { ...record, ...edits }
  const invalid = Object.keys(edits).length > 0 ? faultOf(merged, input) : null
  if (invalid !== null) return keep(`was not taken over: ${invalid}`)
  if (Object.keys(edits).length > 0) {
    plan.events.push(revision(input, record, edits, `Edited in ${file.name}.`))
    plan.takenOver.push(file.name)
  }
  // Sources and the time differ from place to place: the file keeps those of its first writer.
  const { extra, sources, since } = file.shared
  const next = { ...(sharedOf(merged) ?? own), extra, sources, since }
  if (same(next, file.shared)) plan.base[id] = baseOf(file)
  else put(plan, taken, next, file.name)
}

/** In the folder only: somebody shared it, or wrote it by hand. */
function takeIn({ plan, input, taken, id }: Context, file: ReadFile | undefined) {
  if (file === undefined) return
  if (input.purged(id)) {
    plan.problems.push(
      `${file.name} was purged here and is not taken in again. Delete the file if nobody needs it.`,
    )
    return
  }
  const byHand = file.shared.id === null
  const shared = { ...file.shared, id, since: file.shared.since ?? new Date(input.now).toISOString() }
  const record = recordOf(shared, file.name, input)
  const invalid = faultOf(record, input)
  if (invalid !== null) {
    plan.problems.push(`${file.name} was not taken over: ${invalid}. It was left as it is.`)
    return
  }
  plan.events.push({
    type: 'IMPORTED',
    actor: input.actor,
    reason: `It came in with ${file.name}.`,
    payload: { method: 'share', file: file.name },
    changes: [{ op: 'create', id, record }],
  })
  plan.takenOver.push(file.name)
  if (!byHand) {
    plan.base[id] = baseOf(file)
    return
  }
  // The file gets the id, under the name that such files have.
  taken.delete(file.name)
  const name = freeName(shared, taken)
  if (name !== file.name) plan.remove.push(file.name)
  put(plan, taken, shared, name)
}

function put(plan: SharePlan, taken: Set<string>, shared: SharedRecord, name: string) {
  const content = renderShared(shared)
  plan.write.push({ name, content })
  plan.base[shared.id ?? ''] = baseOf({ name, content, shared })
  taken.add(name)
}

function freeName(shared: SharedRecord, taken: ReadonlySet<string>): string {
  const name = nameOf(shared)
  return taken.has(name) ? nameOf(shared, 26) : name
}

const fields = ['text', 'cue', 'tags', 'entities', 'anchors', 'fact', 'lesson'] as const
type Field = (typeof fields)[number]

function baseOf({ name, content, shared }: ReadFile): BaseFile {
  const hashes = fields.map((field) => [field, hashOf(canonical(shared[field]))])
  return { name, hash: hashOf(content), fields: Object.fromEntries(hashes) }
}

export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}

type Edits = Partial<
  Pick<MemoryRecord, 'text' | 'cue' | 'tags' | 'entities' | 'anchors' | 'fact' | 'lesson' | 'visibility'>
>

/** Only what the person changed: what a file cannot hold stays as it is. */
function editsOf(record: MemoryRecord, file: SharedRecord, base: BaseFile | undefined): Edits {
  const own = sharedOf(record)
  const changed = (field: Field) =>
    file[field] !== undefined &&
    !same(file[field], own?.[field]) &&
    hashOf(canonical(file[field])) !== base?.fields[field]
  const { text, cue, tags, entities, anchors, fact, lesson } = file
  return {
    ...(changed('text') && { text }),
    ...(changed('cue') && { cue }),
    ...(changed('tags') && { tags }),
    ...(changed('entities') && { entities }),
    ...(changed('anchors') && { anchors }),
    ...(changed('fact') && fact !== undefined && { fact }),
    ...(changed('lesson') &&
      lesson !== undefined && { lesson: { ...lesson, order: record.lesson?.order ?? null } }),
  }
}

function revision(input: ShareInput, record: MemoryRecord, edits: Edits, reason: string): EventDraft {
  const worded = Object.keys(edits).some((field) => field !== 'visibility')
  const signs = worded ? instructionSigns({ ...record, ...edits }) : []
  const after = {
    ...edits,
    ...(worded && { version: record.version + 1, edited: true }),
    // Whoever can push can edit a file: such words wait for a person again.
    ...(signs.length > 0 && { status: 'candidate', flags: [...new Set([...record.flags, instructionFlag])] }),
  }
  const fields = Object.entries(after)
    .map(([field, value]) => ({ field, before: record[field as keyof MemoryRecord] ?? null, after: value }))
    .filter(({ before, after: value }) => !same(before, value))
    .map(({ field, before, after: value }) => [field, { before: before as Json, after: value as Json }])
  const change = { op: 'set', id: record.id, fields: Object.fromEntries(fields) } as Change
  return {
    type: 'REVISED',
    actor: input.actor,
    reason,
    payload: { method: 'share', flags: signs },
    changes: [change],
  }
}

function recordOf(shared: SharedRecord, name: string, { namespace, now }: ShareInput): MemoryRecord {
  const { kind, text, cue, tags, entities, anchors, sources, fact, lesson } = shared
  const body = {
    ...(fact !== undefined && { fact }),
    ...(lesson !== undefined && { lesson: { ...lesson, order: null } }),
  }
  const record: MemoryRecord = {
    ...{ id: shared.id ?? '', kind, namespace, branch: null, commit: null, visibility: 'team', text, cue },
    ...{ entities, tags, anchors, links: [], counters: noUse, ...body },
    provenance: {
      sources: [...sources.slice(0, 199), { type: 'import', ref: name }],
      author: 'importer',
      method: 'share',
    },
    ...{ validFrom: Date.parse(shared.since ?? ''), validTo: null, recordedAt: now, retiredAt: null },
    ...{ status: 'candidate', version: 1, lastUsedAt: null, confidence: 'imported' },
    ...{ pinned: false, inhibited: false, edited: false, flags: [], masked: 0 },
  }
  return instructionSigns(record).length === 0 ? record : { ...record, flags: [instructionFlag] }
}

function faultOf(record: MemoryRecord, { refuses }: ShareInput): string | null {
  const result = recordSchema.safeParse(record)
  const issue = result.error?.issues[0]
  return issue === undefined ? refuses(record) : `${issue.path.join('.')} ${issue.message}`
}

function same(one: unknown, other: unknown): boolean {
  return canonical(one) === canonical(other)
}
