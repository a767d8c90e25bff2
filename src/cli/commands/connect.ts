/** `casebook connect`: what another agent has to be told so that it uses this memory. */

import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { entryFile } from '../../assets.ts'
import { environmentOf } from '../../environment.ts'
import { UserError } from '../../memory/ports.ts'
import { type Call, type Command, type Reply, UsageError } from '../command.ts'
import {
  type AgentName,
  agentNamed,
  agentNames,
  type Connection,
  connectionOf,
  type Launch,
} from '../connect/agents.ts'
import { diffLines, type Plan, planChange, snippet } from '../connect/plan.ts'
import { escapeBlock } from '../escape.ts'
import { confirm, onlyArgument } from '../with-memories.ts'

export const connect: Command = {
  name: 'connect',
  summary: 'Print or write the configuration with which another agent uses this memory',
  usage: 'AGENT',
  details: `AGENT is one of ${agentNames.join(', ')}.
Nothing is written without --write, which shows what it changes and asks first.`,
  options: {
    write: { type: 'boolean', help: "write it into the agent's configuration file" },
    yes: { type: 'boolean', short: 'y', help: 'do not ask' },
    'allow-write': { type: 'boolean', help: 'let the agent propose memories and credit those that it used' },
  },
  async run(call): Promise<Reply> {
    const agent = readAgent(call)
    const repo = repositoryRoot(call.repo)
    const around = { repo, home: homedir(), environment: process.env }
    const connection = connectionOf(agent, launchOf(call), around)
    if (call.values.write !== true) return printed(agent, connection)
    return await written(call, agent, connection)
  },
}

function readAgent(call: Call): AgentName {
  const name = onlyArgument(call, connect, `an agent: ${agentNames.join(', ')}`)
  const found = agentNamed(name)
  if (found !== undefined) return found
  throw new UsageError(`'${name}' is no agent that is known here: ${agentNames.join(', ')}.`, connect)
}

/** The nearest folder with git's data; a plain folder is its own root. */
function repositoryRoot(folder: string): string {
  if (!existsSync(folder))
    throw new UserError(`There is no folder ${folder}.`, 'Check the path given with --repo.')
  const real = realpathSync(folder)
  for (let at = real; ; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return at
    if (at === dirname(at)) return real
  }
}

/** Whole paths: agents start servers with another search path than a terminal. */
function launchOf(call: Call): Launch {
  const electron: Record<string, string> =
    process.versions.electron === undefined ? {} : { ELECTRON_RUN_AS_NODE: '1' }
  return {
    command: process.execPath,
    args: [
      entryFile('mcp'),
      ...(call.store === undefined ? [] : ['--store', call.store]),
      ...(call.values['allow-write'] === true ? ['--allow-write'] : []),
    ],
    env: { ...environmentOf(call.settings), ...electron },
  }
}

function printed(agent: AgentName, connection: Connection): Reply {
  const { file, notes, path, entry } = connection
  const lines = [
    `In ${file}:`,
    '',
    snippet(connection),
    '',
    ...notes,
    `'casebook connect ${agent} --write' puts it there and keeps everything else.`,
  ]
  return {
    data: { agent, file, path, entry, notes, written: false },
    text: () => escapeBlock(lines.join('\n')),
  }
}

async function written(call: Call, agent: AgentName, connection: Connection): Promise<Reply> {
  const { path, entry, notes } = connection
  const file = existsSync(connection.file) ? realpathSync(connection.file) : connection.file
  const before = existsSync(file) ? readFileSync(file, 'utf8') : ''
  const plan = planChange({ ...connection, file }, before)
  const data = { agent, file, path, entry, notes }
  if (plan.kind === 'same') {
    return {
      data: { ...data, written: false },
      text: () => `Connected already: nothing to change in ${file}.`,
    }
  }
  call.terminal.note(escapeBlock([`${file}:`, ...diffLines(plan.before, plan.after)].join('\n')))
  await confirm(call, 'Write this?')
  const backup = write(file, plan)
  const undo =
    backup === null
      ? `To undo it: delete ${file}.`
      : `To undo it: take '${path[1]}' out, or put back ${backup}.`
  const lines = [`Written to ${file}.`, ...notes, 'After an update of Casebook run this again.', undo]
  return { data: { ...data, written: true, backup }, text: () => escapeBlock(lines.join('\n')) }
}

/** Whole or not at all. Returns the copy of what was there before; null when nothing was. */
function write(file: string, { before, after }: Extract<Plan, { kind: 'change' }>): string | null {
  const exists = existsSync(file)
  if ((exists ? readFileSync(file, 'utf8') : '') !== before) {
    throw new UserError(`${file} was changed in the meantime.`, 'Run it again.')
  }
  mkdirSync(dirname(file), { recursive: true })
  const backup = exists ? freeName(`${file}.casebook-backup`) : null
  if (backup !== null) copyFileSync(file, backup)
  const fresh = `${file}.casebook-${process.pid}`
  // Configurations may hold keys of others: what only the owner could read stays so.
  writeFileSync(fresh, after, { mode: exists ? statSync(file).mode & 0o777 : 0o600 })
  renameSync(fresh, file)
  return backup
}

function freeName(name: string): string {
  for (let count = 1; ; count += 1) {
    const candidate = count === 1 ? name : `${name}-${count}`
    if (!existsSync(candidate)) return candidate
  }
}
