/** Opens the memory of the repository for one command and closes it whatever happens. */

import { statSync } from 'node:fs'
import type { Casebook, IndexSummary } from '../casebook.ts'
import { type Log, UserError } from '../memory/ports.ts'
import type { RootStatus } from '../protocol.ts'
import type { Call } from './command.ts'

/** Closes after success and failure alike. Throws what `work` throws. */
export async function withCasebook<Result>(
  call: Call,
  work: (casebook: Casebook) => Promise<Result>,
): Promise<Result> {
  checkFolder(call.repo)
  call.signal.throwIfAborted()
  const { openCasebook } = await loadCasebook()
  const { log, heard } = listening(call.log)
  const casebook = await openCasebook({
    repo: call.repo,
    ...(call.at !== undefined && { at: call.at }),
    ...(call.store !== undefined && { store: call.store }),
    settings: call.settings,
    log,
  })
  for (const notice of casebook.status().notices) if (!heard.has(notice)) call.log.warn(notice)
  try {
    return await work(casebook)
  } finally {
    call.terminal.clear()
    await casebook.close()
  }
}

/** The same log, and what it has said so far: a notice is not repeated. */
function listening(log: Log): { log: Log; heard: Set<string> } {
  const heard = new Set<string>()
  const warn = (message: string) => {
    heard.add(message)
    log.warn(message)
  }
  const error = (message: string, cause?: unknown) => {
    heard.add(message)
    log.error(message, cause)
  }
  return { log: { ...log, warn, error }, heard }
}

/** As `withCasebook`, but indexed: the first question about a repository does it, later ones look for changes. */
export function withIndexed<Result>(
  call: Call,
  work: (casebook: Casebook) => Promise<Result>,
): Promise<Result> {
  return withCasebook(call, async (casebook) => {
    await bringUpToDate(call, casebook)
    return await work(casebook)
  })
}

/** Milliseconds to wait for another process that is indexing before answering from what it has done so far. */
const patience = 2_000

/** Looks for changes, or indexes for the first time; a note tells when another process is at it. */
export async function bringUpToDate(call: Call, casebook: Casebook): Promise<void> {
  const first = !isIndexed(casebook.status())
  if (first) {
    call.terminal.note(
      'This repository is not indexed yet: indexing it first. The index is kept for next time.',
    )
  }
  const reason = first ? 'first question on the command line' : 'look for changes before an answer'
  const enough = new AbortController()
  const signal = AbortSignal.any([call.signal, enough.signal])
  const timer = setInterval(() => {
    const { state, indexedFiles } = casebook.status()
    if (state.kind === 'waiting' && indexedFiles > 0) enough.abort()
  }, patience)
  try {
    await runIndex({ ...call, signal }, casebook, { reason })
  } catch (error) {
    if (call.signal.aborted || !enough.signal.aborted) throw error
    call.terminal.note(
      'Another Casebook is indexing this repository: the answer is from what is done so far.',
    )
  } finally {
    clearInterval(timer)
    call.terminal.clear()
  }
}

/** Indexes with the progress bar; ended early by Ctrl-C. */
export function runIndex(
  call: Call,
  casebook: Casebook,
  options: { reason: string; fresh?: boolean },
): Promise<IndexSummary> {
  return casebook.index({
    ...options,
    signal: call.signal,
    onProgress: (progress) => call.terminal.progress(progress),
  })
}

/** True when a run for this view came to its end. */
export function isIndexed(status: RootStatus): boolean {
  return status.lastRun !== null
}

function checkFolder(folder: string): void {
  const found = statSync(folder, { throwIfNoEntry: false })
  if (found === undefined)
    throw new UserError(`There is no folder ${folder}.`, 'Check the path given with --repo.')
  if (!found.isDirectory())
    throw new UserError(
      `${folder} is a file, not a folder.`,
      'Give the folder of the repository with --repo.',
    )
}

/** Loaded only when a command needs it: help and version answer at once, and an old Node gets a clear message. */
export async function loadCasebook() {
  try {
    return await import('../casebook.ts')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_UNKNOWN_BUILTIN_MODULE') throw error
    throw new UserError(
      `Node ${process.versions.node} has no SQLite.`,
      'Use Node 22.16 or newer: npm start and npm test bring their own.',
      error,
    )
  }
}
