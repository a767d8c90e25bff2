/** Reads commands out of manifests, build files and CI workflows. Nothing is run. Pure. */

export interface FileText {
  path: string
  blob: string
  text: string
}

export interface CommandPlace {
  purpose: 'test' | 'lint' | 'build'
  /** Folder that the command is for: `.` or a path. */
  scope: string
  command: string
  /** What counts as the same command in another file: `pytest` for `python -m pytest -x`. */
  family: string
  path: string
  blob: string
  /** 1-based; 0 where the file's existence says it. */
  line: number
  /** 3: a script with a name; 2: a CI step; 1: the convention of a manifest. */
  strength: number
}

type Purpose = CommandPlace['purpose']
type Said = Pick<CommandPlace, 'purpose' | 'command' | 'line' | 'strength'>

/** Files worth reading, wherever they lie. Deeper than two folders they belong to examples and fixtures. */
export function mayHoldCommands(path: string): boolean {
  const parts = path.split('/')
  if (/^\.github\/workflows\/[^/]+\.ya?ml$|^\.circleci\/config\.yml$/.test(path)) return true
  if (
    parts.length > 3 ||
    /(?:^|\/)(?:node_modules|vendor|tests?|testing|fixtures?|examples?|samples?|docs?)\//.test(path)
  )
    return false
  return readers.some(({ name }) => name.test(parts.at(-1) ?? ''))
}

export function readCommands(files: readonly FileText[]): CommandPlace[] {
  const runner = scriptRunner(files)
  return files.flatMap(({ path, blob, text }) => {
    const name = path.split('/').at(-1) ?? ''
    const reader = readers.find((one) => one.name.test(name) && (one.place?.test(path) ?? true))
    if (reader === undefined || text.length > 400_000) return []
    const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '.'
    const scope = reader.place === undefined ? folder : '.'
    // A part of a larger build has no commands of its own unless somebody wrote some.
    return reader
      .read(text, runner)
      .filter(({ strength }) => scope === '.' || strength > 1)
      .map((said) => ({ ...said, scope, family: familyOf(said.command), path, blob }))
  })
}

interface Reader {
  name: RegExp
  /** Present for CI: its steps speak of the whole repository. */
  place?: RegExp
  read: (text: string, runner: string) => Said[]
}

