/** Sessions of the first versions of the Copilot CLI: one JSON file with a timeline for people and messages for the model. */

import { basename } from 'node:path'
import { type Fields, fields, filled, instant, json, list, text } from '../fields.ts'
import { jsonElements } from '../json-elements.ts'
import { openSession, type Place, type Session, type Skips, type Step } from '../session.ts'
import { flatText, idOf, nameOf } from '../tool-calls.ts'
import { type Call, callSteps, newCall } from './copilot-cli-calls.ts'

interface Reading {
  session: Session
  slots: (Call | Step)[]
  calls: Map<string, Call>
}

interface When {
  at: number | null
  place: Place
}

/** The timeline where there is one, since it has times and results; the messages otherwise. */
export async function readLegacy(file: string, skips: Skips, signal?: AbortSignal): Promise<Session> {
  const session = emptySession(file)
  const timeline: Reading = { session, slots: [], calls: new Map() }
  const messages: Reading = { session, slots: [], calls: new Map() }
  const lists = ['timeline', 'chatMessages']
  const elements = jsonElements(file, { skips, lists, ...(signal && { signal }) })
  for await (const { key, index, line, value } of elements) {
    const place = { file, line, key: `${key ?? ''}/${index}` }
    if (key === 'timeline' && index >= 0) takeEvent(timeline, fields(value), place)
    else if (key === 'chatMessages' && index >= 0) takeMessage(messages, fields(value), place)
    else if (key === 'sessionId') session.sessionId = idOf(value, session.sessionId)
    else if (key === 'startTime') noteTime(session, instant(value))
    else if (key === 'selectedModel') session.model = filled(value) ?? null
  }
  const { slots } = timeline.calls.size > 0 || messages.slots.length === 0 ? timeline : messages
  const steps = slots.flatMap((slot) => ('type' in slot ? [slot] : callSteps(slot)))
  return { ...session, steps }
}

/** `session_<id>_<milliseconds>.json`. */
function emptySession(file: string): Session {
  const name = basename(file, '.json')
  return openSession({
    agent: 'copilot-cli',
    sessionId: (/^session_(.+?)(?:_\d+)?$/.exec(name)?.[1] ?? name).slice(0, 200),
    source: file,
  })
}

function noteTime(session: Session, at: number | null): void {
  if (at === null) return
  session.startedAt = session.startedAt === 0 ? at : Math.min(session.startedAt, at)
  session.endedAt = Math.max(session.endedAt, at)
}

function begin({ slots, calls }: Reading, id: string, made: Pick<Call, 'name' | 'input'>, when: When): void {
  if (id === '' || calls.has(id)) return
  const call = newCall(made, { ...when, cwd: null, isSubagent: false })
  calls.set(id, call)
  slots.push(call)
}

function takeEvent(reading: Reading, event: Fields, place: Place): void {
  const at = instant(event.timestamp)
  noteTime(reading.session, at)
  const when = { at, place }
  const said = flatText(event.text).trim()
  const id = text(event.callId) || text(event.id)
  const made = { name: nameOf(event.name ?? event.toolTitle), input: json(event.arguments) }
  if (event.type === 'user' && said !== '') reading.slots.push({ ...when, type: 'user', text: said })
  if (event.type === 'copilot' && said !== '') reading.slots.push({ ...when, type: 'assistant', text: said })
  if (event.type === 'info' && /cancelled by user/i.test(said))
    reading.slots.push({ ...when, type: 'signal', signal: 'aborted', detail: said.slice(0, 200) })
  if (event.type === 'tool_call_requested') begin(reading, id, made, when)
  if (event.type !== 'tool_call_completed') return
  begin(reading, id, made, when)
  const call = reading.calls.get(id)
  if (call !== undefined) close(call, fields(event.result), at)
}

function close(call: Call, result: Fields, at: number | null): void {
  const type = text(result.type)
  const output = flatText(result.log) || flatText(result.message) || flatText(result.markdown)
  call.result = { success: type === '' ? null : type === 'success', output, detail: output }
  call.denied = type === 'rejected' || type === 'denied'
  call.at = at ?? call.at
}

/** The messages tell the folder, which the timeline does not. */
function takeMessage(reading: Reading, message: Fields, place: Place): void {
  const when = { at: null, place }
  const said = flatText(message.content).trim()
  if (message.role === 'user' || message.role === 'system') noteFolder(reading.session, said)
  const own = said.replace(/<(environment_context|current_datetime|reminder)>[\s\S]*?<\/\1>/g, '').trim()
  if (message.role === 'user' && own !== '') reading.slots.push({ ...when, type: 'user', text: own })
  if (message.role === 'assistant') {
    if (said !== '') reading.slots.push({ ...when, type: 'assistant', text: said })
    for (const one of list(message.tool_calls)) {
      const called = fields(fields(one).function)
      const made = { name: nameOf(called.name), input: json(called.arguments) }
      begin(reading, text(fields(one).id), made, when)
    }
  }
  const call = message.role === 'tool' ? reading.calls.get(text(message.tool_call_id)) : undefined
  if (call !== undefined) call.result = { success: null, output: said, detail: '' }
}

function noteFolder({ folders }: Session, said: string): void {
  const folder = /^\W*Current working directory: *(\S.*?)\s*$/im.exec(said)?.[1]
  if (folder !== undefined && !folders.includes(folder)) folders.push(folder)
}
