/** Steps from the events of OpenHands, old and new: calls are joined with what came of them. */

import { parsePatch, patchTexts } from '../apply-patch.ts'
import { changedLines } from '../changed-lines.ts'
import { bounded, type Fields, filled, jsonText, text } from '../fields.ts'
import type { Place, Step, StepOf } from '../session.ts'
import { pathText } from '../tame.ts'
import { editOf } from '../tool-calls.ts'

/** An event, free of the version that wrote it. */
export type Event =
  | { type: 'user' | 'assistant' | 'compaction'; text: string }
  | { type: 'call'; keys: string[]; does: Does; name: string; input: Fields; thought: string }
  | Result
  | { type: 'where'; folder: string | undefined; remote: string | null; branch: string | null }
  | { type: 'stopped'; detail: string }

/** `more`: input to a command that still runs, or waiting for it. */
export type Does = 'run' | 'more' | 'edit' | 'patch' | 'finish' | 'think' | 'other'

export interface Result {
  type: 'result'
  keys: string[]
  output: string
  /** Undefined: the result is of no command. Null: nobody knows how it ended. */
  exitCode?: number | null
  isError: boolean
  /** Whole texts of the file. */
  before?: string
  after?: string
  path?: string
  isNew?: boolean
  cwd?: string
  /** Why the person refused it. */
  refused?: string
}

export interface Seen {
  event: Event
  at: number | null
  place: Place
  subagent?: boolean
}

interface Waiting {
  call: Extract<Event, { type: 'call' }>
  seen: Seen
  step: Step | null
}

interface Reading {
  steps: Step[]
  waiting: Map<string, Waiting>
  /** The newest command that had not ended when its result came. */
  running: StepOf<'command'> | null
  folders: string[]
  /** Where the shell stood after its last command: it goes on from there. */
  cwd: string | null
  remote: string | null
  branch: string | null
}

export type Read = Pick<Reading, 'steps' | 'folders' | 'remote' | 'branch'>

export function stepsOfEvents(all: Iterable<Seen>): Read {
  const reading: Reading = {
    steps: [],
    waiting: new Map(),
    running: null,
    folders: [],
    cwd: null,
    remote: null,
    branch: null,
  }
  for (const seen of all) take(reading, seen)
  return reading
}

function base({ at, place, subagent }: Seen): { at: number | null; place: Place; subagent?: boolean } {
  return { at, place, ...(subagent === true && { subagent }) }
}

function take(reading: Reading, seen: Seen): void {
  const { event } = seen
  const { steps } = reading
  if (event.type === 'call') takeCall(reading, seen, event)
  else if (event.type === 'result') takeResult(reading, seen, event)
  else if (event.type === 'where') {
    if (event.folder !== undefined) addFolder(reading, event.folder)
    reading.remote ??= event.remote
    reading.branch ??= event.branch
  } else if (event.type === 'stopped')
    steps.push({ ...base(seen), type: 'signal', signal: 'aborted', detail: bounded(event.detail) })
  else if (event.type === 'compaction')
    steps.push({ ...base(seen), type: 'compaction', text: bounded(event.text) })
  else if (event.text.trim() !== '')
    steps.push({ ...base(seen), type: event.type, text: bounded(event.text.trim()) })
}

function addFolder({ folders }: Reading, folder: string): void {
  if (/^(?:[\\/]|[A-Za-z]:)/.test(folder) && !folders.includes(folder)) folders.push(folder)
}

/** Characters of a tool's name. */
const longestName = 200

function takeCall(reading: Reading, seen: Seen, call: Waiting['call']): void {
  const { steps } = reading
  const { input } = call
  const name = call.name.slice(0, longestName)
  const when = base(seen)
  if (call.thought.trim() !== '')
    steps.push({ ...when, type: 'assistant', text: bounded(call.thought.trim()) })
  const waiting: Waiting = { call, seen, step: null }
  if (call.does === 'run') {
    const command = bounded(text(input.command))
    const folder = reading.cwd === null ? {} : { cwd: reading.cwd }
    const ending = { exitCode: null, evidence: null, output: '' }
    waiting.step = { ...when, type: 'command', command, ...folder, ...ending }
  } else if (call.does === 'other') {
    const shown = jsonText(input)
    waiting.step = { ...when, type: 'tool', name, input: shown, output: '', isError: null }
  } else if (call.does === 'finish') {
    const said = text(input.message) || text(input.final_thought) || text(input.thought)
    const detail = bounded(said.trim() || 'the agent says that it is done')
    steps.push({ ...when, type: 'signal', signal: 'completed', detail })
  }
  if (waiting.step !== null) steps.push(waiting.step)
  for (const key of call.keys) if (key !== '') reading.waiting.set(key, waiting)
}

