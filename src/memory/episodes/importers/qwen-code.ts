/** Sessions of Qwen Code: the files of Gemini CLI at first, records with parents since (session-formats, section 11). */

import { basename, join } from 'node:path'
import { type Fields, fields, filled, instant, list, text } from '../fields.ts'
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
import { idOf } from '../tool-calls.ts'
import { callSteps, type GeminiCall, partsText } from './gemini-calls.ts'
import { geminiLike } from './gemini-cli.ts'

const agent = 'qwen-code'
const title = 'Qwen Code'

const places: Importer['places'] = ({ env, home }) => {
  const root = filled(env.QWEN_HOME) ?? join(home, '.qwen')
  return [join(root, 'projects'), join(root, 'tmp')]
}

const old = geminiLike(agent, title, places)

export const qwenCode: Importer = {
  agent,
  title,
  places,
  find: (place, skips, signal) =>
    basename(place) === 'tmp' ? old.find(place, skips, signal) : find(place, signal),
  read: (found, skips, signal) =>
    /[\\/]tmp[\\/][^\\/]+[\\/]chats[\\/]/.test(found.ref)
      ? old.read(found, skips, signal)
      : read(found, skips, signal),
}

async function* find(place: string, signal?: AbortSignal): AsyncGenerator<FoundSession> {
  const found: FoundSession[] = []
  for (const project of await foldersIn(place)) {
    signal?.throwIfAborted()
    const chats = join(project, 'chats')
    const files = [...(await filesIn(chats)), ...(await filesIn(join(chats, 'archive')))]
    for (const { file, modifiedAt, bytes } of await seen(files.filter((name) => name.endsWith('.jsonl'))))
      found.push({ agent, ref: file, files: [file], modifiedAt, bytes })
  }
  yield* byAge(found)
}

interface Slot {
  slot: Step | GeminiCall
  isSide: boolean
  /** The person went back from it. */
  gone: boolean
}

interface Reading {
  session: Session
  slots: Slot[]
  calls: Map<string, GeminiCall>
  /** How many slots there were after each record. */
  known: Map<string, number>
}

async function* read(found: FoundSession, skips: Skips, signal?: AbortSignal): AsyncGenerator<Session> {
  const file = found.ref
  const reading = openReading(file)
  for await (const { line, value } of jsonLines(file, { skips, ...(signal && { signal }) }))
    take(reading, value, { file, line })
  const steps = reading.slots.flatMap(({ slot, isSide }): Step[] => {
    const own = 'type' in slot ? [slot] : callSteps(slot)
    return isSide ? own.map((step) => ({ ...step, subagent: true })) : own
  })
  if (steps.length > 0) yield { ...reading.session, steps }
}

function openReading(source: string): Reading {
  const session = openSession({ agent, sessionId: basename(source, '.jsonl').slice(0, 200), source })
  return { session, slots: [], calls: new Map(), known: new Map() }
}

interface When {
  at: number | null
  place: Place
}

function take(reading: Reading, record: Fields, place: Place): void {
  const uuid = text(record.uuid)
  // Resumed sessions may repeat records: the first one stands.
  if (uuid !== '' && reading.known.has(uuid)) return
  const at = instant(record.timestamp)
  note(reading.session, record, at)
  const when = { at, place }
  const isSide = record.isSidechain === true || filled(record.agentId) !== undefined
  const add = (slot: Step | GeminiCall) => void reading.slots.push({ slot, isSide, gone: false })
  if (record.type === 'user') for (const step of requestOf(record, when)) add(step)
  else if (record.type === 'assistant') for (const slot of answerOf(reading, record, when)) add(slot)
  else if (record.type === 'tool_result') close(reading, record, at)
  else if (record.type === 'system') takeSystem(reading, record, when)
  if (uuid !== '') reading.known.set(uuid, reading.slots.length)
}

function note(session: Session, record: Fields, at: number | null): void {
  const folder = filled(record.cwd)
  if (folder !== undefined && !session.folders.includes(folder)) session.folders.push(folder)
  session.sessionId = idOf(record.sessionId, session.sessionId)
  session.branch ??= filled(record.gitBranch) ?? null
  session.model ??= filled(record.model) ?? null
  if (at === null) return
  session.startedAt = session.startedAt === 0 ? at : Math.min(session.startedAt, at)
  session.endedAt = Math.max(session.endedAt, at)
}

/** Notices and launches of agents are kinds of their own; what a person says while the agent works is a request. */
function requestOf({ message, subtype }: Fields, when: When): Step[] {
  const said = partsText(fields(message).parts).trim()
  const isOwn = subtype === undefined || subtype === 'mid_turn_user_message'
  return said === '' || !isOwn ? [] : [{ ...when, type: 'user', text: said }]
}

function answerOf({ calls }: Reading, { message }: Fields, when: When): (Step | GeminiCall)[] {
  const { parts } = fields(message)
  const said = partsText(parts).trim()
  const answer: Step[] = said === '' ? [] : [{ ...when, type: 'assistant', text: said }]
  const made = list(parts).flatMap((part): GeminiCall[] => {
    const { functionCall } = fields(part)
    const { id, name, args } = fields(functionCall)
    if (functionCall === undefined || calls.has(text(id))) return []
    const call = { name: text(name), args: fields(args), status: '', output: '', display: null, ...when }
    if (filled(id) !== undefined) calls.set(text(id), call)
    return [call]
  })
  return [...answer, ...made]
}

function close({ calls }: Reading, { message, toolCallResult }: Fields, at: number | null): void {
  const told = fields(toolCallResult)
  for (const part of list(fields(message).parts)) {
    const response = fields(fields(part).functionResponse)
    const call = calls.get(filled(response.id) ?? text(told.callId))
    if (call === undefined || call.status !== '') continue
    const failed = filled(fields(response.response).error) !== undefined
    call.status = filled(told.status) ?? (failed ? 'error' : 'success')
    call.output = partsText([part])
    call.display = told.resultDisplay
    call.at = at ?? call.at
  }
}

function takeSystem(reading: Reading, record: Fields, when: When): void {
  const payload = fields(record.systemPayload)
  const { session, slots } = reading
  if (record.subtype === 'custom_title') session.title = text(payload.customTitle).slice(0, 500)
  if (record.subtype === 'chat_compression') {
    const step: Step = { ...when, type: 'compaction', text: partsText(payload.summary) }
    slots.push({ slot: step, isSide: false, gone: false })
  }
  if (record.subtype === 'rewind') rewind(reading, text(record.parentUuid), when)
}

/** The record hangs on the last one that stands; what lies between was given up. */
function rewind({ slots, known }: Reading, parent: string, when: When): void {
  const from = parent === '' ? 0 : known.get(parent)
  if (from === undefined) return
  const removed = slots.slice(from).filter(({ gone }) => !gone)
  const count = removed.filter(({ slot, isSide }) => 'type' in slot && slot.type === 'user' && !isSide).length
  for (const slot of removed) slot.gone = true
  if (count === 0) return
  const detail = `the person went back ${count === 1 ? 'one turn' : `${count} turns`}`
  const step: Step = { ...when, type: 'signal', signal: 'rolled-back', detail, count }
  slots.push({ slot: step, isSide: false, gone: true })
}
