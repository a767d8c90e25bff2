/** Sessions of Cline: task folders of the extension, and manifests with messages of its SDK (session-formats, section 5). */

import { basename, dirname, join } from 'node:path'
import { endTalk, openTalk, type Talk, takeTurn } from '../anthropic-turns.ts'
import { type Fields, fields, filled, text } from '../fields.ts'
import { byAge, filesIn, foldersIn, seen } from '../files.ts'
import { jsonElements, jsonFile } from '../json-elements.ts'
import type { FoundSession, Importer, Session, Skips, Step } from '../session.ts'
import { pathText, time } from '../tame.ts'
import { userFolders } from '../vscode-folders.ts'
import { findTasks, historyFile, largest, readTask, smallest, type TaskFolders } from './task-folders.ts'

const agent = 'cline'
const folders: TaskFolders = { agent, index: join('..', 'state', 'taskHistory.json') }

export const cline: Importer = {
  agent,
  title: 'Cline',
  places(machine) {
    const { env, home } = machine
    const data = env.CLINE_DATA_DIR ?? join(env.CLINE_DIR ?? join(home, '.cline'), 'data')
    const extension = join('globalStorage', 'saoudrizwan.claude-dev', 'tasks')
    return [
      env.CLINE_SESSION_DATA_DIR ?? join(data, 'sessions'),
      // The command line before the SDK wrote the extension's layout here.
      join(data, 'tasks'),
      ...userFolders(machine).map((user) => join(user, extension)),
    ]
  },
  async *find(place: string, skips: Skips, signal?: AbortSignal): AsyncGenerator<FoundSession> {
    if (basename(place) === 'tasks') yield* findTasks(folders, place, { skips, signal })
    else yield* findManifests(place, signal)
  },
  async *read(found: FoundSession, skips: Skips, signal?: AbortSignal): AsyncGenerator<Session> {
    const options = { skips, signal }
    const isTask = basename(found.ref) === historyFile
    const session = isTask ? await readTask(found, options) : await readMessages(found, options)
    if (session !== null) yield session
  },
}

const ending = '.messages.json'

async function* findManifests(place: string, signal?: AbortSignal): AsyncGenerator<FoundSession> {
  const found: FoundSession[] = []
  for (const folder of await foldersIn(place)) {
    signal?.throwIfAborted()
    for (const messages of (await filesIn(folder)).filter((file) => file.endsWith(ending))) {
      const files = await seen([messages, manifestOf(messages)])
      const [first] = files
      if (first === undefined || first.file !== messages) continue
      found.push({
        agent,
        ref: messages,
        files: files.map(({ file }) => file),
        modifiedAt: Math.max(...files.map(({ modifiedAt }) => modifiedAt)),
        bytes: first.bytes,
      })
    }
  }
  yield* byAge(found)
}

function manifestOf(messages: string): string {
  return `${messages.slice(0, -ending.length)}.json`
}

interface Options {
  skips: Skips
  signal?: AbortSignal | undefined
}

async function readMessages(found: FoundSession, { skips, signal }: Options): Promise<Session | null> {
  const file = found.ref
  const talk = openTalk('plain')
  const times: number[] = []
  const ids = new Set<string>()
  let model: string | null = null
  const lists = ['messages']
  for await (const { key, index, line, value } of jsonElements(file, {
    skips,
    lists,
    ...(signal && { signal }),
  })) {
    if (key !== 'messages' || index < 0) continue
    const { id, role, content, ts, modelInfo } = fields(value)
    // A session that was taken up again may repeat messages: the earliest stands.
    if (filled(id) !== undefined && ids.has(text(id))) continue
    ids.add(text(id))
    const at = time(ts)
    if (at !== null) times.push(at)
    model ??= filled(fields(modelInfo).id)?.slice(0, 300) ?? null
    takeTurn(talk, {
      role: text(role),
      content,
      at,
      place: { file, ...(line > 1 && { line }), key: filled(id)?.slice(0, 200) ?? `message ${index}` },
    })
  }
  endTalk(talk)
  if (talk.steps.length === 0) return null
  const manifest = await jsonFile(manifestOf(file), skips, signal)
  return sessionOf(found, talk, { manifest, times, model })
}

interface Header {
  manifest: Fields
  times: readonly number[]
  model: string | null
}

function sessionOf(found: FoundSession, talk: Talk, { manifest, times, model }: Header): Session {
  const metadata = fields(manifest.metadata)
  const own = [...times, time(manifest.started_at), time(manifest.ended_at)].filter((at) => at !== null)
  const all = own.length > 0 ? own : [Math.round(found.modifiedAt)]
  const worked = [pathText(manifest.workspace_root), pathText(manifest.cwd), ...talk.folders]
  const request = talk.steps.find(({ type }) => type === 'user')
  const title = filled(metadata.title) ?? (request?.type === 'user' ? request.text : '')
  return {
    agent,
    sessionId: basename(found.ref, ending).slice(0, 300),
    parentSessionId: filled(fields(metadata.fork).forkedFromSessionId)?.slice(0, 300) ?? null,
    folders: [...new Set(worked.filter((path) => path !== undefined))],
    remote: null,
    branch: null,
    headCommit: null,
    startedAt: smallest(all),
    endedAt: largest(all),
    title: title.trim().split('\n')[0]?.slice(0, 300) ?? '',
    model: model ?? filled(manifest.model)?.slice(0, 300) ?? null,
    steps: [...talk.steps, ...statusSteps(manifest, found.ref)],
    source: found.ref,
  }
}

/** `completed` says only that the program ended; a stop says that the work may be half done. */
function statusSteps({ status }: Fields, file: string): Step[] {
  if (status !== 'cancelled' && status !== 'failed') return []
  const place = { file, key: basename(dirname(file)) }
  return [
    { at: null, place, type: 'signal', signal: 'aborted', detail: `the session is marked as ${status}` },
  ]
}
