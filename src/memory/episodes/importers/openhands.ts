/** Sessions of OpenHands: folders of events, trajectory exports and outputs of runs (session-formats, section 9). */

import { basename, dirname, join } from 'node:path'
import { type Fields, fields, instant, label, list, text } from '../fields.ts'
import { byAge, filesIn, foldersIn, seen } from '../files.ts'
import { jsonElements, jsonFile } from '../json-elements.ts'
import { jsonLines } from '../json-lines.ts'
import type { FoundSession, Importer, Place, Session, Skips } from '../session.ts'
import { withSubmission } from '../submission.ts'
import { pathText, tamed } from '../tame.ts'
import { type Event, type Seen, stepsOfEvents } from './openhands-steps.ts'
import { eventOfV0 } from './openhands-v0.ts'
import { eventOfV1 } from './openhands-v1.ts'
import { filesBelow, sessionsIn, trajectoryFolders } from './trajectory-files.ts'

const agent = 'openhands'

export const openHands: Importer = {
  agent,
  title: 'OpenHands',
  places({ env, home, repositories }) {
    const own = env.OPENHANDS_PERSISTENCE_DIR || join(home, '.openhands')
    return [
      env.OPENHANDS_CONVERSATIONS_DIR || join(own, 'conversations'),
      join(own, 'sessions'),
      join(own, 'users'),
      join(home, '.openhands-state', 'sessions'),
      ...trajectoryFolders({ repositories }),
      ...repositories.map((root) => join(root, 'output', 'output.jsonl')),
    ]
  },
  find,
  read,
}

async function* find(place: string, skips: Skips, signal?: AbortSignal): AsyncGenerator<FoundSession> {
  const kind = basename(place)
  if (kind === 'trajectories' || kind === 'output.jsonl') {
    const files = await filesBelow(
      place,
      (file) => /(?<!\.traj)\.json$|(?:^|[\\/])output\.jsonl$/.test(file),
      signal,
    )
    const exports: string[] = []
    for (const file of files) if (file.endsWith('.jsonl') || (await isExport(file))) exports.push(file)
    yield* await sessionsIn(agent, exports)
    return
  }
  const users = kind === 'users' ? await foldersIn(place) : []
  const parents = kind === 'users' ? users.map((folder) => join(folder, 'conversations')) : [place]
  const found: FoundSession[] = []
  for (const parent of parents)
    for (const folder of await foldersIn(parent)) {
      signal?.throwIfAborted()
      const one = await foundIn(folder)
      if (one !== null) found.push(one)
      else if ((await filesIn(folder)).some((file) => basename(file) === 'base_state.json'))
        skips.skip('a conversation without events', { file: join(folder, 'base_state.json') })
    }
  yield* byAge(found)
}

const eventFile = /^(?:event-(\d{5,})-[0-9a-fA-F-]{8,}|(\d{1,9}))\.json$/

/** Numbers decide, not names: the newest versions have more digits than the first ones. */
async function eventFiles(folder: string): Promise<string[]> {
  const numbered = (await filesIn(join(folder, 'events'))).flatMap((file) => {
    const match = eventFile.exec(basename(file))
    return match === null ? [] : [{ file, number: Number(match[1] ?? match[2]) }]
  })
  return numbered.sort((a, b) => a.number - b.number || (a.file < b.file ? -1 : 1)).map(({ file }) => file)
}

async function foundIn(folder: string): Promise<FoundSession | null> {
  const events = await eventFiles(folder)
  if (events.length === 0) return null
  const side = (await foldersIn(join(folder, 'subagents'))).map(eventFiles)
  const all = [
    join(folder, 'base_state.json'),
    join(folder, 'metadata.json'),
    ...events,
    ...(await Promise.all(side)).flat(),
  ]
  const files = await seen(all)
  return {
    agent,
    ref: folder,
    files: files.map(({ file }) => file),
    modifiedAt: Math.max(...files.map(({ modifiedAt }) => modifiedAt)),
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
  }
}

const quiet: Skips = { skip: () => {} }

/** Other programs lay their JSON there, too: the first event tells. */
async function isExport(file: string): Promise<boolean> {
  try {
    for await (const { key, value } of jsonElements(file, { skips: quiet }))
      return key === null && list(value).concat(value).map(fields).some(isEvent)
  } catch {
    // It may have gone meanwhile.
  }
  return false
}

function isEvent(value: Fields): boolean {
  const known = typeof value.action === 'string' || typeof value.observation === 'string'
  return typeof value.source === 'string' && (known || typeof value.kind === 'string')
}

async function* read(found: FoundSession, skips: Skips, signal?: AbortSignal): AsyncGenerator<Session> {
  if (found.ref.endsWith('.jsonl')) yield* readOutputs(found, skips, signal)
  else if (found.ref.endsWith('.json')) yield* whole(found, await readExport(found.ref, skips, signal), skips)
  else yield* whole(found, await readFolder(found, skips, signal), skips)
}

interface Source {
  sessionId: string
  events: Seen[]
  folder?: string | undefined
  remote?: string | null
  branch?: string | null
  headCommit?: string | null
  title?: string
  model?: string | null
  /** What a run handed in. */
  patch?: string
  place?: Place
}

function seenOf(value: Fields, place: Place, subagent = false): Seen[] {
  const event: Event | null = text(value.kind) !== '' ? eventOfV1(value) : eventOfV0(value)
  return event === null ? [] : [{ event, at: instant(value.timestamp), place, ...(subagent && { subagent }) }]
}

