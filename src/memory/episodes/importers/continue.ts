/** Sessions of Continue: one JSON file each, frozen since 2.0 but left on disks (session-formats, section 7). */

import { readFile } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join } from 'node:path'
import { statedExit } from '../exit.ts'
import { blockText, bounded, type Fields, fields, filled, json, jsonText, list, text } from '../fields.ts'
import { byAge, filesIn, seen } from '../files.ts'
import type { FoundSession, Importer, Place, Session, Skips, Step } from '../session.ts'
import { pathText, tamed, time } from '../tame.ts'
import { uriPath } from '../vscode-folders.ts'

export const continueDev: Importer = {
  agent: 'continue',
  title: 'Continue',
  places({ env, home }) {
    return [join(filled(env.CONTINUE_GLOBAL_DIR) ?? join(home, '.continue'), 'sessions')]
  },
  find,
  read,
}

/** The list of all sessions: titles, dates and folders. */
const listName = 'sessions.json'
/** Bytes; sessions with pictures reach some ten megabytes. */
const longestFile = 128 * 1024 * 1024

async function* find(place: string, skips: Skips): AsyncGenerator<FoundSession> {
  const files = (await filesIn(place)).filter((file) => file.endsWith('.json') && basename(file) !== listName)
  if (files.length === 0) return
  const known = await listed(place, skips)
  const found: FoundSession[] = []
  for (const { file, modifiedAt, bytes } of await seen(files)) {
    const folder = uriPath(known.get(basename(file, '.json'))?.workspaceDirectory)
    const own = { agent: 'continue', ref: file, files: [file], modifiedAt, bytes }
    found.push({ ...own, ...(folder !== undefined && { folder }) })
  }
  yield* byAge(found)
}

/** Empty where there is no list: each session tells its folder itself. */
async function listed(folder: string, skips: Skips): Promise<Map<string, Fields>> {
  const file = join(folder, listName)
  const [there] = await seen([file])
  if (there === undefined) return new Map()
  const value = there.bytes > longestFile ? null : await parsed(file)
  if (!Array.isArray(value)) skips.skip('the list of sessions is no JSON list', { file })
  return new Map(list(value).map((one) => [text(fields(one).sessionId), fields(one)]))
}

/** Null for what is no JSON. */
async function parsed(file: string): Promise<unknown> {
  const content = await readFile(file, 'utf8').catch(() => '')
  try {
    return tamed(JSON.parse(content.replace(/^\uFEFF/, '')))
  } catch {
    // Counted by the caller.
    return null
  }
}

async function* read(found: FoundSession, skips: Skips, signal?: AbortSignal): AsyncGenerator<Session> {
  const file = found.ref
  signal?.throwIfAborted()
  const value = found.bytes > longestFile ? null : fields(await parsed(file))
  if (value === null || Object.keys(value).length === 0)
    return skips.skip('a file is too long or no JSON object', { file })
  const id = basename(file, '.json')
  // Reading the list costs little beside the session, and nobody else tells when it began.
  const own = (await listed(dirname(file), { skip() {} })).get(id) ?? {}
  const endedAt = Math.round(found.modifiedAt)
  const folder = uriPath(value.workspaceDirectory) ?? uriPath(own.workspaceDirectory)
  const steps = list(value.history).flatMap((item, at) =>
    itemSteps(fields(item), { file, key: `history/${at}` }),
  )
  if (steps.length === 0) return
  yield {
    agent: 'continue',
    sessionId: id,
    parentSessionId: null,
    folders: folder === undefined ? [] : [folder],
    remote: null,
    branch: null,
    headCommit: null,
    startedAt: Math.min(began(own.dateCreated) ?? endedAt, endedAt),
    endedAt,
    title: bounded(text(value.title) || text(own.title)),
    model: pathText(value.chatModelTitle) ?? null,
    steps,
    source: file,
  }
}

/** Milliseconds as text in most versions. */
function began(value: unknown): number | null {
  return time(typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value)
}

/** The format has no times of steps. */
interface When {
  at: null
  place: Place
}

function itemSteps(item: Fields, place: Place): Step[] {
  const when = { at: null, place }
  const { role, content } = fields(item.message)
  const said = blockText(content)
  const steps: Step[] = []
  if (said.trim() !== '' && role === 'user') steps.push({ ...when, type: 'user', text: said })
  if (said.trim() !== '' && role === 'assistant') steps.push({ ...when, type: 'assistant', text: said })
  for (const state of statesOf(item)) steps.push(...callSteps(state, when))
  const summary = text(item.conversationSummary)
  if (summary !== '') steps.push({ ...when, type: 'compaction', text: bounded(summary) })
  return steps
}

/** In 1.0 a message had one call, later a list of them. */
function statesOf(item: Fields): Fields[] {
  const several = list(item.toolCallStates).map(fields)
  return several.length > 0 ? several : [fields(item.toolCallState)]
}

const editTools = new Set([
  'edit_existing_file',
  'single_find_and_replace',
  'multi_edit',
  'create_new_file',
  'search_and_replace_in_file',
])

function callSteps(state: Fields, when: When): Step[] {
  const call = fields(fields(state.toolCall).function)
  // Newer versions give the tools names with a prefix.
  const name = (pathText(call.name) ?? '').replace(/^builtin_/, '')
  const input = { ...json(call.arguments), ...fields(state.parsedArgs) }
  const { status } = state
  const path = pathOf(input)
  if (name === '') return []
  if (status === 'canceled') {
    const signal = editTools.has(name) ? 'rejected' : 'aborted'
    return [{ ...when, type: 'signal', signal, detail: `${name} was refused`, ...(path && { path }) }]
  }
  if (status !== 'done' && status !== 'errored') return []
  const isError = status === 'errored'
  const output = blockText(list(state.output).map((one) => text(fields(one).content)))
  if (name === 'run_terminal_command') return [commandStep(input, output, when)]
  if (!editTools.has(name)) return [{ ...when, type: 'tool', name, input: jsonText(input), output, isError }]
  if (path === undefined) return []
  return changesOf(name, input).map((change) => ({
    ...when,
    type: 'edit',
    path,
    ...change,
    applied: !isError,
  }))
}

/** The exit code stands in text only; that a call is done says nothing about it. */
function commandStep(input: Fields, output: string, when: When): Step {
  const ending = input.waitForCompletion === false ? null : statedExit(output)
  return {
    ...when,
    type: 'command',
    command: bounded(text(input.command)),
    exitCode: ending?.exitCode ?? null,
    evidence: ending?.evidence ?? null,
    output,
  }
}

function pathOf({ filepath, file_path }: Fields): string | undefined {
  const path = filled(filepath) ?? filled(file_path)
  return path !== undefined && (isAbsolute(path) || path.startsWith('file:')) ? uriPath(path) : pathText(path)
}

interface Change {
  before?: string
  after?: string
}

function changesOf(name: string, input: Fields): Change[] {
  if (name === 'create_new_file') return [{ before: '', after: bounded(text(input.contents)) }]
  if (name === 'multi_edit') return list(input.edits).map((edit) => oldAndNew(fields(edit)))
  if (name === 'edit_existing_file') return [{ after: bounded(text(input.changes)) }]
  return [oldAndNew(input)]
}

function oldAndNew({ old_string, new_string }: Fields): Change {
  return { before: bounded(text(old_string)), after: bounded(text(new_string)) }
}
