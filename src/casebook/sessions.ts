/** Past sessions of other agents for an open repository: every wish of a door, taken to the piece that fulfils it. */

import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { importers as allImporters } from '../memory/episodes/importers.ts'
import { identityOf, type RepositoryIdentity } from '../memory/episodes/scope.ts'
import type { Importer, Machine } from '../memory/episodes/session.ts'
import { UserError } from '../memory/ports.ts'
import { noCounts, ownSources, type SourceCounts } from '../memory/store/session-sources.ts'
import type {
  SessionImport,
  SessionImportRequest,
  SessionSource,
  SessionSources,
  Sessions,
} from '../protocol-sessions.ts'
import type { MemoryRoom } from './memories/room.ts'
import { chosenAgents, keepChoice, wasAsked } from './sessions/choice.ts'
import { importSessions } from './sessions/import.ts'
import { listSessions, showSession } from './sessions/read.ts'
import { existingPlaces, ownSessions, type Survey } from './sessions/survey.ts'
import { watchSessions } from './sessions/watch.ts'

export interface SessionsOptions {
  room: MemoryRoom
  /** Another machine than this one, in tests. */
  machine?: Machine
  importers?: readonly Importer[]
  /** Watch the folders of chosen agents. */
  watch: boolean
  /** Something was imported though nobody called. */
  onImport?: (summary: SessionImport) => void
}

export interface OpenedSessions {
  sessions: Sessions
  close(): Promise<void>
}

/** Reads nothing before it is asked; watching begins with the first look at the disk. */
export function openSessions(options: SessionsOptions): OpenedSessions {
  const { room, importers = allImporters } = options
  const machine = options.machine ?? thisMachine(room.repository.root)
  const queue = openQueue()
  const survey = async (): Promise<Survey> => ({ db: room.store.db, identity: await identity(room), machine })
  const importNow: Sessions['import'] = (request) =>
    queue.run(async () => {
      const { signal, onProgress, ...rest } = request
      const chosen = agentsFor(rest, importers, room)
      checkPath(rest.path)
      return await importSessions({
        ...(await survey()),
        room,
        importers: chosen,
        request: rest,
        signal: queue.signalWith(signal),
        onProgress,
      })
    })
  const watcher = watchSessions({
    chosen: () => importers.filter(({ agent }) => chosenAgents(room.store.db).includes(agent)),
    sources: () => ownSources(room.store.db),
    machine,
    log: room.log,
    work: async (agents, quietFor) => {
      const summary = await importNow({ agents, quietFor })
      if (summary.episodes > 0) options.onImport?.(summary)
      return summary
    },
  })
  if (options.watch) setImmediate(watcher.refresh)
  const sessions: Sessions = {
    sources: ({ signal } = {}) =>
      queue.run(async () => await sourcesOf(await survey(), importers, queue.signalWith(signal))),
    async choose(agents) {
      known(agents, importers)
      keepChoice(room.store.db, agents)
      if (options.watch) watcher.refresh()
    },
    import: async (request) => {
      const summary = await importNow(request)
      if (options.watch) watcher.refresh()
      return summary
    },
    list: async (request) => listSessions(room.store, request),
    show: async (reference) => showSession(room.store, reference),
  }
  return {
    sessions,
    async close() {
      watcher.close()
      await queue.close()
    },
  }
}

function thisMachine(root: string): Machine {
  return { platform: process.platform, home: homedir(), env: process.env, repositories: [root] }
}

async function identity({ repository }: MemoryRoom): Promise<RepositoryIdentity> {
  const { root, git, hasHistory } = repository
  return await identityOf(root, hasHistory ? git : null)
}

function checkPath(path: string | undefined): void {
  if (path === undefined || existsSync(path)) return
  throw new UserError(
    `There is no file or folder ${path}.`,
    'Name the folder or file that holds the sessions.',
  )
}

