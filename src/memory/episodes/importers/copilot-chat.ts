/** Sessions of GitHub Copilot Chat in VS Code and its forks (session-formats, section 3). */

import { readFile } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import { type Fields, fields, filled, list, text } from '../fields.ts'
import { byAge, filesIn, foldersIn, seen } from '../files.ts'
import { jsonElements, jsonFile } from '../json-elements.ts'
import { replay } from '../mutation-log.ts'
import type { FoundSession, Importer, Place, Session, Skips, Step } from '../session.ts'
import { pathText, time } from '../tame.ts'
import { uriPath, userFolders } from '../vscode-folders.ts'
import { decidedSteps, type Editing, editingFiles, noEditing, readEditing } from './copilot-editing.ts'
import { requestSteps } from './copilot-request.ts'

const agent = 'copilot-chat'

export const copilotChat: Importer = {
  agent,
  title: 'GitHub Copilot Chat',
  places(machine) {
    return userFolders(machine).flatMap((user) => [
      join(user, 'workspaceStorage'),
      join(user, 'globalStorage', 'emptyWindowChatSessions'),
      join(user, 'globalStorage', 'transferredChatSessions'),
    ])
  },
  find,
  read,
}

/** What is wrong beside a session is counted when it is read. */
const unheard: Skips = { skip() {} }

async function* find(place: string, _skips: Skips, signal?: AbortSignal): AsyncGenerator<FoundSession> {
  const found: FoundSession[] = []
  if (basename(place) !== 'workspaceStorage') found.push(...(await sessionsIn(place, [])))
  else
    for (const workspace of await foldersIn(place)) {
      signal?.throwIfAborted()
      const own = await sessionsIn(join(workspace, 'chatSessions'), [workspace])
      const [folder] = own.length === 0 ? [] : await foldersOf(workspace, unheard, signal)
      found.push(...own.map((one) => ({ ...one, ...(folder !== undefined && { folder }) })))
    }
  yield* byAge(found)
}

async function sessionsIn(folder: string, [workspace]: readonly string[]): Promise<FoundSession[]> {
  const files = (await filesIn(folder)).filter((file) => ['.json', '.jsonl'].includes(extname(file)))
  // A session that was kept in both forms went on in the newer one.
  const newer = new Set(files.filter((file) => file.endsWith('.jsonl')).map((file) => file.slice(0, -1)))
  const found: FoundSession[] = []
  for (const { file, modifiedAt, bytes } of await seen(files.filter((name) => !newer.has(name)))) {
    const editing = workspace === undefined ? [] : await editingFiles(editingFolder(file))
    found.push({ agent, ref: file, files: [file, ...editing], modifiedAt, bytes })
  }
  return found
}

function idOf(file: string): string {
  return basename(file, extname(file))
}

/** Beside `chatSessions`; a session without a workspace has none. */
function editingFolder(file: string): string {
  return join(dirname(dirname(file)), 'chatEditingSessions', idOf(file))
}

/** Folders of a workspace by its own note of them, never by the name of its storage. */
async function foldersOf(workspace: string, skips: Skips, signal?: AbortSignal): Promise<string[]> {
  const {
    folder,
    workspace: file,
    configuration,
  } = await jsonFile(join(workspace, 'workspace.json'), skips, signal)
  const single = uriPath(folder)
  if (single !== undefined) return [single]
  const several = uriPath(file) ?? uriPath(configuration)
  return several === undefined ? [] : await workspaceFolders(several, signal)
}

const longestWorkspaceFile = 1024 * 1024

/** Folders of a `.code-workspace`, which may hold comments. */
async function workspaceFolders(file: string, signal?: AbortSignal): Promise<string[]> {
  const [found] = await seen([file])
  if (found === undefined || found.bytes > longestWorkspaceFile) return []
  const content = await readFile(file, { encoding: 'utf8', ...(signal && { signal }) }).catch(() => '')
  const names = [...content.matchAll(/"(?:path|uri)"\s*:\s*"((?:[^"\\\n]|\\.){1,2000})"/g)]
  return names.flatMap(([, name = '']) => {
    const path = uriPath(name.replace(/\\\\/g, '\\'))
    if (path === undefined) return []
    return /^(?:\/|[a-z]:|\\\\)/i.test(path) ? [path] : [join(dirname(file), path)]
  })
}

/** Large parts of the state that hold no work. */
const omit = new Set([
  'variableData',
  'contentReferences',
  'codeCitations',
  'inputState',
  'followups',
  'usedContext',
  'renderedUserMessage',
  'renderedGlobalContext',
  'codeBlocks',
  'responseMarkdownInfo',
  'thinking',
  'encrypted',
  'uris',
  'baseUri',
])

