/** Sessions of Cursor, the editor: one key-value database that can be many gigabytes (session-formats, section 13). */

import { readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { type ForeignDatabase, prefixRange, readForeign } from '../../store/foreign-db.ts'
import { bounded, type Fields, fields, filled, instant, integer, json, list, text } from '../fields.ts'
import { byAge, foldersIn, seen } from '../files.ts'
import type { FoundSession, Importer, Machine, Session, Skips, Step } from '../session.ts'
import { pathText } from '../tame.ts'
import { uriPath } from '../vscode-folders.ts'
import { bubbleSteps, timeOf } from './cursor-steps.ts'

export const cursor: Importer = {
  agent: 'cursor',
  title: 'Cursor',
  places: (machine) => [join(userFolder(machine), 'globalStorage')],
  find,
  read,
}

function userFolder({ platform, home, env }: Machine): string {
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'Cursor', 'User')
  if (platform === 'win32')
    return join(filled(env.APPDATA) ?? join(home, 'AppData', 'Roaming'), 'Cursor', 'User')
  return join(filled(env.XDG_CONFIG_HOME) ?? join(home, '.config'), 'Cursor', 'User')
}

const databaseName = 'state.vscdb'
const mark = '#'

async function* find(place: string, skips: Skips, signal?: AbortSignal): AsyncGenerator<FoundSession> {
  const file = join(place, databaseName)
  const files = (await seen([file, `${file}-wal`])).map((one) => one.file)
  if (files[0] !== file) return
  const result = await readForeign(file, listed, signal && { signal })
  if (!result.ok) return skips.skip(result.reason, { file })
  const composers = result.value
  const isComplete = composers.every(({ folder }) => folder !== undefined)
  const folders = isComplete ? new Map() : await foldersOfWorkspaces(dirname(place), skips, signal)
  const found = composers.map((one): FoundSession => {
    const folder = one.folder ?? folders.get(one.id) ?? folders.get(one.workspace)
    return {
      agent: 'cursor',
      ref: `${file}${mark}${one.id}`,
      files,
      modifiedAt: one.modifiedAt,
      bytes: one.bytes,
      ...(folder !== undefined && { folder }),
    }
  })
  yield* byAge(found)
}

interface Composer {
  id: string
  bytes: number
  modifiedAt: number
  folder?: string
  /** Id of its folder in `workspaceStorage`. */
  workspace?: string
}

/** Keys and sizes only: SQLite does not read the values for them. */
const selectKeys = 'select key, octet_length(value) as bytes from cursorDiskKV where key >= ? and key < ?'
/** Larger values are no records of a conversation. */
const longestValue = 32 * 1024 * 1024
const boundedValue = `case when octet_length(value) <= ${longestValue} then cast(value as text) end as value`
const selectValue = `select ${boundedValue} from cursorDiskKV where key = ?`
// The same table holds tokens and secrets: only this key is ever asked for.
const selectItem = `select ${boundedValue} from ItemTable where key = ?`

function listed(db: ForeignDatabase): Composer[] {
  if (!db.columns('cursorDiskKV').has('value')) return []
  const headers = headersOf(db)
  return db.all(selectKeys, ...prefixRange('composerData:')).flatMap((row): Composer[] => {
    const id = text(row.key).slice('composerData:'.length)
    if (id === '' || id.length > 300 || id.includes(mark)) return []
    // Conversations from before the list of headers tell it themselves.
    const data = headers.get(id) ?? json(db.all(selectValue, `composerData:${id}`)[0]?.value)
    const folder = folderOf(data)
    const workspace = pathText(fields(data.workspaceIdentifier).id)
    return [
      {
        id,
        bytes: integer(row.bytes) ?? 0,
        modifiedAt: instant(data.lastUpdatedAt) ?? instant(data.createdAt) ?? 0,
        ...(folder !== undefined && { folder }),
        ...(workspace !== undefined && { workspace }),
      },
    ]
  })
}

/** From 3.0 on the global list of all conversations, each with its workspace. */
function headersOf(db: ForeignDatabase): Map<string, Fields> {
  if (!db.columns('ItemTable').has('value')) return new Map()
  const value = json(db.all(selectItem, 'composer.composerHeaders')[0]?.value)
  const composers = list(value.allComposers).map(fields)
  return new Map(composers.map((composer) => [text(composer.composerId), composer]))
}

/** Several folders in one window have no single path, only a file that lists them. */
function folderOf(data: Fields): string | undefined {
  const { uri } = fields(data.workspaceIdentifier)
  const path = uriPath(uri) ?? pathText(fields(uri).fsPath)
  return path?.endsWith('.code-workspace') ? undefined : path
}

