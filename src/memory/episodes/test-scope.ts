/** What a test run was narrowed to by its words: files and names, packages, and what it left out. */

export interface TestScope {
  /** Files, folders and name patterns; empty: everything. */
  scope: string[]
  /** Packages or folders that the runner was sent to by an option; empty: the one it was started in. */
  packages: string[]
  /** Tests that were left out on purpose. */
  excluded: string[]
}

/** Options that take a value: the value is no path. */
const valued =
  /^(?:-c|-o|-p|-n|-m|-j|--maxfail|--tb|--config|--project|--reporter|--timeout|--workers|--seed|--cov|--features|-tags|-count|-parallel|-timeout|--rootdir|-W|-F)$/
/** Values of these narrow the run by names. */
const narrowing =
  /^(?:-k|-t|-run|-g|--grep|--testNamePattern|--testPathPattern|--filter|-R|--tests|-Dtest|--package|-e|--test|-p)(?:=(.+))?$/
/** Values of these are left out. */
const excluding =
  /^(?:--deselect|--ignore|--ignore-glob|--exclude|--exclude-tag|--skip|-skip|--testPathIgnorePatterns|-E|--invert)(?:=(.+))?$/
/** Without a value for some runners, with one for others. */
const valuedFor: readonly [option: RegExp, runner: RegExp][] = [
  [/^-w$/, /^jest$/],
  [/^-f$/, /^(?:rspec|ctest)$/],
]
/** Said of nothing: the whole of where it runs. */
const everything = /^(?:\.|\.\/|\.\.\.|\.\/\.\.\.|run|tests?\/?|check|verify|clean|install|discover|--)$/

/** `words`: without the program; `before`: those that named the program, with its options. */
export function scopeOf(runner: string, words: readonly string[], before: readonly string[]): TestScope {
  const outer = packagesOf(runner, before)
  const own = packagesOf(runner, words)
  const found: TestScope = { scope: [], packages: [...outer.packages, ...own.packages], excluded: [] }
  for (let at = 0; at < own.rest.length; at++) {
    const word = own.rest[at] ?? ''
    const [narrow, left] = [narrowing.exec(word), excluding.exec(word)]
    const value = () => narrow?.[1] ?? left?.[1] ?? own.rest[++at]
    if (isValued(word, runner)) at++
    else if (narrow !== null) takeNames(found, value())
    else if (left !== null) found.excluded.push(value() ?? '')
    else if (!word.startsWith('-') && !everything.test(word)) found.scope.push(word)
  }
  return { ...found, excluded: found.excluded.filter(Boolean) }
}

function isValued(word: string, runner: string): boolean {
  if (word === '-p') return /^(?:pytest|go test)$/.test(runner)
  if (narrowing.test(word) || excluding.test(word)) return false
  return valued.test(word) || valuedFor.some(([option, of]) => option.test(word) && of.test(runner))
}

/** `-k "cart and not slow"` asks for one and leaves out another. */
function takeNames({ scope, excluded }: TestScope, value: string | undefined): void {
  if (value === undefined) return
  const wanted = value.replace(/\bnot\s+\(?([\w.-]+)\)?/g, (_all, name: string) => {
    excluded.push(name)
    return ' '
  })
  const bare = wanted.replace(/\b(?:and|or)\b/g, ' ').trim()
  if (bare !== '') scope.push(bare === value ? value : bare)
}

interface PackageOption {
  runner: RegExp
  option: RegExp
}

/** Each with its value behind `=` or as the next word. */
const packageOptions: readonly PackageOption[] = [
  {
    runner: /^(?:npm test|lint script)$/,
    option: /^(?:--workspace|--prefix|-C|--cwd|--dir|workspace|--filter|-F)$/,
  },
  { runner: /^(?:make test|go test|mix test|ctest)$/, option: /^(?:-C|--directory)$/ },
  { runner: /^cargo test$/, option: /^--manifest-path$/ },
  { runner: /^mvn test$/, option: /^(?:-f|--file|-pl|--projects)$/ },
  { runner: /^gradle test$/, option: /^(?:-p|--project-dir)$/ },
  { runner: /^(?:jest|node --test)$/, option: /^(?:--root|--rootDir|--cwd|--dir)$/ },
]

function packagesOf(runner: string, words: readonly string[]): { packages: string[]; rest: string[] } {
  const options = packageOptions.filter((one) => one.runner.test(runner))
  const rest: string[] = []
  const packages: string[] = []
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    const [, name = word, value] = /^(-[^=]*|workspace)=(.*)$/.exec(word) ?? []
    // `-w` names a workspace for npm, and is the root for pnpm.
    const isNpm = name === '-w' && runner === 'npm test' && words[0] !== 'pnpm'
    if (isNpm || options.some(({ option }) => option.test(name)))
      packages.push(...(value ?? words[++at] ?? '').split(','))
    else rest.push(word)
  }
  return { packages: packages.flatMap(plainPackage), rest }
}

/** Folders and names; nothing for those that stand for all or leave one out. */
function plainPackage(name: string): string[] {
  const bare = name
    .replace(/^[.{]{0,3}\/?|[}.^]+$/g, '')
    .replace(/\/?(?:Cargo\.toml|pom\.xml|package\.json)$/, '')
    .replace(/\/$/, '')
  return bare === '' || /[*!]/.test(bare) ? [] : [bare]
}