async function* read(found: FoundSession, skips: Skips, signal?: AbortSignal): AsyncGenerator<Session> {
  const file = found.ref
  const workspace = dirname(dirname(file))
  const inWorkspace = basename(dirname(file)) === 'chatSessions'
  const editing = inWorkspace ? await readEditing(editingFolder(file), { skips, signal }) : noEditing
  const folders = inWorkspace ? await foldersOf(workspace, skips, signal) : []
  const reading = { header: {} as Fields, steps: [] as Step[], times: [] as number[], model: null, hidden: 0 }
  const take = takerOf(reading, { file, editing })
  const options = { skips, omit, ...(signal && { signal }) }
  if (file.endsWith('.jsonl')) {
    const { state, lineOf } = await replay(file, options)
    reading.header = fields(state)
    list(reading.header.requests).forEach((request, at) => {
      take(fields(request), at, (part) => lineOf(part) ?? lineOf(request))
    })
  } else
    for await (const { key, index, line, value } of jsonElements(file, { ...options, lists: ['requests'] })) {
      if (key === 'requests' && index >= 0) take(fields(value), index, () => (line > 1 ? line : undefined))
      else if (key !== null && index < 0) put(reading.header, key, value)
    }
  const session = sessionOf(found, reading, { editing, folders })
  if (session !== null) yield session
}

/** Only what the header is made of is kept. */
const headerKeys = new Set(['sessionId', 'creationDate', 'customTitle', 'repoData', 'lastMessageDate'])

function put(header: Fields, key: string, value: unknown): void {
  if (headerKeys.has(key)) header[key] = value
}

interface Reading {
  header: Fields
  steps: Step[]
  times: number[]
  model: string | null
  /** Requests at the end that the person went back before. */
  hidden: number
}

type Take = (request: Fields, at: number, lineOf: (part: unknown) => number | undefined) => void

function takerOf(reading: Reading, { file, editing }: { file: string; editing: Editing }): Take {
  const ids = new Set<string>()
  return (request, index, lineOf) => {
    const id = filled(request.requestId)?.slice(0, 200)
    // A session that was taken up again may repeat requests: the earliest stands.
    if (id !== undefined && ids.has(id)) return
    if (id !== undefined) ids.add(id)
    const key = id ?? `request ${index}`
    const placeOf = (part: unknown): Place => {
      const line = lineOf(part)
      return { file, ...(line !== undefined && { line }), key }
    }
    const texts = editing.before.get(id ?? '') ?? new Map<string, string>()
    const steps = requestSteps(request, { placeOf, texts })
    const at = time(request.timestamp)
    if (at !== null) reading.times.push(at)
    const ended = time(fields(request.modelState).completedAt)
    if (ended !== null) reading.times.push(ended)
    reading.model ??= filled(request.modelId)?.slice(0, 300) ?? null
    const isHidden =
      request.isHidden === true || Object.keys(fields(request.shouldBeRemovedOnSend)).length > 0
    const hasTurn = steps.some(({ type }) => type === 'user')
    reading.hidden = isHidden && hasTurn ? reading.hidden + 1 : isHidden ? reading.hidden : 0
    reading.steps.push(...steps)
  }
}

function sessionOf(
  { ref: file, modifiedAt }: FoundSession,
  { header, steps, times, model, hidden }: Reading,
  { editing, folders }: { editing: Editing; folders: readonly string[] },
): Session | null {
  const last = steps.at(-1)
  if (last === undefined) return null
  const known = [time(header.creationDate), time(header.lastMessageDate), ...times].filter(
    (at) => at !== null,
  )
  const all = known.length > 0 ? known : [Math.round(modifiedAt)]
  const { remoteUrl, localBranch, localHeadCommit } = fields(header.repoData)
  const request = steps.find(({ type }) => type === 'user')
  const title = filled(header.customTitle) ?? (request?.type === 'user' ? request.text : '')
  return {
    agent,
    sessionId: filled(header.sessionId)?.slice(0, 300) ?? idOf(file).slice(0, 300),
    parentSessionId: null,
    folders: foldersWorkedIn(folders, steps),
    remote: pathText(remoteUrl) ?? null,
    branch: filled(localBranch)?.slice(0, 300) ?? null,
    headCommit: /^[\da-f]{40,64}$/i.test(text(localHeadCommit)) ? text(localHeadCommit) : null,
    startedAt: all.reduce((least, at) => Math.min(least, at)),
    endedAt: all.reduce((most, at) => Math.max(most, at)),
    title: title.trim().split('\n')[0]?.slice(0, 300) ?? '',
    model,
    steps: [...steps, ...decidedSteps(editing, steps), ...rolledBack(hidden, last)],
    source: file,
  }
}

/** The workspace, and folders outside of it that commands ran in. */
function foldersWorkedIn(folders: readonly string[], steps: readonly Step[]): string[] {
  const worked = [...folders]
  for (const step of steps) {
    const cwd = step.type === 'command' ? step.cwd : undefined
    if (cwd !== undefined && !worked.some((folder) => cwd === folder || cwd.startsWith(`${folder}/`)))
      worked.push(cwd)
  }
  return worked
}

function rolledBack(count: number, { at, place }: Step): Step[] {
  if (count === 0) return []
  return [
    {
      at,
      place,
      type: 'signal',
      signal: 'rolled-back',
      count,
      detail: 'the person went back to an earlier checkpoint',
    },
  ]
}
