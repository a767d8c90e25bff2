/** `casebook bench localise`: how well the files of real issues are found, each at the commit before its fix. */

import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Casebook, openCasebook } from '../../casebook.ts'
import type { Settings } from '../../config.ts'
import { type Log, UserError } from '../../memory/ports.ts'
import type { ChannelScore, FileHit } from '../../protocol.ts'
import { quantile } from './measure.ts'

export interface LocaliseOptions {
  /** JSON lines in the form of SWE-bench with `gold_files`. */
  data: string
  /** Folder with the repositories as `OWNER+NAME/repo`, `OWNER__NAME` or `NAME`, bare or not. */
  repos: string
  /** Where to write the ranking of every issue, one JSON object a line. */
  out?: string
  /** Only issues whose id or repository contains this. */
  only?: string
  /** Also rank with each column of evidence left out in turn. */
  ablate?: boolean
  settings: Settings
  log: Log
  signal?: AbortSignal
  /** `line` is the result of one issue. */
  onProgress?: (done: number, total: number, line: string) => void
}

/** Share of issues whose gold files are all within the first k. */
export interface Accuracy {
  at1: number
  at3: number
  at5: number
  at10: number
}

export interface LocaliseReport {
  issues: number
  overall: Accuracy
  repositories: ({ repository: string; issues: number } & Accuracy)[]
  /** What is lost without each column, the greatest loss at 5 first; empty unless asked for. */
  ablations: ({ without: string } & Accuracy)[]
  skipped: { id: string; reason: string }[]
  seconds: number
  indexSeconds: number
  /** Milliseconds of one `locate`. */
  locate: { p50: number; p95: number }
  /** Bytes of all stores at the end. */
  storeBytes: number
}

export interface Issue {
  instance_id: string
  repo: string
  base_commit: string
  created_at?: string
  problem_statement: string
  gold_files: string[]
}

interface Outcome {
  issue: Issue
  files: FileHit[]
  indexSeconds: number
  milliseconds: number
}

/** Indexes every issue's base commit in a store per repository, asks `locate`, and counts. */
export async function benchLocalise(options: LocaliseOptions): Promise<LocaliseReport> {
  const started = performance.now()
  const issues = (await readIssues(options.data)).filter((issue) => isAskedFor(issue, options.only))
  const run: Run = { options, total: issues.length, outcomes: [], skipped: [], storeBytes: 0 }
  for (const [repository, own] of groupByRepository(issues)) await runRepository(run, repository, own)
  if (options.out !== undefined) await writeFile(options.out, run.outcomes.map(toJsonLine).join(''))
  return report(run, (performance.now() - started) / 1000)
}

interface Run {
  options: LocaliseOptions
  total: number
  outcomes: Outcome[]
  skipped: { id: string; reason: string }[]
  storeBytes: number
}

export async function readIssues(file: string): Promise<Issue[]> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new UserError(`The issues in ${file} cannot be read.`, 'Check the path given with --data.', cause)
  })
  return text
    .split('\n')
    .flatMap((line, index) => (line.trim() === '' ? [] : [parseIssue(line, file, index + 1)]))
}

function parseIssue(line: string, file: string, number: number): Issue {
  try {
    const issue = JSON.parse(line) as Partial<Issue>
    const { instance_id, repo, base_commit, problem_statement, gold_files } = issue
    const strings = [instance_id, repo, base_commit, problem_statement]
    if (!strings.every((value) => typeof value === 'string') || !Array.isArray(gold_files))
      throw new Error('a field is missing')
    return issue as Issue
  } catch (cause) {
    throw new UserError(
      `Line ${number} of ${file} is not an issue.`,
      'Each line is a JSON object with instance_id, repo, base_commit, problem_statement and gold_files.',
      cause,
    )
  }
}

export function isAskedFor({ instance_id, repo }: Issue, only: string | undefined): boolean {
  return only === undefined || instance_id.includes(only) || repo.includes(only)
}

export function groupByRepository(issues: readonly Issue[]): Map<string, Issue[]> {
  const groups = new Map<string, Issue[]>()
  for (const issue of issues) groups.set(issue.repo, [...(groups.get(issue.repo) ?? []), issue])
  return groups
}

export function findRepository(folder: string, repository: string): string | null {
  const [owner = '', name = repository] = repository.split('/')
  const places = [
    join(`${owner}+${name}`, 'repo'),
    `${owner}+${name}`,
    `${owner}__${name}`,
    name,
    join(owner, name),
  ]
  const found = places.map((place) => join(folder, place)).filter(existsSync)
  return found.find((place) => existsSync(join(place, 'HEAD')) || existsSync(join(place, '.git'))) ?? null
}

async function runRepository(run: Run, repository: string, issues: readonly Issue[]): Promise<void> {
  const repo = findRepository(run.options.repos, repository)
  const store = await mkdtemp(join(tmpdir(), 'casebook-localise-'))
  try {
    for (const issue of issues) {
      run.options.signal?.throwIfAborted()
      if (repo === null)
        run.skipped.push({ id: issue.instance_id, reason: `${repository} is not in ${run.options.repos}` })
      else await runIssue(run, { issue, repo, store })
    }
  } finally {
    await rm(store, { recursive: true, force: true })
  }
}

