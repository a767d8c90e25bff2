/** Messages of OpenCode, and of Kilo which embeds it, as steps (session-formats, section 12). */

import { parsePatch, patchTexts } from '../apply-patch.ts'
import { changedLines } from '../changed-lines.ts'
import { statedExit } from '../exit.ts'
import {
  blockText,
  bounded,
  type Fields,
  fields,
  filled,
  instant,
  integer,
  jsonText,
  list,
  text,
} from '../fields.ts'
import type { Place, Session, Step } from '../session.ts'
import { pathText } from '../tame.ts'

/** A message or a part of one, as stored. */
export interface Stored {
  id: string
  data: Fields
  place: Place
}

export interface StoredMessage extends Stored {
  /** Unix milliseconds from its row; its own data go first. */
  createdAt: number | null
  parts: Stored[]
}

export interface StoredSession extends Stored {
  agent: string
  messages: StoredMessage[]
}

/** Data of a session have the names of the JSON files; rows are brought to them before. */
export function sessionOf({ agent, id, data, place, messages }: StoredSession): Session {
  const ordered = [...messages].sort((a, b) => timeOf(a) - timeOf(b) || (a.id < b.id ? -1 : 1))
  const { created, updated } = fields(data.time)
  const times = ordered.map(timeOf).filter((time) => time > 0)
  const startedAt = instant(created) ?? times[0] ?? 0
  const steps = revertedSteps(ordered, fields(data.revert))
  return {
    agent,
    sessionId: id,
    parentSessionId: pathText(data.parentID) ?? null,
    folders: foldersOf(data, ordered),
    remote: null,
    branch: null,
    headCommit: null,
    startedAt,
    endedAt: Math.max(startedAt, instant(updated) ?? 0, ...times.slice(-1)),
    title: bounded(text(data.title)),
    model: modelOf(ordered),
    steps: steps.length > 0 ? withSummary(steps, data, place) : [],
    source: place.file,
  }
}

function timeOf({ data, createdAt }: StoredMessage): number {
  return instant(fields(data.time).created) ?? createdAt ?? 0
}

function foldersOf(data: Fields, messages: readonly StoredMessage[]): string[] {
  const worked = messages.map((message) => pathText(fields(message.data.path).cwd))
  return [...new Set([pathText(data.directory), ...worked].filter((folder) => folder !== undefined))]
}

function modelOf(messages: readonly StoredMessage[]): string | null {
  for (const { data } of messages) {
    const model = pathText(data.modelID) ?? pathText(fields(data.model).modelID)
    if (model !== undefined) return model
  }
  return null
}

/**
 * A revert takes everything from a message on back, files included. Where earlier work stands, the rest is taken out;
 * where none does, the whole is kept as work that was undone.
 */
function revertedSteps(messages: readonly StoredMessage[], revert: Fields): Step[] {
  const all = messages.map(messageSteps)
  const from = messages.findIndex(({ id }) => id === revert.messageID)
  if (from < 0) return all.flat()
  const kept = all.slice(0, from).flat()
  if (filled(revert.partID) === undefined && kept.some((step) => step.type === 'edit' && step.applied))
    return kept
  const place = messages[from]?.place
  if (place === undefined) return all.flat()
  return [
    ...all.flat(),
    { at: null, place, type: 'signal', signal: 'undone', detail: 'the session was reverted' },
  ]
}

/** Changes that no tool call tells of, such as those of commands: at the end, since nobody knows when they came. */
function withSummary(steps: Step[], data: Fields, place: Place): Step[] {
  if (steps.some(({ type }) => type === 'edit')) return steps
  const diffs = list(fields(data.summary).diffs).map(fields)
  const edits = diffs.flatMap((diff): Step[] => {
    const path = pathText(diff.file)
    const change = hunksOf(text(diff.patch)) || changedLines(text(diff.before), text(diff.after))
    if (path === undefined || change === '') return []
    return [{ at: null, place, type: 'edit', path, diff: change, applied: true }]
  })
  return [...steps, ...edits]
}

interface When {
  at: number | null
  place: Place
}

function messageSteps(message: StoredMessage): Step[] {
  const { data, place } = message
  const at = timeOf(message) || null
  const steps = message.parts.flatMap((part) => partSteps(part, data, at))
  const { name } = fields(data.error)
  if (name !== 'MessageAbortedError') return steps
  return [...steps, { at, place, type: 'signal', signal: 'aborted', detail: 'the answer was stopped' }]
}

function partSteps({ data, place }: Stored, message: Fields, at: number | null): Step[] {
  const when = { at, place }
  if (data.type === 'text') return textSteps(data, message, when)
  if (data.type === 'compaction') return [{ ...when, type: 'compaction', text: '' }]
  if (data.type !== 'tool') return []
  const state = fields(data.state)
  const { start, end } = fields(state.time)
  return toolSteps(pathText(data.tool) ?? 'a tool', state, {
    at: instant(end) ?? instant(start) ?? at,
    place,
  })
}