function takeResult(reading: Reading, seen: Seen, result: Result): void {
  if (result.cwd !== undefined) reading.cwd = result.cwd
  if (result.cwd !== undefined && reading.folders.length === 0) addFolder(reading, result.cwd)
  const key = result.keys.find((one) => reading.waiting.has(one))
  const waiting = key === undefined ? undefined : reading.waiting.get(key)
  if (waiting === undefined) return
  for (const one of waiting.call.keys) reading.waiting.delete(one)
  if (result.refused !== undefined) refuse(reading, waiting, { ...result, refused: result.refused })
  else if (waiting.call.does === 'more') settle(reading, result)
  else if (waiting.step?.type === 'command') endCommand(reading, waiting.step, result)
  else if (waiting.step?.type === 'tool')
    Object.assign(waiting.step, { output: bounded(result.output), isError: result.isError })
  else
    reading.steps.push(
      ...editSteps(waiting, result, base({ ...waiting.seen, at: waiting.seen.at ?? seen.at })),
    )
}

/** What the person refused did not run. */
function refuse(reading: Reading, { call, seen, step }: Waiting, result: Result & { refused: string }): void {
  reading.steps = reading.steps.filter((one) => one !== step)
  const edits = call.does === 'edit' || call.does === 'patch' ? editsOf(call, result) : []
  for (const edit of edits) reading.steps.push({ ...base(seen), type: 'edit', ...edit, applied: false })
  const words = text(call.input.command) || edits[0]?.path || call.name
  const detail = bounded(`${words}: ${result.refused}`)
  reading.steps.push({ ...base(seen), type: 'signal', signal: 'rejected', detail })
}

function endCommand(reading: Reading, step: StepOf<'command'>, { exitCode, output, isError }: Result): void {
  const code = exitCode ?? null
  Object.assign(step, { output: bounded(output), exitCode: code, evidence: code === null ? null : 'field' })
  if (code === null && !isError) reading.running = step
}

/** How a command ended that needed more time counts where it was started. */
function settle(reading: Reading, { exitCode, output }: Result): void {
  const step = reading.running
  if (step === null) return
  const code = exitCode ?? null
  const whole = bounded([step.output, output].filter(Boolean).join('\n'))
  Object.assign(step, { output: whole, exitCode: code, evidence: code === null ? null : 'field' })
  if (code !== null) reading.running = null
}

interface Edit {
  path: string
  before?: string
  after?: string
  diff?: string
}

function editSteps({ call }: Waiting, result: Result, when: ReturnType<typeof base>): Step[] {
  if (call.does !== 'edit' && call.does !== 'patch') return []
  const applied = !result.isError
  const isSame = applied && result.before !== undefined && result.before === result.after
  if (isSame && result.isNew !== true) return []
  return editsOf(call, result).map((edit) => ({ ...when, type: 'edit', ...edit, applied }))
}

/** The texts before and after where the result has them, else what the call asked for. */
function editsOf({ does, input }: Waiting['call'], { before, after, path, isNew }: Result): Edit[] {
  if (does === 'patch') return patchTexts(parsePatch(text(input.patch) || text(input.input)))
  const asked = editOf(input)
  const named = pathText(path) ?? pathText(asked?.path)
  if (named === undefined) return []
  if (after === undefined) return [asked === null ? { path: named } : { ...asked, path: named }]
  if (isNew === true || !filled(before)) return [{ path: named, before: '', after: bounded(after) }]
  return [{ path: named, diff: changedLines(before ?? '', after) }]
}