async function readFolder(found: FoundSession, skips: Skips, signal?: AbortSignal): Promise<Source> {
  const state = await jsonFile(join(found.ref, 'base_state.json'), skips, signal)
  const meta = await jsonFile(join(found.ref, 'metadata.json'), skips, signal)
  const events: Seen[] = []
  const ids = new Set<string>()
  for (const file of found.files) {
    if (basename(dirname(file)) !== 'events') continue
    const value = await jsonFile(file, skips, signal)
    const isSide = dirname(dirname(file)) !== found.ref
    // Events of a resumed conversation may be there twice.
    const id = text(value.id)
    if (id !== '' && ids.has(id)) continue
    ids.add(id)
    events.push(...seenOf(value, { file }, isSide))
  }
  const hosts: Record<string, string> = {
    github: 'github.com',
    gitlab: 'gitlab.com',
    bitbucket: 'bitbucket.org',
  }
  const host = hosts[text(meta.git_provider)]
  const repository = label(meta.selected_repository)
  return {
    sessionId: basename(found.ref).slice(0, 300),
    events: inTime(events),
    folder: pathText(fields(state.workspace).working_dir),
    remote: repository === null || host === undefined ? repository : `https://${host}/${repository}`,
    branch: label(meta.selected_branch),
    title: text(fields(state.tags).title) || text(meta.title),
    model: label(fields(fields(state.agent).llm).model) ?? label(meta.llm_model),
  }
}

/** Events of subagents lie in files of their own: time puts them between the others. */
function inTime(events: readonly Seen[]): Seen[] {
  if (!events.some(({ subagent }) => subagent === true)) return [...events]
  const own = events.filter(({ subagent }) => subagent !== true)
  const side = events.filter(({ subagent }) => subagent === true)
  const merged: Seen[] = []
  for (const one of own) {
    while (side[0] !== undefined && one.at !== null && (side[0].at ?? 0) < one.at)
      merged.push(side.shift() as Seen)
    merged.push(one)
  }
  return [...merged, ...side]
}

async function readExport(file: string, skips: Skips, signal?: AbortSignal): Promise<Source> {
  const events: Seen[] = []
  for await (const { key, value, line } of jsonElements(file, { skips, ...(signal && { signal }) }))
    if (key === null) events.push(...flat(value).flatMap((one) => seenOf(one, { file, line })))
  return { sessionId: basename(file, '.json').slice(-300), events }
}

/** Old histories hold pairs of an action and its observation. */
function flat(value: unknown): Fields[] {
  return Array.isArray(value) ? value.map(fields) : [fields(value)]
}

async function* readOutputs(
  found: FoundSession,
  skips: Skips,
  signal?: AbortSignal,
): AsyncGenerator<Session> {
  const run = basename(dirname(found.ref))
  for await (const { line, value } of jsonLines(found.ref, { skips, ...(signal && { signal }) })) {
    tamed(value)
    const place = { file: found.ref, line }
    const [issue, instance] = [fields(value.issue), fields(value.instance)]
    const repository =
      text(issue.owner) && text(issue.repo) ? `${text(issue.owner)}/${text(issue.repo)}` : text(instance.repo)
    const number = typeof issue.number === 'number' ? `${repository}#${issue.number}` : ''
    const name = text(value.instance_id) || number || `line ${line}`
    const events = list(value.history)
      .flatMap(flat)
      .flatMap((one) => seenOf(one, place))
    const asked =
      [text(issue.title), text(issue.body)].filter(Boolean).join('\n\n') || text(value.instruction)
    const goal: Seen[] = events.some(({ event }) => event.type === 'user')
      ? []
      : [{ event: { type: 'user', text: asked }, at: null, place }]
    const commit = text(value.base_commit) || text(instance.base_commit)
    yield* whole(
      found,
      {
        sessionId: `${run}/${name}`.slice(-300),
        events: [...goal, ...events],
        remote: repository === '' ? null : repository.slice(0, 300),
        headCommit: /^[0-9a-f]{40}$/.test(commit) ? commit : null,
        title: text(issue.title),
        model: label(fields(fields(value.metadata).llm_config).model),
        patch: text(value.git_patch) || text(fields(value.test_result).git_patch),
        place,
      },
      skips,
    )
  }
}

function* whole(found: FoundSession, source: Source, skips: Skips): Generator<Session> {
  const read = stepsOfEvents(source.events)
  const place = source.place ?? { file: found.files[0] ?? found.ref }
  const steps = withSubmission(read.steps, source.patch ?? '', place)
  const isAbsolute = /^(?:[\\/]|[A-Za-z]:)/.test(source.folder ?? '')
  const folders = [...new Set([...(isAbsolute && source.folder ? [source.folder] : []), ...read.folders])]
  const remote = source.remote ?? read.remote
  if (
    !steps.some(
      ({ type }) => type === 'assistant' || type === 'command' || type === 'edit' || type === 'tool',
    )
  )
    return
  if (folders.length === 0 && remote === null) {
    skips.skip('it does not say in which folder it worked', place)
    return
  }
  const times = steps.flatMap(({ at }) => at ?? [])
  const other = Math.round(found.modifiedAt)
  const first = steps.find((step) => step.type === 'user')
  const request = first?.type === 'user' ? first.text : ''
  yield {
    agent,
    sessionId: source.sessionId,
    parentSessionId: null,
    folders,
    remote,
    branch: source.branch ?? read.branch,
    headCommit: source.headCommit ?? null,
    startedAt: times.length > 0 ? Math.min(...times) : other,
    endedAt: times.length > 0 ? Math.max(...times) : other,
    title: (source.title || (request.split('\n')[0] ?? '')).slice(0, 300),
    model: source.model ?? null,
    steps,
    source: found.ref,
  }
}
