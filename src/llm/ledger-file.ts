/** The book of model calls on disk: one JSON line a call, one file a month, written by any number of processes. */

import { appendFile, mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { userDataFolder } from '../memory/data-folder.ts'
import type { Ledger, LedgerEntry, LedgerTotals } from './ledger.ts'

export interface LedgerFile extends Ledger {
  /** Lines that could not be read when the book was last looked into. */
  unreadable(): number
}

const amount = z.number().nonnegative()

const line = z.object({
  at: z.number(),
  purpose: z.string(),
  model: z.string(),
  remote: z.boolean(),
  background: z.boolean(),
  inputTokens: amount,
  outputTokens: amount,
  estimated: z.boolean(),
  dollars: amount.nullable(),
  outcome: z.enum(['answered', 'failed', 'stopped']),
  milliseconds: amount,
  root: z.string().nullable(),
})

const fileName = /^\d{4}-\d{2}\.jsonl$/

/** The same for all processes of a person. */
export function ledgerFolder(environment?: NodeJS.ProcessEnv): string {
  return join(userDataFolder(environment), 'model-calls')
}

/** Nothing is made before the first call. `add` throws what the disk throws. */
export function openLedger(folder: string): LedgerFile {
  let skipped = 0
  const read = async (names: readonly string[], since: number, limit: number): Promise<LedgerEntry[]> => {
    skipped = 0
    const found: LedgerEntry[] = []
    for (const name of names) {
      if (found.length >= limit) break
      const { entries, unreadable } = parse(await textOf(join(folder, name)))
      skipped += unreadable
      found.push(...entries.filter(({ at }) => at >= since))
    }
    return found
  }
  return {
    unreadable: () => skipped,
    async add(entry) {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      // One write at the end of the file: lines of several processes never mix.
      const text = `${JSON.stringify(line.parse(entry))}\n`
      await appendFile(join(folder, nameOf(entry.at)), text, { mode: 0o600 })
    },
    async day(at = Date.now()) {
      const { start, end } = dayOf(at)
      const entries = await read([nameOf(at)], start, Number.POSITIVE_INFINITY)
      return totalsOf(entries.filter((entry) => entry.at < end))
    },
    async entries({ since = 0, limit = Number.POSITIVE_INFINITY } = {}) {
      const names = (await namesIn(folder)).filter((name) => since <= 0 || name >= nameOf(since))
      const entries = await read(names.sort().reverse(), since, limit)
      return entries.sort((a, b) => b.at - a.at).slice(0, limit)
    },
  }
}

export function totalsOf(entries: readonly LedgerEntry[]): LedgerTotals {
  const sum = (numbers: readonly number[]) => numbers.reduce((total, value) => total + value, 0)
  const priced = entries.flatMap(({ dollars }) => dollars ?? [])
  const capped = entries.filter(({ background, purpose }) => background && purpose !== 'embed')
  return {
    calls: entries.length,
    inputTokens: sum(entries.map(({ inputTokens }) => inputTokens)),
    outputTokens: sum(entries.map(({ outputTokens }) => outputTokens)),
    dollars: priced.length === 0 ? null : sum(priced),
    backgroundTokens: sum(capped.map(({ inputTokens, outputTokens }) => inputTokens + outputTokens)),
  }
}

/** Months and days are those of the person's clock. */
function nameOf(at: number): string {
  const date = new Date(at)
  return `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, '0')}.jsonl`
}

function dayOf(at: number): { start: number; end: number } {
  const date = new Date(at)
  const [year, month, day] = [date.getFullYear(), date.getMonth(), date.getDate()]
  return { start: new Date(year, month, day).getTime(), end: new Date(year, month, day + 1).getTime() }
}

async function namesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: unknown) => ifMissing(error, [] as string[]))
  return names.filter((name) => fileName.test(name))
}

async function textOf(path: string): Promise<string> {
  return await readFile(path, 'utf8').catch((error: unknown) => ifMissing(error, ''))
}

function ifMissing<T>(error: unknown, value: T): T {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return value
  throw error
}

/** A line may be half written after a crash, or come from another version. */
function parse(text: string): { entries: LedgerEntry[]; unreadable: number } {
  const lines = text.split('\n').filter((written) => written.trim() !== '')
  const entries = lines.flatMap((written) => {
    const { success, data } = line.safeParse(jsonOf(written))
    return success ? [data] : []
  })
  return { entries, unreadable: lines.length - entries.length }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
