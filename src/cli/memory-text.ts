/** Records, events and anchors as people read them on a terminal. */

import type { Json, MemoryEvent } from '../memory/event.ts'
import type { AnchorState } from '../memory/recollection.ts'
import type { Anchor, MemoryRecord } from '../memory/record.ts'
import type { MemoryStats } from '../protocol-memories.ts'
import { escapeLine } from './escape.ts'
import { bytes, columns, count, moment, plural } from './format.ts'
import type { Style } from './style.ts'

/** Characters of a text in a list. */
const shortText = 200

/** Two lines: id with what it is, and the beginning of its text. */
export function recordLines(record: MemoryRecord, style: Style): string {
  return `${recordTitle(record, style)}\n    ${shorten(record.text, shortText)}`
}

export function recordTitle(record: MemoryRecord, style: Style): string {
  const marks = [
    record.pinned ? 'pinned' : '',
    record.inhibited ? 'muted' : '',
    record.lesson?.polarity === 'avoid' ? 'avoid' : '',
    record.branch === null ? '' : `on ${escapeLine(record.branch)}`,
    ...record.flags.map((flag) => escapeLine(flag)),
  ].filter((mark) => mark !== '')
  const day = style.dim(moment(record.validFrom).slice(0, 10))
  const state = record.status === 'active' ? style.good('active') : style.warn(record.status)
  const words = [style.path(record.id), record.kind, state, record.confidence, day]
  return [...words, ...marks.map((mark) => style.warn(mark))].join('  ')
}

/** One line at most; what is left out is marked. */
export function shorten(text: string, most: number): string {
  const flat = text.replace(/\s+/g, ' ').trim()
  const characters = [...flat]
  return escapeLine(characters.length <= most ? flat : `${characters.slice(0, most - 1).join('')}…`)
}

export function anchorText({ path, symbol, span }: Anchor): string {
  const line = span === undefined ? '' : `:${span.startLine}`
  return escapeLine(`${path}${symbol === undefined ? line : `#${symbol}`}`)
}

export function anchorLine(state: AnchorState, style: Style): string {
  const paint = { fresh: style.good, moved: style.warn, drifted: style.warn, gone: style.bad }[state.state]
  const words = { fresh: 'as it was', moved: 'moved', drifted: 'changed since', gone: 'gone' }[state.state]
  const to = state.to
  const place = to === undefined ? '' : ` to ${escapeLine(to.path)}${to.startLine ? `:${to.startLine}` : ''}`
  const isElsewhere = state.state === 'drifted' && to !== undefined && to.path !== state.anchor.path
  const now = state.state === 'moved' ? place : isElsewhere ? `, moved${place}` : ''
  return `${anchorText(state.anchor)}  ${paint(words + now)}`
}

/** Seq, time, what happened, who did it, and why. */
export function eventTable(events: readonly MemoryEvent[]): string {
  return columns(
    events.map((event) => [
      String(event.seq),
      moment(event.at),
      event.type,
      escapeLine(`${event.actor.type} ${event.actor.name}`.trim()),
      touched(event),
      shorten(event.reason, 120),
    ]),
  )
}

function touched(event: MemoryEvent): string {
  const ids = [...new Set(event.changes.map(({ id }) => id))]
  const [first] = ids
  if (first === undefined) return '-'
  return ids.length === 1 ? first : `${first} and ${ids.length - 1} more`
}

/** `field: before -> after` for every field that an event changed. */
export function changeLines(event: MemoryEvent): string[] {
  return event.changes.flatMap((change) => {
    if (change.op !== 'set') return []
    return Object.entries(change.fields).map(([field, value]) => {
      const { before, after } = value as { before: Json; after: Json }
      return `${field}: ${plain(before)} -> ${plain(after)}`
    })
  })
}

function plain(value: Json): string {
  return shorten(typeof value === 'string' ? value : JSON.stringify(value), 80)
}

/** What memory holds, in one line. */
export function statsLine(stats: MemoryStats): string {
  const parts = [
    plural(stats.episodes, 'episode'),
    plural(stats.facts, 'fact'),
    plural(stats.lessons, 'lesson'),
    stats.candidates > 0 ? `${plural(stats.candidates, 'candidate')} to review` : '',
    stats.contested > 0 ? `${count(stats.contested)} contested` : '',
    stats.archived > 0 ? `${count(stats.archived)} archived` : '',
  ]
  return parts.filter((part) => part !== '').join(', ')
}

/** Log, evidence and what was kept from being stored. */
export function storeLine(stats: MemoryStats): string {
  const { artifacts, masked, history } = stats
  const read = history.commits === 0 ? 'no history read' : `${plural(history.commits, 'commit')} read`
  const how = history.commits > 0 && !history.complete ? ' so far' : ''
  const evidence = `${plural(artifacts.count, 'artifact')} (${bytes(artifacts.bytes)})`
  const secrets = masked === 0 ? '' : `, ${plural(masked, 'secret')} masked`
  return `${plural(stats.events, 'event')}, ${evidence}, ${read}${how}${secrets}`
}
