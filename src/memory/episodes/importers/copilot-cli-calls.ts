/** Calls of tools in sessions of the Copilot CLI: a call and its result become steps. */

import { type EditText, parsePatch, patchTexts } from '../apply-patch.ts'
import { type Ending, statedExit } from '../exit.ts'
import { bounded, type Fields, filled, text } from '../fields.ts'
import type { Place, Step } from '../session.ts'
import { absolutePath, editOf, shown } from '../tool-calls.ts'

export interface Call {
  name: string
  input: Fields
  at: number | null
  place: Place
  cwd: string | null
  isSubagent: boolean
  /** Null: nothing came back. */
  result: Result | null
  /** The person said no. */
  denied: boolean
  /** From a later look at the shell that it left running. */
  later: { output: string; ending: Ending | null } | null
}

export interface Result {
  /** Null: the format does not say. */
  success: boolean | null
  output: string
  /** For people: the diff of an edit. */
  detail: string
}

export function newCall(
  made: Pick<Call, 'name' | 'input'>,
  when: Pick<Call, 'at' | 'place' | 'cwd' | 'isSubagent'>,
): Call {
  return { ...made, ...when, result: null, denied: false, later: null }
}

const shells = new Set(['bash', 'powershell', 'shell', 'local_shell', 'run_command'])
/** These look at a shell, or write to one, that an earlier call left running. */
const looks = /^(?:read|write|stop)_(?:bash|powershell|shell)$/
const editTools = new Set([
  'edit',
  'create',
  'str_replace_editor',
  'str_replace',
  'write',
  'write_file',
  'insert',
  'apply_patch',
])

export function isShell(name: string): boolean {
  return shells.has(name)
}

export function isLook(name: string): boolean {
  return looks.test(name)
}

const refusal =
  /\b(?:rejected|denied|declined|cancelled) by (?:the )?user\b|\b(?:the )?user (?:rejected|denied|declined)\b/i

export function callSteps(call: Call): Step[] {
  const steps = ownSteps(call)
  return call.isSubagent ? steps.map((step) => ({ ...step, subagent: true })) : steps
}

function ownSteps(call: Call): Step[] {
  const output = call.result?.output ?? ''
  const refused = call.denied || (call.result?.success === false && refusal.test(output.slice(0, 500)))
  if (editTools.has(call.name) && call.input.command !== 'view') return editSteps(call, refused)
  if (shells.has(call.name) && filled(call.input.command) !== undefined && !refused)
    return [commandStep(call)]
  if (isLook(call.name)) return []
  return [toolStep(call, refused)]
}

function toolStep(call: Call, refused: boolean): Step {
  const { at, place, name, result } = call
  const failed = result === null || result.success === null ? null : !result.success
  const isError = refused ? true : failed
  return { at, place, type: 'tool', name, input: shown(call.input), output: result?.output ?? '', isError }
}

/** Nothing of these tells how the command ended. */
const unfinished =
  /<(?:command|shell)[^>\n]*\b(?:started|running|stopped)\b|\bstill running\b|^Output too large to read at once|\btimed out\b/im

function commandStep(call: Call): Step {
  const { at, place, cwd, input, result, later } = call
  const ending = endingOf(call)
  const output = [result?.output ?? '', later?.output ?? ''].filter(Boolean).join('\n')
  return {
    at,
    place,
    type: 'command',
    command: bounded(text(input.command)),
    ...(cwd !== null && { cwd }),
    exitCode: ending?.exitCode ?? null,
    evidence: ending?.evidence ?? null,
    output: bounded(output.replace(/\n?<exited with exit code -?\d+>\s*$/, '')),
  }
}

/** The code that the text states goes before `success`, which some versions set whenever the shell itself worked. */
function endingOf({ input, result, later }: Call): Ending | null {
  if (later?.ending) return later.ending
  if (result === null) return null
  const stated = statedExit(result.output)
  if (stated !== null) return stated
  const detached = input.mode === 'async' || input.async === true || input.detach === true
  if (detached || result.success !== true || unfinished.test(result.output)) return null
  return { exitCode: 0, evidence: 'status' }
}

function editSteps(call: Call, refused: boolean): Step[] {
  const { at, place, cwd, name, result } = call
  const edits = editsOf(call)
  if (edits.length === 0) return [toolStep(call, refused)]
  const paths = edits.map(({ path }) => absolutePath(path, cwd))
  if (refused) {
    const detail = `the edit of ${paths.join(', ')} was refused`.slice(0, 1000)
    const [path] = paths
    const about = paths.length === 1 && path !== undefined ? { path } : {}
    return [{ at, place, type: 'signal', signal: 'rejected', detail, ...about }]
  }
  const hunks = edits.length === 1 && name !== 'apply_patch' ? hunksOf(result?.detail ?? '') : ''
  return edits.map((edit, index) => ({
    at,
    place,
    type: 'edit',
    ...(hunks === '' ? edit : { ...(edit.before === '' && { before: '' }), diff: hunks }),
    path: paths[index] ?? edit.path,
    applied: result?.success !== false,
  }))
}

function editsOf({ name, input }: Call): EditText[] {
  if (name === 'apply_patch')
    return patchTexts(parsePatch(text(input.input) || text(input.patch) || text(input.patchText)))
  const edit = editOf(input)
  if (edit === null) return []
  const isNew = name === 'create' || input.command === 'create'
  return [isNew ? { ...edit, before: '' } : edit]
}

/** A diff without the lines that name its files. */
function hunksOf(diff: string): string {
  const from = /^@@ /m.exec(diff)?.index
  return from === undefined ? '' : bounded(diff.slice(from).trimEnd())
}
