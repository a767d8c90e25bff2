/** Error signatures: what a failure printed, without all that differs from run to run, as keys that come back. */

/** At most this many of one text, the most specific first (MemOS keeps as many). */
export const mostSignatures = 4

/** Characters of a message that identify it; what follows is mostly values. */
const longestMessage = 160
/** Of a longer text, the beginning and the end are read: that is where failures stand. */
const longestText = 200_000
const longestLine = 2_000

/** How much a signature says: a message with its type, a failing test, a comparison of values, a place, an exit. */
const worth = { message: 5, test: 4, assertion: 3, place: 2, exit: 1, warning: 0 } as const
type Sort = keyof typeof worth

interface Finding {
  sort: Sort
  text: string
}

/** The line that is read, and those around it. */
interface Place {
  lines: readonly string[]
  at: number
}

interface Shape {
  pattern: RegExp
  read: (found: RegExpExecArray, place: Place) => Finding | null
}

/**
 * The signatures of a text that may hold anything: output of a command, a trace in an issue. Equal failures give
 * equal signatures in every order of the lines; warnings count only where nothing failed.
 */
export function errorSignatures(text: string): string[] {
  const lines = readable(text)
    .split('\n')
    .map((line) => line.trimEnd())
  const found = new Map<string, Finding>()
  lines.forEach((line, at) => {
    if (line === '' || line.length > longestLine) return
    const finding = readLine(line, { lines, at })
    if (finding === null || finding.text === '') return
    const known = found.get(finding.text)
    if (known === undefined || worth[known.sort] < worth[finding.sort]) found.set(finding.text, finding)
  })
  const failures = [...found.values()].filter(({ sort }) => sort !== 'warning')
  const all = failures.length > 0 ? failures : [...found.values()]
  return all
    .sort(bySpecificity)
    .slice(0, mostSignatures)
    .map((finding) => finding.text)
}

