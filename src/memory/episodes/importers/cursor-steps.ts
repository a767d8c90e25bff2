/** Messages of Cursor ("bubbles") as steps (session-formats, section 13). */

import { parsePatch, patchTexts } from '../apply-patch.ts'
import { changedLines } from '../changed-lines.ts'
import { statedExit } from '../exit.ts'
import { bounded, type Fields, fields, instant, integer, json, jsonText, list, text } from '../fields.ts'
import type { Place, Step } from '../session.ts'
import { pathText } from '../tame.ts'

/** Looks up a text that the program keeps apart, by its id; null where it is gone. */
export type Contents = (id: string) => string | null

interface When {
  at: number | null
  place: Place
}

export function bubbleSteps(bubble: Fields, place: Place, contents: Contents): Step[] {
  const when = { at: timeOf(bubble), place }
  const call = bubble.toolFormerData
  const said = bounded(text(bubble.text))
  const steps: Step[] = []
  if (said.trim() !== '' && bubble.type === 1) steps.push({ ...when, type: 'user', text: said })
  if (said.trim() !== '' && bubble.type === 2) steps.push({ ...when, type: 'assistant', text: said })
  if (Object.keys(fields(call)).length > 0) steps.push(...callSteps(callOf(fields(call)), when, contents))
  return steps
}

/** Older times are relative to the start of the program. */
const firstTime = Date.UTC(2020, 0, 1)

export function timeOf(bubble: Fields): number | null {
  const { clientRpcSendTime, clientEndTime } = fields(bubble.timingInfo)
  const times = [bubble.createdAt, clientRpcSendTime, clientEndTime].map(instant)
  return times.find((time) => time !== null && time > firstTime && time < 8.64e15) ?? null
}

interface Call {
  name: string
  /** What the program made of the arguments, before those that the model wrote. */
  input: Fields
  raw: string
  result: Fields
  output: string
  status: string
  decision: string
  additional: Fields
}

function callOf(data: Fields): Call {
  const additional = fields(data.additionalData)
  const result = json(data.result)
  return {
    name: pathText(data.name) ?? 'a tool',
    input: { ...json(data.rawArgs), ...json(data.params) },
    raw: text(data.rawArgs),
    result,
    output: bounded(
      text(result.output) || text(result.contents) || text(data.result) || jsonText(data.result),
    ),
    status: text(data.status),
    decision:
      result.rejected === true ? 'rejected' : text(data.userDecision) || text(additional.userDecision),
    additional,
  }
}

function callSteps(call: Call, when: When, contents: Contents): Step[] {
  const { name, status, decision } = call
  const isEdit = editTools.test(name)
  const path = pathOf(call)
  if (decision === 'rejected') {
    const detail = `${name} was refused`
    // What was not run took nothing back.
    if (!isEdit) return [{ ...when, type: 'signal', signal: 'aborted', detail }]
    const refused: Step = { ...when, type: 'signal', signal: 'rejected', detail, ...(path && { path }) }
    return [...editSteps(call, when, contents), refused]
  }
  if (status === 'cancelled')
    return [{ ...when, type: 'signal', signal: 'aborted', detail: `${name} was cancelled` }]
  if (status !== 'completed' && status !== 'error') return []
  if (commandTools.test(name)) return [commandStep(call, when)]
  if (!isEdit) {
    const isError = status === 'error'
    return [{ ...when, type: 'tool', name, input: jsonText(call.input), output: call.output, isError }]
  }
  const edits = editSteps(call, when, contents)
  if (decision !== 'accepted' || edits.length === 0) return edits
  return [
    ...edits,
    { ...when, type: 'signal', signal: 'accepted', detail: `the edit by ${name}`, ...(path && { path }) },
  ]
}

const commandTools = /^run_terminal_c(?:md|ommand)(?:_v\d+)?$/
const editTools =
  /^(?:edit_file|search_replace|write|write_file|create_file|multi_edit|multiedit|apply_patch|delete_file|edit_notebook|reapply)(?:_v\d+)?$/i

