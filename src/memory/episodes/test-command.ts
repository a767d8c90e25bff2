/** Which shell lines run tests or checks, what they cover, and whether the line's exit code is theirs. */

import { type SimpleCommand, simpleCommands } from './shell.ts'

export interface TestRun {
  /** `check`: types and style. It can fail a change, but does not prove it. */
  kind: 'test' | 'check'
  /** Stable name of the program: `pytest`, `npm test`. */
  runner: string
  /** Files, folders, packages and name patterns that it was narrowed to; empty: everything. */
  scope: string[]
  /** False: a pipe, `|| true` or a later command decides the line's exit code, not the tests. */
  ownsExit: boolean
  /** Folder that `cd` in the line goes to first, as written; empty: none. */
  folder: string
  /** Number of its simple command in the line. */
  at: number
  /** The commands without folder changes and environment, to tell the same run apart from another one. */
  key: string
}

/** Words before the program that change nothing about what is run. */
const prefixes: readonly RegExp[] = [
  /^\w+=.*$/,
  /^(?:time|nice|nohup|command|exec|env|sudo|xvfb-run|winpty|cross-env|dotenv|--)$/,
]
/** Programs that run another one: how many words they take is given by the pattern of the joined words. */
const launchers =
  /^(?:npx(?: -y| --yes| --no-install)*|pnpx|bunx|(?:poetry|uv|pdm|pipenv|hatch|rye|pixi|conda|micromamba)(?: -\S+)* run(?: -n \S+| --with \S+| --\S+)*|bundle exec|rvm \S+ do|docker(?: compose|-compose)? exec(?: -\S+)* \S+|docker-compose(?: -\S+)* exec(?: -\S+)* \S+|(?:pnpm|yarn|npm|bun)(?: -\S+)* (?:exec|dlx)|timeout(?: -\S+)* \S+|stdbuf(?: -\S+)*|coverage run(?: -\S+)* -m|python[\d.]*(?: -\S)* -m coverage run -m|node(?: --\S+)* \S*node_modules\/\.bin\/)\s*/

interface Runner {
  runner: string
  kind: TestRun['kind']
  pattern: RegExp
}

/** Matched against the words joined by blanks; the rest of the line is the scope. From section 0 of the session formats. */
const runners: readonly Runner[] = [
  test('pytest', /^(?:\S*\/)?(?:py\.?test|python[\d.]*(?: -\S+)* -m pytest|py(?: -\S+)* -m pytest)\b/),
  test('unittest', /^(?:\S*\/)?python[\d.]*(?: -\S+)* -m (?:unittest|twisted\.trial|nose2?)\b/),
  test('manage.py test', /^(?:\S*\/)?(?:python[\d.]* )?\S*(?:manage|runtests)\.py(?: test)?\b/),
  test('tox', /^(?:python[\d.]* -m )?(?:tox|nox)\b/),
  test('jest', /^(?:\S*\/)?(?:jest|vitest|mocha|ava|karma|cypress run|playwright test|tap|uvu|wtr|qunit)\b/),
  // The test runner of VS Code itself, which agents start without a shell.
  test('runTests', /^runTests\b/),
  test('react-scripts', /^(?:react-scripts|vue-cli-service|ng) test(?::\w+)?\b/),
  test('node --test', /^(?:\S*\/)?(?:node|tsx|deno|bun)(?: -\S+)* (?:--test|test)(?![\w/])/),
  test(
    'npm test',
    /^(?:npm|pnpm|yarn|bun)(?: -\S+| --\S+ \S+(?= (?:run|test))| workspace \S+)*(?: run(?:-script)?)? (?:t|tst|test)(?:[:\w-]*)?(?![\w/])/,
  ),
  test('go test', /^(?:go(?: -\S+)* test|gotestsum|richgo test)\b/),
  test('cargo test', /^cargo(?: \+\S+)? (?:test|nextest(?: run)?|t)\b/),
  test('mvn test', /^(?:\.\/)?mvnw?(?:\.cmd)?\b(?=.*\b(?:test|verify|surefire:test|failsafe:\S+)\b)/),
  test(
    'gradle test',
    /^(?:\.\/|\.\\)?gradlew?(?:\.bat)?\b(?=.*(?:\b|:)(?:test|check|connectedAndroidTest)\w*\b)/,
  ),
  test('sbt test', /^(?:\.\/)?(?:sbt|mill)\b(?=.*\btest\w*\b)/),
  test('ctest', /^(?:ctest|ninja(?: -\S+ \S+)* (?:test|check)|meson test)\b/),
  test('dotnet test', /^dotnet (?:test|vstest)\b/),
  test('rspec', /^(?:\S*\/)?(?:rspec|rake (?:test|spec)|rails test|cucumber|minitest|m)\b/),
  test('ruby test', /^ruby(?: -\S+)* \S*test\S*\.rb\b/),
  test(
    'phpunit',
    /^(?:\S*\/)?(?:phpunit|pest|paratest|codecept run|php artisan test|composer (?:run(?:-script)? )?test)\b/,
  ),
  test('swift test', /^(?:swift test|xcodebuild\b.*\btest)\b/),
  test('bazel test', /^(?:bazel|bazelisk|buck2?|please|plz) test\b/),
  test(
    'make test',
    /^(?:make|gmake|just|task)(?: -\S+(?: \S+(?= ))?)* (?:\w+[-_])?(?:test|tests|check|unit|unittest)(?:[-_:]\w+)*\b/,
  ),
  test(
    'mix test',
    /^(?:mix test|lein test|stack test|cabal (?:new-)?test|flutter test|dart test|zig (?:build )?test|busted|prove|bats)\b/,
  ),
  check('tsc', /^(?:\S*\/)?(?:tsc|vue-tsc|flow check|pyright|basedpyright|mypy|dmypy run|ty check)\b/),
  check(
    'lint',
    /^(?:\S*\/)?(?:eslint|biome (?:check|lint)|oxlint|ruff(?: check| format --check)?|flake8|pylint|black --check|prettier --check|golangci-lint|cargo (?:clippy|check|fmt --check)|go vet|rubocop|shellcheck|stylelint)\b/,
  ),
  check(
    'lint script',
    /^(?:npm|pnpm|yarn|bun|make|just)(?: run)? (?:lint|typecheck|type-check|check-types|tsc)(?:[:\w-]*)?\b/,
  ),
]

