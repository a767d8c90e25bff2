/** The single checks of `casebook doctor`: each looks at facts and returns a verdict with a remedy. */

import { execFile } from 'node:child_process'
import { accessSync, constants, statfsSync } from 'node:fs'
import { promisify } from 'node:util'
import type { Health } from '../protocol.ts'
import type { MemoryCheck, MemoryStats } from '../protocol-memories.ts'
import { bytes, moment, plural } from './format.ts'
import { statsLine, storeLine } from './memory-text.ts'

export interface Check {
  name: string
  state: 'ok' | 'warn' | 'fail'
  message: string
  /** What the person can do; present unless all is well. */
  remedy?: string
}

/** The oldest Node whose SQLite has full-text search. */
const oldestNode = [22, 16] as const
/** `--path-format` of `git rev-parse` came with 2.31. */
const oldestGit = [2, 31] as const
/** Bytes below which a store may not fit: an index of a large repository takes a few hundred megabytes. */
const littleSpace = 500_000_000

/** Node and git. */
export async function checkMachine(): Promise<Check[]> {
  return [checkNode(process.versions.node), checkGit(await gitVersion())]
}

export function checkNode(version: string): Check {
  if (atLeast(version, oldestNode)) return { name: 'node', state: 'ok', message: version }
  return {
    name: 'node',
    state: 'fail',
    message: `${version} is too old`,
    remedy: `Use Node ${oldestNode.join('.')} or newer; its SQLite has full-text search.`,
  }
}

/** `output` is what `git --version` printed, null when it could not be started. */
export function checkGit(output: string | null): Check {
  const version = output?.match(/\d+\.\d+(\.\d+)?/)?.[0]
  if (version === undefined)
    return {
      name: 'git',
      state: 'fail',
      message: 'not found',
      remedy: 'Install git, and put it on the PATH.',
    }
  if (atLeast(version, oldestGit)) return { name: 'git', state: 'ok', message: version }
  return {
    name: 'git',
    state: 'fail',
    message: `${version} is too old`,
    remedy: `Install git ${oldestGit.join('.')} or newer.`,
  }
}

async function gitVersion(): Promise<string | null> {
  try {
    return (await promisify(execFile)('git', ['--version'])).stdout
  } catch {
    // The check that follows says so, with its remedy.
    return null
  }
}

function atLeast(version: string, [major, minor]: readonly [number, number]): boolean {
  const [foundMajor = 0, foundMinor = 0] = version.split('.').map(Number)
  return foundMajor > major || (foundMajor === major && foundMinor >= minor)
}

/** `problem` is why the native vector addon does not load, null when it does. */
export function checkAddon(problem: string | null): Check {
  if (problem === null) return { name: 'addon', state: 'ok', message: 'the native vector index loads' }
  const remedy =
    'Search works without it, only slower in very large repositories. From source: npm run build.'
  return {
    name: 'addon',
    state: 'warn',
    message: `the native vector index does not load: ${problem}`,
    remedy,
  }
}

/** Where the store is, whether it can be written and has room. */
export function checkStoreFolder(health: Health): Check[] {
  if (health.storePath === '') return [inMemory(health)]
  const used = health.sizes.reduce((sum, { bytes: size }) => sum + size, 0)
  const place: Check = {
    name: 'store',
    state: 'ok',
    message: `${health.storePath} (${health.storeNote}), ${bytes(used)}`,
  }
  return [place, checkWritable(health.storePath), checkSpace(health.storePath)]
}

function inMemory({ storeNote }: Health): Check {
  const remedy = 'Change the permissions, or keep the store elsewhere with --store DIR.'
  return { name: 'store', state: 'warn', message: storeNote, remedy }
}

function checkWritable(folder: string): Check {
  try {
    accessSync(folder, constants.W_OK)
    return { name: 'writable', state: 'ok', message: 'yes' }
  } catch (error) {
    return {
      name: 'writable',
      state: 'warn',
      message: `no: ${error instanceof Error ? error.message : String(error)}`,
      remedy: 'Change the permissions, or keep the store elsewhere with --store DIR.',
    }
  }
}

function checkSpace(folder: string): Check {
  try {
    const { bavail, bsize } = statfsSync(folder)
    const free = bavail * bsize
    if (free >= littleSpace) return { name: 'space', state: 'ok', message: `${bytes(free)} free` }
    const remedy = 'Free some space, or move the store with --store DIR.'
    return { name: 'space', state: 'warn', message: `only ${bytes(free)} free`, remedy }
  } catch (error) {
    const message = `unknown: ${error instanceof Error ? error.message : String(error)}`
    return { name: 'space', state: 'warn', message, remedy: 'Check the disk that holds the store.' }
  }
}

