/** Sessions of the GitHub Copilot CLI: logs of events, and the JSON files of its first versions (session-formats, section 4). */

import { readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { statedExit } from '../exit.ts'
import { type Fields, fields, filled, instant, integer, json, list, text } from '../fields.ts'
import { byAge, filesIn, foldersIn, type SeenFile, seen } from '../files.ts'
import { jsonLines } from '../json-lines.ts'
import {
  type FoundSession,
  type Importer,
  openSession,
  type Place,
  type Session,
  type Skips,
  type Step,
} from '../session.ts'
import { flatText, idOf, nameOf } from '../tool-calls.ts'
import { type Call, callSteps, isLook, isShell, newCall } from './copilot-cli-calls.ts'
import { readLegacy } from './copilot-cli-legacy.ts'

const agent = 'copilot-cli'
const legacyFolder = 'history-session-state'

export const copilotCli: Importer = {
  agent,
  title: 'GitHub Copilot CLI',
  places({ env, home }) {
    const state = filled(env.XDG_STATE_HOME)
    const roots = [
      filled(env.COPILOT_HOME) ?? join(home, '.copilot'),
      ...(state ? [join(state, '.copilot')] : []),
    ]
    return roots.flatMap((root) => [join(root, 'session-state'), join(root, legacyFolder)])
  },
  find,
  read,
}

async function* find(place: string, _skips: Skips, signal?: AbortSignal): AsyncGenerator<FoundSession> {
  const isLegacy = basename(place) === legacyFolder
  const own = (await filesIn(place)).filter((file) => file.endsWith(isLegacy ? '.json' : '.jsonl'))
  const inner = isLegacy ? [] : (await foldersIn(place)).map((folder) => join(folder, 'events.jsonl'))
  const found: FoundSession[] = []
  for (const file of await seen([...own, ...inner])) {
    signal?.throwIfAborted()
    found.push(await foundIn(file))
  }
  yield* byAge(found)
}

async function foundIn({ file, modifiedAt, bytes }: SeenFile): Promise<FoundSession> {
  const folder = await workspaceFolder(file)
  const cheap = folder === undefined ? {} : { folder }
  return { agent, ref: file, files: [file], modifiedAt, bytes, ...cheap }
}

/** The folder that the program notes beside the events; undefined where it does not. */
async function workspaceFolder(file: string): Promise<string | undefined> {
  if (basename(file) !== 'events.jsonl') return undefined
  const notes = await readFile(join(dirname(file), 'workspace.yaml'), 'utf8').catch(() => '')
  const value = /^cwd:[ \t]*(\S.*?)[ \t]*$/m.exec(notes)?.[1]
  return value === undefined ? undefined : filled(value.replace(/^(["'])(.*)\1$/, '$2'))
}

interface Reading {
  session: Session
  cwd: string | null
  slots: { event: string; slot: Call | Step }[]
  calls: Map<string, Call>
  /** Calls that left a shell running, by its id. */
  running: Map<string, Call>
  /** Calls that the person was asked about, by the id of the question. */
  asked: Map<string, string>
  /** Ids of the events that were read. */
  known: Set<string>
}

async function* read(found: FoundSession, skips: Skips, signal?: AbortSignal): AsyncGenerator<Session> {
  const file = found.ref
  if (file.endsWith('.json')) {
    const session = await readLegacy(file, skips, signal)
    if (session.steps.length > 0) yield session
    return
  }
  const isInner = basename(file) === 'events.jsonl'
  const id = isInner ? basename(dirname(file)) : basename(file, '.jsonl')
  const reading = openReading(id, file)
  for await (const { line, value } of jsonLines(file, { skips, ...(signal && { signal }) }))
    take(reading, value, { file, line })
  const folder = reading.session.folders.length === 0 ? await workspaceFolder(file) : undefined
  if (folder !== undefined) reading.session.folders.push(folder)
  const steps = reading.slots.flatMap(({ slot }) => ('type' in slot ? [slot] : callSteps(slot)))
  if (steps.length > 0) yield { ...reading.session, steps }
}

function openReading(sessionId: string, source: string): Reading {
  const session = openSession({ agent, sessionId: sessionId.slice(0, 200), source })
  return {
    session,
    cwd: null,
    slots: [],
    calls: new Map(),
    running: new Map(),
    asked: new Map(),
    known: new Set(),
  }
}

interface When {
  at: number | null
  place: Place
}

/** An event with its data; `id` names it for rewinds. */
interface Event extends When {
  id: string
  data: Fields
  isSubagent: boolean
}

function take(reading: Reading, value: Fields, place: Place): void {
  const id = text(value.id)
  // Resumed sessions may repeat events: the first one stands.
  if (id !== '' && reading.known.has(id)) return
  reading.known.add(id)
  const at = instant(value.timestamp)
  const { session } = reading
  if (at !== null) {
    session.startedAt = session.startedAt === 0 ? at : Math.min(session.startedAt, at)
    session.endedAt = Math.max(session.endedAt, at)
  }
  const data = fields(value.data)
  const isSubagent = filled(data.parentToolCallId) !== undefined || filled(value.agentId) !== undefined
  kinds.get(value.type)?.(reading, { at, place, id, data, isSubagent })
}

type Take = (reading: Reading, event: Event) => void

const kinds: ReadonlyMap<unknown, Take> = new Map<unknown, Take>([
  ['session.start', takeStart],
  ['session.resume', takeStart],
  ['session.context_changed', (reading, { data }) => takeContext(reading, data)],
  ['session.model_change', takeModel],
  ['session.title_changed', takeTitle],
  ['user.message', takeRequest],
  ['assistant.message', takeAnswer],
  ['tool.execution_start', (reading, event) => begin(reading, event, event.data)],
  ['tool.execution_complete', end],
  ['permission.requested', takeQuestion],
  ['permission.completed', takeDecision],
  ['system.notification', takeNotice],
  ['session.compaction_complete', takeCompaction],
  ['session.task_complete', takeOutcome],
  ['session.snapshot_rewind', takeRewind],
  ['abort', (reading, event) => add(reading, event, signalOf(event, 'aborted', text(event.data.reason)))],
])

function takeStart(reading: Reading, { data, id }: Event): void {
  const { session } = reading
  if (id !== '' || session.sessionId === '') session.sessionId = idOf(data.sessionId, session.sessionId)
  session.model ??= filled(data.selectedModel) ?? null
  takeContext(reading, fields(data.context))
}

function takeModel({ session }: Reading, { data }: Event): void {
  session.model ??= filled(data.newModel) ?? null
}

function takeTitle({ session }: Reading, { data }: Event): void {
  session.title = text(data.title).slice(0, 500)
}

function takeContext(reading: Reading, context: Fields): void {
  const { session } = reading
  const folder = filled(context.cwd) ?? filled(context.gitRoot)
  if (folder !== undefined) reading.cwd = folder
  if (folder !== undefined && !session.folders.includes(folder)) session.folders.push(folder)
  session.remote ??= remoteOf(context)
  session.branch ??= filled(context.branch) ?? null
  session.headCommit ??= filled(context.headCommit) ?? null
}

/** `owner/name`, with the host where the program says it. */
function remoteOf({ repository, repositoryHost, hostType }: Fields): string | null {
  const name = filled(repository)
  if (name === undefined) return null
  const host = filled(repositoryHost) ?? (hostType === 'github' ? 'github.com' : undefined)
  return host === undefined || name.includes(':') ? name : `https://${host}/${name}`
}

function add({ slots }: Reading, { id, isSubagent }: Event, step: Step): void {
  slots.push({ event: id, slot: isSubagent ? { ...step, subagent: true } : step })
}

/** Messages that the program or a skill put in the person's place say so. */
const inserted = /^(?:system|command|schedule|skill|autopilot|agent|jit|thread|notification)/

function takeRequest(reading: Reading, event: Event): void {
  const said = flatText(event.data.content).trim()
  if (said === '' || inserted.test(text(event.data.source))) return
  add(reading, event, { at: event.at, place: event.place, type: 'user', text: said })
}

/** The calls that an answer asks for, too: they tell what was wanted where the log ends before they began. */
function takeAnswer(reading: Reading, event: Event): void {
  const said = flatText(event.data.content)
  if (said.trim() !== '')
    add(reading, event, { at: event.at, place: event.place, type: 'assistant', text: said })
  for (const request of list(event.data.toolRequests)) begin(reading, event, fields(request))
}

function begin(reading: Reading, event: Event, call: Fields): void {
  const id = text(call.toolCallId)
  if (id === '' || reading.calls.has(id)) return
  const name = nameOf(call.toolName ?? call.name)
  const plain = typeof call.arguments === 'string' && !call.arguments.trimStart().startsWith('{')
  const input = plain ? { input: call.arguments } : json(call.arguments)
  const { at, place, isSubagent } = event
  const made = newCall({ name, input }, { at, place, cwd: reading.cwd, isSubagent })
  reading.calls.set(id, made)
  reading.slots.push({ event: event.id, slot: made })
}

const startedShell = /<command (?:started in background )?with shellId: ([^\s>]+)/

function end(reading: Reading, event: Event): void {
  const { data, at } = event
  const call = reading.calls.get(text(data.toolCallId))
  if (call === undefined || call.result !== null) return
  const result = fields(data.result)
  const failure = text(fields(data.error).message)
  const output = flatText(result.content) || failure.slice(0, 40_000)
  const success = typeof data.success === 'boolean' ? data.success : null
  call.result = { success, output, detail: text(result.detailedContent) }
  call.at = at ?? call.at
  const started = startedShell.exec(output)?.[1]
  const shell = isShell(call.name) ? (started ?? filled(call.input.shellId)) : undefined
  if (shell !== undefined) reading.running.set(shell, call)
  if (isLook(call.name)) takeLater(reading, text(call.input.shellId), output)
}

/** What was read from a shell belongs to the command that was left running in it. */
function takeLater({ running }: Reading, shell: string, output: string): void {
  const owner = running.get(shell)
  if (owner === undefined) return
  const known = owner.later
  owner.later = {
    output: `${known?.output ?? ''}${output}`.slice(-40_000),
    ending: known?.ending ?? statedExit(output),
  }
}

function takeNotice({ running }: Reading, { data }: Event): void {
  const notice = { ...fields(data.kind), ...fields(data.notification) }
  const owner = notice.type === 'shell_completed' ? running.get(text(notice.shellId)) : undefined
  const exitCode = integer(notice.exitCode)
  if (owner === undefined || exitCode === null || !Number.isSafeInteger(exitCode)) return
  owner.later = { output: owner.later?.output ?? '', ending: { exitCode, evidence: 'field' } }
}

function takeQuestion({ asked }: Reading, { data }: Event): void {
  const call = filled(fields(data.permissionRequest).toolCallId) ?? filled(data.toolCallId)
  if (call !== undefined) asked.set(text(data.requestId), call)
}

function takeDecision({ asked, calls }: Reading, { data }: Event): void {
  if (!/^denied-interactively/.test(text(fields(data.result).kind))) return
  const call = calls.get(filled(data.toolCallId) ?? asked.get(text(data.requestId)) ?? '')
  if (call !== undefined) call.denied = true
}

function takeCompaction(reading: Reading, event: Event): void {
  const summary = flatText(event.data.summaryContent)
  add(reading, event, { at: event.at, place: event.place, type: 'compaction', text: summary })
}

/** The program's own word about its task: evidence, never a verdict. */
function takeOutcome(reading: Reading, event: Event): void {
  const { outcome, success, summary, reason } = event.data
  const word = filled(outcome) ?? (success === false ? 'blocked' : 'completed')
  const detail = text(summary) || text(reason)
  if (word === 'completed') add(reading, event, signalOf(event, 'completed', detail))
  else if (word === 'blocked') add(reading, event, signalOf(event, 'aborted', detail))
}

/** Usually the removed events are gone from the file; where they stand, their turns are taken back. */
function takeRewind(reading: Reading, event: Event): void {
  const target = filled(event.data.upToEventId)
  const from = reading.slots.findIndex((slot) => target !== undefined && slot.event === target)
  if (from < 0) return
  const count = reading.slots.slice(from).filter(({ slot }) => 'type' in slot && slot.type === 'user').length
  if (count === 0) reading.slots.splice(from)
  else add(reading, event, { ...signalOf(event, 'rolled-back', 'the person went back'), count })
}

function signalOf(
  { at, place }: When,
  signal: 'aborted' | 'completed' | 'rolled-back',
  detail: string,
): Step & { type: 'signal' } {
  return { at, place, type: 'signal', signal, detail: detail.slice(0, 1000) }
}
