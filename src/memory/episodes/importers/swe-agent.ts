/** Trajectories of SWE-agent and mini-swe-agent (session-formats, section 10). "Submitted" proves nothing. */

import { basename, dirname, join } from 'node:path'
import { type Fields, fields, json, label, text } from '../fields.ts'
import { jsonElements } from '../json-elements.ts'
import type { FoundSession, Importer, Machine, Session, Skips, Step } from '../session.ts'
import { withSubmission } from '../submission.ts'
import { pathText } from '../tame.ts'
import { folderOfCommands, miniSteps } from './mini-swe-agent-steps.ts'
import { sweSteps } from './swe-agent-steps.ts'
import { filesBelow, sessionsIn, trajectoryFolders } from './trajectory-files.ts'

export const sweAgent: Importer = {
  agent: 'swe-agent',
  title: 'SWE-agent',
  places(machine) {
    const named = machine.env.SWE_AGENT_TRAJECTORY_DIR
    return [...new Set([...(named ? [named] : []), ...trajectoryFolders(machine)])]
  },
  find: (place, _skips, signal) => find('swe-agent', place, signal),
  read: readSwe,
}

export const miniSweAgent: Importer = {
  agent: 'mini-swe-agent',
  title: 'mini-swe-agent',
  places: (machine) => [...new Set([settingsFolder(machine), ...trajectoryFolders(machine)])],
  find: (place, _skips, signal) => find('mini-swe-agent', place, signal),
  read: readMini,
}

/** The last run without a named file lies in the folder of the settings. */
function settingsFolder({ platform, home, env }: Machine): string {
  const name = 'mini-swe-agent'
  if (env.MSWEA_GLOBAL_CONFIG_DIR) return env.MSWEA_GLOBAL_CONFIG_DIR
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', name)
  if (platform === 'win32') return join(env.LOCALAPPDATA ?? join(home, 'AppData', 'Local'), name, name)
  return join(env.XDG_CONFIG_HOME ?? join(home, '.config'), name)
}

async function* find(agent: string, place: string, signal?: AbortSignal): AsyncGenerator<FoundSession> {
  const end = agent === 'swe-agent' ? '.traj' : '.traj.json'
  yield* await sessionsIn(agent, await filesBelow(place, (file) => file.endsWith(end), signal))
}

/** Answers of the model's provider, and what it was asked, stand in other places as well. */
const omit = new Set([
  'response',
  'query',
  'provider_specific_fields',
  'thinking_blocks',
  'raw_output',
  'messages',
])

interface Read {
  /** Elements of the lists, each with its line. */
  items: Map<string, { value: Fields; line: number }[]>
  members: Fields
}

async function readFile(file: string, skips: Skips, signal?: AbortSignal): Promise<Read> {
  const lists = ['trajectory', 'history', 'messages']
  const items = new Map<string, { value: Fields; line: number }[]>(lists.map((name) => [name, []]))
  const members: Fields = {}
  for await (const { key, index, line, value } of jsonElements(file, {
    skips,
    lists,
    omit,
    ...(signal && { signal }),
  })) {
    // The first versions of mini-swe-agent wrote the messages alone.
    if (key === null) items.get('messages')?.push({ value: fields(value), line })
    else if (index < 0) members[key] = value
    else items.get(key)?.push({ value: fields(value), line })
  }
  return { items, members }
}

/** Every run of an instance is a session of its own: the folders above the file tell them apart. */
function frame(agent: string, found: FoundSession, end: string): Session {
  const instance = basename(found.ref, end)
  const folders = [dirname(dirname(found.ref)), dirname(found.ref)].map((folder) => basename(folder))
  const names = [...folders.filter((name) => name !== instance && name !== ''), instance].slice(-2)
  const endedAt = Math.round(found.modifiedAt)
  return {
    agent,
    sessionId: names.join('/').slice(-300),
    parentSessionId: null,
    folders: [],
    remote: null,
    branch: null,
    headCommit: null,
    startedAt: endedAt,
    endedAt,
    title: instance.slice(0, 300),
    model: null,
    steps: [],
    source: found.ref,
  }
}