/** Content is shared between the issues of a repository; what is visible, and so every score, is not. */
async function runIssue(run: Run, { issue, repo, store }: { issue: Issue; repo: string; store: string }) {
  const { settings, log, signal, onProgress } = run.options
  let outcome: Outcome
  let bytes = 0
  try {
    const casebook = await openCasebook({ repo, at: issue.base_commit, store, settings, log })
    try {
      outcome = await ask(casebook, issue, signal)
      bytes = (await casebook.health()).sizes.reduce((sum, size) => sum + size.bytes, 0)
    } finally {
      await casebook.close()
    }
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    run.skipped.push({ id: issue.instance_id, reason: error.message })
    return
  }
  run.outcomes.push(outcome)
  run.storeBytes += bytes
  const done = run.outcomes.length + run.skipped.length
  onProgress?.(done, run.total, `${issue.instance_id}  ${showRank(rankOf(outcome, outcome.files))}`)
}

async function ask(casebook: Casebook, issue: Issue, signal: AbortSignal | undefined): Promise<Outcome> {
  const stop = signal === undefined ? {} : { signal }
  const { seconds } = await casebook.index({ reason: 'localisation benchmark', ...stop })
  const before = issue.created_at === undefined ? Number.NaN : Date.parse(issue.created_at) / 1000
  const reply = await casebook.locate(issue.problem_statement, {
    limit: Number.POSITIVE_INFINITY,
    ...(Number.isFinite(before) && { before }),
    ...stop,
  })
  return { issue, files: reply.files, indexSeconds: seconds, milliseconds: reply.milliseconds }
}

/** The place of the last gold file, infinite where one is missing. */
function rankOf({ issue }: Outcome, files: readonly { path: string }[]): number {
  const places = issue.gold_files.map((path) => files.findIndex((file) => file.path === path))
  return places.includes(-1) ? Number.POSITIVE_INFINITY : Math.max(...places) + 1
}

function showRank(rank: number): string {
  return Number.isFinite(rank) ? `rank ${rank}` : 'not found'
}

export function accuracy(ranks: readonly number[]): Accuracy {
  const within = (k: number) =>
    ranks.length === 0 ? 0 : ranks.filter((rank) => rank <= k).length / ranks.length
  return { at1: within(1), at3: within(3), at5: within(5), at10: within(10) }
}

function report(run: Run, seconds: number): LocaliseReport {
  const { outcomes, skipped, storeBytes, options } = run
  const ranks = outcomes.map((outcome) => rankOf(outcome, outcome.files))
  const names = [...new Set(outcomes.map(({ issue }) => issue.repo))]
  const times = outcomes.map(({ milliseconds }) => milliseconds)
  return {
    issues: outcomes.length,
    overall: accuracy(ranks),
    repositories: names.map((repository) => {
      const own = ranks.filter((_, index) => outcomes[index]?.issue.repo === repository)
      return { repository, issues: own.length, ...accuracy(own) }
    }),
    ablations: options.ablate === true ? ablations(outcomes) : [],
    skipped,
    seconds,
    indexSeconds: outcomes.reduce((sum, outcome) => sum + outcome.indexSeconds, 0),
    locate: { p50: quantile(times, 0.5), p95: quantile(times, 0.95) },
    storeBytes,
  }
}

/** The fusion is a sum, so a column is taken away by subtracting what it contributed. */
function ablations(outcomes: readonly Outcome[]): ({ without: string } & Accuracy)[] {
  const columns = new Set(
    outcomes.flatMap(({ files }) => files.flatMap(({ explain }) => explain.map((one) => one.channel))),
  )
  const rows = [...columns].map((without) => {
    const ranks = outcomes.map((outcome) => rankOf(outcome, rankedWithout(outcome.files, without)))
    return { without, ...accuracy(ranks) }
  })
  return rows.sort((a, b) => a.at5 - b.at5 || a.at1 - b.at1)
}

function rankedWithout(files: readonly FileHit[], channel: string): { path: string; score: number }[] {
  const rest = (explain: readonly ChannelScore[]) =>
    explain.reduce((sum, part) => (part.channel === channel ? sum : sum + part.contribution), 0)
  return files.map(({ path, explain }) => ({ path, score: rest(explain) })).sort((a, b) => b.score - a.score)
}

/** Files of each ranking that are written out: enough to fit weights on. */
const mostWritten = 100

function toJsonLine(outcome: Outcome): string {
  const { issue, files, milliseconds } = outcome
  const rank = rankOf(outcome, files)
  return `${JSON.stringify({
    instance_id: issue.instance_id,
    repo: issue.repo,
    gold_files: issue.gold_files,
    rank: Number.isFinite(rank) ? rank : null,
    milliseconds: Math.round(milliseconds),
    files: files.slice(0, mostWritten),
  })}\n`
}
