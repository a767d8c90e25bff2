/** Sessions of OpenCode and of the new Kilo Code: a SQLite database, or JSON files from before 2026 (section 12). */

import { readFile } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join } from 'node:path'
import { type ForeignDatabase, type ForeignRow, readForeign } from '../../store/foreign-db.ts'
import { type Fields, fields, filled, instant, integer, json, text } from '../fields.ts'
import { byAge, filesIn, foldersIn, seen } from '../files.ts'
import type { FoundSession, Importer, Machine, Place, Session, Skips } from '../session.ts'
import { pathText } from '../tame.ts'
import { type Stored, type StoredMessage, type StoredSession, sessionOf } from './opencode-steps.ts'

interface Brand {
  agent: string
  title: string
  /** Name of its folder and of its database. */
  name: string
  /** Variable that moves the database; a bare name lies in the usual folder. */
  variable: string
}

export const openCode = importerOf({
  agent: 'opencode',
  title: 'OpenCode',
  name: 'opencode',
  variable: 'OPENCODE_DB',
})

/** The command line, and the extension from 7.2 on. What the extension kept before has Roo's form. */
export const kilo = importerOf({ agent: 'kilo', title: 'Kilo Code', name: 'kilo', variable: 'KILO_DB' })

function importerOf(brand: Brand): Importer {
  return {
    agent: brand.agent,
    title: brand.title,
    places: (machine) => placesOf(brand, machine),
    find: (place, skips, signal) => find(brand, place, { skips, signal }),
    read: (found, skips, signal) => read(brand, found, { skips, signal }),
  }
}

/** The same below the home of every platform. */
function placesOf({ name, variable }: Brand, { env, home }: Machine): string[] {
  const folder = join(filled(env.XDG_DATA_HOME) ?? join(home, '.local', 'share'), name)
  const moved = env[variable]
  return moved !== undefined && isAbsolute(moved) ? [folder, moved] : [folder]
}

interface Doing {
  skips: Skips
  signal: AbortSignal | undefined
}

async function* find(brand: Brand, place: string, doing: Doing): AsyncGenerator<FoundSession> {
  const [file] = await seen([place])
  const databases = file === undefined ? (await filesIn(place)).filter(isDatabase) : [place]
  const found: FoundSession[] = []
  const known = new Set<string>()
  for (const database of databases) {
    for (const session of await sessionsIn(brand, database, doing)) {
      const id = idOf(session.ref)
      // Channels share sessions when one was copied from the other.
      if (!known.has(id)) found.push(session)
      known.add(id)
    }
  }
  if (file === undefined) found.push(...(await oldSessions(brand, place, { ...doing, known })))
  yield* byAge(found)
}

function isDatabase(file: string): boolean {
  return file.endsWith('.db')
}

const mark = '#'

function idOf(ref: string): string {
  return ref.slice(ref.lastIndexOf(mark) + 1)
}

async function sessionsIn(brand: Brand, database: string, { skips, signal }: Doing): Promise<FoundSession[]> {
  const result = await readForeign(database, sessionRows, signal && { signal })
  if (!result.ok) {
    skips.skip(result.reason, { file: database })
    return []
  }
  const files = (await seen([database, `${database}-wal`])).map((one) => one.file)
  return result.value.flatMap((row): FoundSession[] => {
    const id = text(row.id)
    if (id === '' || id.length > 300 || id.includes(mark)) return []
    const folder = pathText(row.directory)
    return [
      {
        agent: brand.agent,
        ref: `${database}${mark}${id}`,
        files,
        modifiedAt: instant(row.time_updated) ?? 0,
        bytes: integer(row.bytes) ?? 0,
        ...(folder !== undefined && { folder }),
      },
    ]
  })
}

const selectSessions = `
  select s.id, s.directory, s.time_updated,
    (select sum(octet_length(m.data)) from message m where m.session_id = s.id) as bytes
  from session s`

/** Other programs keep databases in that folder, too: without the tables there are no sessions. */
function sessionRows(db: ForeignDatabase): ForeignRow[] {
  return db.columns('session').has('directory') && db.columns('message').has('data')
    ? db.all(selectSessions)
    : []
}

/** Sessions of the JSON files that no database has taken over. */
async function oldSessions(
  brand: Brand,
  place: string,
  { signal, known }: Doing & { known: ReadonlySet<string> },
): Promise<FoundSession[]> {
  const found: FoundSession[] = []
  for (const project of await foldersIn(join(place, 'storage', 'session'))) {
    for (const file of (await filesIn(project)).filter((name) => name.endsWith('.json'))) {
      signal?.throwIfAborted()
      if (known.has(basename(file, '.json'))) continue
      const files = await seen([file, ...(await filesOf(file))])
      const content = await readFile(file, 'utf8').catch(() => '')
      const folder = pathText(json(content).directory)
      found.push({
        agent: brand.agent,
        ref: file,
        files: files.map((one) => one.file),
        modifiedAt: Math.max(...files.map((one) => one.modifiedAt)),
        bytes: files.reduce((sum, one) => sum + one.bytes, 0),
        ...(folder !== undefined && { folder }),
      })
    }
  }
  return found
}

