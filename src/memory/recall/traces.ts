/** Reads stack frames and error lines out of any text, for the languages whose traces people paste. */

export interface Frame {
  /** As printed, with forward slashes, cut to what can be inside a repository. */
  path: string
  line: number | null
  /** Function or method without its module, empty where the trace names none. */
  symbol: string
  /** 0 = the frame nearest to where the error was raised. */
  depth: number
}

export interface ErrorLine {
  /** `TypeError`, `panic`, `warning`; the last part of a dotted name. */
  type: string
  message: string
}

interface FramePattern {
  pattern: RegExp
  /** Which group is what; 0 = none. */
  path: number
  line: number
  symbol: number
  /** True where a trace prints the innermost frame last. */
  innermostLast: boolean
}

/** One pattern a language; the most specific first, because a line is read by the first that fits. */
const patterns: readonly FramePattern[] = [
  // Python: File "a/b.py", line 3, in f
  {
    pattern: /File "([^"\n]+)", line (\d+)(?:, in (\S+))?/,
    path: 1,
    line: 2,
    symbol: 3,
    innermostLast: true,
  },
  // IPython: ~/x/b.py in f(self, a)
  { pattern: /^[^\w\n]*(\S+\.pyx?) in (\w+)\(/, path: 1, line: 0, symbol: 2, innermostLast: true },
  // IPython 8: File ~/x/b.py:12, in f(self)
  {
    pattern: /^\W*File (\S+\.pyx?):(\d+),? in (?:\w+\.)*(\w+)/,
    path: 1,
    line: 2,
    symbol: 3,
    innermostLast: true,
  },
  // Java, Kotlin, Scala: at a.b.C.m(C.java:12)
  {
    pattern: /^\s*at ((?:[\w$]+\.)+[\w$<>]+)\((\w+\.(?:java|kt|scala)):(\d+)\)/,
    path: 1,
    line: 3,
    symbol: 1,
    innermostLast: false,
  },
  // C#: at A.B.M(String s) in C:\x\F.cs:line 12
  {
    pattern: /^\s*at ([\w.`<>+]+)\([^)]*\) in (.+?):line (\d+)/,
    path: 2,
    line: 3,
    symbol: 1,
    innermostLast: false,
  },
  // JavaScript, TypeScript: at A.m (file:///x/f.ts:1:2), at x/f.ts:1:2
  {
    pattern:
      /^\s*at (?:(?:async |new )?([\w$.<>[\] ]+?) (?:\[as \w+\] )?\()?((?:\w+:\/\/)?[^\s()]+?):(\d+):\d+\)?/,
    path: 2,
    line: 3,
    symbol: 1,
    innermostLast: false,
  },
  // Ruby: a/b.rb:3:in `m'
  {
    pattern: /([^\s:'"`]+\.rb):(\d+):in [`'](?:[\w:]+[#.])?([^'\n]+)'/,
    path: 1,
    line: 2,
    symbol: 3,
    innermostLast: false,
  },
  // PHP: #0 /x/F.php(12): f()
  {
    pattern: /^#\d+ (\S+\.php)\((\d+)\): (?:[\w\\]+(?:->|::))?(\w+)/,
    path: 1,
    line: 2,
    symbol: 3,
    innermostLast: false,
  },
  // gdb, sanitizers: #0 0x1 in f (a=1) at x/f.c:12
  {
    pattern:
      /^\s*#\d+\s+(?:0x[\da-f]+ in )?([\w:~<>]+)\s*\(?.*?\)? (?:at )?(\/?[\w./+-]+\.(?:c|cc|cpp|cxx|h|hpp)):(\d+)/i,
    path: 2,
    line: 3,
    symbol: 1,
    innermostLast: false,
  },
  // Go, Rust, pytest, compilers: x/f.go:12
  {
    pattern:
      /(?:^|[\s('"`,>])((?:[A-Za-z]:)?[\w./\\@~+-]*[\w-]\.(?:go|rs|py|tsx?|jsx?|mjs|cjs|java|kt|scala|cc?|cpp|hpp?|cs|rb|php|lua|sh)):(\d+)(?::\d+)?/,
    path: 1,
    line: 2,
    symbol: 0,
    innermostLast: true,
  },
]

/** Frames in text order; `depth` counts from the frame nearest to the error, over each trace on its own. */
export function readFrames(text: string): Frame[] {
  const frames: Frame[] = []
  let trace: { frame: Frame; last: boolean }[] = []
  let silent = 0
  const close = () => {
    frames.push(...withDepth(trace))
    trace = []
  }
  for (const line of text.split('\n')) {
    const read = readFrame(line)
    if (read !== null) {
      trace.push(read)
      silent = 0
    } else if (++silent > 12 || /Traceback \(most recent|During handling of|Caused by:/.test(line)) close()
  }
  close()
  return frames
}

function readFrame(line: string): { frame: Frame; last: boolean } | null {
  if (line.length > 2_000) return null
  for (const entry of patterns) {
    const found = entry.pattern.exec(line)
    const printed = found?.[entry.path]
    if (found === null || printed === undefined) continue
    const java = entry.path === entry.symbol
    const path = java ? javaPath(printed, found[2] ?? '') : repositoryPart(printed)
    if (path === '') return null
    const symbol = (found[entry.symbol === 0 ? 99 : entry.symbol] ?? '').split(/[.:]+/).at(-1) ?? ''
    const number = found[entry.line === 0 ? 99 : entry.line]
    const frame = {
      path,
      line: number === undefined ? null : Number(number),
      symbol: plainName(symbol),
      depth: 0,
    }
    return { frame, last: entry.innermostLast }
  }
  return null
}

function plainName(symbol: string): string {
  return /^[\w$]+$/.test(symbol) ? symbol : ''
}

/** `org.a.C$1.m` in `C.java` is `org/a/C.java`. */
function javaPath(qualified: string, file: string): string {
  const packages = qualified.split('.').filter((part) => /^[a-z_]\w*$/.test(part))
  const method = qualified.split('.').at(-1)
  if (packages.at(-1) === method) packages.pop()
  return [...packages, file].join('/')
}

/** Drops what is before the installed package or the user's folders: only the rest can match a repository path. */
function repositoryPart(printed: string): string {
  const path = printed
    .replace(/^\w+:\/\//, '')
    .replace(/\\/g, '/')
    .replace(/^~?\/+|^[A-Za-z]:\//, '')
  if (/^<|^node:|^internal\/|^\(/.test(path)) return ''
  const installed =
    installClue.test(path) &&
    /.*(?:site-packages|dist-packages|node_modules|\/gems|registry\/src\/[^/]+|[\w.-]+\.egg|lib\/python[\d.]+|pkg\/mod)\//.exec(
      path,
    )
  return (installed ? path.slice(installed[0].length) : path).replace(/^(?:\.\.?\/)+/, '')
}

/** In every path of something installed: most paths have none, and the whole pattern tries each of their letters. */
const installClue = /packages|node_modules|gems|registry|\.egg|lib\/python|pkg\/mod/

function withDepth(trace: readonly { frame: Frame; last: boolean }[]): Frame[] {
  const last = trace.some((entry) => entry.last)
  return trace.map(({ frame }, index) => ({ ...frame, depth: last ? trace.length - 1 - index : index }))
}

const typedError =
  /(?:^|[\s>`'"(])((?:[A-Za-z_]\w*\.)*[A-Z]\w*(?:Error|Exception|Warning|Failure|Fault|Interrupt))\b(?:\s*:\s*(.*))?/
const plainError =
  /^\s*(?:[\w./<>-]+:(?:\d+:)*\s*)?(error|fatal|panic|warning|critical|failed|thread '.*' panicked at)\b:?\s*(.+)$/i

/** Error types and messages, each once. A message is cut at 200 characters. */
export function readErrors(text: string): ErrorLine[] {
  const errors = new Map<string, ErrorLine>()
  for (const line of text.split('\n')) {
    if (line.length > 2_000) continue
    const typed = typedError.exec(line)
    const plain = typed === null ? plainError.exec(line) : null
    const type = typed?.[1]?.split('.').at(-1) ?? plain?.[1]?.toLowerCase()
    if (type === undefined) continue
    const message = (typed?.[2] ?? plain?.[2] ?? '')
      .replace(/[`'"]+$/, '')
      .trim()
      .slice(0, 200)
    errors.set(`${type}\n${message}`, { type, message })
  }
  return [...errors.values()]
}
