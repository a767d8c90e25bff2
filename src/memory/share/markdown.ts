/** A record as a Markdown file that people read, edit and merge: front matter with sorted keys, nothing volatile. Pure. */

import { parse, stringify } from 'yaml'
import { z } from 'zod'
import { anchorSchema, factBody, lessonBody, type MemoryRecord, recordId, sourceSchema } from '../record.ts'

/** What a file holds of a record. Episodes hold outputs and logs: they leave by export only. */
export interface SharedRecord {
  /** Null: written by hand and not yet known. */
  id: string | null
  kind: 'fact' | 'lesson'
  text: string
  cue: string
  tags: string[]
  entities: string[]
  anchors: MemoryRecord['anchors']
  sources: MemoryRecord['provenance']['sources']
  /** ISO 8601: since when it is true. Null: from now on. */
  since: string | null
  fact?: NonNullable<MemoryRecord['fact']>
  /** Without its place in a role list, which is everybody's own. */
  lesson?: Omit<NonNullable<MemoryRecord['lesson']>, 'order'>
  /** Keys that this version does not know: they stay in the file. */
  extra: Record<string, unknown>
}

const list = <Item extends z.ZodType>(item: Item, most: number) => z.array(item).max(most).default([])
const front = z.looseObject({
  id: recordId.nullable().default(null),
  kind: z.enum(['fact', 'lesson']),
  tags: list(z.string().min(1).max(60), 30),
  entities: list(z.string().min(1).max(400), 200),
  anchors: list(anchorSchema, 100),
  sources: list(sourceSchema, 200),
  since: z.iso.datetime().nullable().default(null),
  key: factBody.shape.key.default(null),
  value: factBody.shape.value.default(null),
  checker: factBody.shape.checker.default(null),
  polarity: lessonBody.shape.polarity.default('do'),
  stream: lessonBody.shape.stream.default('reasoning'),
  role: lessonBody.shape.role.default(null),
  params: lessonBody.shape.params.default({}),
})
const known = new Set(Object.keys(front.shape))

/** What of a record goes into its file; null for an episode. */
export function sharedOf(record: MemoryRecord): SharedRecord | null {
  const { id, kind, text, cue, tags, entities, anchors, provenance, validFrom, fact, lesson } = record
  if (kind === 'episode') return null
  const body = lesson === undefined ? {} : { lesson: tidyLesson(lesson) }
  return tidy({
    ...{ id, kind, text, cue, tags, entities, anchors, sources: provenance.sources },
    since: new Date(validFrom).toISOString(),
    ...(fact !== undefined && { fact }),
    ...body,
    extra: {},
  })
}

function tidyLesson({ order: _, ...lesson }: NonNullable<MemoryRecord['lesson']>) {
  return lesson
}

/** The form that a file can hold: one kind of line ends, no blank borders, lists of one-line items. */
function tidy(shared: SharedRecord): SharedRecord {
  const { lesson } = shared
  const procedure = lesson?.procedure.map(oneLine).filter((step) => step !== '') ?? []
  return {
    ...shared,
    text: wellFormed(shared.text).trim(),
    cue: oneLine(shared.cue),
    tags: shared.tags.toSorted(),
    ...(lesson !== undefined && { lesson: { ...lesson, procedure } }),
  }
}

function wellFormed(text: string): string {
  return text.toWellFormed().replace(/\r\n?/g, '\n')
}

function oneLine(text: string): string {
  return wellFormed(text).replace(/\s+/g, ' ').trim()
}

/** The same bytes for the same record. */
export function renderShared(shared: SharedRecord): string {
  const { id, kind, tags, entities, anchors, sources, since, fact, lesson, text, cue, extra } = shared
  const { procedure = [], ...body } = lesson ?? {}
  const all = { ...extra, id, kind, tags, entities, anchors, sources, since, ...fact, ...body }
  const kept = Object.fromEntries(Object.entries(all).filter(([, value]) => !isEmpty(value)))
  const head = stringify(kept, { sortMapEntries: true, lineWidth: 0, aliasDuplicateObjects: false })
  const steps = procedure.map((step, at) => `${at + 1}. ${step}`).join('\n')
  const parts = [
    guard(text),
    ...(cue === '' ? [] : ['## When', guard(cue)]),
    ...(steps === '' ? [] : ['## Steps', steps]),
  ]
  return `---\n${head}---\n\n${parts.join('\n\n')}\n`
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined) return true
  return typeof value === 'object' && Object.keys(value).length === 0
}

