/** The steps of a SWE-agent trajectory: actions in its own command language, each with the state after it. */

import { filesOfDiff } from '../diff-files.ts'
import { statedExit } from '../exit.ts'
import { blockText, bounded, type Fields, json, text } from '../fields.ts'
import type { Place, Step, StepOf } from '../session.ts'
import { simpleCommands } from '../shell.ts'
import { pathText } from '../tame.ts'
import { absolutePath } from '../tool-calls.ts'

export interface Item {
  value: Fields
  line: number
}

interface Source {
  file: string
  /** Folder on the person's machine that was copied into the container. */
  local: string | undefined
  /** The task, where the history does not hold it. */
  problem: string
}

interface Reading extends Source {
  /** Folder of the repository in the container. */
  root: string | undefined
  /** Folder that the next command runs in. */
  cwd: string | undefined
  /** Sections of the newest state's diff, by path. */
  changed: Map<string, string>
}

/** Steps in order, the folder that it began in, and how long its commands took. */
export function sweSteps(
  { trajectory, history }: { trajectory: readonly Item[]; history: readonly Item[] },
  source: Source,
): { steps: Step[]; root: string | undefined; seconds: number } {
  const root = trajectory
    .map(({ value }) => pathText(json(value.state).working_dir))
    .find((one) => one !== undefined)
  const reading: Reading = { ...source, root, cwd: root, changed: new Map() }
  const steps = requestOf(history, source)
  let seconds = 0
  for (const { value, line } of trajectory) {
    const took = value.execution_time
    if (typeof took === 'number' && took > 0 && took < 1e6) seconds += took
    steps.push(...stepsOf(reading, value, { file: source.file, line }))
  }
  return { steps: trajectory.length === 0 ? [] : steps, root, seconds }
}

function requestOf(history: readonly Item[], { file, problem }: Source): Step[] {
  const first = history.find(({ value }) => value.role === 'user' && value.is_demo !== true)
  const request = problem || blockText(first?.value.content)
  const place: Place = first === undefined ? { file, key: 'replay_config' } : { file, line: first.line }
  return request.trim() === '' ? [] : [{ at: null, place, type: 'user', text: bounded(request.trim()) }]
}

function stepsOf(reading: Reading, value: Fields, place: Place): Step[] {
  const thought = text(value.thought).trim()
  const state = json(value.state)
  const action = text(value.action).trim()
  const steps: Step[] = thought === '' ? [] : [{ at: null, place, type: 'assistant', text: bounded(thought) }]
  const done = action === '' ? null : actionStep(reading, { action, state, output: outputOf(value), place })
  // What the shell changed lies before what the same line tested.
  if (done?.type !== 'edit' || !done.applied) steps.push(...changesOf(reading, state, place))
  else noteChanges(reading, state)
  if (done !== null) steps.push(done)
  reading.cwd = pathText(state.working_dir) ?? reading.cwd
  return steps
}

/** Terminals end lines as on Windows. */
function outputOf({ observation }: Fields): string {
  return text(observation).replaceAll('\r\n', '\n')
}

interface Action {
  action: string
  state: Fields
  output: string
  place: Place
}

const lookers =
  /^(?:open|goto|scroll_up|scroll_down|search_dir|search_file|find_file|filemap|view_image|submit|submit_review|exit_\w+|review\w*|think)$/
const editors = /^(?:str_replace_editor|str_replace_based_edit_tool|edit_anthropic)$/

function actionStep(reading: Reading, action: Action): Step | null {
  const words = simpleCommands(action.action.replace(/\n[\s\S]*$/, ''))[0]?.words ?? []
  const name = words[0] ?? ''
  if (name === 'submit' || name.startsWith('exit_')) return null
  if (editors.test(name)) return editorStep(reading, action)
  if (/^(?:edit|insert|append|create)$/.test(name) && !/^create\s+-/.test(action.action))
    return windowStep(reading, action)
  if (lookers.test(name)) return toolStep(name, action)
  const ending = statedExit(action.output)
  return {
    at: null,
    place: action.place,
    type: 'command',
    command: bounded(action.action),
    ...(reading.cwd !== undefined && { cwd: here(reading, reading.cwd) }),
    exitCode: ending?.exitCode ?? null,
    evidence: ending?.evidence ?? null,
    output: bounded(action.output),
  }
}

