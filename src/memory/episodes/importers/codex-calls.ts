/** Calls of tools in Codex sessions: a call and what is told of its end become steps. */

import { type EditText, parsePatch, patchInShell, patchInWords, patchTexts } from '../apply-patch.ts'
import { type Ending, statedExit } from '../exit.ts'
import { bounded, type Fields, fields, filled, integer, json, list, text } from '../fields.ts'
import type { Place, Step } from '../session.ts'
import { absolutePath, flatText, shellLine, shown } from '../tool-calls.ts'

export interface Call {
  name: string
  input: Fields
  at: number | null
  place: Place
  /** Folder of the turn that it was made in. */
  cwd: string | null
  /** Null: nothing came back, the session ends before. */
  output: string | null
  /** From the first word about its end that is a field, else from the text. */
  ending: Ending | null
  /** Its edits as they were done, where the program says so. */
  patched: Patched | null
  /** Commands of a script that have steps of their own. */
  nested: number
}

export interface Patched {
  edits: EditText[]
  applied: boolean
  declined: boolean
}

export interface Output {
  text: string
  ending: Ending | null
  /** Id of the terminal in which the command still runs. */
  running: string | null
}

const frame =
  /^(?:Chunk ID|Wall time|Process exited with code|Process running with session ID|Exit code|Original token count|Total output lines|Command|Warning|Script (?:completed|failed|running))\b/
const longestFrame = 12

