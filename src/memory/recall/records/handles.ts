/** Opens handles: a record or a piece of evidence as text, capped, always saying what was left out. */

import { endedWords } from '../../safety/ended-words.ts'
import type { MemoryStore } from '../../store/memory-store.ts'
import { findHandles, type Handle, parseHandle } from './handle-text.ts'

/** Lines that one handle may bring into a prompt (memory model 3.8). */
export const mostLines = 400

export interface OpenedHandle {
  handle: string
  found: boolean
  /** The text, or a sentence that says what is missing. */
  text: string
  /** What was left out, in words; null: nothing. */
  omitted: string | null
}

/** Lines, 1-based and included. */
export interface LineRange {
  from?: number
  to?: number
}

/** Never throws: a handle that leads nowhere is an answer for a model. `range` goes before that of the handle. */
export function openHandle(store: MemoryStore, text: string, range: LineRange = {}): OpenedHandle {
  const handle = parseHandle(text)
  if (handle === null) return missing(text, 'is no handle: write mem:ID or art:SHA#L10-40')
  return handle.type === 'mem' ? openRecord(store, handle, range) : openArtifact(store, handle, range)
}

export function handleResolves(store: MemoryStore, text: string): boolean {
  const handle = parseHandle(text)
  if (handle === null) return false
  if (handle.type === 'art') return wholeSha(store, handle.sha) !== null
  const record = store.get(handle.id)
  return record !== null && (handle.version === null || handle.version <= record.version)
}

function openRecord(store: MemoryStore, handle: Handle & { type: 'mem' }, range: LineRange): OpenedHandle {
  const now = store.get(handle.id)
  if (now === null) return missing(handle.text, 'leads to no memory: it was forgotten or never there')
  if (now.inhibited) return missing(handle.text, 'leads to a memory that a person muted')
  const record = handle.version === null || handle.version === now.version ? now : versionOf(store, handle)
  if (record === null) return missing(handle.text, `has no such version; the newest is ${now.version}`)
  return capped(handle.text, recordText(record), range)
}

/** The record after the last event that left it at that version. */
function versionOf(store: MemoryStore, { id, version }: Handle & { type: 'mem' }) {
  for (const { seq } of store.events({ id, limit: 10_000 })) {
    const record = store.asOf(id, seq)
    if (record?.version === version) return record
  }
  return null
}

function recordText(record: NonNullable<ReturnType<MemoryStore['get']>>): string {
  const { episode, lesson, cue } = record
  const head = `${record.kind} ${record.id}, version ${record.version}, ${record.status}, ${record.confidence}`
  const when = cue === '' ? [] : [`When: ${cue}`]
  const steps = lesson?.procedure.map((step, at) => `${at + 1}. ${step}`) ?? []
  const cites = record.anchors.map(({ path, symbol }) => (symbol === undefined ? path : `${path}#${symbol}`))
  const rest = cites.length === 0 ? [] : [`Cites: ${cites.join(', ')}`]
  return [
    head,
    ...when,
    record.text,
    ...steps,
    ...(episode === undefined ? [] : episodeLines(episode)),
    ...rest,
  ].join('\n')
}

type Episode = NonNullable<NonNullable<ReturnType<MemoryStore['get']>>['episode']>

function episodeLines({ goal, attempts, outcome, commands, corrections, patch }: Episode): string[] {
  const content = ({ text, artifact }: { text: string; artifact?: string | undefined }) =>
    artifact === undefined ? text : `${text}\n(whole: art:${artifact.slice(0, 12)})`
  const tries = attempts.flatMap((attempt, at) => [
    `Attempt ${at + 1} (${attempt.kind}, ${attempt.passed === null ? 'result unknown' : attempt.passed ? 'passed' : 'failed'}):`,
    content(attempt.content),
    ...(attempt.feedback === null ? [] : ['It met:', content(attempt.feedback)]),
  ])
  return [
    `Goal: ${goal}`,
    `Ended: ${endedWords(outcome)}`,
    ...outcome.evidence,
    ...corrections.map((one) => `The person said: ${one}`),
    ...tries,
    ...commands.map(({ command, exitCode }) => `Ran: ${command} (exit ${exitCode ?? 'unknown'})`),
    ...(patch?.commit === undefined ? [] : [`Patch: commit ${patch.commit}`]),
    ...(patch?.content === undefined ? [] : ['Patch:', content(patch.content)]),
  ]
}

function openArtifact(store: MemoryStore, handle: Handle & { type: 'art' }, range: LineRange): OpenedHandle {
  const sha = wholeSha(store, handle.sha)
  const artifact = sha === null ? null : store.artifact(sha)
  if (artifact === null) return missing(handle.text, 'leads to no evidence: it was forgotten or never there')
  const own = { from: handle.from ?? 1, to: handle.to ?? Number.POSITIVE_INFINITY }
  return capped(handle.text, artifact.content, { ...own, ...range })
}

const selectShas = 'select sha from artifact where sha >= ? and sha < ? order by sha limit 2'

/** The artifact whose sha begins so; null when there is none or more than one. */
function wholeSha({ db }: MemoryStore, start: string): string | null {
  const rows = db.prepare(selectShas).all(start, `${start}g`)
  return rows.length === 1 ? String(rows[0]?.sha) : null
}

/** Lines from `from` to `to`, 1-based and included, at most `mostLines` of them. */
function capped(handle: string, text: string, range: LineRange): OpenedHandle {
  const { from = 1, to = Number.POSITIVE_INFINITY } = range
  const lines = text.split('\n')
  const first = Math.max(1, from)
  const last = Math.min(to, lines.length)
  if (first > lines.length || last < first) {
    return missing(handle, `asks for lines that are not there: it has ${lines.length}`)
  }
  const end = Math.min(last, first + mostLines - 1)
  const whole = first === 1 && end === lines.length
  return {
    handle,
    found: true,
    text: lines.slice(first - 1, end).join('\n'),
    omitted: whole ? null : `Lines ${first} to ${end} of ${lines.length}; the others are left out.`,
  }
}

function missing(handle: string, why: string): OpenedHandle {
  return { handle, found: false, text: `(missing: ${handle} ${why})`, omitted: null }
}

/** What a text's handles lead to, each opened once for as long as `seen` lives (one prompt window). */
export function openHandles(store: MemoryStore, text: string, seen: Set<string>): OpenedHandle[] {
  return findHandles(text).flatMap((handle) => {
    const body =
      handle.type === 'mem' ? `mem:${handle.id}@${handle.version ?? ''}` : handle.text.toLowerCase()
    if (seen.has(body)) return []
    seen.add(body)
    return [openHandle(store, handle.text)]
  })
}