/** A line of text that looks like a heading of ours gets a backslash. */
function guard(text: string): string {
  return text.replace(/^(\\*## (?:When|Steps)[ \t]*)$/gm, '\\$1')
}

function unguard(text: string): string {
  return text.replace(/^\\(\\*## (?:When|Steps)[ \t]*)$/gm, '$1')
}

export type ParsedFile = { shared: SharedRecord } | { problem: string }

/** Never throws: what cannot be read is named. */
export function parseShared(content: string): ParsedFile {
  const text = wellFormed(content.replace(/^\ufeff/, ''))
  if (/^(?:<{7}|>{7}) /m.test(text)) return { problem: 'has the marks of a merge conflict' }
  const match = /^---\n([\s\S]*?\n)?---[ \t]*(?:\n([\s\S]*))?$/.exec(text)
  if (match === null) return { problem: 'has no front matter' }
  try {
    const result = front.safeParse(parse(match[1] ?? '', { maxAliasCount: 0, logLevel: 'error' }))
    if (result.success) return assemble(result.data, match[2] ?? '')
    const issue = result.error.issues[0]
    return {
      problem: `has front matter that is not valid: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`,
    }
  } catch (error) {
    const [why = ''] = (error instanceof Error ? error.message : String(error)).split('\n')
    return { problem: `has front matter that cannot be read: ${why}` }
  }
}

function assemble(head: z.infer<typeof front>, body: string): ParsedFile {
  const { id, kind, tags, entities, anchors, sources, since } = head
  const [text, cue, steps] = sectionsOf(body)
  if (text.trim() === '') return { problem: 'has no text' }
  const { key, value, checker, polarity, stream, role, params } = head
  const procedure = stepsOf(steps)
  const extra = Object.fromEntries(Object.entries(head).filter(([name]) => !known.has(name)))
  const shared = tidy({
    ...{ id, kind, text: unguard(text), cue: unguard(cue), tags, entities, anchors, sources, since, extra },
    ...(kind === 'fact'
      ? { fact: { key, value, checker } }
      : { lesson: { polarity, stream, role, params, procedure } }),
  })
  return { shared }
}

/** The text, what stands under "When", what stands under "Steps". */
function sectionsOf(body: string): [string, string, string] {
  const sections: [string[], string[], string[]] = [[], [], []]
  let at: 0 | 1 | 2 = 0
  for (const line of body.split('\n')) {
    const heading = /^## (When|Steps)[ \t]*$/.exec(line)?.[1]
    if (heading === undefined) sections[at].push(line)
    else at = heading === 'When' ? 1 : 2
  }
  return [sections[0].join('\n'), sections[1].join('\n'), sections[2].join('\n')]
}

function stepsOf(text: string): string[] {
  const steps: string[] = []
  for (const line of text.split('\n')) {
    const item = /^\s{0,3}(?:\d{1,3}[.)]|[-*])[ \t]+(.*)$/.exec(line)
    if (item !== null) steps.push(item[1] ?? '')
    else if (line.trim() !== '') steps.push(`${steps.pop() ?? ''} ${line.trim()}`)
  }
  return steps
}

/** `lesson-run-the-migrations-first-8k2m4xq1.md`: stays when the text changes later. */
export function nameOf(shared: SharedRecord, idSigns = 8): string {
  const words =
    shared.text
      .normalize('NFKD')
      .toLowerCase()
      .match(/[a-z0-9]+/g) ?? []
  const slug = words.join('-').slice(0, 40).replace(/-+$/, '') || 'memory'
  return `${shared.kind}-${slug}-${(shared.id ?? '').slice(-idSigns).toLowerCase()}.md`
}