/** Three forms over time: JSON with metadata, a frame that begins with the exit code, a frame of the terminal. */
export function outputOf(value: unknown): Output {
  const raw = typeof value === 'string' ? value : flatText(value)
  const wrapped = /^\s*\{\s*"output"/.test(raw) ? json(raw) : {}
  if (typeof wrapped.output === 'string') {
    const exitCode = integer(fields(wrapped.metadata).exit_code)
    const ending: Ending | null = exitCode === null ? null : { exitCode, evidence: 'field' }
    return { text: bounded(wrapped.output), ending, running: null }
  }
  const { head, rest } = framed(raw)
  if (head === null) return { text: bounded(raw), ending: statedExit(raw), running: null }
  const code = /^(?:Exit code|Process exited with code):?[ \t]+(-?\d+)/m.exec(head)?.[1]
  const ending: Ending | null = code === undefined ? null : { exitCode: Number(code), evidence: 'text' }
  const running = /^Process running with session ID[ \t]+(\S+)/m.exec(head)?.[1] ?? null
  return { text: bounded(rest), ending, running }
}

/** What the program wrote above the output, and the output. */
function framed(raw: string): { head: string | null; rest: string } {
  let at = 0
  for (let line = 0; line < longestFrame && at < raw.length; line++) {
    const end = raw.indexOf('\n', at)
    const own = raw.slice(at, end < 0 ? undefined : end).trimEnd()
    const next = end < 0 ? raw.length : end + 1
    if (own === 'Output:') return { head: raw.slice(0, at), rest: raw.slice(next) }
    if (!frame.test(own)) break
    at = next
  }
  // A frame without an output: the command printed nothing.
  return at >= raw.length && at > 0 ? { head: raw, rest: '' } : { head: null, rest: raw }
}

/** The changes of `patch_apply_end`, in the old form (`{ add: {...} }`) and the new one (`{ type: "add" }`). */
export function patchedOf({ changes, success, status }: Fields): Patched {
  const edits = Object.entries(fields(changes)).flatMap(([path, change]) => changeTexts(path, fields(change)))
  const word = text(status)
  const applied = typeof success === 'boolean' ? success : word !== 'failed' && word !== 'declined'
  return { edits, applied, declined: word === 'declined' }
}

function changeTexts(path: string, change: Fields): EditText[] {
  const type = filled(change.type) ?? Object.keys(change)[0] ?? ''
  const own = filled(change.type) === undefined ? fields(change[type]) : change
  if (path === '') return []
  if (type === 'add') return [{ path, before: '', after: bounded(text(own.content)) }]
  if (type === 'delete') return [{ path, before: bounded(text(own.content)), after: '' }]
  const diff = bounded(text(own.unified_diff))
  const move = filled(own.move_path)
  if (move === undefined || move === path) return [{ path, ...(diff !== '' && { diff }) }]
  return [
    { path, after: '' },
    { path: move, ...(diff !== '' && { diff }) },
  ]
}

const shells = new Set([
  'shell',
  'container.exec',
  'shell_command',
  'exec_command',
  'local_shell',
  'unified_exec',
])

export function isShell(name: string): boolean {
  return shells.has(name)
}

const refusal = /\brejected by (?:the )?user\b|\buser (?:denied|rejected|declined)\b/i

export function callSteps(call: Call): Step[] {
  if (isShell(call.name)) return shellSteps(call)
  if (call.name === 'apply_patch')
    return editSteps(call, call.patched?.edits ?? ownEdits(call), call.output ?? '')
  if (call.name === 'exec') return scriptSteps(call)
  return [toolStep(call, null)]
}

function toolStep(call: Call, isError: boolean | null): Step {
  const input = shown(call.input.input ?? call.input)
  return { ...when(call), type: 'tool', name: call.name, input, output: call.output ?? '', isError }
}

function when({ at, place }: Call): { at: number | null; place: Place } {
  return { at, place }
}

function folderOf({ input, cwd }: Call): string | null {
  const own = filled(input.workdir) ?? filled(input.working_directory) ?? filled(input.cwd)
  return own === undefined ? cwd : absolutePath(own, cwd)
}

function shellSteps(call: Call): Step[] {
  const command = call.input.command ?? call.input.cmd
  const line = shellLine(command)
  if (line === '') return [toolStep(call, null)]
  const output = call.output ?? ''
  const shell = patchInWords(list(command).map(text)) ?? patchInShell(line)
  if (shell !== null) {
    const folder = shell.folder === null ? folderOf(call) : absolutePath(shell.folder, folderOf(call))
    const edits = call.patched?.edits ?? patchTexts(parsePatch(shell.patch))
    const steps = editSteps({ ...call, cwd: folder, input: {} }, edits, output, shell.rest !== '')
    return shell.rest === '' ? steps : [...steps, commandStep(call, shell.rest)]
  }
  // A refused command is no word about the edits before it.
  if (call.ending === null && refusal.test(output.slice(0, 300))) return [toolStep(call, true)]
  return [commandStep(call, line)]
}

function commandStep(call: Call, line: string): Step {
  const folder = folderOf(call)
  return {
    ...when(call),
    type: 'command',
    command: bounded(line),
    ...(folder !== null && { cwd: folder }),
    exitCode: call.ending?.exitCode ?? null,
    evidence: call.ending?.evidence ?? null,
    output: call.output ?? '',
  }
}

function ownEdits({ input }: Call): EditText[] {
  return patchTexts(parsePatch(text(input.input) || text(input.patch)))
}

/** `hasMore`: the exit code is that of another command which ran after the patch. */
function editSteps(call: Call, edits: readonly EditText[], output: string, hasMore = false): Step[] {
  if (call.patched?.declined === true || refusal.test(output.slice(0, 300))) {
    const [one] = edits
    const detail = `the edit of ${edits.map(({ path }) => path).join(', ') || 'a file'} was refused`
    const path = edits.length === 1 && one !== undefined ? absolutePath(one.path, folderOf(call)) : undefined
    return [
      {
        ...when(call),
        type: 'signal',
        signal: 'rejected',
        detail: detail.slice(0, 1000),
        ...(path !== undefined && { path }),
      },
    ]
  }
  const applied = call.patched?.applied ?? isApplied(call, output, hasMore)
  return edits.map((edit) => ({
    ...when(call),
    type: 'edit',
    ...edit,
    path: absolutePath(edit.path, folderOf(call)),
    applied,
  }))
}

/** Without a word about its end an edit counts: then no test before it can prove anything. */
function isApplied({ ending }: Call, output: string, hasMore: boolean): boolean {
  if (/^\s*Success\. Updated the following files/m.test(output)) return true
  if (/^(?:apply_patch verification failed|Failed to (?:find|apply|read))/im.test(output.slice(0, 500)))
    return false
  return ending === null || ending.exitCode === 0 || hasMore
}

const scriptCommand =
  /\bexec_command\(\s*\{[^}]*?["']?\bcmd["']?\s*:\s*("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')/g
const scriptFolder = /["']?\bworkdir["']?\s*:\s*("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')/

/**
 * Newer versions let the model write a script that calls the tools. Its commands have records of their own; where
 * those are missing and the script runs one command, that one is read from the script.
 */
function scriptSteps(call: Call): Step[] {
  const script = text(call.input.input).slice(0, 100_000)
  const commands = call.nested > 0 ? [] : [...script.matchAll(scriptCommand)]
  const line = commands.length === 1 ? literal(commands[0]?.[1]) : ''
  if (line === '') return [toolStep(call, null)]
  const folder = literal(scriptFolder.exec(script)?.[1])
  const input: Fields = folder === '' ? {} : { workdir: folder }
  return [commandStep({ ...call, input, ending: call.ending ?? statedExit(call.output ?? '') }, line)]
}

function literal(source: string | undefined): string {
  if (source === undefined) return ''
  const plain = source.startsWith("'")
    ? `"${source.slice(1, -1).replaceAll("\\'", "'").replaceAll('"', '\\"')}"`
    : source
  return text(json(`{"value":${plain}}`).value)
}