/**
 * The newer field always stands; the older one only where the code is not 0, as protobuf leaves zeros out. So an
 * end without a code is a 0, if the program says that the command came to its end in the foreground.
 */
function commandStep({ input, result, output, status }: Call, when: When): Step {
  const field = integer(result.exitCodeV2) ?? integer(result.exitCode)
  const isBackground = [input.is_background, input.isBackground, result.isRunningInBackground].includes(true)
  const reason = text(result.endedReason)
  const isEnded = result.notInterrupted === true && (reason === '' || reason.endsWith('EXECUTION_COMPLETED'))
  const ending =
    field !== null
      ? { exitCode: field, evidence: 'field' as const }
      : (statedExit(output) ??
        (isEnded && !isBackground && status === 'completed'
          ? { exitCode: 0, evidence: 'status' as const }
          : null))
  const cwd = pathText(input.cwd)
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

function pathOf({ input }: Call): string | undefined {
  const names = ['relativeWorkspacePath', 'targetFile', 'target_file', 'file_path', 'filePath', 'path']
  return names.map((name) => pathText(input[name])).find((path) => path !== undefined)
}

function editSteps(call: Call, when: When, contents: Contents): Step[] {
  const { name, input, result, raw, additional } = call
  const applied =
    call.status === 'completed' &&
    call.decision !== 'rejected' &&
    result.isApplied !== false &&
    additional.status !== 'error'
  const edit = { ...when, type: 'edit' as const, applied }
  if (name.startsWith('apply_patch')) {
    const patch = text(input.patch) || text(input.input) || raw
    const edits = patchTexts(parsePatch(patch))
    if (edits.length > 0) return edits.map((one) => ({ ...edit, ...one }))
  }
  const path = pathOf(call)
  if (path === undefined) return []
  if (name.startsWith('delete_file')) return [{ ...edit, path, after: '' }]
  return [{ ...edit, path, ...changeOf(call, contents) }]
}

/** The whole file before and after, the program's own diff, or what the model wrote: the best of what is there. */
function changeOf(
  { input, result }: Call,
  contents: Contents,
): { before?: string; after?: string; diff?: string } {
  const after = contents(text(result.afterContentId))
  // The program keeps no text for a file that was not there before.
  const before = contents(text(result.beforeContentId)) ?? (result.fileWasCreated === true ? '' : null)
  if (after !== null && before === '') return { before, after: bounded(after) }
  if (after !== null && before !== null) {
    const diff = changedLines(before, after)
    if (diff !== '') return { diff }
  }
  const chunks = list(fields(result.diff).chunks).map(chunkText).filter(Boolean)
  if (chunks.length > 0) return { diff: bounded(chunks.join('\n')) }
  const edits = list(input.edits).map((each) => oldAndNew(fields(each)))
  if (edits.length > 0) return joined(edits)
  return oldAndNew(input)
}

function chunkText(chunk: unknown): string {
  const { diffString, oldStart, oldLines, newStart, newLines } = fields(chunk)
  const lines = text(diffString)
  if (lines === '' || lines.startsWith('@@')) return lines
  const numbers = [oldStart, oldLines, newStart, newLines].map(integer)
  const [from, removed, to, added] = numbers
  return numbers.includes(null) ? `@@\n${lines}` : `@@ -${from},${removed} +${to},${added} @@\n${lines}`
}

const newTexts = ['new_string', 'newString', 'contents', 'content', 'code_edit', 'streamingContent']

function oldAndNew(input: Fields): { before?: string; after?: string } {
  const before = [input.old_string, input.oldString].find((value) => typeof value === 'string')
  const after = newTexts.map((name) => input[name]).find((value) => typeof value === 'string')
  return {
    ...(before !== undefined && { before: bounded(text(before)) }),
    ...(after !== undefined && { after: bounded(text(after)) }),
  }
}

function joined(edits: readonly { before?: string; after?: string }[]): { before: string; after: string } {
  return {
    before: bounded(edits.map(({ before }) => before ?? '').join('\n')),
    after: bounded(edits.map(({ after }) => after ?? '').join('\n')),
  }
}
