/** Why do you know this: the account of one record in sentences for people, most important first. Pure. */

import type { MemoryEvent } from '../../memory/event.ts'
import type { AnchorState } from '../../memory/recollection.ts'
import type { MemoryRecord, Source } from '../../memory/record.ts'

export interface Known {
  record: MemoryRecord
  anchors: readonly AnchorState[]
  /** Newest first. */
  history: readonly MemoryEvent[]
  linkedFrom: readonly { id: string; type: string; text: string }[]
}

/** Sources that are named one by one. */
const mostSources = 3

export function whyKnown(known: Known, get: (id: string) => MemoryRecord | null): string[] {
  const { record } = known
  return [
    origin(record),
    ...sources(record, get),
    trust(record, known.history),
    ...code(known.anchors),
    ...relations(known, get),
    use(record),
    ...holds(record),
  ].filter((sentence) => sentence !== '')
}

function origin({ provenance, recordedAt, kind, confidence }: MemoryRecord): string {
  const when = day(recordedAt)
  if (provenance.author === 'person') return `A person wrote this ${kind} down on ${when}.`
  if (provenance.author === 'indexer') return `Read from the repository on ${when} (${provenance.method}).`
  if (confidence === 'imported') return `Came in from an import on ${when} (${provenance.method}).`
  return `Made by ${provenance.author} on ${when} (${provenance.method}).`
}

function sources({ provenance }: MemoryRecord, get: (id: string) => MemoryRecord | null): string[] {
  const shown = provenance.sources.filter(({ type }) => type !== 'person')
  const named = shown.slice(0, mostSources).map((source) => sourceSentence(source, get))
  const more = shown.length - named.length
  return more > 0 ? [...named, `${more} more sources say so.`] : named
}

function sourceSentence(source: Source, get: (id: string) => MemoryRecord | null): string {
  const turns = source.turns === undefined ? '' : `, turns ${source.turns.slice(0, 6).join(', ')}`
  if (source.type === 'episode') {
    const text = get(source.ref)?.text.split('\n')[0]
    return `Learned from episode ${source.ref}${text === undefined ? ', which is not there any more' : `: ${text}`}`
  }
  if (source.type === 'commit') return `Commit ${source.ref.slice(0, 12)} shows it.`
  if (source.type === 'session')
    return `Session ${source.ref}${source.agent === undefined ? '' : ` of ${source.agent}`}${turns} shows it.`
  if (source.type === 'import') return `From the import ${source.ref}.`
  return `From ${source.type} ${source.ref}${turns}.`
}

function trust(record: MemoryRecord, history: readonly MemoryEvent[]): string {
  const { status, confidence } = record
  const change = history.find((event) =>
    event.changes.some(
      (one) =>
        (one.op === 'set' && one.fields.status !== undefined) ||
        (one.op === 'create' && one.id === record.id),
    ),
  )
  const since = change === undefined ? '' : ` since ${day(change.at)}: ${change.reason}`
  const flags = record.flags.length === 0 ? '' : ` Marked as ${record.flags.join(', ')}.`
  return `It is ${status} (${confidence})${since}.${flags}`.replace(/\.\.$/, '.')
}

function code(anchors: readonly AnchorState[]): string[] {
  if (anchors.length === 0) return ['It cites no code, so a change of the code cannot make it doubtful.']
  return anchors.slice(0, 5).map(({ anchor, state, to }) => {
    const name = anchor.symbol === undefined ? anchor.path : `${anchor.path}#${anchor.symbol}`
    if (state === 'fresh') return `The code it cites is as it was: ${name}.`
    if (state === 'moved') return `The code it cites moved from ${name} to ${to?.path ?? 'another place'}.`
    if (state === 'drifted') return `The code it cites has changed since: ${name}.`
    return `The code it cites is gone: ${name}.`
  })
}

function relations({ record, linkedFrom }: Known, get: (id: string) => MemoryRecord | null): string[] {
  const words: Record<string, string> = {
    supersedes: 'It supersedes',
    contradicts: 'It contradicts',
    complements: 'It complements',
    merged_into: 'It was merged into',
  }
  const own = record.links.flatMap(({ type, to }) => {
    const verb = words[type]
    const other = get(to)
    return verb === undefined || other === null ? [] : [`${verb} ${to}: ${firstLine(other.text)}`]
  })
  const newer = linkedFrom.filter(({ type }) => type === 'supersedes')
  return [...newer.map(({ id, text }) => `Superseded by ${id}: ${firstLine(text)}`), ...own.slice(0, 5)]
}

function use({ counters }: MemoryRecord): string {
  const { shown, cited, helped, hurt } = counters
  if (shown === 0) return 'No recall has shown it yet.'
  const times = (value: number) => (value === 1 ? 'once' : `${Math.round(value * 10) / 10} times`)
  const outcome = helped + hurt === 0 ? '' : ` It helped ${times(helped)} and hurt ${times(hurt)}.`
  return `Shown ${times(shown)}, cited ${times(cited)}.${outcome}`
}

function holds(record: MemoryRecord): string[] {
  const marks: string[] = []
  if (record.branch !== null)
    marks.push(`It holds on the branch ${record.branch} only, until that is merged.`)
  if (record.pinned) marks.push('A person pinned it.')
  if (record.inhibited) marks.push('A person muted it: it is never recalled.')
  if (record.edited) marks.push('A person changed its words.')
  if (record.masked > 0)
    marks.push(
      `${record.masked === 1 ? '1 secret was' : `${record.masked} secrets were`} masked before it was written.`,
    )
  return marks
}

function firstLine(text: string): string {
  return (text.split('\n')[0] ?? '').slice(0, 160)
}

function day(time: number): string {
  return new Date(time).toISOString().slice(0, 10)
}