function toolStep(name: string, { action, output, place }: Action): StepOf<'tool'> {
  return {
    at: null,
    place,
    type: 'tool',
    name: name.slice(0, 100),
    input: bounded(action),
    output: bounded(output),
    isError: null,
  }
}

/** The path as the person's machine knows it, where the folder was copied from there. */
function here({ local, root }: Reading, path: string): string {
  if (local === undefined || root === undefined) return path
  return path === root ? local : path.startsWith(`${root}/`) ? local + path.slice(root.length) : path
}

function editorStep(reading: Reading, action: Action): Step {
  const words = simpleCommands(action.action)[0]?.words ?? []
  const [name = '', verb = '', path = ''] = words
  if (!/^(?:create|str_replace|insert|undo_edit)$/.test(verb) || pathText(path) === undefined)
    return toolStep(name, action)
  const option = (flag: string) => {
    const at = words.indexOf(flag)
    return at < 0 ? undefined : words[at + 1]
  }
  const before = verb === 'create' ? '' : option('--old_str')
  const after = verb === 'create' ? option('--file_text') : option('--new_str')
  return {
    at: null,
    place: action.place,
    type: 'edit',
    path: here(reading, path),
    ...(before !== undefined && { before: bounded(before) }),
    ...(after !== undefined && { after: bounded(after) }),
    applied: /has been edited|created successfully|undone successfully/i.test(action.output),
  }
}

/** Editing in the window of the open file: by lines, by search and replace, at the end. */
function windowStep(reading: Reading, action: Action): Step {
  const words = simpleCommands(action.action)[0]?.words ?? []
  const [name = '', first = '', second] = words
  const open = pathText(action.state.open_file)
  const given = name === 'create' ? pathText(first) : open
  if (given === undefined || given === 'n/a') return toolStep(name, action)
  const [, body] =
    /^(?:edit\s+\d+:\d+|insert\s+\d+|append)\s*\n([\s\S]*?)\n?(?:end_of_(?:edit|insert|append))?\s*$/.exec(
      action.action,
    ) ?? []
  const isReplacement = name === 'edit' && body === undefined && second !== undefined
  const after = body ?? (isReplacement ? second : undefined)
  return {
    at: null,
    place: action.place,
    type: 'edit',
    path: here(reading, absolutePath(given, reading.cwd ?? null)),
    ...(isReplacement && { before: bounded(first) }),
    ...(name === 'create' && { before: '' }),
    ...(after !== undefined && { after: bounded(after) }),
    applied:
      !/syntax error|was not (?:replaced|edited)|not applied|No replacement|not found|Error:|already exists|usage:/i.test(
        action.output,
      ),
  }
}

/** Files whose part of the diff is another one than before: something changed them, also back. */
function changesOf(reading: Reading, state: Fields, place: Place): Step[] {
  const old = reading.changed
  if (!noteChanges(reading, state)) return []
  const paths = new Set([...old.keys(), ...reading.changed.keys()])
  return [...paths].flatMap((path): Step[] => {
    const diff = reading.changed.get(path)
    if (diff === old.get(path)) return []
    return [{ at: null, place, type: 'edit', path, ...(diff !== undefined && { diff }), applied: true }]
  })
}

function noteChanges(reading: Reading, state: Fields): boolean {
  if (typeof state.diff !== 'string') return false
  reading.changed = new Map(filesOfDiff(state.diff).map(({ path, diff }) => [path, diff]))
  return true
}
