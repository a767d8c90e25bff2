/** Tools of Copilot Chat: which call of the model a shown tool belongs to, what it ran or changed, what came back. */

import { type EditText, parsePatch, patchTexts } from '../apply-patch.ts'
import { changedLines } from '../changed-lines.ts'
import { unplaced } from '../edit-forms.ts'
import { bounded, type Fields, fields, filled, json, list, text } from '../fields.ts'
import { uriPath } from '../vscode-folders.ts'

/** A call as the model made it. */
export interface ModelCall {
  id: string
  name: string
  args: Fields
  /** Text that the model got; empty where none was kept. */
  result: string
}

/** The calls of a request in order; a request that was stopped has none. */
export function modelCalls(metadata: Fields): ModelCall[] {
  const results = fields(metadata.toolCallResults)
  return list(metadata.toolCallRounds).flatMap((round) =>
    list(fields(round).toolCalls).map((call) => {
      const { id, name, arguments: args } = fields(call)
      const key = text(id)
      const result = Object.hasOwn(results, key) ? fields(results[key]).content : undefined
      return { id: key, name: nameOfTool(text(name)), args: json(args), result: resultText(result) }
    }),
  )
}

/** One name for what shows as `copilot_replaceString` and is called `replace_string_in_file`. */
export function nameOfTool(id: string): string {
  return id
    .slice(0, 200)
    .replace(/^copilot_/, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
}

/** The call that a shown tool belongs to, from position `next` on: by its id, else the next one of its name. */
export function partCall(
  part: Fields,
  calls: readonly ModelCall[],
  next: number,
): { call: ModelCall; at: number } | null {
  const id = plainId(text(part.toolCallId))
  const name = nameOfTool(text(part.toolId))
  const byId = id === '' ? -1 : calls.findIndex((call) => plainId(call.id) === id)
  const at = byId >= 0 ? byId : calls.findIndex((call, place) => place >= next && isSame(name, call.name))
  const call = calls[at]
  return call === undefined ? null : { call, at }
}

/** The editor appends a mark of its own to ids. */
function plainId(id: string): string {
  return id.replace(/__vscode-\d+$/, '')
}

function isSame(shown: string, called: string): boolean {
  return shown !== '' && called !== '' && (called === shown || called.startsWith(`${shown}_`))
}

/** What the model got: texts, or the tree that prompts are written in. */
export function resultText(content: unknown): string {
  const parts: string[] = []
  const take = (node: unknown): void => {
    if (typeof node === 'string') parts.push(node)
    else if (Array.isArray(node)) node.forEach(take)
    else {
      const { value, node: tree, children, text: words, lineBreakBefore } = fields(node)
      if (typeof words === 'string') parts.push(lineBreakBefore === true ? `\n${words}` : words)
      for (const inner of [value, tree, children]) if (inner !== undefined && inner !== null) take(inner)
    }
  }
  take(Array.isArray(content) ? content : [content])
  return bounded(parts.join('').replace(/\r\n/g, '\n'))
}

/** What a call changes, by its own words; empty for tools that change nothing. */
export function toolEdits(name: string, args: Fields): EditText[] {
  const path = uriPath(args.filePath)
  if (name === 'apply_patch') return patchTexts(parsePatch(text(args.input))).flatMap(sound)
  if (name.startsWith('multi_replace_string'))
    return list(args.replacements).flatMap((one) => replaced(fields(one), path))
  if (name.startsWith('replace_string')) return replaced(args, path)
  if (path === undefined) return []
  if (name === 'create_file') return [{ path, before: '', after: bounded(text(args.content)) }]
  if (name.startsWith('insert_edit')) return [{ path, after: bounded(text(args.code)) }]
  if (!name.startsWith('edit_notebook')) return []
  const code = Array.isArray(args.newCode) ? args.newCode.map(text).join('\n') : text(args.newCode)
  return [{ path, after: bounded(code) }]
}

function sound(edit: EditText): EditText[] {
  const path = uriPath(edit.path)
  return path === undefined ? [] : [{ ...edit, path }]
}

function replaced({ filePath, oldString, newString }: Fields, whole: string | undefined): EditText[] {
  const path = uriPath(filePath) ?? whole
  if (path === undefined || typeof oldString !== 'string' || typeof newString !== 'string') return []
  return [{ path, diff: unplaced(changedLines(oldString, newString)) }]
}

/** The line that a tool ran; null for tools that run none. */
export function commandOf(name: string, args: Fields, data: Fields): string | null {
  const { original, userEdited, toolEdited } = fields(data.commandLine)
  // The older form has the line itself.
  const shown = filled(userEdited) ?? filled(toolEdited) ?? filled(original) ?? filled(data.command)
  if (data.kind === 'terminal' && shown !== undefined) return shown.trim()
  if (name === 'run_in_terminal') return filled(args.command)?.trim() ?? null
  if (name === 'run_tests') return testLine(args)
  if (name === 'create_and_run_task') return taskLine(fields(args.task))
  if (name !== 'run_task') return null
  const [, kind, line] = /^(npm|shell|process): (.{1,500})$/.exec(text(args.id)) ?? []
  return line === undefined ? null : kind === 'npm' ? `npm run ${line}` : line
}

/** The editor's own test runner has no shell line: this one names what it ran. */
function testLine(args: Fields): string {
  const files = list(args.files).map((file) => uriPath(file) ?? '')
  const names = list(args.testNames).map(text)
  return ['runTests', ...[...files, ...names].filter(Boolean).map(quoted)].join(' ')
}

function taskLine(task: Fields): string | null {
  const command = filled(task.command)
  return command === undefined ? null : [command, ...list(task.args).map(text).map(quoted)].join(' ')
}

function quoted(word: string): string {
  return /[\s"']/.test(word) ? JSON.stringify(word) : word
}

export interface TestCounts {
  passed: number
  failed: number
}

/** What the editor's test runner says; null where it says nothing. */
export function testCounts(output: string): TestCounts | null {
  const [, passed, failed] = /<summary passed=(\d{1,9}) failed=(\d{1,9})\s*\/>/.exec(output) ?? []
  return passed === undefined ? null : { passed: Number(passed), failed: Number(failed) }
}
