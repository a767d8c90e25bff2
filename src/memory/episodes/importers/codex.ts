/** Sessions of Codex, on the command line and in editors: rollout files of JSON lines, also compressed (session-formats, section 2). */

import { open } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { type Fields, fields, filled, instant, json, text } from '../fields.ts'
import { byAge, filesIn, foldersIn, seen } from '../files.ts'
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
import { type Call, callSteps, isShell, outputOf, patchedOf } from './codex-calls.ts'

export const codex: Importer = {
  agent: 'codex',
  title: 'Codex',
  places({ env, home }) {
    const root = filled(env.CODEX_HOME) ?? join(home, '.codex')
    return [join(root, 'sessions'), join(root, 'archived_sessions')]
  },
  find,
  read,
}

const compressed = '.zst'
/** Year, month, day. */
const deepest = 3

async function* find(place: string, _skips: Skips, signal?: AbortSignal): AsyncGenerator<FoundSession> {
  const files = await rollouts(place, deepest, signal)
  const plain = new Set(files)
  const found: FoundSession[] = []
  for (const { file, modifiedAt, bytes } of await seen(files)) {
    signal?.throwIfAborted()
    // Cold files are compressed; for a moment both are there.
    if (file.endsWith(compressed) && plain.has(file.slice(0, -compressed.length))) continue
    const folder = await folderOf(file)
    found.push({
      agent: 'codex',
      ref: file,
      files: [file],
      modifiedAt,
      bytes,
      ...(folder !== undefined && { folder }),
    })
  }
  yield* byAge(found)
}

async function rollouts(folder: string, depth: number, signal: AbortSignal | undefined): Promise<string[]> {
  signal?.throwIfAborted()
  const own = (await filesIn(folder)).filter((file) => /^rollout-.*\.jsonl(?:\.zst)?$/.test(basename(file)))
  if (depth === 0) return own
  const inner: string[] = []
  for (const name of await foldersIn(folder)) inner.push(...(await rollouts(name, depth - 1, signal)))
  return [...own, ...inner]
}

/** Bytes in which the folder stands: it is one of the first fields of the first line. */
const headLength = 4096

async function folderOf(file: string): Promise<string | undefined> {
  if (file.endsWith(compressed)) return undefined
  const handle = await open(file).catch(() => null)
  if (handle === null) return undefined
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(headLength), 0, headLength, 0)
    const head = buffer.toString('utf8', 0, bytesRead)
    const literal = /"session_meta"[^\n]*?"cwd":\s*("(?:[^"\\]|\\.)*")/.exec(head)?.[1]
    return literal === undefined ? undefined : filled(json(`{"cwd":${literal}}`).cwd)
  } finally {
    await handle.close()
  }
}

/** A message of the conversation, which the file holds as an item for the model, as an event for the view, or both. */
interface Said {
  role: 'user' | 'assistant'
  from: 'item' | 'event'
  step: Step & { text: string }
}

interface Reading {
  session: Session
  hasMeta: boolean
  isSubagent: boolean
  cwd: string | null
  /** In the order of the file: what was said, calls that wait for their end, and other steps. */
  slots: (Said | Call | Step)[]
  calls: Map<string, Call>
  /** Commands that still run, by the id of their terminal. */
  running: Map<string, Call>
}

/** Records that hold no work, most of the bytes of a file among them. */
const idle = /"type":\s*"(?:token_count|agent_reasoning\w*|reasoning|world_state|web_search_\w+)"/

async function* read(found: FoundSession, skips: Skips, signal?: AbortSignal): AsyncGenerator<Session> {
  const file = found.ref
  const reading = openReading(file)
  const wanted = (head: string) => !idle.test(head.slice(0, 200))
  try {
    for await (const { line, value } of jsonLines(file, { skips, wanted, ...(signal && { signal }) }))
      take(reading, value, { file, line })
  } catch (error) {
    if (signal?.aborted === true) throw error
    // A compressed file that was cut: what came before counts.
    skips.skip(`the file could not be read to its end: ${(error as Error).message}`, { file })
  }
  const session = finish(reading)
  if (session.steps.length === 0) return
  yield { ...session, title: await titleOf(session, file) }
}

