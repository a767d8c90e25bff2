/** One request of a Copilot Chat session with all that came of it, as steps in the order in which the person saw them. */

import { changedLines } from '../changed-lines.ts'
import { editTexts, withTextEdits } from '../edit-forms.ts'
import { statedExit } from '../exit.ts'
import { blockText, bounded, type Fields, fields, filled, integer, list, text } from '../fields.ts'
import type { Place, Step } from '../session.ts'
import { pathText, time } from '../tame.ts'
import { uriPath } from '../vscode-folders.ts'
import {
  commandOf,
  type ModelCall,
  modelCalls,
  nameOfTool,
  partCall,
  resultText,
  type TestCounts,
  testCounts,
  toolEdits,
} from './copilot-tools.ts'

export interface RequestContext {
  /** Where a part of the request stands. */
  placeOf(part: unknown): Place
  /** Texts of files before this request, by path, where the editor kept them. */
  texts: ReadonlyMap<string, string>
}

interface Telling extends Omit<RequestContext, 'texts'> {
  at: number | null
  place: Place
  steps: Step[]
  calls: readonly ModelCall[]
  /** Position of the next call that no part told about. */
  next: number
  /** Texts of files as the edits leave them. */
  texts: Map<string, string>
  /** Files that the response shows edits of. */
  shown: ReadonlySet<string>
  /** Shown edits that a tool's own words already told, by path. */
  told: Map<string, number>
  /** Pieces of the answer that wait to be put together. */
  words: string[]
}

export function requestSteps(request: Fields, context: RequestContext): Step[] {
  const place = context.placeOf(request)
  const at = time(request.timestamp)
  const parts = list(request.response)
  const telling: Telling = {
    placeOf: context.placeOf,
    at,
    place,
    steps: [],
    calls: modelCalls(fields(fields(request.result).metadata)),
    next: 0,
    texts: new Map(context.texts),
    shown: new Set(
      parts.flatMap((part) => (isEditGroup(fields(part)) ? (uriPath(fields(part).uri) ?? []) : [])),
    ),
    told: new Map(),
    words: [],
  }
  telling.steps.push(...fileEvents(request, { at, place }))
  const asked = messageText(request.message)
  if (asked !== '') telling.steps.push({ at, place, type: 'user', text: asked })
  for (const part of parts) takePart(telling, fields(part))
  sayWords(telling)
  flushCalls(telling, telling.calls.length)
  telling.steps.push(...summaries(request, { at, place }), ...outcomes(request, { at, place }))
  return telling.steps
}

function messageText(message: unknown): string {
  if (typeof message === 'string') return bounded(message.trim())
  const { text: whole, parts } = fields(message)
  const joined =
    text(whole) ||
    list(parts)
      .map((part) => text(fields(part).text))
      .join('')
  return bounded(joined.trim())
}

type When = Pick<Step, 'at' | 'place'>

/** What the person did with edits of earlier requests before this one. */
function fileEvents(request: Fields, when: When): Step[] {
  return list(request.editedFileEvents).flatMap((event): Step[] => {
    const { uri, eventKind } = fields(event)
    const path = uriPath(uri)
    const [signal, did] = fileEventKinds[integer(eventKind) ?? 0] ?? []
    if (path === undefined || signal === undefined) return []
    return [{ ...when, type: 'signal', signal, detail: `the person ${did} the edits of ${path}`, path }]
  })
}

const fileEventKinds: Readonly<Record<number, readonly ['accepted' | 'undone' | 'modified', string]>> = {
  1: ['accepted', 'kept'],
  2: ['undone', 'undid'],
  3: ['modified', 'changed'],
}

/** Summaries that took the place of earlier turns in the model's view. */
function summaries(request: Fields, when: When): Step[] {
  const metadata = fields(fields(request.result).metadata)
  const whole = filled(fields(metadata.summary).text) ?? filled(metadata.summary)
  const rounds = list(metadata.toolCallRounds).flatMap((round) => filled(fields(round).summary) ?? [])
  const found = rounds.length > 0 ? rounds : whole === undefined ? [] : [whole]
  return found.map((summary) => ({ ...when, type: 'compaction', text: bounded(summary) }))
}

const [cancelled, failed] = [2, 3]

function outcomes(request: Fields, when: When): Step[] {
  const steps: Step[] = []
  const state = integer(fields(request.modelState).value)
  const error = filled(fields(fields(request.result).errorDetails).message)
  if (state === cancelled || request.isCanceled === true)
    steps.push({ ...when, type: 'signal', signal: 'aborted', detail: 'the person stopped the request' })
  else if (state === failed || error !== undefined)
    steps.push({
      ...when,
      type: 'signal',
      signal: 'aborted',
      detail: (error ?? 'the request failed').slice(0, 1_000),
    })
  const because = filled(request.voteDownReason)
  if (request.vote === 1)
    steps.push({ ...when, type: 'signal', signal: 'accepted', detail: 'the person voted for the answer' })
  if (request.vote === 0) {
    const detail = `the person voted against the answer${because === undefined ? '' : `: ${because.slice(0, 500)}`}`
    steps.push({ ...when, type: 'signal', signal: 'rejected', detail })
  }
  return steps
}

