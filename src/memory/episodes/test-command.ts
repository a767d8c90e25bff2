/** Which shell lines run tests or checks, what they cover, and whether the line's exit code is theirs. */

import { type SimpleCommand, simpleCommands } from './shell.ts'
import { scopeOf, type TestScope } from './test-scope.ts'

export interface TestRun extends TestScope {
  /** `check`: types and style. It can fail a change, but does not prove it. */
  kind: 'test' | 'check'
  /** Stable name of the program: `pytest`, `npm test`. */
  runner: string
  /** False: a pipe, `|| true` or another command decides the line's exit code, not the tests. */
  ownsExit: boolean
  /** A program behind a pipe shows some lines of the output only, and not those at its end. */
  isFiltered: boolean
  /** Folder that `cd` in the line goes to first, as written; empty: none. */
  folder: string
  /** Number of its simple command in the line. */
  at: number
  /** The commands without folder changes and environment, to tell the same run apart from another one. */
  key: string
  /** As `key`, without options that only say how to report. */
  same: string
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
  test(
    'manage.py test',
    /^(?:\S*\/)?(?:python[\d.]*(?: -W \S+| -\S+)* )?\S*(?:manage\.py test|runtests\.py)(?![\w:])/,
  ),
  test('tox', /^(?:python[\d.]* -m )?(?:tox|nox)\b/),
  test('jest', /^(?:\S*\/)?(?:jest|vitest|mocha|ava|karma|cypress run|playwright test|tap|uvu|wtr|qunit)\b/),
  // The test runner of VS Code itself, which agents start without a shell.
  test('runTests', /^runTests\b/),
  test('react-scripts', /^(?:react-scripts|vue-cli-service|ng) test(?::\w+)?\b/),
  test('node --test', /^(?:\S*\/)?(?:(?:node|tsx)(?: -\S+)* --test|(?:deno|bun)(?: -\S+)* test)(?![\w/.-])/),
  test(
    'npm test',
    /^(?:npm|pnpm|yarn|bun)(?: --?\S+ \S+(?= (?:run|test))| -\S+| workspace \S+)*(?: run(?:-script)?)? (?:(?:t|tst)(?=\s|$)|test(?![-:](?:types?|typecheck|lint|build|compile|setup|server|serve|data|clean|format|prepare|install)\b)(?:[:\w-]*)?)(?![\w/.])/,
  ),
  test('go test', /^(?:go(?: -\S+)* test|gotestsum|richgo test)\b/),
  test('cargo test', /^cargo(?: \+\S+)? (?:test|nextest(?: run)?|t)\b/),
  test(
    'mvn test',
    /^(?:\.\/)?mvnw?(?:\.cmd)?\b(?=.* (?:test|verify|integration-test|surefire:test|failsafe:\S+)(?: |$))/,
  ),
  test(
    'gradle test',
    /^(?:\.\/|\.\\)?gradlew?(?:\.bat)?\b(?=.*[ :](?<!-x )(?:test(?!Classes)\w*|check|\w+Test)(?: |$))/,
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
    /^(?:make|gmake|just|task)(?: -\S+(?: \S+(?= ))?)* (?:(?:\w+[-_])?(?:test|tests|unit|unittest)(?:[-_:]\w+)*|check)(?![\w:-])/,
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
    /^(?:npm|pnpm|yarn|bun|make|just)(?: -\S+)*(?: run)? (?:lint|types?|typecheck|type-check|tsc|check[-_:]\w+|test:(?:types?|typecheck|lint))(?:[:\w-]*)?(?![\w:-])/,
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
    const words = stripped(withoutRedirections(command.words).map(asOneWord))
    const joined = words.join(' ')
    const runner = runners.find(({ pattern }) => pattern.test(joined))
    if (runner === undefined || asksOnly(words, runner.runner)) return []
    return [{ at, runner, joined }]
  })
  const tests = found.filter(({ runner }) => runner.kind === 'test')
  const counted = tests.length > 0 ? tests : found
  const [first, last] = [counted[0], counted.at(-1)]
  if (first === undefined || last === undefined) return null
  const { runner, joined, at } = last
  const before = runner.pattern.exec(joined)?.[0] ?? ''
  const words = (text: string) => text.split(/\s+/).filter(Boolean).map(asWritten)
  return {
    kind: runner.kind,
    runner: runner.runner,
    ...scopeOf(runner.runner, words(joined.slice(before.length)), words(before)),
    // Of several runs the line tells how the last one ended; joined by `&&`, how all did.
    ownsExit: ownsExit(commands, first.at),
    isFiltered: isFiltered(commands, at),
    folder: folderAt(commands, at),
    at,
    key: asWritten(counted.map((one) => one.joined).join(' && ')),
    same: counted.map(sameRun).join(' && '),
  }
}

/** What was quoted stays one word where the words of a command are joined. */
const blank = '\u0001'
const asOneWord = (word: string) => word.replace(/\s/g, blank)
const asWritten = (text: string) => text.replaceAll(blank, ' ')

/** `python -m pytest -x` runs what `pytest -q` runs. */
function sameRun({ runner, joined }: { runner: Runner; joined: string }): string {
  if (runner.runner !== 'pytest') return joined
  const rest = joined.replace(runner.pattern, 'pytest')
  return rest.replace(
    / (?:-[qvxsl]+|-r\w+|--(?:no-header|quiet|verbose|exitfirst)|--(?:tb|color|maxfail)[= ]\S+)(?= |$)/g,
    '',
  )
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

const asking =
  /^(?:--?help|-h|--version|-V|--collect-?only|--co|--list-?tests|--listTests|--list|--no-run|--dry-run|--just-print|--fixtures|--markers|--setup-plan|--showConfig|--clearCache|--notest|--nobuild|-DskipTests(?:=true)?|-Dmaven\.test\.skip(?:=true)?)$/
/** Short options that mean "only say what you would do" to one runner. */
const askingOf: Readonly<Record<string, RegExp>> = {
  'go test': /^-(?:list|c|n)(?:=.*)?$/,
  'make test': /^-n$/,
  ctest: /^-N$/,
  tox: /^(?:-l|-a|-av)$/,
  'dotnet test': /^-t$/,
  'gradle test': /^-m$/,
}

/** Help, versions, listings and builds run no test. */
function asksOnly(words: readonly string[], runner: string): boolean {
  return words.some((word) => asking.test(word) || askingOf[runner]?.test(word) === true)
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

/** Whether the exit code of the whole line is that of the commands from `at` on. */
function ownsExit(commands: readonly SimpleCommand[], at: number): boolean {
  // After `||` it may not have run at all.
  if (commands[at - 1]?.joint === '||') return false
  if (commands.slice(at, -1).some(({ joint }) => joint !== '&&')) return false
  return commands.at(-1)?.joint !== '&'
}

/** Whether what stands behind its pipe may have left out the lines that say that tests failed. */
function isFiltered(commands: readonly SimpleCommand[], at: number): boolean {
  for (let next = at; commands[next]?.joint === '|'; next++) {
    const [program = ''] = commands[next + 1]?.words ?? []
    if (!/^(?:\S*\/)?(?:tail|tee|cat|less|more|ts|unbuffer)$/.test(program)) return true
  }
  return false
}