/** Takes out what differs between two runs or two machines: numbers, addresses, ids, places, folders. */
export function normaliseMessage(message: string): string {
  const plain = message
    .replace(/[`´‘’]/g, "'")
    .replace(/\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b/gi, '<id>')
    .replace(/\b0x[0-9a-f]+\b/gi, '<address>')
    .replace(temporary, '<temporary>')
    .replace(/(?:file:\/\/)?(?<![\w.<])(?:[A-Za-z]:)?[/\\](?:[\w.@~+ -]+[/\\])+([\w.@+-]+)/g, '$1')
    .replace(/\.(\w{1,5})(?::\d+)+\b/g, '.$1')
    .replace(/\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{7,64}\b/g, '<id>')
    .replace(/,? (?:at |on )?(?:line|column|char|position|offset) \d+/gi, '')
    .replace(
      /(?<![\w<])#?[-+]?\d+(?:[.,_:]\d+)*(?:e[-+]?\d+)?(?:ns|µs|ms|s|m|h|kb|mb|gb|b|%|px)?(?!\w)/gi,
      '#',
    )
  return plain
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, longestMessage)
    .replace(/[\s.:,;]+$/, '')
}

const temporary =
  /(?:\/private)?(?:\/var\/folders|\/tmp|\/var\/tmp|[A-Za-z]:\\[^\s'"]*\\Temp)[/\\][^\s'"):,]*/gi

function readable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: terminals colour failures with exactly these.
  const plain = text.replace(/\x1b\[[\d;?]*[A-Za-z]/g, '').replaceAll('\r', '')
  if (plain.length <= longestText) return plain
  return `${plain.slice(0, longestText / 2)}\n${plain.slice(-longestText / 2)}`
}

function readLine(line: string, place: Place): Finding | null {
  for (const { pattern, read } of shapes) {
    const found = pattern.exec(line)
    const finding = found === null ? null : read(found, place)
    if (finding !== null) return finding
  }
  return null
}

/** By worth, then by the words of the message, then by the alphabet: never by the order in which threads printed. */
function bySpecificity(a: Finding, b: Finding): number {
  const words = (finding: Finding) => Math.min(12, finding.text.split(/\W+/).length)
  return worth[b.sort] - worth[a.sort] || words(b) - words(a) || (a.text < b.text ? -1 : 1)
}

/** A type with its message; a comparison of values says less, and a type alone needs the place it came from. */
function typed(type: string, message: string, place: Place): Finding {
  const name = type.split(/[.:\\]+/).at(-1) ?? type
  const plain = normaliseMessage(message.replace(/\s+in \S+\.php(?::\d+| on line \d+).*$/, ''))
  if (/Warning$/.test(name)) return { sort: 'warning', text: `${name}: ${plain}` }
  const asserts = /Assert|Expectation|ComparisonFailure/.test(name)
  if (plain !== '' && !/^#?$/.test(plain)) {
    return { sort: asserts ? 'assertion' : 'message', text: `${name}: ${plain}` }
  }
  const symbol = symbolNear(place)
  return symbol === '' ? { sort: 'exit', text: name } : { sort: 'place', text: `${name} in ${symbol}` }
}

/** The function where it was raised: Python prints frames before the error, most others behind it. */
function symbolNear({ lines, at }: Place): string {
  for (let back = at - 1; back >= Math.max(0, at - 6); back--) {
    const found = /File ".*", line \d+, in ([\w.<>]+)|^(?:>|E)?\s*def (\w+)\(/.exec(lines[back] ?? '')
    if (found !== null) return (found[1] ?? found[2] ?? '').replace(/[<>]/g, '')
  }
  const next = /^\s*at (?:async |new )?([\w$.<>]+)[ (]/.exec(lines[at + 1] ?? '')
  return next?.[1]?.split('.').slice(-2).join('.') ?? ''
}

const message = (text: string): Finding => ({ sort: 'message', text: normaliseMessage(text) })
const failing = (runner: string, name: string): Finding => ({
  sort: 'test',
  text: `${runner} ${name.replace(/\[.*\]$/, '').trim()}`.slice(0, 300),
})

/** One entry a form of output; the first that fits reads the line, so special forms stand above general ones. */
const shapes: readonly Shape[] = [
  // Compilers with codes: TypeScript, C#, Rust.
  {
    pattern: /\berror (TS\d+|CS\d+|MSB\d+|FS\d+): (.*?)(?: \[[^\]]*proj\])?$/,
    read: (found) => message(`${found[1]}: ${found[2]}`),
  },
  { pattern: /^\s*error\[(E\d+)\]: (.*)$/, read: (found) => message(`${found[1]}: ${found[2]}`) },
  // C, C++, Go, Swift, javac, Kotlin: file:12:3: error: ...
  {
    pattern: /^\S+?\.(?:c|cc|cpp|cxx|h|hpp|m|mm|java|kt|swift|scala):\d+(?::\d+)?: (?:fatal )?error: (.*)$/,
    read: (found) => message(`error: ${found[1]}`),
  },
  { pattern: /^(?:#\s)?\S+\.go:\d+:\d+: (.*)$/, read: (found) => message(`go: ${found[1]}`) },
  { pattern: /\b(undefined reference to [`'].*?')/, read: (found) => message(found[1] ?? '') },
  // Panics.
  {
    pattern: /^thread '.*' panicked at (?:'(.*)', \S+|\S+:\d+:\d+:)$/,
    read: (found, { lines, at }) => message(`panic: ${found[1] ?? lines[at + 1] ?? ''}`),
  },
  { pattern: /^(?:\s*)panic: (.*?)(?: \[recovered\])?$/, read: (found) => message(`panic: ${found[1]}`) },
  // C++ and C at run time.
  {
    pattern: /^terminate called after throwing an instance of '(.+)'/,
    read: (found, place) =>
      typed(found[1] ?? '', /what\(\):\s*(.*)/.exec(place.lines[place.at + 1] ?? '')?.[1] ?? '', place),
  },
  {
    pattern: /(AddressSanitizer|ThreadSanitizer|UndefinedBehaviorSanitizer|runtime error): (.*)$/,
    read: sanitizer,
  },
  {
    pattern: /Assertion [`'](.+)' failed/,
    read: (found) => ({ sort: 'assertion', text: normaliseMessage(`Assertion failed: ${found[1]}`) }),
  },
  // Test runners.
  {
    pattern: /^(?:FAILED|ERROR) (\S+\.py(?:::[^\s[]+)+)/,
    read: (found) => failing('pytest', found[1] ?? ''),
  },
  { pattern: /^(?:FAIL|ERROR): (\w+) \(([\w.]+)\)/, read: unittest },
  { pattern: /^\s*--- FAIL: (\S+)/, read: (found) => failing('go', found[1] ?? '') },
  { pattern: /^test (\S+) \.\.\. FAILED$/, read: (found) => failing('cargo', found[1] ?? '') },
  { pattern: /^\s*● (.+ › .+)$/, read: (found) => failing('jest', found[1] ?? '') },
  {
    pattern: /^\s*(?:FAIL|×|❯)\s+(\S+\.\w+ > .+?)(?: \d+m?s)?$/,
    read: (found) => failing('vitest', found[1] ?? ''),
  },
  { pattern: /^\s*not ok \d+ -? ?(.+?)(?: # .*)?$/, read: (found) => failing('tap', found[1] ?? '') },
  { pattern: /^\s*✖ (.+?) \([\d.]+ms\)$/, read: (found) => failing('node', found[1] ?? '') },
  { pattern: /^rspec (\S+?)(?::\d+|\[.*\]) # (.+)$/, read: (found) => failing('rspec', found[2] ?? '') },
  { pattern: /^\[ERROR\]\s+(\w+\.\w+):\d+/, read: (found) => failing('junit', found[1] ?? '') },
  { pattern: /^(\w+ > [\w ()]+) FAILED$/, read: (found) => failing('junit', found[1] ?? '') },
  { pattern: /^\d+\) ([\w\\]+::\w+)/, read: (found) => failing('phpunit', found[1] ?? '') },
  // Exceptions. Ruby names the type last, in brackets.
  {
    pattern: /^\S+\.rb:\d+:in [`'].*?': (.*) \(([A-Z][\w:]*)\)$/,
    read: (found, place) => typed(found[2] ?? '', found[1] ?? '', place),
  },
  {
    pattern: /^\s*(?:PHP )?(?:Fatal|Parse|Recoverable fatal) error:\s+(?:Uncaught )?(?:([\w\\]+): )?(.*)$/,
    read: (found, place) => typed(found[1] ?? 'PHP error', found[2] ?? '', place),
  },
  {
    pattern:
      /(?:^|^[\s>|]*(?:E\s+|\S+:\d+: )|Uncaught |Unhandled exception\.? |Caused by: |Exception in thread "[^"]*" |^\[?[\w:.,\s-]+\]? )((?:[A-Za-z_]\w*[.\\])*(?:[A-Z]\w*(?:Error|Exception|Failure|Fault|Interrupt|Warning|Exit|Iteration)|Error))(?: \[\w+\])?(?:: (.*))?$/,
    read: (found, place) => typed(found[1] ?? '', found[2] ?? '', place),
  },
  // The shell and its tools.
  {
    pattern: /([\w./+-]+): (?:command )?not found$/,
    read: (found) => message(`${found[1]}: command not found`),
  },
  { pattern: /^npm (?:ERR!|error) (Missing script: .*)$/, read: (found) => message(`npm: ${found[1]}`) },
  { pattern: /^g?make(?:\[\d+\])?: \*\*\* (?:\[(?:\S+:\d+: )?(.+?)\]|(.*?)\.)/, read: make },
  { pattern: /^(?:fatal|error): (?!could not compile|aborting due|test failed)(.+)$/, read: plain },
  {
    pattern: /(Segmentation fault|Bus error|Aborted|Killed|Out of memory)\b(?: \(core dumped\))?$/,
    read: exit,
  },
  { pattern: /exit(?:ed)?(?: with)?(?: code| status)?:? (\d{1,3})\b/i, read: exitCode },
]

function sanitizer(found: RegExpExecArray): Finding {
  const what = (found[2] ?? '').replace(/ on (?:unknown )?address.*$/, '')
  return message(`${found[1]}: ${what}`)
}

function unittest(found: RegExpExecArray): Finding {
  const [method = '', scope = ''] = [found[1], found[2]]
  return failing('unittest', scope.endsWith(`.${method}`) ? scope : `${scope}.${method}`)
}

function make(found: RegExpExecArray): Finding {
  return { sort: 'place', text: normaliseMessage(`make: ${found[1] ?? found[2]}`) }
}

function plain(found: RegExpExecArray): Finding {
  return { sort: 'assertion', text: normaliseMessage(`error: ${found[1]}`) }
}

function exit(found: RegExpExecArray): Finding {
  return { sort: 'exit', text: found[1] ?? '' }
}

/** The one number that says something of its own. */
function exitCode(found: RegExpExecArray): Finding | null {
  return found[1] === '0' ? null : { sort: 'exit', text: `exit ${found[1]}` }
}