async function* readSwe(found: FoundSession, skips: Skips, signal?: AbortSignal): AsyncGenerator<Session> {
  const { items, members } = await readFile(found.ref, skips, signal)
  const config = json(members.replay_config)
  const repo = fields(fields(config.env).repo)
  const local = text(repo.type) === 'github' ? undefined : pathText(repo.path)
  const { steps, root, seconds } = sweSteps(
    { trajectory: items.get('trajectory') ?? [], history: items.get('history') ?? [] },
    { file: found.ref, local, problem: text(fields(config.problem_statement).text) },
  )
  const folder = local ?? root
  const session = frame('swe-agent', found, '.traj')
  const remote = label(repo.github_url)
  const done = finished(session, steps, { info: fields(members.info), remote, folder })
  if (done.steps.length === 0) return
  if (folder === undefined && remote === null) {
    skips.skip('it does not say in which folder it worked', { file: found.ref })
    return
  }
  yield {
    ...done,
    model: label(fields(fields(config.agent).model).name),
    headCommit: /^[0-9a-f]{40}$/.test(text(repo.base_commit)) ? text(repo.base_commit) : null,
    startedAt: Math.max(0, session.endedAt - Math.round(seconds * 1000)),
  }
}

interface End {
  info: Fields
  remote: string | null
  folder: string | undefined
}

/** The patch that was handed in, and that it was: no proof of anything. */
function finished(session: Session, steps: Step[], { info, remote, folder }: End): Session {
  const place = { file: session.source, key: 'info' }
  const patch = text(info.submission)
  const all = withSubmission(steps, patch, place)
  const status = text(info.exit_status)
  if (steps.length > 0 && status !== '') {
    const at = steps.at(-1)?.at ?? null
    const isSubmitted = /^submitted/i.test(status) && patch !== ''
    all.push({
      at,
      place,
      type: 'signal',
      signal: isSubmitted ? 'completed' : 'aborted',
      detail: isSubmitted
        ? 'it handed in a patch, which does not tell whether that is right'
        : `it ended: ${status.slice(0, 200)}`,
    })
  }
  return { ...session, steps: all, remote, folders: folder === undefined ? [] : [folder] }
}

async function* readMini(found: FoundSession, skips: Skips, signal?: AbortSignal): AsyncGenerator<Session> {
  const { items, members } = await readFile(found.ref, skips, signal)
  const info = fields(members.info)
  const config = fields(info.config)
  const cwd = pathText(fields(config.environment).cwd)
  const isSubmitted = text(info.submission).includes('--- ')
  const steps = miniSteps(items.get('messages') ?? [], { file: found.ref, cwd, isSubmitted })
  const folder = cwd ?? folderOfCommands(steps)
  const session = frame('mini-swe-agent', found, '.traj.json')
  const done = finished(session, steps, { info, remote: null, folder })
  if (done.steps.length === 0) return
  if (folder === undefined) {
    skips.skip('it does not say in which folder it worked', { file: found.ref })
    return
  }
  const times = steps.flatMap(({ at }) => at ?? [])
  const [first, last] = [times[0], times.at(-1)]
  yield {
    ...done,
    model: label(fields(config.model).model_name),
    startedAt: first === undefined ? session.startedAt : Math.min(first, last ?? first),
    endedAt: first === undefined ? session.endedAt : Math.max(first, last ?? first),
    title: titleOf(steps) || session.title,
  }
}

function titleOf(steps: readonly Step[]): string {
  const first = steps.find((step) => step.type === 'user')
  const request = first?.type === 'user' ? first.text.replace(/<\/?\w+>/g, '') : ''
  const lines = request.split('\n').map((line) => line.trim())
  return (lines.find((line) => line !== '' && !/^Consider the following/.test(line)) ?? '').slice(0, 300)
}
