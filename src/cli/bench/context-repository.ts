/** A made-up repository in memory with the tools of an agent: reads, searches, edits, and test runs that say a lot. */

import type { OpenContext } from '../../agent/context/context.ts'
import type { ToolResult, ToolSet } from '../../agent/ports.ts'
import type { OfferedTool } from '../../llm/model.ts'
import type { Random } from './random.ts'

/** Path -> lines. */
export type Repository = Map<string, string[]>

const nouns =
  'cart order price stock user token cache queue route parcel invoice ledger mail search theme'.split(' ')
const verbs = 'load save merge check parse render count send find apply reset split sort watch fold'.split(
  ' ',
)

export function makeRepository(random: Random, files = 60): Repository {
  const repository: Repository = new Map()
  for (let at = 0; at < files; at++) {
    const noun = nouns[at % nouns.length] ?? 'cart'
    const path = `src/${noun}/${random.pick(verbs)}-${noun}-${at}.ts`
    repository.set(path, makeFile(random, noun, random.between(40, 420)))
  }
  return repository
}

function makeFile(random: Random, noun: string, length: number): string[] {
  const lines = [`/** What a ${noun} is, and what is done with it. */`, '']
  while (lines.length < length) {
    const verb = random.pick(verbs)
    const number = random.between(100, 99_999)
    lines.push(
      `export function ${verb}${capital(noun)}${number}(${noun}: ${capital(noun)}, limit = ${random.between(1, 900)}): number {`,
      `  const ${verb}ed = ${noun}.parts.filter((part) => part.size > limit).length`,
      `  if (${verb}ed === ${random.between(0, 40)}) throw new Error('${noun} ${number} cannot ${verb}')`,
      `  return ${verb}ed * ${random.between(2, 50)}`,
      '}',
      '',
    )
  }
  return lines.slice(0, length)
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}

const text = { type: 'string' }
const line = { type: 'integer' }

function tool(name: string, description: string, properties: Record<string, unknown>): OfferedTool {
  return { name, description, schema: { type: 'object', properties, additionalProperties: false } }
}

const offered: readonly OfferedTool[] = [
  tool('read', 'Lines of a file.', { path: text, from: line, to: line }),
  tool('search', 'Lines that hold a word, with their places.', { query: text }),
  tool('edit', 'Replaces text that occurs once.', { path: text, before: text, after: text }),
  tool('run', 'Runs a command in the repository.', { command: text }),
  tool('open', 'The whole text behind a handle, or some of its lines.', {
    handle: text,
    from: line,
    to: line,
  }),
  tool('note', 'Something to remember, for later.', { text }),
  tool('drop', 'Gives up an output that is not needed any more.', { handle: text }),
]

/** `context`: opens handles and takes notes. */
export function repositoryTools(repository: Repository, context: OpenContext, random: Random): ToolSet {
  const acts: Record<string, (given: Record<string, string>) => Promise<ToolResult> | ToolResult> = {
    read: ({ path = '', from, to }) => read(repository, path, Number(from ?? 1), Number(to ?? Infinity)),
    search: ({ query = '' }) => search(repository, query),
    edit: ({ path = '', after = '' }) => edit(repository, path, after),
    run: ({ command = '' }) => testRun(random, command),
    open: async ({ handle = '', from, to }) => {
      const range = { ...(from && { from: Number(from) }), ...(to && { to: Number(to) }) }
      const { found, text: body, omitted } = await context.open(handle, range)
      return { content: [body, omitted].filter(Boolean).join('\n'), ok: found }
    },
    note: ({ text: said = '' }) => {
      context.note(said)
      return { content: 'Noted for later.', ok: true }
    },
    drop: ({ handle = '' }) => {
      context.drop(handle)
      return { content: 'It leaves when room is made.', ok: true }
    },
  }
  return {
    offered: async () => offered,
    run: async ({ name, arguments: given }) =>
      (await acts[name]?.(given as Record<string, string>)) ?? { content: 'Error: no such tool.', ok: false },
  }
}

function read(repository: Repository, path: string, from: number, to: number): ToolResult {
  const lines = repository.get(path)
  if (lines === undefined) return { content: `Error: there is no ${path}.`, ok: false }
  const shown = lines.slice(from - 1, Math.min(to, lines.length))
  return { content: shown.map((one, at) => `${from + at}\t${one}`).join('\n'), ok: true }
}

function search(repository: Repository, query: string): ToolResult {
  const hits: string[] = []
  for (const [path, lines] of repository)
    for (const [at, one] of lines.entries())
      if (one.includes(query) && hits.length < 80) hits.push(`${path}:${at + 1}: ${one.trim()}`)
  return { content: hits.length === 0 ? 'Nothing.' : hits.join('\n'), ok: true }
}

function edit(repository: Repository, path: string, after: string): ToolResult {
  const lines = repository.get(path)
  if (lines === undefined) return { content: `Error: there is no ${path}.`, ok: false }
  lines.splice(Math.floor(lines.length / 2), 1, ...after.split('\n'))
  return { content: `${path} was changed.`, ok: true }
}

/** From a few lines to more than a thousand, half of them with failures. */
function testRun(random: Random, command: string): ToolResult {
  const count = random.chance(0.3) ? random.between(300, 1_400) : random.between(20, 120)
  const failing = random.chance(0.5)
  const lines = [`> ${command}`]
  for (let at = 0; at < count; at++) {
    const noun = random.pick(nouns)
    const fails = failing && random.chance(0.02)
    lines.push(
      `${fails ? 'not ok' : 'ok'} ${at + 1} - ${random.pick(verbs)}s a ${noun} of ${random.between(1, 9_999)}`,
    )
    if (fails) lines.push(`  AssertionError: expected ${random.between(1, 99)} at src/${noun}/index.ts:${at}`)
  }
  lines.push(failing ? '# some tests failed, exit code 1' : '# all tests passed, exit code 0')
  return { content: lines.join('\n'), ok: !failing }
}
