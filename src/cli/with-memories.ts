/** Opens the long-term memory for one command; the code index is used as far as it is there. */

import { once } from 'node:events'
import type { Casebook } from '../casebook.ts'
import { UserError } from '../memory/ports.ts'
import type { Memories } from '../protocol-memories.ts'
import { type Call, type Command, UsageError } from './command.ts'
import { bringUpToDate, isIndexed, withCasebook } from './with-casebook.ts'

/** For what only looks at or changes memory itself: nothing is indexed. */
export function withMemories<Result>(
  call: Call,
  work: (memories: Memories, casebook: Casebook) => Promise<Result>,
): Promise<Result> {
  return withCasebook(call, (casebook) => work(casebook.memories, casebook))
}

/** For what compares memory with the code: an index that exists is brought up to date; only that of `--at` is built. */
export function withCurrentCode<Result>(
  call: Call,
  work: (memories: Memories, casebook: Casebook) => Promise<Result>,
): Promise<Result> {
  return withMemories(call, async (memories, casebook) => {
    if (call.at !== undefined || isIndexed(casebook.status())) await bringUpToDate(call, casebook)
    else call.log.info('The code is not indexed: cited files are looked at on disk, names are not followed.')
    return await work(memories, casebook)
  })
}

/** The one argument of a command, for example an id. */
export function onlyArgument(call: Call, command: Command, what: string): string {
  const [first, ...rest] = call.positionals
  if (first === undefined || first.trim() === '' || rest.length > 0)
    throw new UsageError(`Give ${what}.`, command)
  return first
}

/** Words that need no quotes on the command line. */
export function wholeText(call: Call, command: Command, what: string): string {
  const text = call.positionals.join(' ').trim()
  if (text === '') throw new UsageError(`${what} is missing.`, command)
  return text
}

/** `a,b , c` -> `['a', 'b', 'c']`; undefined when the option was not given. */
export function listOption(value: string | boolean | undefined): string[] | undefined {
  if (typeof value !== 'string') return undefined
  return value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

export function textOption(value: string | boolean | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** One of a few words. Throws `UsageError` that lists them. */
export function oneOf<Word extends string>(
  name: string,
  value: string | boolean | undefined,
  words: readonly Word[],
  command: Command,
): Word | undefined {
  if (typeof value !== 'string') return undefined
  const found = words.find((word) => word === value)
  if (found !== undefined) return found
  throw new UsageError(`--${name} takes ${words.join(', ')}, not '${value}'.`, command)
}

/** Event numbers are whole and count from 1. */
export function parseSeq(text: string, command: Command): number {
  if (/^\d+$/.test(text) && Number(text) >= 1 && Number.isSafeInteger(Number(text))) return Number(text)
  throw new UsageError(
    `'${text}' is no event number. 'casebook log' lists them, the first one is 1.`,
    command,
  )
}

/** Throws `UserError` unless the person says yes; without a terminal nobody can. */
export async function confirm(call: Call, question: string): Promise<void> {
  if (call.values.yes === true) return
  const remedy = 'Add --yes when you are sure.'
  if (process.stdin.isTTY !== true) throw new UserError(`${question} This needs a person's yes.`, remedy)
  process.stderr.write(`${question} [y/N] `)
  const answer = await nextLine(call.signal)
  if (!/^y(es)?$/i.test(answer.trim())) throw new UserError('Nothing was changed.', remedy)
}

async function nextLine(signal: AbortSignal): Promise<string> {
  const { stdin } = process
  try {
    const [line] = (await once(stdin, 'data', { signal })) as [Buffer]
    return line.toString('utf8')
  } finally {
    stdin.pause()
  }
}
