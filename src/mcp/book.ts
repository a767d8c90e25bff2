/** The repository that the server answers about: opened with the first question, indexed only where it never was. */

import { existsSync, realpathSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, parse } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Casebook } from '../casebook.ts'
import { openCasebook } from '../casebook.ts'
import type { Settings } from '../config.ts'
import { type Log, UserError } from '../memory/ports.ts'

export interface BookOptions {
  /** Any folder inside the repository. */
  folder: () => Promise<string>
  store: string | undefined
  settings: Settings
  log: Log
}

export interface Patience {
  signal: AbortSignal
  /** Called about twice a second while the answer waits, with words for people. */
  onWait: (message: string) => void
}

export interface Book {
  /** Opens once; where that failed, the next question tries again. Throws `UserError`. */
  casebook(): Promise<Casebook>
  /** As `casebook`, but waits a while for a first index that is being made. */
  indexed(patience: Patience): Promise<Casebook>
  /** What a reader of an answer should know about the index; null: nothing. */
  note(): string | null
  close(): Promise<void>
}

/** Milliseconds that an answer waits for the first index: clients give up after 30 to 60 seconds. */
const longestWait = 15_000
const tellEvery = 500

export function openBook(options: BookOptions): Book {
  let opening: Promise<Casebook> | null = null
  /** The first index; afterwards the history becomes memory, for which no answer waits. */
  let first: Promise<void> | null = null
  let past: Promise<void> = Promise.resolve()
  let problem: string | null = null
  let open: Casebook | null = null

  const start = async () => {
    open = await openAt(await options.folder(), options)
    if (open.status().lastRun === null && options.settings.autoIndex) {
      const book = open
      first = firstIndex(book, options.log).then((trouble) => {
        problem = trouble
        first = null
        if (trouble === null) past = rememberPast(book, options.log)
      })
    }
    return open
  }
  const casebook = () => {
    opening ??= start().catch((error: unknown) => {
      opening = null
      throw error
    })
    return opening
  }
  return {
    casebook,
    async indexed({ signal, onWait }) {
      const book = await casebook()
      const until = Date.now() + longestWait
      while (first !== null && Date.now() < until) {
        signal.throwIfAborted()
        onWait(stateOf(book))
        await Promise.race([first, sleep(tellEvery, undefined, { signal })])
      }
      signal.throwIfAborted()
      return book
    },
    note: () => (open === null ? null : noteOn(open, problem)),
    async close() {
      const book = await opening?.catch(() => null)
      await book?.close()
      await first
      await past
    },
  }
}

/** Refuses folders that hold everything a person has: an agent started there would have all of it indexed. */
async function openAt(folder: string, { store, settings, log }: BookOptions): Promise<Casebook> {
  if (!existsSync(folder)) {
    throw new UserError(`There is no folder ${folder}.`, 'Correct --repo in the configuration of the server.')
  }
  const real = realpathSync(folder)
  const tooMuch = real === parse(real).root || real === realpathSync(homedir())
  if (tooMuch && !existsSync(join(real, '.git'))) {
    throw new UserError(
      `The server was started in ${real}, which is no repository.`,
      'Name the repository: --repo DIR among the arguments of the server.',
    )
  }
  return await openCasebook({ repo: real, ...(store !== undefined && { store }), settings, log })
}

/** Returns what went wrong, in words; null when nothing did. */
async function firstIndex(book: Casebook, log: Log): Promise<string | null> {
  try {
    await book.index({ reason: 'first question of an agent' })
    return null
  } catch (error) {
    log.error('the repository could not be indexed', error)
    return error instanceof Error ? error.message : String(error)
  }
}

async function rememberPast(book: Casebook, log: Log): Promise<void> {
  try {
    await book.remember()
  } catch (error) {
    log.info(`the history is not part of memory yet: ${error instanceof Error ? error.message : error}`)
  }
}

function noteOn(book: Casebook, problem: string | null): string | null {
  const { lastRun } = book.status()
  if (lastRun !== null) return null
  if (problem !== null) return `The code is not indexed: ${problem}`
  return `The code is not indexed completely: ${stateOf(book)} Ask again later for a better answer.`
}

function stateOf(book: Casebook): string {
  const { state, progress, files, indexedFiles } = book.status()
  if (state.kind === 'waiting') return `waiting for another Casebook that indexes (${state.reason}).`
  if (state.kind === 'failed') return `${state.message} ${state.remedy}`
  if (state.kind !== 'indexing') return "run 'casebook index' in the repository."
  if (progress !== null && progress.total > 0)
    return `indexing, ${progress.phase} ${progress.done} of ${progress.total}.`
  return `indexing, ${indexedFiles} of ${files} files are searchable.`
}
