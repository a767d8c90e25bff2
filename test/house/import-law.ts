/** The import law: which rooms and packages each room of the house may use. Imports go down, peers never meet. */

import { existsSync, globSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'

export interface Room {
  /** Rooms or single files below this one, relative to `src/`. A room may always use itself. */
  rooms: readonly string[]
  /** npm packages and the guarded modules of Node. */
  packages: readonly string[]
}

/** By path relative to the project; the longest entry that a file lies in is its room. */
export type Plan = Record<string, Room>

const nouns = ['memory/types.ts', 'memory/ports.ts']
/** The nouns of long-term memory. */
const records = ['memory/record.ts', 'memory/episode.ts', 'memory/event.ts', 'memory/recollection.ts']
const memory = [
  ...nouns,
  ...records,
  'memory/signatures.ts',
  'memory/safety',
  'memory/store',
  'memory/code',
  'memory/git.ts',
  'memory/tree-files.ts',
  'memory/secret-names.ts',
  'memory/heap.ts',
]
const contracts = [
  'config.ts',
  'protocol.ts',
  'protocol-memories.ts',
  'protocol-sessions.ts',
  'protocol-tools.ts',
  ...nouns,
  ...records,
]
/** The nouns of the tool memory, which cross to the service as they are. */
const tools = ['document', 'metrics', 'ports', 'session', 'settings'].map(
  (noun) => `agent/toolbox/${noun}.ts`,
)
/** How a process of its own is told its settings. */
const settings = ['environment.ts', 'embedder-consent.ts']
const deepest = ['memory/indexing', 'memory/episodes', 'memory/recall', 'memory/learn', 'memory/share']

export const plan: Plan = {
  // Long-term memory. The store splits words as the code room does, and knows nothing else.
  'src/memory/types.ts': { rooms: [], packages: [] },
  'src/memory/ports.ts': { rooms: [], packages: [] },
  'src/memory/record.ts': { rooms: ['memory/episode.ts'], packages: ['zod'] },
  'src/memory/episode.ts': { rooms: [], packages: ['zod'] },
  'src/memory/event.ts': { rooms: ['memory/record.ts'], packages: [] },
  'src/memory/recollection.ts': { rooms: ['memory/record.ts'], packages: [] },
  // What a failure printed, as keys that come back: learning and recall must agree on them.
  'src/memory/signatures.ts': { rooms: records, packages: [] },
  'src/memory/safety': {
    rooms: [...nouns, ...records],
    packages: ['@secretlint/core', '@secretlint/profiler', '@secretlint/secretlint-rule-preset-recommend'],
  },
  'src/memory/store': {
    rooms: [...nouns, ...records, 'memory/code/tokens.ts', 'memory/data-folder.ts'],
    packages: ['node:sqlite', 'zod', 'ulid'],
  },
  'src/memory/store/ann.ts': { rooms: nouns, packages: ['hnswlib-node', 'node:module'] },
  'src/memory/code': { rooms: nouns, packages: ['web-tree-sitter', 'node:v8'] },
  'src/memory/git.ts': { rooms: nouns, packages: ['node:child_process'] },
  'src/memory/tree-files.ts': { rooms: [], packages: [] },
  'src/memory/secret-names.ts': { rooms: [], packages: [] },
  'src/memory/heap.ts': { rooms: [], packages: ['node:v8'] },
  'src/memory/data-folder.ts': { rooms: [], packages: [] },
  'src/memory/indexing': { rooms: memory, packages: ['node:worker_threads'] },
  // What recall finds crosses the boundary as it is.
  'src/memory/recall': { rooms: [...memory, 'protocol.ts'], packages: [] },
  // Sessions of other agents, read into one form, and what they prove.
  'src/memory/episodes': { rooms: memory, packages: ['zod'] },
  // Episodes into facts and lessons; what models propose, judged by pure functions.
  'src/memory/learn': { rooms: memory, packages: ['zod'] },
  // Memory that leaves and comes back: JSON lines, and Markdown in the repository.
  'src/memory/share': { rooms: memory, packages: ['zod', 'yaml', 'ulid'] },

  // Models.
  'src/llm': {
    rooms: [...nouns, 'config.ts', 'memory/code/tokens.ts', 'memory/data-folder.ts'],
    // The schema of the API that the scripted server holds both sides to, and that server.
    packages: ['openai', 'zod', 'node:http'],
  },

  // Acting: what models are offered, and the turns they take. Knows no editor, and its store alone a database.
  'src/agent': {
    rooms: [
      ...contracts,
      'memory/safety',
      'memory/recall',
      'memory/signatures.ts',
      'memory/store/canonical.ts',
      'llm',
    ],
    packages: ['zod'],
  },
  // The one place where an agent's wishes touch files and the shell.
  'src/agent/workspace': {
    rooms: [
      ...contracts,
      'memory/safety',
      'memory/tree-files.ts',
      'memory/secret-names.ts',
      'agent/ports.ts',
    ],
    packages: ['node:child_process'],
  },
  'src/agent/tool-store': {
    rooms: [...contracts, ...memory, 'memory/recall', 'llm', 'agent/toolbox'],
    packages: ['zod'],
  },

  // The contracts, and the places that join the parts.
  'src/config.ts': { rooms: nouns, packages: ['zod'] },
  'src/protocol.ts': {
    rooms: [...nouns, ...records, 'protocol-memories.ts', 'protocol-sessions.ts', 'protocol-tools.ts'],
    packages: [],
  },
  'src/protocol-tools.ts': { rooms: [...nouns, ...tools], packages: [] },
  // How a process of its own, started by a person or an agent, is told its settings.
  'src/environment.ts': { rooms: [...nouns, 'config.ts'], packages: [] },
  'src/embedder-consent.ts': { rooms: ['config.ts'], packages: [] },
  'src/rpc.ts': { rooms: contracts, packages: ['birpc'] },
  'src/assets.ts': { rooms: [], packages: [] },
  'src/protocol-sessions.ts': { rooms: [...nouns, ...records, 'protocol-memories.ts'], packages: [] },
  'src/protocol-memories.ts': { rooms: [...nouns, ...records], packages: [] },
  'src/casebook': {
    rooms: [...contracts, ...memory, ...deepest, 'llm', 'agent/tool-store', ...tools, 'assets.ts'],
    packages: [],
  },
  'src/casebook.ts': {
    rooms: [
      ...contracts,
      ...memory,
      ...deepest,
      'llm',
      'agent/tool-store',
      ...tools,
      'assets.ts',
      'casebook',
    ],
    packages: [],
  },
  // Acting asks memory through one port, in this process and across processes.
  'src/knowledge.ts': { rooms: [...contracts, 'casebook.ts', 'agent/ports.ts'], packages: [] },
  'src/parse-worker.ts': {
    rooms: [...memory, 'memory/indexing', 'llm', 'assets.ts'],
    packages: ['node:worker_threads'],
  },
  // Of memory it knows how blocks of several roots become one, and nothing else.
  'src/service': {
    rooms: [...contracts, ...tools, 'rpc.ts', 'casebook.ts', 'memory/recall/records/join-blocks.ts'],
    // What tools say of themselves is checked where it arrives.
    packages: ['zod'],
  },
  'src/service.ts': { rooms: [...contracts, 'rpc.ts', 'casebook.ts', 'service'], packages: [] },

  // The doors. They never use each other.
  'src/extension': {
    // Models are asked and the agent acts here: that is only network, and the editor's models live here.
    rooms: [
      ...contracts,
      ...settings,
      'rpc.ts',
      'llm',
      'agent',
      'memory/safety',
      'memory/secret-names.ts',
      'memory/data-folder.ts',
    ],
    packages: ['vscode', 'birpc', 'zod', 'node:child_process'],
  },
  'src/mcp': {
    rooms: [...contracts, 'casebook.ts', 'knowledge.ts', 'agent', 'memory/safety'],
    packages: ['@modelcontextprotocol/sdk', 'zod'],
  },
  'src/mcp.ts': {
    rooms: [...contracts, ...settings, 'casebook.ts', 'agent', 'memory/safety', 'mcp', '../package.json'],
    packages: ['@modelcontextprotocol/sdk', 'zod', 'node:v8'],
  },
  'src/cli': {
    rooms: [
      ...contracts,
      ...settings,
      'casebook.ts',
      'knowledge.ts',
      'llm',
      'agent',
      'assets.ts',
      'memory/safety/ended-words.ts',
      '../package.json',
    ],
    packages: ['node:child_process', 'node:v8', 'smol-toml'],
  },
  // Measures single rooms: the index against parsing alone, vector search without the rest.
  'src/cli/bench': {
    rooms: [
      ...contracts,
      'cli',
      'casebook.ts',
      'knowledge.ts',
      'casebook',
      'llm',
      'agent',
      'assets.ts',
      ...memory,
      ...deepest,
    ],
    packages: ['node:child_process'],
  },

  // The panel's inside runs in a browser.
  webview: {
    rooms: ['protocol.ts', 'protocol-memories.ts', 'rpc.ts', 'memory/types.ts', ...records],
    packages: ['lit', '@vscode-elements/elements', 'birpc', 'zod'],
  },
}

/** Harmless modules of Node, open to every room but those of the browser. */
const openModules = new Set(
  [
    'assert buffer crypto events fs fs/promises os path perf_hooks stream stream/consumers timers timers/promises',
    'url util zlib',
  ]
    .join(' ')
    .split(' ')
    .map((name) => `node:${name}`),
)

/** What breaks the law below `root`, one sentence each. */
export function findViolations(root: string, law: Plan = plan): string[] {
  const files = globSync(['src/**/*.ts', 'webview/**/*.ts'], { cwd: root }).map(slashes).sort()
  return files.flatMap((file) => {
    const name = roomOf(file, law)
    const room = law[name]
    if (room === undefined) return [`${file} lies in no room of the plan`]
    const imports = findImports(readFileSync(join(root, file), 'utf8'))
    return imports.flatMap((target) => judge({ root, file, name, room, target }) ?? [])
  })
}

/** Every module that a source asks for, also by `import()`, `require` and imports of types. */
export function findImports(source: string): string[] {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '')
  const forms = [
    /^\s*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]/gm,
    /^\s*import\s*['"]([^'"]+)['"]/gm,
    /\bimport\s*\(\s*['"`]([^'"`]+)['"`]/g,
    /\b(?:require|load)\w*\s*\(\s*['"`]([^'"`]+)['"`]\s*\)/g,
  ]
  return forms.flatMap((form) => [...code.matchAll(form)].map((match) => match[1] ?? ''))
}

interface Import {
  root: string
  file: string
  name: string
  room: Room
  target: string
}

function judge({ root, file, name, room, target }: Import): string | undefined {
  if (!target.startsWith('.')) {
    if (openModules.has(target) && !name.startsWith('webview')) return undefined
    const allowed = room.packages.some((entry) => target === entry || target.startsWith(`${entry}/`))
    return allowed ? undefined : `${file} uses the package ${target}, which ${name} may not`
  }
  const path = slashes(relative(root, join(root, dirname(file), target)))
  if (!existsSync(join(root, path))) return `${file} imports ${path}, which does not exist`
  if (statSync(join(root, path)).isDirectory()) return `${file} imports the folder ${path}: name the file`
  const allowed = [name, ...room.rooms.map((entry) => slashes(join('src', entry)))]
  return allowed.some((entry) => liesIn(path, entry))
    ? undefined
    : `${file} imports ${path}, which ${name} may not`
}

function roomOf(file: string, law: Plan): string {
  const rooms = Object.keys(law).filter((room) => liesIn(file, room))
  return rooms.sort((a, b) => b.length - a.length)[0] ?? ''
}

function liesIn(path: string, room: string): boolean {
  return path === room || path.startsWith(`${room}/`)
}

function slashes(path: string): string {
  return path.split(sep).join('/')
}