const readers: readonly Reader[] = [
  { name: /^package\.json$/, read: packageScripts },
  { name: /^composer\.json$/, read: (text) => scripts(text, 'composer') },
  { name: /^Makefile$|^makefile$|^GNUmakefile$/, read: makeTargets },
  {
    name: /^tox\.ini$/,
    read: (text) => [convention('test', 'tox', 0), ...runLines(text), ...pytestConfig(text)],
  },
  { name: /^noxfile\.py$/, read: noxSessions },
  { name: /^pytest\.ini$/, read: () => [convention('test', 'pytest', 1)] },
  { name: /^(?:pyproject\.toml|setup\.cfg)$/, read: pytestConfig },
  {
    name: /^Cargo\.toml$/,
    read: () => [convention('test', 'cargo test', 0), convention('build', 'cargo build', 0)],
  },
  {
    name: /^go\.mod$/,
    read: () => [convention('test', 'go test ./...', 0), convention('build', 'go build ./...', 0)],
  },
  {
    name: /^pom\.xml$/,
    read: () => [convention('test', 'mvn test', 0), convention('build', 'mvn package', 0)],
  },
  { name: /^build\.gradle(?:\.kts)?$/, read: () => [convention('test', './gradlew test', 0)] },
  { name: /^build\.sbt$/, read: () => [convention('test', 'sbt test', 0)] },
  {
    name: /\.sln$/,
    read: () => [convention('test', 'dotnet test', 0), convention('build', 'dotnet build', 0)],
  },
  { name: /^phpunit\.xml(?:\.dist)?$/, read: () => [convention('test', 'vendor/bin/phpunit', 0)] },
  { name: /\.ya?ml$/, place: /^\.github\/workflows\/|^\.circleci\//, read: runLines },
  {
    name: /^(?:\.travis|\.gitlab-ci|azure-pipelines|appveyor|\.appveyor)\.ya?ml$/,
    place: /^[^/]+$/,
    read: runLines,
  },
]

function convention(purpose: Purpose, command: string, line: number): Said {
  return { purpose, command, line, strength: 1 }
}

/** npm, or what the lock file or the manifest names. */
function scriptRunner(files: readonly FileText[]): string {
  const root = files.find(({ path }) => path === 'package.json')
  const named = /"packageManager"\s*:\s*"(pnpm|yarn|npm|bun)@/.exec(root?.text ?? '')?.[1]
  if (named !== undefined) return named
  const said = files.map(({ text }) => /\b(pnpm|yarn|bun) (?:install|--frozen|run|test)/.exec(text)?.[1])
  return said.find((name) => name !== undefined) ?? 'npm'
}

function packageScripts(text: string, runner: string): Said[] {
  return scripts(text, runner)
}

const scriptNames: readonly [string, Purpose][] = [
  ['test', 'test'],
  ['lint', 'lint'],
  ['build', 'build'],
]

function scripts(text: string, runner: string): Said[] {
  const all = parsedScripts(text)
  return scriptNames.flatMap(([name, purpose]): Said[] => {
    const script = all[name]
    const line = lineOf(text, `"${name}"`)
    if (script === undefined || /no test specified|^\s*(?:exit|true|echo)\b/.test(script)) return []
    const command = name === 'test' || runner === 'composer' ? `${runner} ${name}` : `${runner} run ${name}`
    return [{ purpose, command, line, strength: 3 }]
  })
}

function parsedScripts(text: string): Record<string, string> {
  try {
    const parsed = JSON.parse(text) as { scripts?: unknown }
    const found = parsed.scripts
    if (typeof found !== 'object' || found === null) return {}
    return Object.fromEntries(
      Object.entries(found).map(([key, value]) => [
        key,
        Array.isArray(value) ? value.join(' && ') : String(value),
      ]),
    )
  } catch {
    // A manifest that nobody can parse says nothing.
    return {}
  }
}

function makeTargets(text: string): Said[] {
  const targets: readonly [RegExp, Purpose][] = [
    [/^(?:test|check):(?!=)/, 'test'],
    [/^lint:(?!=)/, 'lint'],
    [/^(?:build|all):(?!=)/, 'build'],
  ]
  return text.split('\n').flatMap((line, at): Said[] => {
    const found = targets.find(([pattern]) => pattern.test(line))
    const target = /^\w+/.exec(line)?.[0]
    return found === undefined
      ? []
      : [{ purpose: found[1], command: `make ${target}`, line: at + 1, strength: 3 }]
  })
}

function pytestConfig(text: string): Said[] {
  const line = lineOf(text, /^\[(?:tool\.pytest(?:\.ini_options)?|tool:pytest|pytest)\]/m)
  return line === 0 ? [] : [convention('test', 'pytest', line)]
}

function noxSessions(text: string): Said[] {
  return [...text.matchAll(/^def (tests?|lint)\(session/gm)].map((match) => ({
    purpose: match[1] === 'lint' ? 'lint' : 'test',
    command: `nox -s ${match[1]}`,
    line: lineOf(text, match[0]),
    strength: 3,
  }))
}

const runners: readonly [RegExp, Purpose][] = [
  [/^(?:(?:npm|pnpm|yarn|bun)(?: run)? (?:test|t)(?![\w:-])|npm it\b)/, 'test'],
  [
    /^(?:(?:python3?|coverage run|poetry run|uv run|pdm run|xvfb-run)(?: -m)? )*(?:pytest|py\.test|tox|nox)\b/,
    'test',
  ],
  [/^(?:python3? )?bin\/test\b|^python3? (?:setup\.py test|runtests\.py|-m unittest)\b/, 'test'],
  [
    /^(?:make (?:test|check)|cargo (?:test|nextest run)|go test|mvn (?:-\S+ )*(?:test|verify)|\.\/mvnw (?:-\S+ )*(?:test|verify))\b/,
    'test',
  ],
  [
    /^(?:\.\/gradlew (?:\S+ )*(?:test|check)|gradle (?:test|check)|dotnet test|composer (?:run )?test|sbt (?:\S+ )*test|ctest|bundle exec (?:rake(?: test| spec)?|rspec)|rake test|(?:vendor\/bin\/)?phpunit)\b/,
    'test',
  ],
  [
    /^(?:(?:npm|pnpm|yarn|bun)(?: run)? lint(?![\w:-])|make lint|ruff check|flake8|golangci-lint run|cargo clippy|(?:npx )?eslint|pre-commit run)(?=\s|$)/,
    'lint',
  ],
  [
    /^(?:(?:npm|pnpm|yarn|bun) run build(?![\w:-])|cargo build|go build|dotnet build|mvn (?:-\S+ )*package|\.\/gradlew (?:assemble|build))\b/,
    'build',
  ],
]

/** Commands in the lines of a workflow or of tox: after `run:`, `- `, `commands =`, or alone on a line. */
function runLines(text: string): Said[] {
  return text.split('\n').flatMap((raw, at): Said[] => {
    if (raw.length > 400) return []
    const line = raw
      .replace(/^\s*(?:- )?(?:run:|command:|script:|commands\s*=)?\s*(?:- )?['"|>]?\s*/, '')
      .trim()
    const found = runners.find(([pattern]) => pattern.test(line))
    if (found === undefined) return []
    return [{ purpose: found[1], command: plain(line), line: at + 1, strength: 2 }]
  })
}

/** Without what only CI fills in. */
function plain(line: string): string {
  const cut = line.split(/\s(?:\$\{\{|\{posargs|\$\{|\{\[|&&|\|\||\||>|;|#|\\$)/)[0] ?? ''
  return cut.replace(/['"]$/, '').trim().slice(0, 200)
}

/** The program that is run, without its arguments. */
function familyOf(command: string): string {
  const bare = command.replace(
    /^(?:(?:python3?|coverage|run|poetry|uv|pdm|xvfb-run|npx|-m|-[XW]\s+\S+|-[bIEsu])\s+)+/,
    '',
  )
  const scripted = /^(?:npm|pnpm|yarn|bun)(?: run)? (\w+)/.exec(bare)
  if (scripted !== null) return `script ${scripted[1]}`
  const [program = '', word = ''] = bare.split(/\s+/)
  const name = program.replace(/^.*\//, '')
  if (/^(?:pytest|py\.test)$/.test(name)) return 'pytest'
  return /^(?:make|cargo|go|mvn|mvnw|gradlew|gradle|dotnet|composer|sbt|nox)$/.test(name)
    ? `${name} ${word}`
    : name
}

function lineOf(text: string, needle: string | RegExp): number {
  const at = typeof needle === 'string' ? text.indexOf(needle) : text.search(needle)
  return at < 0 ? 0 : text.slice(0, at).split('\n').length
}
