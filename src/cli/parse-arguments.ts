/** The command line -> which command, with which options. Says what it did not understand and what was meant. */

import { parseArgs } from 'node:util'
import { type Command, type OptionTable, UsageError } from './command.ts'
import { nearest } from './nearest.ts'

export const globalOptions: OptionTable = {
  repo: {
    type: 'string',
    value: 'DIR',
    help: 'the repository, or any folder inside it (default: the current folder)',
  },
  at: {
    type: 'string',
    value: 'COMMIT',
    help: 'look at the tree and history of this commit, without a checkout',
  },
  store: { type: 'string', value: 'DIR', help: 'keep the memory in this folder' },
  limit: { type: 'string', short: 'n', value: 'N', help: 'at most N results' },
  json: { type: 'boolean', help: 'print one JSON document' },
  verbose: { type: 'boolean', short: 'v', help: 'say on stderr what happens, and where errors come from' },
  help: { type: 'boolean', short: 'h', help: 'explain, and do nothing else' },
  version: { type: 'boolean', help: 'print the version' },
}

export type Values = Readonly<Record<string, string | boolean | undefined>>

export interface ParsedLine {
  /** Null when only `--help` or `--version` was asked. */
  command: Command | null
  values: Values
  positionals: readonly string[]
}

/** The largest `--limit`. */
const maxLimit = 10_000

/** Throws `UsageError`. */
export function parseCommandLine(line: readonly string[], commands: readonly Command[]): ParsedLine {
  const { values, options, words } = readTokens(line, commands)
  const asksHelp = values.help === true || values.version === true
  const helpFor = words[0] === 'help'
  const wanted = helpFor ? words.slice(1) : words
  const known = findCommand(wanted, commands)
  for (const option of options) checkOption(option, known?.command, commands)
  const explained = (asksHelp || helpFor) && (wanted.length === 0 || isFamily(wanted, commands))
  if (known === null && !explained) throw unknownCommand(wanted, commands)
  const { command, positionals } = known ?? { command: null, positionals: [] }
  if (command !== null && command.usage === '' && positionals.length > 0)
    throw new UsageError(
      `'${command.name}' takes no '${positionals[0]}'. A folder is given with --repo.`,
      command,
    )
  return { command, values: helpFor ? { ...values, help: true } : values, positionals }
}

/** Throws `UsageError` for anything but a whole number from 1 to 10,000. */
export function parseLimit(text: string | boolean | undefined, command: Command): number | undefined {
  return parseCount('limit', text, command, maxLimit)
}

/** A whole number from 1 to `max` given as `--name`; undefined when it was not given. */
export function parseCount(
  name: string,
  text: string | boolean | undefined,
  command: Command | undefined,
  max: number,
): number | undefined {
  if (typeof text !== 'string') return undefined
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= 1 && value <= max) return value
  throw new UsageError(`--${name} takes a whole number from 1 to ${max}, not '${text}'.`, command)
}

type OptionToken = {
  name: string
  rawName: string
  value?: string | undefined
  inlineValue?: boolean | undefined
}

function readTokens(line: readonly string[], commands: readonly Command[]) {
  const options = Object.fromEntries(
    Object.entries(allOptions(commands)).map(([name, { type, short }]) => [
      name,
      short ? { type, short } : { type },
    ]),
  )
  const { values, tokens } = parseArgs({
    args: [...line],
    options,
    allowPositionals: true,
    strict: false,
    tokens: true,
  })
  return {
    values: values as Values,
    options: tokens.filter((token) => token.kind === 'option'),
    words: tokens.filter((token) => token.kind === 'positional').map((token) => token.value),
  }
}

/** Options of all commands: a name means the same everywhere, so a line can be read before its command is known. */
function allOptions(commands: readonly Command[]): OptionTable {
  return Object.assign({}, ...commands.map((command) => command.options), globalOptions)
}

function checkOption(token: OptionToken, command: Command | undefined, commands: readonly Command[]): void {
  const own = command === undefined ? allOptions(commands) : { ...command.options, ...globalOptions }
  const spec = own[token.name]
  if (spec === undefined) {
    const best = token.rawName.startsWith('--') ? nearest(token.name, Object.keys(own)) : null
    const hint = best === null ? '' : ` Did you mean --${best}?`
    const where = command !== undefined && token.name in allOptions(commands) ? ` for '${command.name}'` : ''
    throw new UsageError(`Unknown option ${token.rawName}${where}.${hint}`, command)
  }
  if (spec.type === 'boolean') {
    if (token.value === undefined) return
    throw new UsageError(`${token.rawName} takes no value.`, command)
  }
  // `--repo --json`: the value was forgotten. A single dash means standard input.
  const swallowed = token.inlineValue === false && token.value !== '-' && token.value?.startsWith('-')
  if (!token.value || swallowed)
    throw new UsageError(
      `${token.rawName} needs a value: ${token.rawName} ${spec.value ?? 'VALUE'}.`,
      command,
    )
}

function findCommand(words: readonly string[], commands: readonly Command[]) {
  for (const length of [2, 1]) {
    const name = words.slice(0, length).join(' ')
    const command = commands.find((candidate) => candidate.name === name)
    if (command !== undefined) return { command, positionals: words.slice(length) }
  }
  return null
}

/** `bench` alone names several commands. */
function isFamily(words: readonly string[], commands: readonly Command[]): boolean {
  return words.length === 1 && commands.some(({ name }) => name.startsWith(`${words[0]} `))
}

function unknownCommand([first, second]: readonly string[], commands: readonly Command[]): UsageError {
  if (first === undefined) return new UsageError('A command is missing.')
  const names = commands.map((command) => command.name)
  const family = names
    .filter((name) => name.startsWith(`${first} `))
    .map((name) => name.slice(first.length + 1))
  if (family.length > 0) {
    const what = second === undefined ? `'${first}' needs to know what` : `'${first} ${second}' is unknown`
    return new UsageError(`${what}: ${family.join(', ')}.`)
  }
  const best = nearest(first, [...new Set(names.map((name) => name.split(' ')[0] ?? name))])
  return new UsageError(`Unknown command '${first}'.${best === null ? '' : ` Did you mean '${best}'?`}`)
}