function openReading(file: string): Reading {
  const name = basename(file).replace(/\.jsonl(?:\.zst)?$/, '')
  const session = openSession({
    agent: 'codex',
    sessionId: /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}$/.exec(name)?.[0] ?? name,
    source: file,
  })
  const none = { slots: [], calls: new Map(), running: new Map() }
  return { session, hasMeta: false, isSubagent: false, cwd: null, ...none }
}

interface When {
  at: number | null
  place: Place
}

function take(reading: Reading, value: Fields, place: Place): void {
  const at = instant(value.timestamp)
  const when = { at, place }
  noteTime(reading.session, at)
  // The first versions wrote items without an envelope.
  const payload = 'payload' in value ? fields(value.payload) : value
  const type = text(value.type)
  if (type === 'session_meta' || (type === '' && filled(value.id) !== undefined)) takeMeta(reading, payload)
  else if (type === 'turn_context') takeContext(reading, payload)
  else if (type === 'event_msg') events.get(payload.type)?.(reading, payload, when)
  else if (type === 'compacted')
    reading.slots.push({ ...when, type: 'compaction', text: flatText(payload.message) })
  else items.get(payload.type)?.(reading, payload, when)
}

function noteTime(session: Session, at: number | null): void {
  if (at === null) return
  session.startedAt = session.startedAt === 0 ? at : Math.min(session.startedAt, at)
  session.endedAt = Math.max(session.endedAt, at)
}

/** A fork repeats the lines of its origin, with its head: the first head is its own. */
function takeMeta(reading: Reading, meta: Fields): void {
  if (reading.hasMeta) return
  reading.hasMeta = true
  const { session } = reading
  session.sessionId = idOf(meta.id, session.sessionId)
  const git = fields(meta.git)
  session.remote = filled(git.repository_url) ?? null
  session.branch = filled(git.branch) ?? null
  session.headCommit = filled(git.commit_hash) ?? null
  const { subagent } = fields(meta.source)
  reading.isSubagent = subagent !== undefined && subagent !== null
  const parent = fields(fields(subagent).thread_spawn).parent_thread_id
  session.parentSessionId = filled(parent) ?? filled(meta.forked_from_id) ?? null
  noteTime(session, instant(meta.timestamp))
  takeContext(reading, { cwd: meta.cwd })
}

function takeContext(reading: Reading, { cwd, model }: Fields): void {
  const { session } = reading
  const folder = filled(cwd)
  if (folder !== undefined) reading.cwd = folder
  if (folder !== undefined && !session.folders.includes(folder)) session.folders.push(folder)
  session.model ??= filled(model) ?? null
}

type Take = (reading: Reading, record: Fields, when: When) => void

const items: ReadonlyMap<unknown, Take> = new Map<unknown, Take>([
  ['message', (reading, item, when) => say(reading, saidBy(text(item.role), 'item', item.content), when)],
  [
    'function_call',
    (reading, item, when) =>
      begin(reading, text(item.call_id), { name: nameOf(item.name), input: json(item.arguments) }, when),
  ],
  [
    'custom_tool_call',
    (reading, item, when) =>
      begin(
        reading,
        text(item.call_id),
        { name: nameOf(item.name), input: { input: text(item.input) } },
        when,
      ),
  ],
  [
    'local_shell_call',
    (reading, item, when) =>
      begin(reading, text(item.call_id), { name: 'local_shell', input: fields(item.action) }, when),
  ],
  ['function_call_output', (reading, item, when) => end(reading, text(item.call_id), item.output, when)],
  ['custom_tool_call_output', (reading, item, when) => end(reading, text(item.call_id), item.output, when)],
])

