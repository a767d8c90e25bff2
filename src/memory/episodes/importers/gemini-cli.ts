/** Sessions of Gemini CLI: logs of changes to a conversation, and the JSON files before them (session-formats, section 11). */

import { basename, dirname, extname, join } from 'node:path'
import { type Fields, fields, filled, instant, list, text } from '../fields.ts'
import { byAge, filesIn, foldersIn, seen } from '../files.ts'
import { jsonElements } from '../json-elements.ts'
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
import { callSteps, partsText } from './gemini-calls.ts'
import { projectRoot, provenRoot } from './gemini-project.ts'

export const geminiCli: Importer = geminiLike('gemini-cli', 'Gemini CLI', ({ env, home }) => [
  join(filled(env.GEMINI_CLI_HOME) ?? home, '.gemini', 'tmp'),
])

/** Programs that began as copies keep the format under other names. */
export function geminiLike(agent: string, title: string, places: Importer['places']): Importer {
  return {
    agent,
    title,
    places,
    find: (place, _skips, signal) => find(agent, place, signal),
    read: (found, skips, signal) => read(found, skips, signal),
  }
}

async function* find(agent: string, place: string, signal?: AbortSignal): AsyncGenerator<FoundSession> {
  const found: FoundSession[] = []
  for (const project of await foldersIn(place)) {
    signal?.throwIfAborted()
    const chats = await chatsOf(join(project, 'chats'))
    if (chats.length === 0) continue
    const folder = await projectRoot(project)
    for (const files of chats) {
      const [main, ...others] = await seen(files)
      if (main === undefined) continue
      const all = [main, ...others]
      found.push({
        agent,
        ref: main.file,
        files: all.map(({ file }) => file),
        modifiedAt: Math.max(...all.map(({ modifiedAt }) => modifiedAt)),
        bytes: all.reduce((sum, { bytes }) => sum + bytes, 0),
        ...(folder !== null && { folder }),
      })
    }
  }
  yield* byAge(found)
}

/** The files of each session: its own, then those of its subagents. */
async function chatsOf(folder: string): Promise<string[][]> {
  const files = await filesIn(folder)
  const known = new Set(files)
  const chats = files
    .filter((file) => /^session-.*\.jsonl?$/.test(basename(file)))
    // A resumed old session goes on in a file of the new kind, which repeats it.
    .filter((file) => !(file.endsWith('.json') && known.has(`${file}l`)))
    .map((file) => [file])
  for (const inner of await foldersIn(folder)) {
    const own = (await filesIn(inner)).filter((file) => file.endsWith('.jsonl'))
    const parent = chats.find(([file]) => stemOf(file).endsWith(`-${basename(inner).slice(0, 8)}`))
    if (parent === undefined) chats.push(...own.map((file) => [file]))
    else parent.push(...own)
  }
  return chats
}

function stemOf(file = ''): string {
  return basename(file, extname(file))
}

interface Entry {
  steps: Step[]
  /** The person went back from it. */
  gone: boolean
}

interface Reading {
  session: Session
  hash: string
  /** Messages in order; one of an id that is known takes the place of the earlier one. */
  entries: Entry[]
  positions: Map<string, Entry>
  check: Step | null
}

async function* read(found: FoundSession, skips: Skips, signal?: AbortSignal): AsyncGenerator<Session> {
  const [own = found.ref, ...others] = found.files
  const isOrphan = !/^session-/.test(basename(own))
  const chats = isOrphan ? dirname(dirname(own)) : dirname(own)
  const root = await projectRoot(dirname(chats))
  const reading = await readFileOf(found.agent, own, { skips, ...(signal && { signal }) })
  const steps = stepsOf(reading)
  const { session } = reading
  if (isOrphan) session.parentSessionId = basename(dirname(own))
  const side: Step[] = []
  for (const file of others) {
    const inner = await readFileOf(found.agent, file, { skips, ...(signal && { signal }) })
    side.push(...stepsOf(inner).map((step) => ({ ...step, subagent: true })))
    session.startedAt = earlier(session.startedAt, inner.session.startedAt)
    session.endedAt = Math.max(session.endedAt, inner.session.endedAt)
  }
  const all = isOrphan ? steps.map((step) => ({ ...step, subagent: true })) : merged(steps, side)
  const folder = root ?? provenRoot(all, reading.hash)
  if (folder !== null && !session.folders.includes(folder)) session.folders.unshift(folder)
  if (all.length > 0) yield { ...session, steps: all }
}

function earlier(one: number, other: number): number {
  return one === 0 ? other : other === 0 ? one : Math.min(one, other)
}

/** Steps of subagents lie where their time puts them. */
function merged(steps: readonly Step[], side: readonly Step[]): Step[] {
  if (side.length === 0) return [...steps]
  const all: Step[] = []
  const rest = [...side].sort((a, b) => (a.at ?? 0) - (b.at ?? 0))
  for (const step of steps) {
    while (rest[0] !== undefined && step.at !== null && (rest[0].at ?? 0) < step.at)
      all.push(rest.shift() as Step)
    all.push(step)
  }
  return [...all, ...rest]
}

interface ReadOptions {
  skips: Skips
  signal?: AbortSignal
}

async function readFileOf(agent: string, file: string, options: ReadOptions): Promise<Reading> {
  const reading = openReading(agent, file)
  if (file.endsWith('.json')) {
    for await (const { key, index, line, value } of jsonElements(file, { ...options, lists: ['messages'] }))
      if (key === 'messages' && index >= 0)
        put(reading, fields(value), { file, line, key: `messages/${index}` })
      else if (key !== null) note(reading, { [key]: value }, { file, line })
    return reading
  }
  for await (const { line, value } of jsonLines(file, options)) take(reading, value, { file, line })
  return reading
}