/** Folders by conversation, as the workspaces' own databases list them, and by the workspace's id. */
async function foldersOfWorkspaces(
  user: string,
  skips: Skips,
  signal: AbortSignal | undefined,
): Promise<Map<string | undefined, string>> {
  const folders = new Map<string | undefined, string>()
  for (const storage of await foldersIn(join(user, 'workspaceStorage'))) {
    signal?.throwIfAborted()
    const content = await readFile(join(storage, 'workspace.json'), 'utf8').catch(() => '')
    const folder = uriPath(json(content).folder)
    if (folder === undefined) continue
    folders.set(basename(storage), folder)
    const file = join(storage, databaseName)
    if ((await seen([file])).length === 0) continue
    const result = await readForeign(file, idsIn, signal && { signal })
    if (!result.ok) skips.skip(result.reason, { file })
    else for (const id of result.value) if (!folders.has(id)) folders.set(id, folder)
  }
  return folders
}

function idsIn(db: ForeignDatabase): string[] {
  if (!db.columns('ItemTable').has('value')) return []
  const value = json(db.all(selectItem, 'composer.composerData')[0]?.value)
  const listedIds = list(value.allComposers).map((composer) => fields(composer).composerId)
  const ids = [...listedIds, ...list(value.selectedComposerIds), ...list(value.lastFocusedComposerIds)]
  return ids.map(text).filter(Boolean)
}

async function* read(found: FoundSession, skips: Skips, signal?: AbortSignal): AsyncGenerator<Session> {
  const at = found.ref.lastIndexOf(mark)
  const [file, id] = [found.ref.slice(0, at), found.ref.slice(at + 1)]
  const result = await readForeign(file, (db) => conversationOf(db, file, id), signal && { signal })
  if (!result.ok) return skips.skip(result.reason, { file, key: id })
  const { composer, steps, folders, bad } = result.value
  for (const key of bad) skips.skip('a message is missing, too long or no JSON object', { file, key })
  if (steps.length === 0) return
  const times = steps.flatMap(({ at: time }) => time ?? [])
  const startedAt = instant(composer.createdAt) ?? times[0] ?? 0
  const folder = folderOf(composer) ?? found.folder
  yield {
    agent: 'cursor',
    sessionId: id,
    parentSessionId: pathText(fields(composer.subagentInfo).parentComposerId) ?? null,
    folders: [...new Set(folder === undefined ? folders : [folder, ...folders])],
    remote: null,
    branch: null,
    headCommit: null,
    startedAt,
    endedAt: Math.max(startedAt, instant(composer.lastUpdatedAt) ?? 0, times.at(-1) ?? 0),
    title: bounded(text(composer.name)),
    model: pathText(fields(composer.modelConfig).modelName) ?? null,
    steps,
    source: file,
  }
}

interface Conversation {
  composer: Fields
  steps: Step[]
  /** Recorded with messages. */
  folders: string[]
  bad: string[]
}

/** Each message is turned into steps as it comes: the values themselves are not kept. */
function conversationOf(db: ForeignDatabase, file: string, id: string): Conversation {
  const composer = json(db.all(selectValue, `composerData:${id}`)[0]?.value)
  const steps: Step[] = []
  const folders = new Set<string>()
  const bad: string[] = []
  const contents = (key: string) => (key === '' ? null : stringOf(db.all(selectValue, key)[0]?.value))
  for (const [key, bubble] of bubblesOf(db, id, composer)) {
    if (Object.keys(bubble).length === 0) bad.push(key)
    for (const uri of list(bubble.workspaceUris)) {
      const folder = uriPath(uri)
      if (folder !== undefined) folders.add(folder)
    }
    steps.push(...bubbleSteps(bubble, { file, key }, contents))
  }
  return { composer, steps, folders: [...folders], bad }
}

function stringOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

/** In the order of the conversation; the oldest ones lie in the conversation's own record. */
function* bubblesOf(db: ForeignDatabase, id: string, composer: Fields): Generator<[string, Fields]> {
  const inside = list(composer.conversation)
  const headers = list(composer.fullConversationHeadersOnly).map((header) => text(fields(header).bubbleId))
  if (inside.length > 0 && headers.length === 0) {
    for (const bubble of inside) yield [`composerData:${id}`, fields(bubble)]
    return
  }
  const keys = headers.filter(Boolean).map((bubble) => `bubbleId:${id}:${bubble}`)
  for (const key of keys.length > 0 ? new Set(keys) : unlisted(db, id))
    yield [key, json(db.all(selectValue, key)[0]?.value)]
}

/** Keys by time, where the conversation's record is lost or lists none. */
function unlisted(db: ForeignDatabase, id: string): string[] {
  const rows = db.all(selectKeys, ...prefixRange(`bubbleId:${id}:`))
  const timed = rows.map((row) => {
    const key = text(row.key)
    return { key, at: timeOf(json(db.all(selectValue, key)[0]?.value)) ?? 0 }
  })
  return timed.sort((a, b) => a.at - b.at || (a.key < b.key ? -1 : 1)).map(({ key }) => key)
}