const events: ReadonlyMap<unknown, Take> = new Map<unknown, Take>([
  ['user_message', (reading, event, when) => say(reading, saidBy('user', 'event', event.message), when)],
  [
    'agent_message',
    (reading, event, when) => say(reading, saidBy('assistant', 'event', event.message), when),
  ],
  ['patch_apply_end', (reading, event, when) => patched(reading, text(event.call_id), event, when)],
  ['exec_command_end', (reading, event, when) => ran(reading, text(event.call_id), event, when)],
  [
    'item_completed',
    (reading, { item }, when) => completed.get(fields(item).type)?.(reading, fields(item), when),
  ],
  ['turn_aborted', ({ slots }, event, when) => void slots.push(abort(event, when))],
  ['thread_rolled_back', ({ slots }, event, when) => void slots.push(rollback(event, when))],
])

/** What newer versions write in place of the single events. */
const completed: ReadonlyMap<unknown, Take> = new Map<unknown, Take>([
  ['UserMessage', (reading, item, when) => say(reading, saidBy('user', 'event', item.content), when)],
  ['AgentMessage', (reading, item, when) => say(reading, saidBy('assistant', 'event', item.content), when)],
  ['FileChange', (reading, item, when) => patched(reading, text(item.id), item, when)],
  ['CommandExecution', (reading, item, when) => ran(reading, text(item.id), item, when)],
])

function begin(reading: Reading, id: string, made: Pick<Call, 'name' | 'input'>, { at, place }: When): void {
  // Resumed sessions repeat calls: the first one stands.
  if (id === '' || reading.calls.has(id)) return
  const blank = { output: null, ending: null, patched: null, nested: 0 }
  const call: Call = { ...made, at, place, cwd: reading.cwd, ...blank }
  reading.calls.set(id, call)
  if (made.name !== 'write_stdin') reading.slots.push(call)
}

/** A command that outlives its call goes on in a terminal; what is read from that belongs to it. */
function end(reading: Reading, id: string, value: unknown, { at }: When): void {
  const call = reading.calls.get(id)
  if (call === undefined || call.output !== null) return
  const output = outputOf(value)
  call.output = output.text
  const terminal = String(call.input.session_id ?? '')
  const owner = call.name === 'write_stdin' ? reading.running.get(terminal) : call
  if (owner === undefined) return
  if (owner !== call) owner.output = `${owner.output ?? ''}${output.text}`.slice(-40_000)
  owner.ending ??= output.ending
  owner.at = at ?? owner.at
  if (output.running !== null) reading.running.set(output.running, owner)
}

function abort({ reason }: Fields, when: When): Step {
  return { ...when, type: 'signal', signal: 'aborted', detail: text(reason).slice(0, 200) || 'the turn' }
}

function rollback({ num_turns: turns }: Fields, when: When): Step {
  const count = Math.max(1, Math.min(10_000, Math.trunc(Number(turns)) || 1))
  const detail = `the person took back ${count === 1 ? 'the last turn' : `the last ${count} turns`}`
  return { ...when, type: 'signal', signal: 'rolled-back', detail, count }
}

/** The edits as they were done; without a call of that id they were asked for by a script. */
function patched(reading: Reading, id: string, told: Fields, when: When): void {
  const known = reading.calls.get(id)
  if (known !== undefined) known.patched ??= patchedOf(told)
  else addNested(reading, id, { name: 'apply_patch', input: {}, patched: patchedOf(told) }, when)
}