function textSteps(data: Fields, message: Fields, when: When): Step[] {
  const said = bounded(text(data.text))
  // Texts that the program added: contents of files, reminders.
  if (said.trim() === '' || data.synthetic === true || data.ignored === true) return []
  if (message.role === 'user') return [{ ...when, type: 'user', text: said }]
  if (message.role !== 'assistant') return []
  if (message.summary === true) return [{ ...when, type: 'compaction', text: said }]
  return [{ ...when, type: 'assistant', text: said }]
}

const editTools = new Set(['edit', 'write', 'multiedit', 'apply_patch', 'patch'])
/** What a refused permission leaves as the call's error. */
const refusal = /user (?:has )?(?:rejected|dismissed|denied)|rejected permission/i

function toolSteps(name: string, state: Fields, when: When): Step[] {
  const { status } = state
  if (status !== 'completed' && status !== 'error') return []
  const input = fields(state.input)
  const error = blockText(state.error)
  const isError = status === 'error'
  if (isError && refusal.test(error)) {
    const path = pathText(input.filePath)
    // What was not run took nothing back.
    const signal = editTools.has(name) ? 'rejected' : 'aborted'
    return [
      { ...when, type: 'signal', signal, detail: `${name} was refused`, ...(path !== undefined && { path }) },
    ]
  }
  if (name === 'bash') return [commandStep(input, state, when)]
  const edits = editSteps(name, { input, metadata: fields(state.metadata), isError }, when)
  if (edits !== null) return edits
  const output = isError ? error : blockText(state.output)
  return [{ ...when, type: 'tool', name, input: jsonText(input), output, isError }]
}

function commandStep(input: Fields, state: Fields, when: When): Step {
  const metadata = fields(state.metadata)
  const output = blockText(state.output) || blockText(metadata.output) || blockText(state.error)
  const exit = integer(metadata.exit)
  const ending = exit !== null ? { exitCode: exit, evidence: 'field' as const } : statedExit(output)
  const cwd = pathText(input.workdir)
  return {
    ...when,
    type: 'command',
    command: bounded(text(input.command)),
    ...(cwd !== undefined && { cwd }),
    exitCode: ending?.exitCode ?? null,
    evidence: ending?.evidence ?? null,
    output,
  }
}

interface Call {
  input: Fields
  metadata: Fields
  isError: boolean
}

/** Null: the tool changes no files. */
function editSteps(name: string, call: Call, when: When): Step[] | null {
  const { input, metadata, isError } = call
  const edit = { ...when, type: 'edit' as const, applied: !isError }
  const path = pathText(input.filePath)
  if (name === 'apply_patch' || name === 'patch') return patchSteps(call, edit)
  if (name === 'multiedit') {
    const results = list(metadata.results).map(fields)
    return list(input.edits).flatMap((each, at): Step[] => {
      const one = fields(each)
      const own = pathText(one.filePath) ?? path
      return own === undefined ? [] : [{ ...edit, path: own, ...change(one, fields(results[at])) }]
    })
  }
  if (name === 'edit') return path === undefined ? [] : [{ ...edit, path, ...change(input, metadata) }]
  if (name !== 'write') return null
  if (path === undefined) return []
  const after = bounded(text(input.content))
  return [{ ...edit, path, ...(metadata.exists === false && { before: '' }), after }]
}

/** The program's own diff, else the texts that the model gave. */
function change(input: Fields, metadata: Fields): { diff: string } | { before: string; after: string } {
  const diff = hunksOf(text(metadata.diff))
  if (diff !== '') return { diff: bounded(diff) }
  return { before: bounded(text(input.oldString)), after: bounded(text(input.newString)) }
}

function patchSteps({ input, metadata }: Call, edit: When & { type: 'edit'; applied: boolean }): Step[] {
  const files = list(metadata.files).map(fields)
  const told = files.flatMap((file): Step[] => {
    const path = pathText(file.filePath) ?? pathText(file.relativePath)
    const diff = hunksOf(text(file.diff)) || changedLines(text(file.before), text(file.after))
    return path === undefined || diff === '' ? [] : [{ ...edit, path, diff: bounded(diff) }]
  })
  if (told.length > 0) return told
  return patchTexts(parsePatch(text(input.patchText))).map((one) => ({ ...edit, ...one }))
}

/** Without the header of files, which stands in several forms. */
function hunksOf(diff: string): string {
  const from = /^@@/m.exec(diff)?.index
  return from === undefined ? '' : diff.slice(from).trimEnd()
}
