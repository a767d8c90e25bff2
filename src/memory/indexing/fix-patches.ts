/** Reads what commits touched from `git log --raw -p -U0`: files, blob ids, lines, and the definitions they lie in. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { roleOf } from '../code/trees.ts'
import { type Git, GitFailed } from '../git.ts'
import type { FixFile } from '../types.ts'
import { definitionIn, symbolOf } from './fix-symbols.ts'

export interface PatchOutline {
  sha: string
  files: FixFile[]
  added: number
  removed: number
}

/** Files that are kept of one commit, and definitions of one file. */
const mostFiles = 300
const mostSymbols = 12

const marker = '\u0001\u0002\u0003'

/** How git is told where a definition begins. Python's is ours: git's own drops the indentation that tells what is top level. */
const drivers = `*.py diff=casebook-python
*.pyi diff=casebook-python
*.pyx diff=casebook-python
*.js diff=casebook-js
*.jsx diff=casebook-js
*.mjs diff=casebook-js
*.ts diff=casebook-js
*.tsx diff=casebook-js
*.vue diff=casebook-js
*.java diff=java
*.kt diff=kotlin
*.cs diff=csharp
*.c diff=cpp
*.h diff=cpp
*.cc diff=cpp
*.cpp diff=cpp
*.hpp diff=cpp
*.go diff=golang
*.rs diff=rust
*.rb diff=ruby
*.php diff=php
*.sh diff=bash
`
const python = String.raw`^([ \t]*(class|def|cdef|cpdef|async[ \t]+def)[ \t].*)$`
const javascript = String.raw`^((export[ \t]+)?(default[ \t]+)?(async[ \t]+|abstract[ \t]+)?(function|class|interface|enum|namespace)[ \t*].*|(export[ \t]+)?(const|let|var|type)[ \t]+[A-Za-z_$].*)$`