/** SQLite, both databases, vectors and the last errors, as the open store reports them. */
export function checkHealth(health: Health): Check[] {
  return [
    checkSqlite(health.sqlite),
    checkMemory(health.memoryDb),
    checkEmbedder(health.embedder),
    checkVectors(health.vectorSearch, health.embedder.vectors),
    checkRuns(health),
  ]
}

function checkSqlite({ version, fts5, journal }: Health['sqlite']): Check {
  if (fts5)
    return { name: 'sqlite', state: 'ok', message: `${version} with full-text search, journal ${journal}` }
  return {
    name: 'sqlite',
    state: 'fail',
    message: `${version} has no full-text search (FTS5)`,
    remedy: `Use Node ${oldestNode.join('.')} or newer.`,
  }
}

function checkMemory({ ok, backups, message, checked }: Health['memoryDb']): Check {
  const saved = plural(backups, 'backup')
  const sound = `sound, ${saved}, ${lookedAt(checked ?? null)}${message ? `; ${message}` : ''}`
  if (ok && (checked ?? null) !== null && checked?.faults !== 0)
    return { name: 'memory', state: 'warn', message: sound, remedy: "Run 'casebook doctor --repair'." }
  if (ok) return { name: 'memory', state: 'ok', message: sound }
  return {
    name: 'memory',
    state: 'fail',
    message: message ?? 'damaged',
    remedy: `There are ${saved} beside it; the newest good one is restored when the store is opened.`,
  }
}

function lookedAt(checked: { at: number; faults: number } | null): string {
  if (checked === null) return 'never compared with its log (doctor --deep)'
  const how = checked.faults === 0 ? '' : ` and found ${plural(checked.faults, 'fault')}`
  return `compared with its log on ${moment(checked.at)}${how}`
}

/** Log and fold, compared one by one. */
export function checkFold({ events, found, faults, repaired }: MemoryCheck): Check {
  const name = 'log'
  const compared = `${plural(events, 'event')} compared with what is shown`
  if (faults.length === 0) {
    const how = repaired ? `: made anew from the log, because: ${found.join(' ')}` : ': no difference'
    return { name, state: 'ok', message: compared + how }
  }
  const remedy = repaired
    ? 'The log itself was changed. Export what is there, and bring back a backup from the folder backups of the store.'
    : "Run 'casebook doctor --repair': what is shown is made anew from the log. Nothing of the log changes."
  return { name, state: 'fail', message: `${compared}: ${faults.join(' ')}`, remedy }
}

/** What long-term memory holds, and what waits for a person. */
export function checkMemories(stats: MemoryStats): Check {
  const message = `${statsLine(stats)}; ${storeLine(stats)}`
  if (stats.contested === 0) return { name: 'memories', state: 'ok', message }
  const remedy = "Memories contradict each other: 'casebook review' shows them, 'review decide' settles it."
  return { name: 'memories', state: 'warn', message, remedy }
}

function checkEmbedder({ identity, dimensions, vectors, pending }: Health['embedder']): Check {
  const message = `${identity}, ${dimensions} dimensions, ${plural(vectors, 'vector')}`
  if (pending === 0) return { name: 'embedder', state: 'ok', message }
  const remedy = "Run 'casebook index' to embed the rest; until then words and names still find them."
  return { name: 'embedder', state: 'warn', message: `${message}, ${pending} still missing`, remedy }
}

function checkVectors({ regime, reason, recallAt10 }: Health['vectorSearch'], vectors: number): Check {
  const recall = recallAt10 === null ? '' : `, recall@10 ${recallAt10.toFixed(3)}`
  const message = `${regime} search of ${plural(vectors, 'vector')}${recall} (${reason})`
  return { name: 'vectors', state: 'ok', message }
}

function checkRuns({ runs, lastError, residentMb }: Health): Check {
  const failed = runs.find((run) => run.error !== null)
  const message = lastError ?? failed?.error
  if (message) {
    const when = failed === undefined ? '' : `${moment(failed.at)}: `
    const remedy = "Run 'casebook index --verbose' to see where it comes from."
    return { name: 'errors', state: 'warn', message: `${when}${message}`, remedy }
  }
  return {
    name: 'errors',
    state: 'ok',
    message: `none in the last ${plural(runs.length, 'run')}, ${Math.round(residentMb)} MB in use`,
  }
}