function openReading(agent: string, source: string): Reading {
  const session = openSession({ agent, sessionId: stemOf(source).slice(0, 200), source })
  return { session, hash: '', entries: [], positions: new Map(), check: null }
}

/** `$patch` takes outputs away that grew too long for the model: what they were is still of use. */
function take(reading: Reading, record: Fields, place: Place): void {
  if (typeof record.$rewindTo === 'string') rewind(reading, record.$rewindTo, place)
  else if (typeof record.id === 'string') put(reading, record, place)
  else if ('$set' in record) {
    const set = fields(record.$set)
    if (Array.isArray(set.messages)) rebuild(reading, set.messages, place)
    note(reading, set, place)
  } else if (typeof record.sessionId === 'string') note(reading, record, place)
}

function note(reading: Reading, set: Fields, place: Place): void {
  const { session } = reading
  if (set.sessionId !== undefined) session.sessionId = idOf(set.sessionId, session.sessionId)
  reading.hash = filled(set.projectHash) ?? reading.hash
  session.title = (filled(set.summary) ?? session.title).slice(0, 500)
  noteTime(session, instant(set.startTime))
  noteTime(session, instant(set.lastUpdated))
  for (const folder of list(set.directories).flatMap((one) => filled(one) ?? []))
    if (!session.folders.includes(folder)) session.folders.push(folder)
  const { validationStatus } = fields(set.memoryScratchpad)
  if (validationStatus !== 'passed' && validationStatus !== 'failed') return
  // Any command that looks like a check counts for it, also one before the last edit: evidence, never a verdict.
  const detail = `the program's own check of the session: ${validationStatus}`
  reading.check = { at: null, place, type: 'signal', signal: 'completed', detail }
}

function noteTime(session: Session, at: number | null): void {
  if (at === null) return
  session.startedAt = earlier(session.startedAt, at)
  session.endedAt = Math.max(session.endedAt, at)
}

/** The same id again: the message grew, its tools came to their end. */
function put(reading: Reading, message: Fields, place: Place): void {
  const { entries, positions, session } = reading
  const at = instant(message.timestamp)
  noteTime(session, at)
  session.model ??= filled(message.model) ?? null
  const id = text(message.id)
  const steps = messageSteps(message, { at, place })
  const known = positions.get(id)
  if (known !== undefined) known.steps = steps
  else {
    const entry = { steps, gone: false }
    entries.push(entry)
    if (id !== '') positions.set(id, entry)
  }
}

function rebuild(reading: Reading, messages: readonly unknown[], place: Place): void {
  reading.entries.length = 0
  reading.positions.clear()
  for (const message of messages) put(reading, fields(message), place)
}

/** The person went back to before that message; an id that nobody knows means the beginning. */
function rewind({ entries, positions }: Reading, id: string, place: Place): void {
  const target = positions.get(id)
  const from = target === undefined ? 0 : entries.indexOf(target)
  const removed = entries.slice(from).filter(({ gone }) => !gone)
  const count = removed.flatMap(({ steps }) => steps).filter(({ type }) => type === 'user').length
  for (const [known, entry] of positions) if (removed.includes(entry)) positions.delete(known)
  for (const entry of removed) entry.gone = true
  if (count === 0) for (const entry of removed) entry.steps = []
  else {
    const detail = `the person went back ${count === 1 ? 'one turn' : `${count} turns`}`
    const step: Step = { at: null, place, type: 'signal', signal: 'rolled-back', detail, count }
    entries.push({ steps: [step], gone: true })
  }
}

interface When {
  at: number | null
  place: Place
}

/** Texts that the program put in the person's place. */
const inserted = /^(?:This is the [\w ]+\. We are setting up the context|<session_context>)/

function messageSteps(message: Fields, when: When): Step[] {
  const said = partsText(message.content).trim()
  if (message.type === 'user') {
    const own = said.replace(/\n--- Content from referenced files ---[\s\S]*$/, '').trim()
    return own === '' || inserted.test(own) ? [] : [{ ...when, type: 'user', text: own }]
  }
  if (message.type === 'info') return infoSteps(said, when)
  if (message.type === 'error' || message.type === 'warning') return []
  const answer: Step[] = said === '' ? [] : [{ ...when, type: 'assistant', text: said }]
  const calls = list(message.toolCalls).map(fields)
  return [
    ...answer,
    ...calls.flatMap((call) =>
      callSteps({
        name: text(call.name),
        args: fields(call.args),
        status: text(call.status),
        output: partsText(call.result) || text(call.resultDisplay).slice(0, 40_000),
        display: call.resultDisplay,
        at: instant(call.timestamp) ?? when.at,
        place: when.place,
      }),
    ),
  ]
}

function infoSteps(said: string, when: When): Step[] {
  if (/^Request cancelled/i.test(said))
    return [{ ...when, type: 'signal', signal: 'aborted', detail: said.slice(0, 200) }]
  return /history compressed|compressed (?:chat )?history/i.test(said)
    ? [{ ...when, type: 'compaction', text: '' }]
    : []
}

function stepsOf({ entries, check }: Reading): Step[] {
  const steps = entries.flatMap((entry) => entry.steps)
  return check === null || steps.length === 0 ? steps : [...steps, check]
}