/** Throws `UserError` for a name that no importer has. */
function known(agents: readonly string[], importers: readonly Importer[]): Importer[] {
  return agents.map((agent) => {
    const found = importers.find((one) => one.agent === agent)
    if (found !== undefined) return found
    const names = importers.map((one) => one.agent).join(', ')
    throw new UserError(`Sessions of '${agent}' cannot be read.`, `These can: ${names}`)
  })
}

function agentsFor(
  { agents }: SessionImportRequest,
  importers: readonly Importer[],
  { store }: MemoryRoom,
): Importer[] {
  const wanted = agents ?? chosenAgents(store.db)
  if (wanted.length > 0) return known([...new Set(wanted)], importers)
  throw new UserError(
    'No agent is chosen whose sessions may be imported.',
    'See what there is with: casebook sessions sources',
  )
}

/** One at a time: two imports of one file would record its work twice. */
function openQueue() {
  const closing = new AbortController()
  let last: Promise<unknown> = Promise.resolve()
  return {
    run<Result>(work: () => Promise<Result>): Promise<Result> {
      const next = last.then(work)
      last = next.catch(() => undefined)
      return next
    },
    signalWith: (signal?: AbortSignal) =>
      signal === undefined ? closing.signal : AbortSignal.any([signal, closing.signal]),
    async close() {
      closing.abort()
      await last
    },
  }
}

async function sourcesOf(
  survey: Survey,
  importers: readonly Importer[],
  signal: AbortSignal,
): Promise<SessionSources> {
  const chosen = chosenAgents(survey.db)
  const sources: SessionSource[] = []
  const trouble = new Set<string>()
  for (const importer of importers) {
    const places = existingPlaces(importer, survey.machine)
    try {
      sources.push(
        await sourceOf(survey, { importer, places, isChosen: chosen.includes(importer.agent) }, signal),
      )
    } catch (error) {
      signal.throwIfAborted()
      trouble.add(`${importer.title} could not be looked through: ${(error as Error).message}`)
    }
  }
  const shown = sources.filter(({ places, chosen: is, imported }) => places.length > 0 || is || imported > 0)
  shown.sort((a, b) => b.found - a.found || (a.title < b.title ? -1 : 1))
  return { asked: wasAsked(survey.db), sources: shown, notes: [...trouble, ...notesFor(survey.machine)] }
}

interface Looking {
  importer: Importer
  places: string[]
  isChosen: boolean
}

async function sourceOf(survey: Survey, { importer, places, isChosen }: Looking, signal: AbortSignal) {
  const { agent, title } = importer
  const quiet = { skip: () => undefined }
  let [found, bytes, waiting] = [0, 0, 0]
  for await (const one of ownSessions(survey, { importer, places, skips: quiet }, signal)) {
    found++
    bytes += one.found.bytes
    if (!one.isKnown) waiting++
  }
  const rows = ownSources(survey.db).filter((row) => row.agent === agent && row.importedAt !== null)
  const sum = rows.reduce((all, { counts }) => added(all, counts), noCounts)
  const { passed, failed, unknown, episodes, demonstrations } = sum
  return {
    ...{ agent, title, places, found, bytes, waiting, imported: rows.length, episodes, demonstrations },
    verdicts: { passed, failed, unknown },
    chosen: isChosen,
    lastImport: rows.reduce<number | null>((last, row) => Math.max(last ?? 0, row.importedAt ?? 0), null),
  }
}

function added(one: SourceCounts, other: SourceCounts): SourceCounts {
  const names = Object.keys(noCounts) as (keyof SourceCounts)[]
  return Object.fromEntries(names.map((name) => [name, one[name] + other[name]])) as unknown as SourceCounts
}

/** On a remote host the chats of the editor stay on the person's own machine. */
function notesFor({ env }: Machine): string[] {
  const isRemote = env.VSCODE_AGENT_FOLDER !== undefined || env.SSH_CONNECTION !== undefined
  if (!isRemote) return []
  return [
    'This is a remote machine: sessions that editors keep on your own machine are not visible from here. Copy them over and import with --path, or open the repository there.',
  ]
}