/** Files of messages and of their parts, in order of the ids, which is that of time. */
async function filesOf(session: string): Promise<string[]> {
  const storage = dirname(dirname(dirname(session)))
  const messages = await filesIn(join(storage, 'message', basename(session, '.json')))
  const parts = await Promise.all(
    messages.map((message) => filesIn(join(storage, 'part', basename(message, '.json')))),
  )
  return [...messages, ...parts.flat()].filter((name) => name.endsWith('.json'))
}

async function* read(brand: Brand, found: FoundSession, doing: Doing): AsyncGenerator<Session> {
  const stored = found.ref.endsWith('.json')
    ? await readFiles(brand, found, doing)
    : await readRows(brand, found, doing)
  if (stored === null) return
  const session = sessionOf(stored)
  if (session.steps.length > 0) yield session
}

async function readRows(
  { agent }: Brand,
  { ref }: FoundSession,
  { skips, signal }: Doing,
): Promise<StoredSession | null> {
  const id = idOf(ref)
  const file = ref.slice(0, -id.length - mark.length)
  const result = await readForeign(file, (db) => rowsOf(db, file, id), signal && { signal })
  if (!result.ok) {
    skips.skip(result.reason, { file, key: id })
    return null
  }
  if (result.value === null) return null
  const { session, messages, tooLong } = result.value
  for (const key of tooLong) skips.skip('a record is too long or no JSON object', { file, key })
  return { agent, id, data: session, place: { file, key: id }, messages }
}

/** Characters; larger records hold images. */
const longestRecord = 16 * 1024 * 1024
const ofSession = `case when octet_length(data) <= ${longestRecord} then cast(data as text) end as data`
const selectSession = 'select * from session where id = ?'
const selectMessages = `select id, time_created, ${ofSession} from message where session_id = ?`
const selectParts = `select id, message_id, ${ofSession} from part where session_id = ? order by id`

function rowsOf(db: ForeignDatabase, file: string, id: string) {
  const [row] = db.all(selectSession, id)
  if (row === undefined) return null
  const tooLong: string[] = []
  const dataOf = (one: ForeignRow): { key: string; data: Fields; place: Place } => {
    const key = text(one.id)
    const data = json(one.data)
    if (Object.keys(data).length === 0) tooLong.push(key)
    return { key, data, place: { file, key } }
  }
  const messages = new Map<string, StoredMessage>()
  for (const one of db.each(selectMessages, id)) {
    const { key, data, place } = dataOf(one)
    messages.set(key, { id: key, data, place, createdAt: instant(one.time_created), parts: [] })
  }
  for (const one of db.each(selectParts, id)) {
    const { key, data, place } = dataOf(one)
    messages.get(text(one.message_id))?.parts.push({ id: key, data, place })
  }
  return { session: likeFile(row), messages: [...messages.values()], tooLong }
}

/** A row under the names of the JSON files. */
function likeFile(row: ForeignRow): Fields {
  return {
    parentID: row.parent_id,
    directory: row.directory,
    title: row.title,
    time: { created: row.time_created, updated: row.time_updated },
    revert: json(row.revert),
    summary: { diffs: jsonList(row.summary_diffs) },
  }
}

function jsonList(value: unknown): unknown {
  return typeof value === 'string' ? json(`{"list":${value}}`).list : undefined
}

async function readFiles({ agent }: Brand, found: FoundSession, doing: Doing): Promise<StoredSession | null> {
  const session = await fileOf(found.ref, doing)
  if (session === null) return null
  const storage = dirname(dirname(dirname(found.ref)))
  const messages: StoredMessage[] = []
  for (const file of await filesIn(join(storage, 'message', session.id))) {
    const message = await fileOf(file, doing)
    if (message === null) continue
    const parts: Stored[] = []
    for (const part of await filesIn(join(storage, 'part', message.id))) {
      const stored = await fileOf(part, doing)
      if (stored !== null) parts.push(stored)
    }
    messages.push({ ...message, createdAt: null, parts })
  }
  return { ...session, agent, messages }
}

/** Null, and counted, for what is no JSON object. The id is the file's name, whatever the content says. */
async function fileOf(file: string, { skips, signal }: Doing): Promise<Stored | null> {
  if (!file.endsWith('.json')) return null
  signal?.throwIfAborted()
  const content = await readFile(file, 'utf8').catch(() => null)
  if (content === null || content.length > longestRecord) {
    skips.skip('a file cannot be read or is too long', { file })
    return null
  }
  const data = fields(json(content.replace(/^\uFEFF/, '')))
  if (Object.keys(data).length > 0) return { id: basename(file, '.json'), data, place: { file } }
  skips.skip('a file is no JSON object', { file })
  return null
}
