/** `casebook sessions sources|choose|import|list|show`: past sessions of other agents as repair episodes. */

import type { Casebook } from '../../casebook.ts'
import type { SessionProgress } from '../../protocol-sessions.ts'
import { type Call, type Command, UsageError } from '../command.ts'
import { parseMoment } from '../parse-moment.ts'
import { detailLines, importLines, listLines, sourceLines } from '../session-text.ts'
import { withCasebook } from '../with-casebook.ts'
import { listOption, onlyArgument, textOption } from '../with-memories.ts'

const agentOption = {
  type: 'string',
  value: 'LIST',
  help: 'only these agents, for example claude-code,codex',
} as const
const sinceOption = {
  type: 'string',
  value: 'WHEN',
  help: 'only what changed since: a date such as 2026-03-01, or 30d, 12h',
} as const

const sources: Command = {
  name: 'sessions sources',
  summary: 'List agents that left sessions of this repository on this machine',
  usage: '',
  details: `Looks at files of other programs and changes none. A session belongs to this repository by the folder, the
remote or the commit that it recorded, never by the name of a folder. Nothing is imported.`,
  options: {},
  async run(call) {
    const found = await withCasebook(call, ({ sessions }) => sessions.sources({ signal: call.signal }))
    for (const note of found.notes) call.terminal.note(note)
    return { data: found, text: (style) => sourceLines(found, style) }
  },
}

const choose: Command = {
  name: 'sessions choose',
  summary: "Say which agents' sessions belong into this memory",
  usage: 'AGENTS',
  details: `AGENTS is a list such as claude-code,codex, or none. 'casebook sessions import' without --agent imports those, and
an open editor imports their new sessions when they have ended.`,
  options: {},
  async run(call) {
    const agents = listOption(onlyArgument(call, choose, 'a list of agents, or none')) ?? []
    const chosen = agents.length === 1 && agents[0] === 'none' ? [] : agents
    await withCasebook(call, ({ sessions }) => sessions.choose(chosen))
    const text = chosen.length === 0 ? 'No sessions are imported.' : `Chosen: ${chosen.join(', ')}.`
    return { data: { chosen }, text: () => text }
  },
}

const importSessions: Command = {
  name: 'sessions import',
  summary: 'Make repair episodes of past sessions',
  usage: '',
  details: `Without --agent those are imported that were chosen ('casebook sessions choose'). What was imported before is not
read again. An episode whose tests passed after the last edit is active; others are candidates: 'casebook review'.
Secrets are masked before anything is written. Ctrl-C keeps what was done until then.`,
  options: {
    agent: agentOption,
    path: {
      type: 'string',
      value: 'PATH',
      help: 'another folder or file than the usual ones; needs --agent',
    },
    since: sinceOption,
    all: { type: 'boolean', help: 'also sessions that did not change since they were imported' },
  },
  async run(call) {
    const [agents, path] = [listOption(call.values.agent), textOption(call.values.path)]
    if (path !== undefined && agents?.length !== 1)
      throw new UsageError('--path needs one --agent: it says how to read the files.', importSessions)
    const since = parseMoment(call.values.since, importSessions)
    const request = {
      ...(agents !== undefined && { agents }),
      ...(path !== undefined && { path: call.resolve(path) }),
      ...(since !== undefined && { since }),
      ...(call.values.all === true && { all: true }),
    }
    const work = ({ sessions }: Casebook) =>
      sessions.import({ ...request, signal: call.signal, onProgress: (progress) => draw(call, progress) })
    const done = await withCasebook(call, work)
    return { data: done, text: (style) => importLines(done, style), failed: done.stopped }
  },
}

function draw({ terminal }: Call, { agent, done, total }: SessionProgress): void {
  terminal.progress({ phase: 'sessions', done, total, rate: 0, etaSeconds: null, current: agent })
}

const list: Command = {
  name: 'sessions list',
  summary: 'List imported sessions, newest first',
  usage: '',
  options: { agent: { ...agentOption, value: 'AGENT', help: 'only this agent' }, since: sinceOption },
  async run(call) {
    const agent = textOption(call.values.agent)
    const since = parseMoment(call.values.since, list)
    const request = {
      limit: call.limit ?? 20,
      ...(agent !== undefined && { agent }),
      ...(since !== undefined && { since }),
    }
    const page = await withCasebook(call, ({ sessions }) => sessions.list(request))
    return { data: page, text: (style) => listLines(page, style) }
  },
}

const show: Command = {
  name: 'sessions show',
  summary: 'Show what came of one session, and where its first turn stands',
  usage: 'ID',
  details: 'ID is the id of the session or its beginning, also AGENT:ID.',
  options: {},
  async run(call) {
    const id = onlyArgument(call, show, 'the id of one session')
    const detail = await withCasebook(call, ({ sessions }) => sessions.show(id))
    return { data: detail, text: (style) => detailLines(detail, style) }
  },
}

export const sessionCommands: readonly Command[] = [sources, choose, importSessions, list, show]