function ran(reading: Reading, id: string, told: Fields, when: When): void {
  const code = told.exit_code
  const ending =
    typeof code === 'number' && Number.isSafeInteger(code)
      ? { exitCode: code, evidence: 'field' as const }
      : null
  const printed = text(told.aggregated_output) || [text(told.stdout), text(told.stderr)].join('')
  const known = reading.calls.get(id)
  if (known !== undefined && isShell(known.name)) {
    known.ending = ending ?? known.ending
    return
  }
  const cwd = text(told.cwd).replace(/^file:\/\//, '')
  const input = { command: told.command, ...(cwd !== '' && { workdir: cwd }) }
  if (known === undefined)
    addNested(reading, id, { name: 'shell', input, ending, output: flatText(printed) }, when)
}

function addNested(
  reading: Reading,
  id: string,
  part: Pick<Call, 'name' | 'input'> & Partial<Call>,
  { at, place }: When,
): void {
  if (id === '') return
  begin(reading, id, part, { at, place })
  const call = reading.calls.get(id)
  if (call === undefined) return
  Object.assign(call, part)
  // The script that it is a part of, if one still runs.
  for (const slot of reading.slots)
    if ('nested' in slot && slot.name === 'exec' && slot.output === null) slot.nested++
}

/** Texts that the program put in the person's place. */
const inserted =
  /^\s*(?:<(?:environment_context|user_instructions|turn_aborted|user_shell_command|skill|permissions|subagent_notification|collaboration_mode|INSTRUCTIONS|recommended_\w+)\b|# AGENTS\.md instructions)/

type Words = Pick<Said, 'from'> & { role: string; said: unknown }

function saidBy(role: string, from: Said['from'], said: unknown): Words {
  return { role, from, said }
}

function say(reading: Reading, { role, from, said }: Words, when: When): void {
  const whole = flatText(said).trim()
  if (whole === '' || (role !== 'user' && role !== 'assistant')) return
  if (role === 'user' && inserted.test(whole)) {
    const folder = /<cwd>([^<\n]+)<\/cwd>|^Current working directory: (.+)$/m.exec(whole)
    if (reading.cwd === null && folder !== null) takeContext(reading, { cwd: folder[1] ?? folder[2] })
    return
  }
  // Editors put open files before the request.
  const own = role === 'user' ? whole.replace(/^[\s\S]*\n## My request for Codex:\s*/, '') : whole
  reading.slots.push({ role, from, step: { ...when, type: role, text: own } })
}

/** Of messages that stand in both forms one is kept: requests as the view had them, answers as the model wrote them. */
function finish({ session, slots, isSubagent }: Reading): Session {
  const said = slots.filter((slot) => 'from' in slot)
  const asked = said.some(({ role, from }) => role === 'user' && from === 'event') ? 'event' : 'item'
  const answered = said.some(({ role, from }) => role === 'assistant' && from === 'item') ? 'item' : 'event'
  const steps = slots.flatMap((slot): Step[] => {
    if ('nested' in slot) return callSteps(slot)
    if (!('from' in slot)) return [slot]
    return slot.from === (slot.role === 'user' ? asked : answered) ? [slot.step] : []
  })
  const once = steps.filter((step, at) => !isRepeated(step, steps[at - 1]))
  return { ...session, steps: isSubagent ? once.map((step) => ({ ...step, subagent: true })) : once }
}

function isRepeated(step: Step, before: Step | undefined): boolean {
  if (step.type !== 'user' && step.type !== 'assistant') return false
  return before?.type === step.type && before.text === step.text && before.place.line !== step.place.line
}

/** The name that the person or the program gave the thread; the newest one stands. */
async function titleOf({ sessionId }: Session, file: string): Promise<string> {
  const index = join(rootOf(file), 'session_index.jsonl')
  const quiet: Skips = { skip: () => undefined }
  let title = ''
  try {
    const wanted = (head: string) => head.includes(sessionId)
    for await (const { value } of jsonLines(index, { skips: quiet, wanted }))
      if (value.id === sessionId) title = text(value.thread_name).slice(0, 500) || title
  } catch {
    // No index, or one that cannot be read: a session needs no name.
  }
  return title
}

function rootOf(file: string): string {
  let folder = dirname(file)
  for (let up = 0; up < deepest; up++) if (/^\d+$/.test(basename(folder))) folder = dirname(folder)
  return dirname(folder)
}
