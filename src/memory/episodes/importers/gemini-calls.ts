/** Calls of tools in sessions of Gemini CLI and its heirs: a call with its result becomes steps. */

import type { Ending } from '../exit.ts'
import { bounded, type Fields, fields, filled, list, text } from '../fields.ts'
import type { Place, Step } from '../session.ts'
import { absolutePath, editOf, nameOf, shown } from '../tool-calls.ts'

export interface GeminiCall {
  name: string
  args: Fields
  /** `success`, `error`, `cancelled`, or where it stood when the session ended. */
  status: string
  output: string
  /** For people: a text, or the diff of an edit. */
  display: unknown
  at: number | null
  place: Place
}

/** Texts of parts, of which the results of tools are a kind. */
export function partsText(value: unknown): string {
  if (typeof value === 'string') return bounded(value)
  const parts = Array.isArray(value) ? value : [value]
  return bounded(parts.map(partText).filter(Boolean).join('\n'))
}

function partText(part: unknown): string {
  if (typeof part === 'string') return part
  const { text: own, thought, functionResponse } = fields(part)
  if (thought === true) return ''
  const { output, error, content } = fields(fields(functionResponse).response)
  const inner = list(content).map((one) => text(fields(one).text))
  return [text(own), text(output), text(error), ...inner].filter(Boolean).join('\n')
}

const shells = new Set(['run_shell_command', 'shell', 'Shell'])
const editTools = new Set(['replace', 'edit', 'write_file', 'smart_edit', 'notebook_edit'])

export function callSteps(call: GeminiCall): Step[] {
  if (editTools.has(call.name)) return editSteps(call)
  if (shells.has(call.name) && filled(call.args.command) !== undefined && !isRefused(call))
    return [commandStep(call)]
  return [toolStep(call)]
}

function toolStep({ name, args, status, output, at, place }: GeminiCall): Step {
  const isError = status === 'success' ? false : status === 'error' || status === 'cancelled' ? true : null
  return { at, place, type: 'tool', name: nameOf(name), input: shown(args), output, isError }
}

/** A call that was cancelled before it began; a command that ran may be cancelled, too. */
function isRefused({ status, output }: GeminiCall): boolean {
  return (
    status === 'cancelled' && !/was (?:automatically )?cancelled|^(?:Output|Stdout|Command): /m.test(output)
  )
}

function commandStep(call: GeminiCall): Step {
  const { at, place, args, output } = call
  const folder = filled(args.directory) ?? filled(args.dir_path) ?? filled(args.dir)
  const ending = endingOf(call)
  return {
    at,
    place,
    type: 'command',
    command: bounded(text(args.command)),
    ...(folder !== undefined && { cwd: folder.slice(0, 4096) }),
    exitCode: ending?.exitCode ?? null,
    evidence: ending?.evidence ?? null,
    output: printed(output),
  }
}

/** The program writes these lines below what the command printed. */
const below = /^(?:Error|Exit Code|Signal|Background PIDs|Process Group PGID): .*$/
const lastLines = 12
const cut =
  /^(?:Output: )?(?:Output too large|\.\.\. \[|.*\btool output (?:was )?truncated|.*\[\d+ (?:characters|lines) (?:truncated|omitted)\])|tool_output_masked|moved to background/im

/** The code stands below the output; newer versions leave it out where it is 0. */
function endingOf({ status, output, args }: GeminiCall): Ending | null {
  const tail = output.trimEnd().split('\n').slice(-lastLines)
  const stated = tail.flatMap((line) => /^Exit Code: (-?\d+|\(none\))\s*$/.exec(line)?.[1] ?? []).at(-1)
  if (stated !== undefined) return stated === '(none)' ? null : { exitCode: Number(stated), evidence: 'text' }
  const strange = tail.some((line) => /^(?:Error|Signal): (?!\(none\))/.test(line))
  if (strange || cut.test(output) || args.is_background === true) return null
  // Without the frame a summary took the place of the output: nothing is left of its end.
  const isFramed = /^(?:Output|Stdout|Command): /m.test(output)
  return status === 'success' && isFramed ? { exitCode: 0, evidence: 'status' } : null
}

function printed(output: string): string {
  const lines = output.split('\n')
  const end = lines.findLastIndex((line) => line.trim() !== '' && !below.test(line))
  return lines
    .slice(0, end + 1)
    .filter((line, at) => at > 1 || !/^(?:Command|Directory): /.test(line))
    .map((line) => line.replace(/^(?:Output|Stdout|Stderr): /, ''))
    .join('\n')
}

function editSteps(call: GeminiCall): Step[] {
  const { at, place, args, status } = call
  const edit = editOf(args)
  if (edit === null) return [toolStep(call)]
  const display = fields(call.display)
  const path = absolutePath(edit.path, null)
  if (status === 'cancelled')
    return [
      { at, place, type: 'signal', signal: 'rejected', detail: `the edit of ${path} was refused`, path },
    ]
  const diff = hunksOf(text(display.fileDiff))
  const isNew = display.originalContent === '' || display.isNewFile === true
  const step: Step = {
    at,
    place,
    type: 'edit',
    path,
    applied: status !== 'error' && status !== 'awaiting_approval' && status !== 'scheduled',
    ...(isNew && { before: '' }),
    ...(diff !== '' && { diff }),
    ...(diff === '' && edit.before !== undefined && { before: edit.before }),
    ...(diff === '' && edit.after !== undefined && { after: edit.after }),
  }
  if (args.modified_by_user !== true) return [step]
  const detail = `the person changed the edit of ${path}`
  return [step, { at, place, type: 'signal', signal: 'modified', detail, path }]
}

/** A diff without the lines that name its file. */
function hunksOf(diff: string): string {
  const from = /^@@ /m.exec(diff)?.index
  return from === undefined ? '' : bounded(diff.slice(from).trimEnd())
}