function test(runner: string, pattern: RegExp): Runner {
  return { runner, kind: 'test', pattern }
}

function check(runner: string, pattern: RegExp): Runner {
  return { runner, kind: 'check', pattern }
}

/** The test run of a line: the last one where a line runs several; null when it runs none. */
export function testRunOf(line: string): TestRun | null {
  const commands = simpleCommands(line)
  const found = commands.flatMap((command, at) => {
    const words = stripped(withoutRedirections(command.words))
    const joined = words.join(' ')
    const runner = runners.find(({ pattern }) => pattern.test(joined))
    if (runner === undefined || asksOnly(words)) return []
    return [{ at, runner, joined }]
  })
  const tests = found.filter(({ runner }) => runner.kind === 'test')
  const chosen = (tests.length > 0 ? tests : found).at(-1)
  if (chosen === undefined) return null
  const { runner, joined, at } = chosen
  const rest = joined.replace(runner.pattern, ' ').split(/\s+/).filter(Boolean)
  return {
    kind: runner.kind,
    runner: runner.runner,
    scope: scopeOf(rest),
    ownsExit: ownsExit(commands, at),
    folder: folderAt(commands, at),
    at,
    key: (tests.length > 0 ? tests : found).map((one) => one.joined).join(' && '),
  }
}

/** Where `cd` has gone to before the command at `at`; absolute ones begin anew. Of `cd -` nobody knows. */
export function folderAt(commands: readonly SimpleCommand[], at: number): string {
  let folder = ''
  for (const { words } of commands.slice(0, at)) {
    if (!/^(?:cd|pushd|chdir|Set-Location)$/i.test(words[0] ?? '')) continue
    const target = words.slice(1).find((word) => !/^(?:--|\/d|-[LPe]+)$/i.test(word)) ?? '~'
    const isWhole = /^(?:[\\/~]|[A-Za-z]:|\$)/.test(target)
    folder = isWhole || folder === '' ? target : `${folder}/${target}`
  }
  return folder
}

function withoutRedirections(words: readonly string[]): string[] {
  return words.filter((word, at) => {
    const target = /^(?:\d*|&)>>?$|^<$/.test(words[at - 1] ?? '')
    return !target && !/^(?:\d*|&)(?:>|<)/.test(word)
  })
}

/** Help, versions and listings run no test. */
function asksOnly(words: readonly string[]): boolean {
  return words.some((word) =>
    /^(?:--help|--version|-V|--collect-only|--co|--list-?tests|--listTests|--no-run|--dry-run)$/.test(word),
  )
}

function stripped(words: readonly string[]): string[] {
  let rest = [...words]
  for (;;) {
    const before = rest.length
    while (rest.length > 1 && prefixes.some((prefix) => prefix.test(rest[0] ?? ''))) rest = rest.slice(1)
    const joined = rest.join(' ')
    const launcher = launchers.exec(joined)
    if (launcher !== null && launcher[0].length < joined.length)
      rest = joined.slice(launcher[0].length).split(' ')
    if (rest.length === before) return rest
  }
}

/** Options that take a value: the value is no path. Those of `narrowing` narrow the run by names. */
const valued =
  /^(?:-c|-o|-p|-n|-m|-x|-j|-w|--maxfail|--tb|--config|--project|--reporter|--timeout|--workers|--seed|--cov|-C|--manifest-path|--features|-tags|-count|-parallel|-timeout|--rootdir|-W|--prefix|-f)$/
const narrowing =
  /^(?:-k|-t|-run|-g|--grep|--testNamePattern|--testPathPattern|--filter|-R|--tests|-Dtest|--package|-e|--test|-p)(?:=(.+))?$/

function scopeOf(words: readonly string[]): string[] {
  const scope: string[] = []
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    const narrow = narrowing.exec(word)
    if (narrow !== null) {
      const value = narrow[1] ?? words[++at]
      if (value !== undefined) scope.push(value)
    } else if (valued.test(word)) at++
    else if (
      !word.startsWith('-') &&
      !/^(?:\.|\.\/|\.\.\.|\.\/\.\.\.|run|tests?\/?|check|verify|clean|install|discover|--)$/.test(word)
    )
      scope.push(word)
  }
  return scope
}

/** Whether the exit code of the whole line is that of the command at `at`. */
function ownsExit(commands: readonly SimpleCommand[], at: number): boolean {
  for (let next = at; next < commands.length - 1; next++) {
    const joint = commands[next]?.joint
    if (joint === '&&') continue
    return false
  }
  return commands.at(-1)?.joint !== '&'
}