/** In git's order. Stops git and throws when `signal` is aborted. Throws `GitFailed`. */
export async function* readOutlines(
  git: Git,
  shas: readonly string[],
  signal?: AbortSignal,
): AsyncGenerator<PatchOutline> {
  if (shas.length === 0) return
  const folder = await mkdtemp(join(tmpdir(), 'casebook-drivers-'))
  try {
    const attributes = join(folder, 'attributes')
    await writeFile(attributes, drivers)
    yield* outlines(git, logArguments(attributes), shas, signal)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function logArguments(attributes: string): string[] {
  const config = [
    `core.attributesFile=${attributes}`,
    `diff.casebook-python.xfuncname=${python}`,
    `diff.casebook-js.xfuncname=${javascript}`,
  ]
  const log = ['log', '--no-walk=unsorted', '--stdin', '--raw', '--no-abbrev', '-p', '-U0', '--root']
  const safe = ['--no-renames', '--no-ext-diff', '--no-textconv', '--no-color', '--ignore-submodules']
  return [...config.flatMap((one) => ['-c', one]), ...log, ...safe, `--format=${marker}%H`]
}

async function* outlines(
  git: Git,
  args: readonly string[],
  shas: readonly string[],
  signal: AbortSignal | undefined,
): AsyncGenerator<PatchOutline> {
  const child = git.open(args)
  const stop = () => child.kill()
  signal?.addEventListener('abort', stop, { once: true })
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  ended.catch(() => undefined)
  let errors = ''
  child.stderr.on('data', (part: Buffer) => {
    if (errors.length < 2_000) errors += part.toString('utf8')
  })
  child.stdin.on('error', () => undefined)
  child.stdin.end(`${shas.join('\n')}\n`)
  const reader = new OutlineReader()
  let rest = ''
  try {
    child.stdout.setEncoding('utf8')
    for await (const text of child.stdout) {
      signal?.throwIfAborted()
      const lines = (rest + String(text)).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) reader.take(line)
      yield* reader.finished()
    }
    reader.take(rest)
    const code = await ended
    signal?.throwIfAborted()
    if (code !== 0) throw new GitFailed(['log'], errors, code)
    yield* reader.last()
  } finally {
    signal?.removeEventListener('abort', stop)
    child.kill()
  }
}

/** Takes git's lines one by one. Lines of content are counted by the hunk's header, so they cannot be mistaken for it. */
class OutlineReader {
  #done: PatchOutline[] = []
  #current: PatchOutline | null = null
  #byPath = new Map<string, FixFile>()
  #file: FixFile | null = null
  #oldPath = ''
  /** In texts and data git takes any line for a definition. */
  #isCode = false
  #content = 0
  #header = ''
  /** The first changed line of a hunk tells whether it is itself a definition. */
  #isFirst = false

  take(line: string): void {
    if (this.#content > 0) this.#takeContent(line)
    else if (line.startsWith(marker)) this.#begin(line.slice(marker.length).trim())
    else if (line.startsWith(':')) this.#takeRaw(line)
    else if (line.startsWith('@@ ')) this.#takeHunk(line)
    else if (line.startsWith('--- ')) this.#oldPath = pathOf(line)
    else if (line.startsWith('+++ ')) this.#takePath(pathOf(line))
  }

  finished(): PatchOutline[] {
    const done = this.#done
    this.#done = []
    return done
  }

  last(): PatchOutline[] {
    if (this.#current !== null) this.#done.push(this.#current)
    this.#current = null
    return this.finished()
  }

  #begin(sha: string): void {
    if (this.#current !== null) this.#done.push(this.#current)
    this.#current = { sha, files: [], added: 0, removed: 0 }
    this.#byPath = new Map()
    this.#file = null
  }

  /** `:100644 100644 <blob> <blob> M<tab>path` */
  #takeRaw(line: string): void {
    const [facts = '', path = ''] = line.split('\t')
    const [, newMode = '', , blob = '', status = ''] = facts.split(' ')
    if (this.#current === null || this.#current.files.length >= mostFiles || newMode === '160000') return
    const gone = status.startsWith('D')
    const file = { path: unquoted(path), status: status.slice(0, 1), blob: gone ? null : blob, symbols: [] }
    this.#current.files.push(file)
    this.#byPath.set(file.path, file)
  }

  #takePath(path: string): void {
    this.#file = this.#byPath.get(path === '/dev/null' ? this.#oldPath : path) ?? null
    this.#isCode = this.#file !== null && /^(?:source|test)$/.test(roleOf(this.#file.path))
  }

  #takeHunk(line: string): void {
    const match = /^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@ ?(.*)$/.exec(line)
    if (match === null) return
    this.#content = Number(match[1] ?? 1) + Number(match[2] ?? 1)
    this.#header = match[3] ?? ''
    this.#isFirst = true
  }

  #takeContent(line: string): void {
    const sign = line.charCodeAt(0)
    // "\ No newline at end of file" is no content.
    if (sign === 92) return
    this.#content--
    if (this.#current === null) return
    if (sign === 43) this.#current.added++
    else this.#current.removed++
    if (this.#file === null || !this.#isCode || this.#file.symbols.length >= mostSymbols) return
    const defined = definitionIn(line.slice(1, 300))
    if (defined !== null) this.#note(defined)
    else if (this.#isFirst) this.#note(symbolOf(this.#header, this.#file.path))
    this.#isFirst = false
  }

  #note(symbol: { name: string; top: boolean } | null): void {
    const known = this.#file?.symbols
    if (symbol === null || known === undefined || known.some(({ name }) => name === symbol.name)) return
    known.push(symbol)
  }
}

function pathOf(line: string): string {
  const path = unquoted(line.slice(4).replace(/\t$/, ''))
  return path === '/dev/null' ? path : path.slice(2)
}

/** git quotes paths with quotes, backslashes or control characters as C does. */
function unquoted(path: string): string {
  if (!path.startsWith('"')) return path
  const bytes: number[] = []
  const escapes: Record<string, number> = { n: 10, t: 9, r: 13, a: 7, b: 8, f: 12, v: 11 }
  for (const [part] of path.slice(1, -1).matchAll(/\\[0-7]{3}|\\.|[^\\]+/g)) {
    if (/^\\[0-7]{3}$/.test(part)) bytes.push(Number.parseInt(part.slice(1), 8))
    else if (part.startsWith('\\')) bytes.push(escapes[part.slice(1)] ?? part.charCodeAt(1))
    else bytes.push(...Buffer.from(part))
  }
  return Buffer.from(bytes).toString('utf8')
}
