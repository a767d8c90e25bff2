/** Where each agent keeps its MCP servers, and what an entry looks like there. Pure. */

import { basename, join } from 'node:path'

export const agentNames = ['claude-code', 'codex', 'cursor', 'gemini-cli', 'cline', 'copilot-cli'] as const
export type AgentName = (typeof agentNames)[number]

/** What people call them in short. */
const shortNames: Readonly<Record<string, AgentName>> = {
  claude: 'claude-code',
  copilot: 'copilot-cli',
  gemini: 'gemini-cli',
}

/** Undefined: no agent that is known here. */
export function agentNamed(name: string): AgentName | undefined {
  return (
    agentNames.find((one) => one === name) ?? (Object.hasOwn(shortNames, name) ? shortNames[name] : undefined)
  )
}

/** How the server is started. */
export interface Launch {
  command: string
  args: readonly string[]
  env: Readonly<Record<string, string>>
}

export interface Surroundings {
  /** Absolute root of the repository. */
  repo: string
  home: string
  environment: NodeJS.ProcessEnv
}

/** One entry in one file. */
export interface Connection {
  file: string
  format: 'json' | 'toml'
  /** Names of the tables down to the entry. */
  path: readonly [string, string]
  entry: Record<string, unknown>
  /** What the person should know. */
  notes: readonly string[]
}

interface Agent {
  file(around: Surroundings): string
  format?: 'toml'
  /** The file serves all repositories. */
  shared?: 'follows' | 'pinned'
  /** Fields besides command, args and env. */
  fields?: Record<string, unknown>
  notes?: readonly string[]
}

const inRepository = 'The file lies in the repository and names paths of this machine: better not commit it.'

const agents: Record<AgentName, Agent> = {
  'claude-code': {
    file: ({ repo }) => join(repo, '.mcp.json'),
    fields: { type: 'stdio' },
    notes: [inRepository, 'Claude Code asks once whether it may use the server.'],
  },
  codex: {
    file: ({ repo }) => join(repo, '.codex', 'config.toml'),
    format: 'toml',
    notes: [inRepository, 'Codex reads it in projects that you trust.'],
  },
  cursor: { file: ({ repo }) => join(repo, '.cursor', 'mcp.json'), notes: [inRepository] },
  'gemini-cli': { file: ({ repo }) => join(repo, '.gemini', 'settings.json'), notes: [inRepository] },
  cline: {
    file: ({ home, environment }) =>
      environment.CLINE_MCP_SETTINGS_PATH ||
      join(home, '.cline', 'data', 'settings', 'cline_mcp_settings.json'),
    shared: 'pinned',
    fields: { disabled: false },
    notes: ['Older versions keep this file elsewhere: MCP Servers, Configure MCP Servers opens it.'],
  },
  'copilot-cli': {
    file: ({ home, environment }) =>
      join(environment.COPILOT_HOME || join(home, '.copilot'), 'mcp-config.json'),
    shared: 'follows',
    fields: { type: 'local', tools: ['*'] },
    notes: ['It serves every repository: the one in whose folder Copilot was started.'],
  },
}

export function connectionOf(name: AgentName, launch: Launch, around: Surroundings): Connection {
  const { file, format = 'json', shared, fields = {}, notes = [] } = agents[name]
  const args = shared === 'follows' ? launch.args : [...launch.args, '--repo', around.repo]
  const table = format === 'toml' ? 'mcp_servers' : 'mcpServers'
  const own = shared === 'pinned' ? `casebook-${basename(around.repo)}` : 'casebook'
  const env = Object.keys(launch.env).length === 0 ? {} : { env: launch.env }
  const { type, ...rest } = fields
  const entry = { ...(type !== undefined && { type }), command: launch.command, args, ...env, ...rest }
  return { file: file(around), format, path: [table, own], entry, notes }
}
