/** Tasks as Cline and its heirs keep them: a folder each, with the messages that went to the model (session-formats, sections 5 and 6). */

import { basename, dirname, join } from 'node:path'
import { endTalk, openTalk, summaryStep, type Talk, type Turn, takeTurn } from '../anthropic-turns.ts'
import { type Fields, fields, filled, list, text } from '../fields.ts'
import { byAge, foldersIn, seen } from '../files.ts'
import { jsonElements, jsonFile } from '../json-elements.ts'
import type { FoundSession, Place, Session, Skips, Step } from '../session.ts'
import { pathText, time } from '../tame.ts'

export const historyFile = 'api_conversation_history.json'
const sideFiles = ['ui_messages.json', 'history_item.json']

export interface TaskFolders {
  agent: string
  /** Index of all tasks, relative to their folder: an item a task. */
  index: string
}

/** Tasks in a folder of tasks, newest first. */
export async function* findTasks(
  { agent, index }: TaskFolders,
  place: string,
  { skips, signal }: { skips: Skips; signal?: AbortSignal | undefined },
): AsyncGenerator<FoundSession> {
  const folders = await foldersIn(place)
  const items =
    folders.length === 0 ? new Map<string, Fields>() : await itemsOf(join(place, index), skips, signal)
  const found: FoundSession[] = []
  for (const task of folders) {
    signal?.throwIfAborted()
    const files = await seen([historyFile, ...sideFiles].map((name) => join(task, name)))
    const [history] = files
    if (history === undefined || basename(history.file) !== historyFile) continue
    const folder = folderOf(items.get(basename(task)) ?? {})
    found.push({
      agent,
      ref: history.file,
      files: files.map(({ file }) => file),
      modifiedAt: Math.max(...files.map(({ modifiedAt }) => modifiedAt)),
      bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
      ...(folder !== undefined && { folder }),
    })
  }
  yield* byAge(found)
}

async function itemsOf(file: string, skips: Skips, signal?: AbortSignal): Promise<Map<string, Fields>> {
  const index = await jsonFile(file, skips, signal)
  const items = list(index.list).length > 0 ? list(index.list) : list(index.entries)
  return new Map(items.map((item) => [text(fields(item).id), fields(item)]))
}

function folderOf(item: Fields): string | undefined {
  return pathText(item.cwdOnTaskInitialization) ?? pathText(item.workspace)
}

/** The session of one task; null where nothing of it can be read. */
export async function readTask(
  found: FoundSession,
  { skips, signal }: { skips: Skips; signal?: AbortSignal | undefined },
): Promise<Session | null> {
  const folder = dirname(found.ref)
  const talk = openTalk('tagged')
  const times: number[] = []
  for await (const { key, index, line, value } of jsonElements(found.ref, {
    skips,
    ...(signal && { signal }),
  })) {
    if (key !== null) continue
    const message = fields(value)
    const at = time(message.ts)
    if (at !== null) times.push(at)
    const place: Place = { file: found.ref, ...(line > 1 && { line }), key: `message ${index}` }
    takeMessage(talk, message, { at, place })
  }
  endTalk(talk)
  if (talk.steps.length === 0) return null
  times.push(...(await shownTimes(join(folder, 'ui_messages.json'), skips, signal)))
  const item = await jsonFile(join(folder, 'history_item.json'), skips, signal)
  return sessionOf(found, talk, { item, times })
}

function takeMessage(talk: Talk, message: Fields, when: Pick<Turn, 'at' | 'place'>): void {
  const turn: Turn = { role: text(message.role), content: message.content, ...when }
  if (message.isTruncationMarker === true) return
  if (message.isSummary === true) talk.steps.push(summaryStep(turn))
  else takeTurn(talk, turn)
}

/** First and last time of what the person saw: older messages to the model have no time of their own. */
async function shownTimes(file: string, skips: Skips, signal?: AbortSignal): Promise<number[]> {
  if ((await seen([file])).length === 0) return []
  let first: number | null = null
  let last: number | null = null
  for await (const { key, value } of jsonElements(file, { skips, ...(signal && { signal }) })) {
    const at = key === null ? time(fields(value).ts) : null
    if (at === null) continue
    first = Math.min(first ?? at, at)
    last = Math.max(last ?? at, at)
  }
  return [first, last].filter((at) => at !== null)
}

function sessionOf(
  found: FoundSession,
  talk: Talk,
  { item, times }: { item: Fields; times: readonly number[] },
): Session {
  const id = basename(dirname(found.ref))
  const known = [...times, time(item.ts), time(Number(id))].filter((at) => at !== null)
  const all = known.length > 0 ? known : [Math.round(found.modifiedAt)]
  const folders = [pathText(item.workspace) ?? found.folder, ...talk.folders].filter(
    (path) => path !== undefined,
  )
  const request = talk.steps.find(({ type }) => type === 'user')
  const title = filled(item.task) ?? (request?.type === 'user' ? request.text : '')
  return {
    agent: found.agent,
    sessionId: id,
    parentSessionId: filled(item.parentTaskId)?.slice(0, 300) ?? null,
    folders: [...new Set(folders)],
    remote: null,
    branch: null,
    headCommit: null,
    startedAt: smallest(all),
    endedAt: largest(all),
    title: title.trim().split('\n')[0]?.slice(0, 300) ?? '',
    model: null,
    steps: [...talk.steps, ...statusSteps(item, found.ref)],
    source: found.ref,
  }
}

export function smallest(values: readonly number[]): number {
  return values.reduce((least, value) => Math.min(least, value))
}

export function largest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value))
}

function statusSteps(item: Fields, file: string): Step[] {
  if (item.status !== 'completed') return []
  const detail = filled(item.completionResultSummary)?.slice(0, 1_000) ?? 'the task is marked as completed'
  return [
    { at: null, place: { file, key: 'history_item.json' }, type: 'signal', signal: 'completed', detail },
  ]
}