function isEditGroup({ kind }: Fields): boolean {
  return kind === 'textEditGroup' || kind === 'notebookEditGroup'
}

function takePart(telling: Telling, part: Fields): void {
  const { kind } = part
  if (kind === undefined || kind === 'markdownContent') {
    telling.words.push(text(part.value) || text(fields(part.content).value))
    return
  }
  if (kind === 'inlineReference') {
    telling.words.push(filled(part.name) ?? uriPath(part.inlineReference)?.split('/').at(-1) ?? '')
    return
  }
  if (
    kind !== 'toolInvocationSerialized' &&
    kind !== 'pullRequest' &&
    kind !== 'workspaceEdit' &&
    !isEditGroup(part)
  )
    return
  sayWords(telling)
  if (isEditGroup(part)) takeEditGroup(telling, part)
  else if (kind === 'pullRequest') takePullRequest(telling, part)
  else if (kind === 'workspaceEdit') takeWorkspaceEdit(telling, part)
  else takeTool(telling, part)
}

/** The answer comes in small pieces; code fences stand round edits and hold nothing. */
function sayWords(telling: Telling): void {
  const said = telling.words
    .join('')
    .replace(/\n```\w*\n{1,3}```\n|^[ \t]*```[ \t]*$/gm, '\n')
    .trim()
  telling.words = []
  if (said !== '')
    telling.steps.push({ at: telling.at, place: telling.place, type: 'assistant', text: bounded(said) })
}

function takePullRequest(telling: Telling, part: Fields): void {
  const detail = (
    filled(part.uri) ??
    filled(fields(part.uri).external) ??
    filled(part.title) ??
    'a pull request'
  ).slice(0, 1_000)
  telling.steps.push({
    at: telling.at,
    place: telling.placeOf(part),
    type: 'signal',
    signal: 'pull-request',
    detail,
  })
}

/** Files that were made, removed or renamed. */
function takeWorkspaceEdit(telling: Telling, part: Fields): void {
  const when = { at: telling.at, place: telling.placeOf(part) }
  for (const edit of list(part.edits)) {
    const from = uriPath(fields(edit).oldResource)
    const to = uriPath(fields(edit).newResource)
    if (from !== undefined)
      telling.steps.push({ ...when, type: 'edit', path: from, after: '', applied: true })
    if (to !== undefined) telling.steps.push({ ...when, type: 'edit', path: to, before: '', applied: true })
  }
}

function takeEditGroup(telling: Telling, part: Fields): void {
  const path = uriPath(part.uri)
  const batches = list(part.edits)
    .map(list)
    .filter((batch) => batch.length > 0)
  if (path === undefined || batches.length === 0) return
  const before = telling.texts.get(path)
  let after: string | null = before ?? null
  for (const batch of batches) after = after === null ? null : withTextEdits(after, batch)
  if (after === null) telling.texts.delete(path)
  else telling.texts.set(path, after)
  const told = telling.told.get(path) ?? 0
  telling.told.set(path, told - 1)
  if (told > 0) return
  const when = { at: telling.at, place: telling.placeOf(part) }
  if (before !== undefined && after !== null) {
    const diff = changedLines(before, after)
    if (diff !== '') telling.steps.push({ ...when, type: 'edit', path, diff, applied: true })
  } else telling.steps.push({ ...when, type: 'edit', path, after: editTexts(batches.flat()), applied: true })
}

/** What the person allowed, by VS Code's numbers: 0 is no, 5 is to go on without it. */
const [refused, passedOver] = [0, 5]

function takeTool(telling: Telling, part: Fields): void {
  const found = partCall(part, telling.calls, telling.next)
  if (found !== null) {
    flushCalls(telling, found.at)
    telling.next = Math.max(telling.next, found.at + 1)
  }
  const confirmed = integer(fields(part.isConfirmed).type)
  tellTool(telling, {
    part,
    call: found?.call ?? null,
    name: found?.call.name ?? nameOfTool(text(part.toolId)),
    isRefused: part.isConfirmed === false || confirmed === refused || confirmed === passedOver,
  })
}

/** Calls that the response shows no part of: in their place before the next one that it shows. */
function flushCalls(telling: Telling, to: number): void {
  for (; telling.next < to; telling.next++) {
    const call = telling.calls[telling.next]
    if (call !== undefined) tellTool(telling, { part: {}, call, name: call.name, isRefused: false })
  }
}

interface Told {
  part: Fields
  call: ModelCall | null
  name: string
  isRefused: boolean
}

function tellTool(telling: Telling, told: Told): void {
  const { part, call, name, isRefused } = told
  const place = Object.keys(part).length === 0 ? telling.place : telling.placeOf(part)
  const isSide = filled(part.subAgentInvocationId) !== undefined
  const when = { at: telling.at, place, ...(isSide && { subagent: true }) }
  const edits = toolEdits(name, call?.args ?? {})
  if (edits.length > 0) {
    telling.steps.push(...editSteps(telling, { ...told, edits }, when))
    return
  }
  const data = fields(part.toolSpecificData)
  const command = commandOf(name, call?.args ?? {}, data)
  const output = outputOf(part, call)
  if (command !== null && !isRefused) {
    telling.steps.push(...commandSteps({ command, output, data, name }, when))
    return
  }
  const input =
    command ?? JSON.stringify(call?.args ?? data.rawInput ?? fields(part.resultDetails).input ?? {})
  const shown = output || labelText(part.pastTenseMessage) || labelText(part.invocationMessage)
  const isError = isRefused || fields(part.resultDetails).isError === true
  telling.steps.push({
    ...when,
    type: 'tool',
    name: name.slice(0, 200),
    input: bounded(input),
    output: isRefused ? 'The person refused it.' : bounded(shown),
    isError,
  })
}

function labelText(value: unknown): string {
  return text(value) || text(fields(value).value)
}

function outputOf(part: Fields, call: ModelCall | null): string {
  const { terminalCommandOutput } = fields(part.toolSpecificData)
  const shown = text(fields(terminalCommandOutput).text)
  const own = call === null ? '' : call.result
  const details = blockText(fields(part.resultDetails).output)
  return bounded((shown || own || details).replace(/\r\n/g, '\n'))
}

const failure =
  /^\s*(?:ERROR|Error|Failed|Unable|Could not|No match)|could not find matching|Failed to (?:edit|apply)|did not match|Invalid patch|ERROR while calling tool/i

function editSteps(
  telling: Telling,
  { part, call, isRefused, name, edits }: Told & { edits: ReturnType<typeof toolEdits> },
  when: When,
): Step[] {
  const result = call?.result || resultText(fields(part.resultDetails).output)
  const isFailed = fields(part.resultDetails).isError === true || part.isComplete === false
  const isWrong = failure.test(result) && !/successfully edited/i.test(result)
  const applied = !isRefused && !isFailed && !isWrong
  return edits.flatMap((edit): Step[] => {
    // Its words leave out what stays: the edits that the editor shows are exact.
    const isShown = telling.shown.has(edit.path)
    if (applied && isShown && name.startsWith('insert_edit')) return []
    const told = telling.told.get(edit.path) ?? 0
    if (applied && isShown) telling.told.set(edit.path, told + 1)
    // A call without a part of its own, whose edit the editor has shown already.
    if (applied && told < 0 && Object.keys(part).length === 0) return []
    const step: Step = { ...when, type: 'edit', ...edit, applied }
    if (!isRefused) return [step]
    const detail = `the edit of ${edit.path} was refused`
    return [step, { ...when, type: 'signal', signal: 'rejected', detail, path: edit.path }]
  })
}

interface Ran {
  command: string
  output: string
  data: Fields
  name: string
}

function commandSteps({ command, output, data, name }: Ran, when: When): Step[] {
  const cwd = uriPath(data.cwd) ?? pathText(data.cwd)
  const ending = endingOf(name, output, data)
  const step: Step = {
    ...when,
    type: 'command',
    command: bounded(command),
    ...(cwd !== undefined && { cwd }),
    exitCode: ending?.exitCode ?? null,
    evidence: ending?.evidence ?? null,
    output,
  }
  const edited = filled(fields(data.commandLine).userEdited)
  const original = text(fields(data.commandLine).original)
  if (edited === undefined || edited.trim() === original.trim()) return [step]
  const detail = `the person changed the command to ${edited.slice(0, 500)}`
  return [step, { ...when, type: 'signal', signal: 'modified', detail }]
}

function endingOf(name: string, output: string, data: Fields) {
  const code = integer(fields(data.terminalCommandState).exitCode)
  if (code !== null) return { exitCode: code, evidence: 'field' as const }
  const counts = name.startsWith('run_test') ? testCounts(output) : null
  if (counts !== null) return testEnding(counts)
  return statedExit(output)
}

/** A run of no test proves nothing. */
function testEnding({ passed, failed: broken }: TestCounts) {
  if (passed + broken === 0) return null
  return { exitCode: broken > 0 ? 1 : 0, evidence: 'summary' as const }
}
