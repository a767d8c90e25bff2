/** Sessions of Aider: one markdown history beside the code holds all of them (session-formats, section 8). */

import { existsSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, relative } from 'node:path'
import { seen } from '../files.ts'
import { fileLines } from '../json-lines.ts'
import type { FoundSession, Importer, Machine, Session, Skips } from '../session.ts'
import { entriesOf, stepsOf } from './aider-turns.ts'

const usualName = '.aider.chat.history.md'
const requestsName = '.aider.input.history'

export const aider: Importer = {
  agent: 'aider',
  title: 'Aider',
  places,
  find,
  read,
}

/** A history that is kept for several repositories does not say which one a session was about: it is left out. */
function places({ env, repositories }: Machine): string[] {
  const named = env.AIDER_CHAT_HISTORY_FILE
  const own = repositories.map((root) => join(root, usualName))
  if (named === undefined || named === '') return own
  const others = isAbsolute(named)
    ? repositories.some((root) => !relative(root, named).startsWith('..'))
      ? [named]
      : []
    : repositories.map((root) => join(root, named))
  return [...new Set([...own, ...others])]
}

async function* find(place: string, _skips: Skips, signal?: AbortSignal): AsyncGenerator<FoundSession> {
  signal?.throwIfAborted()
  const files = await seen([place, join(dirname(place), requestsName)])
  const [history] = files
  if (history?.file !== place) return
  yield {
    agent: 'aider',
    ref: place,
    files: files.map(({ file }) => file),
    modifiedAt: history.modifiedAt,
    bytes: history.bytes,
    folder: workTree(dirname(place)),
  }
}

/** Aider names files from the root of the work tree, wherever its history lies. */
function workTree(folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return at
    if (dirname(at) === at) return folder
  }
}

/** One session's lines. */
interface Part {
  start: string
  firstLine: number
  lines: string[]
}

async function* read(found: FoundSession, skips: Skips, signal?: AbortSignal): AsyncGenerator<Session> {
  const requests = found.files.find((file) => basename(file) === requestsName && file !== found.ref)
  const times = await openTimes(requests, signal)
  const used = new Map<string, number>()
  for await (const part of partsOf(found.ref, skips, signal)) {
    const startedAt = Date.parse(part.start.replace(' ', 'T'))
    const session = sessionOf(part, { found, startedAt, timeOf: times.after(startedAt) })
    if (session.steps.length === 0) continue
    const again = (used.get(session.sessionId) ?? 0) + 1
    used.set(session.sessionId, again)
    yield again === 1 ? session : { ...session, sessionId: `${session.sessionId}-${again}` }
  }
}

const header = /^# aider chat started at (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\s*$/
/** Characters of one session: more is no conversation. */
const longestSession = 64 * 1024 * 1024

async function* partsOf(file: string, skips: Skips, signal?: AbortSignal): AsyncGenerator<Part> {
  let part: Part | null = null
  let [line, length] = [0, 0]
  for await (const bytes of fileLines(file, signal ? { signal } : {})) {
    line++
    if (bytes === null) {
      skips.skip('a line is too long', { file, line })
      continue
    }
    const text = bytes.toString('utf8')
    const start = header.exec(text)?.[1]
    if (start !== undefined) {
      if (part !== null) yield part
      const isDate = !Number.isNaN(Date.parse(start.replace(' ', 'T')))
      if (!isDate) skips.skip('a session without a date', { file, line })
      part = isDate ? { start, firstLine: line + 1, lines: [] } : null
      length = 0
      continue
    }
    length += text.length
    if (part !== null && length <= longestSession) part.lines.push(text)
    else if (part !== null && length - text.length <= longestSession)
      skips.skip('a session is too long: its end is left out', { file, line })
    else if (part === null && line === 1 && text.trim() !== '')
      skips.skip('text before the first session', { file, line })
  }
  if (part !== null) yield part
}

interface Around {
  found: FoundSession
  startedAt: number
  timeOf: (request: string) => number | null
}

function sessionOf({ start, firstLine, lines }: Part, { found, startedAt, timeOf }: Around): Session {
  const { steps, model } = stepsOf(entriesOf(lines, firstLine), { file: found.ref, timeOf })
  const first = steps.find((step) => step.type === 'user')
  return {
    agent: 'aider',
    sessionId: `aider-${start.replace(/\D/g, '')}`,
    parentSessionId: null,
    folders: found.folder === undefined ? [] : [found.folder],
    remote: null,
    branch: null,
    headCommit: null,
    startedAt,
    endedAt: steps.reduce((latest, { at }) => Math.max(latest, at ?? 0), startedAt),
    title: first?.type === 'user' ? (first.text.split('\n')[0] ?? '').slice(0, 300) : '',
    model,
    steps,
    source: found.ref,
  }
}

interface Asked {
  at: number
  request: string
}

/** Requests that are looked through for the one that is said next: the history of prompts also has answers. */
const farthest = 200

/** The history of prompts knows when each was sent; the markdown does not. */
async function openTimes(
  file: string | undefined,
  signal?: AbortSignal,
): Promise<{ after(startedAt: number): (request: string) => number | null }> {
  const asked = file === undefined ? [] : await askedIn(file, signal)
  let next = 0
  return {
    after: (startedAt) => (request) => {
      const from = next
      for (let at = from; at < asked.length && at < from + farthest; at++) {
        const one = asked[at]
        if (one === undefined || one.at < startedAt || one.request !== request) continue
        next = at + 1
        return one.at
      }
      return null
    },
  }
}

async function askedIn(file: string, signal?: AbortSignal): Promise<Asked[]> {
  const asked: Asked[] = []
  for await (const bytes of fileLines(file, signal ? { signal } : {})) {
    const text = bytes?.toString('utf8') ?? ''
    const [, date] = /^# (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?)$/.exec(text) ?? []
    const at = date === undefined ? Number.NaN : Math.round(Date.parse(date.replace(' ', 'T')))
    const last = asked.at(-1)
    if (!Number.isNaN(at)) asked.push({ at, request: '' })
    else if (text.startsWith('+') && last !== undefined)
      last.request = `${last.request}\n${text.slice(1).trimEnd()}`.trim()
  }
  return asked
}
