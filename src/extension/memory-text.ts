/** A memory in the few words of a row: its name, its state, and the marks that menus go by. */

import type { Recollection } from '../memory/recollection.ts'
import type { MemoryRecord } from '../memory/record.ts'

/** What a row needs of a record. */
export type RowRecord = Pick<
  MemoryRecord,
  'id' | 'kind' | 'text' | 'status' | 'branch' | 'validFrom' | 'pinned' | 'inhibited'
> &
  Partial<Pick<MemoryRecord, 'lesson' | 'episode' | 'flags' | 'cue' | 'provenance'>>

const longestLabel = 120

/** The first line that says something, on one line. */
export function labelOf({ kind, text, episode }: Pick<RowRecord, 'kind' | 'text' | 'episode'>): string {
  const goal = kind === 'episode' ? firstLine(episode?.goal ?? '') : ''
  return shortened(goal || firstLine(text) || '(no text)')
}

function firstLine(text: string): string {
  const line = text.split('\n').find((one) => /[\p{L}\p{N}]/u.test(one)) ?? ''
  return line.replace(/\s+/g, ' ').trim()
}

function shortened(text: string): string {
  return text.length > longestLabel ? `${text.slice(0, longestLabel - 1).trimEnd()}…` : text
}

/** A codicon: the state where a person should look, else the kind. */
export function iconOf({ kind, status, inhibited, pinned, lesson, episode }: RowRecord): string {
  if (status === 'stale') return 'warning'
  if (status === 'contested') return 'git-compare'
  if (status === 'candidate') return 'question'
  if (status !== 'active') return 'archive'
  if (inhibited) return 'mute'
  if (pinned) return 'pinned'
  if (kind === 'lesson') return lesson?.polarity === 'avoid' ? 'circle-slash' : 'lightbulb'
  if (kind === 'fact') return 'book'
  if (episode === undefined) return 'history'
  const { verdict, source } = episode.outcome
  // The green tick is for what was tested.
  if (verdict === 'passed' && source === 'history') return 'git-commit'
  return { passed: 'pass', failed: 'error', unknown: 'history' }[verdict]
}

/** For example `code changed · on feature/rounding · 2026-11-20`. */
export function descriptionOf(record: RowRecord): string {
  const { status, branch, validFrom, flags = [] } = record
  return [
    statusText(status),
    ...(record.inhibited ? ['muted'] : []),
    ...(branch === null ? [] : [`on ${branch}`]),
    ...flags.map((flag) => flag.replaceAll('-', ' ')),
    dateText(validFrom),
  ]
    .filter((part) => part !== '')
    .join(' · ')
}

/** Nothing for an active one: that is what one expects. */
export function statusText(status: MemoryRecord['status']): string {
  return status === 'active' ? '' : status === 'stale' ? 'code changed' : status
}

/** What the menus ask: `memory;lesson;kept;unpinned;heard;`, with `sourced;` where a session can be opened. */
export function contextOf({ kind, status, pinned, inhibited, provenance }: RowRecord): string {
  const isKept = status === 'active' || status === 'stale' || status === 'contested'
  const group = status === 'candidate' ? 'candidate' : isKept ? 'kept' : 'archived'
  const marks = ['memory', kind, group, pinned ? 'pinned' : 'unpinned', inhibited ? 'muted' : 'heard']
  const isSourced = provenance?.sources.some(({ place }) => place !== undefined) === true
  return [...marks, ...(isSourced ? ['sourced'] : []), ''].join(';')
}

/** Against the code as it is now; empty where all is well or no code is cited. */
export function freshnessText(freshness: Recollection['freshness']): string {
  return { fresh: 'fresh', moved: 'moved', drifted: 'code changed', gone: 'code is gone', none: '' }[
    freshness
  ]
}

export function kindText(kind: MemoryRecord['kind']): string {
  return { episode: 'Episode', fact: 'Fact', lesson: 'Lesson' }[kind]
}

/** The day in the person's own time zone, as numbers that sort. */
export function dateText(milliseconds: number): string {
  const date = new Date(milliseconds)
  const two = (value: number) => String(value).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}
