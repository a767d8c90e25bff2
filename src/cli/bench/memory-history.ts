/** `casebook bench memory-history`: whether past fixes lead to the files of real issues, and what they add to `locate`. */

import { statSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { votesOf } from '../../casebook/file-votes.ts'
import { maskDrafts } from '../../casebook/history-mask.ts'
import { rememberHistory } from '../../casebook/history-memory.ts'
import { RecordVectors } from '../../casebook/record-vectors.ts'
import { openCasebook } from '../../casebook.ts'
import type { Settings } from '../../config.ts'
import { codeTokens } from '../../memory/code/tokens.ts'
import { type Git, openGit } from '../../memory/git.ts'
import { pastFixOf, symptoms } from '../../memory/learn/history-localisation.ts'
import type { Log } from '../../memory/ports.ts'
import type { FileVote } from '../../memory/recall/channels/memories.ts'
import { defaultRecordRecall, type RecordRecallContext } from '../../memory/recall/records/context.ts'
import { recallRecords } from '../../memory/recall/records/recall.ts'
import type { RecallReply } from '../../memory/recollection.ts'
import type { MemoryRecord } from '../../memory/record.ts'
import { openMemory } from '../../memory/store/memory-db.ts'
import { openMemoryStore } from '../../memory/store/memory-log.ts'
import type { Gate, MemoryStore } from '../../memory/store/memory-store.ts'
import { findRepository, groupByRepository, type Issue, isAskedFor, readIssues } from './localise.ts'
import { quantile } from './measure.ts'
import { type Ranked, type VoteReport, weighVotes } from './memory-votes.ts'

export interface MemoryHistoryOptions {
  /** As for `bench localise`. */
  dev: string
  repos: string
  only?: string
  /** Also index every base commit: recall is led by `locate`, and `locate` is asked with and without memory. */
  locate: boolean
  settings: Settings
  log: Log
  signal?: AbortSignal
  onProgress?: (line: string) => void
}

/** Share of issues for which one of the first k past episodes touches a gold file. */
export interface Hits {
  at1: number
  at5: number
  at10: number
  /** Mean reciprocal rank within the first ten. */
  mrr: number
}

/**
 * `recall`: the whole pipeline, led by `locate` where that is measured; `recall alone`: without it; `words`: BM25
 * alone; `newest`: the latest fixes, whatever was asked.
 */
const rankings = ['recall', 'recall alone', 'words', 'newest'] as const
type Ranking = (typeof rankings)[number]

export interface MemoryHistoryReport {
  issues: number
  hits: Record<Ranking, Hits>
  /** Share of issues for which any past episode touches a gold file: no ranking can do better. */
  possible: number
  repositories: ({ repository: string; issues: number } & Hits & Build)[]
  /** Without the time of `locate`. */
  recallMs: { p50: number; p95: number }
  /** Null unless asked for. The index of a base commit is not warm yet. */
  locateMs: { p50: number; p95: number } | null
  /** Null unless asked for. */
  votes: VoteReport | null
  seconds: number
}

/** What it took to make the memory of a repository. */
interface Build {
  commits: number
  episodes: number
  seconds: number
  vectorSeconds: number
  bytes: number
}

interface Outcome {
  repo: string
  ranks: Record<Ranking, number>
  possible: boolean
  recallMs: number
  locateMs: number | null
  ranked: Ranked | null
}

/** Memory is made once a repository; an issue sees only episodes of commits that its base commit reaches. */
export async function benchMemoryHistory(options: MemoryHistoryOptions): Promise<MemoryHistoryReport> {
  const started = performance.now()
  const issues = (await readIssues(options.dev)).filter((issue) => isAskedFor(issue, options.only))
  const outcomes: Outcome[] = []
  const builds = new Map<string, Build>()
  for (const [repository, own] of groupByRepository(issues)) {
    const folder = findRepository(options.repos, repository)
    const git = folder === null ? null : await openGit(folder)
    if (folder === null || git === null) options.onProgress?.(`${repository} is not in ${options.repos}`)
    else outcomes.push(...(await runRepository({ ...options, folder, git, builds, repository }, own)))
  }
  return report(outcomes, builds, (performance.now() - started) / 1000)
}

interface Running extends MemoryHistoryOptions {
  folder: string
  git: Git
  repository: string
  builds: Map<string, Build>
}

async function runRepository(running: Running, issues: readonly Issue[]): Promise<Outcome[]> {
  const folder = await mkdtemp(join(tmpdir(), 'casebook-memory-history-'))
  const { db } = openMemory(folder)
  try {
    const store = openMemoryStore({ db, namespace: running.repository })
    const vectors = await build(running, { store, folder, head: await newestBase(running.git, issues) })
    const outcomes: Outcome[] = []
    for (const issue of issues) {
      running.signal?.throwIfAborted()
      const outcome = await ask(running, issue, { store, vectors, folder })
      outcomes.push(outcome)
      running.onProgress?.(
        `${issue.instance_id}  recall ${outcome.ranks.recall}  words ${outcome.ranks.words}`,
      )
    }
    return outcomes
  } finally {
    db.close()
    await rm(folder, { recursive: true, force: true })
  }
}

async function newestBase(git: Git, issues: readonly Issue[]): Promise<string> {
  const bases = issues.map(({ base_commit }) => base_commit)
  return (await git.run(['rev-list', '--no-walk', '--max-count=1', ...bases])).trim()
}

interface Built {
  store: MemoryStore
  folder: string
}

async function build(
  running: Running,
  { store, folder, head }: Built & { head: string },
): Promise<RecordVectors> {
  const { git, settings, log, signal, builds, repository } = running
  const summary = await rememberHistory({
    git,
    store,
    head,
    limit: settings.historyMemory,
    mask: maskDrafts,
    log,
    learn: false,
    ...(signal !== undefined && { signal }),
  })
  const started = performance.now()
  const vectors = new RecordVectors({ store, folder: null, settings, log })
  await vectors.fill()
  const vectorSeconds = (performance.now() - started) / 1000
  store.db.exec('pragma wal_checkpoint(truncate)')
  const { commits, added: episodes, milliseconds } = summary
  const bytes = statSync(join(folder, 'memory.db')).size
  builds.set(repository, { commits, episodes, seconds: milliseconds / 1000, vectorSeconds, bytes })
  return vectors
}

/** Episodes asked for, before those that the base commit does not reach are left out. */
const asked = 60
const shown = 10
const voters = 40

async function ask(
  running: Running,
  issue: Issue,
  { store, vectors, folder }: Built & { vectors: RecordVectors },
): Promise<Outcome> {
  const { git, repository } = running
  const base = Number(await git.run(['show', '-s', '--format=%ct', issue.base_commit])) * 1000
  const reached = new Set((await git.run(['rev-list', issue.base_commit])).split('\n'))
  const isBefore = ({ commit }: MemoryRecord) => commit !== null && reached.has(commit)
  const gate: Gate = { before: base, branches: [], statuses: ['active'], kinds: ['episode'] }
  const located = running.locate ? await locate(running, issue, folder) : null
  const context = contextOf(store, vectors)
  const leads = located === null ? {} : { locate: () => Promise.resolve(located.files) }
  const alone = await recallFixes(context, issue, base)
  const recalled = await recallFixes({ ...context, ...leads }, issue, base)
  const found = store.byWords([...new Set(codeTokens(issue.problem_statement))], gate, asked)
  const scores = new Map(found.map(({ id, score }) => [id, score]))
  const words = store.visible([...scores.keys()], gate).filter(isBefore)
  const past = store.list({ ...gate, limit: -1 }).filter(isBefore)
  const gold = new Set(issue.gold_files)
  const touches = ({ episode }: MemoryRecord) => episode?.files.some(({ path }) => gold.has(path)) === true
  const rank = (records: readonly MemoryRecord[]) => {
    const at = records.slice(0, shown).findIndex(touches)
    return at < 0 ? Number.POSITIVE_INFINITY : at + 1
  }
  const fixes = words.slice(0, voters).flatMap((record) => votesOf(record, scores.get(record.id) ?? 0))
  return {
    repo: repository,
    ranks: {
      recall: rank(recalled.memories.map(({ record }) => record).filter(isBefore)),
      'recall alone': rank(alone.memories.map(({ record }) => record).filter(isBefore)),
      words: rank(words),
      newest: rank(past),
    },
    possible: past.some(touches),
    recallMs: recalled.milliseconds,
    locateMs: located?.milliseconds ?? null,
    ranked: located === null ? null : rankedBy(located.files, { running, issue, past, fixes }),
  }
}

function recallFixes(context: RecordRecallContext, issue: Issue, before: number): Promise<RecallReply> {
  return recallRecords(context, {
    text: issue.problem_statement,
    moment: 'task-start',
    kinds: ['episode'],
    before,
    limit: asked,
    budget: 1_000_000,
  })
}

/** Nothing but the store and the vectors: files and their state play no part here. */
function contextOf(store: MemoryStore, vectors: RecordVectors): RecordRecallContext {
  return {
    store,
    branches: [],
    now: Date.now(),
    vectors: (text, gate, limit) => vectors.nearest(text, gate, limit),
    knowsCode: () => true,
    anchors: () => [],
    redact: (text) => Promise.resolve({ text, masked: 0, kinds: {} }),
    regime: () => '',
    settings: defaultRecordRecall,
  }
}

interface Located {
  files: { path: string; score: number }[]
  milliseconds: number
}

/** By the code alone: the memory that is opened here knows nothing. */
async function locate(
  { settings, log, ...running }: Running,
  issue: Issue,
  folder: string,
): Promise<Located> {
  const at = issue.base_commit
  const store = join(folder, 'index')
  const casebook = await openCasebook({
    repo: running.folder,
    at,
    store,
    settings: { ...settings, historyMemory: 0 },
    log,
  })
  try {
    const stop = running.signal === undefined ? {} : { signal: running.signal }
    await casebook.index({ reason: 'memory benchmark', ...stop })
    const before = issue.created_at === undefined ? Number.NaN : Date.parse(issue.created_at) / 1000
    const reply = await casebook.locate(issue.problem_statement, {
      limit: Number.POSITIVE_INFINITY,
      ...(Number.isFinite(before) && { before }),
      ...stop,
    })
    return {
      files: reply.files.map(({ path, score }) => ({ path, score })),
      milliseconds: reply.milliseconds,
    }
  } finally {
    await casebook.close()
  }
}

interface Voting {
  running: Running
  issue: Issue
  past: readonly MemoryRecord[]
  fixes: readonly FileVote[]
}

function rankedBy(files: Located['files'], { running, issue, past, fixes }: Voting): Ranked {
  const votes = [...fixes, ...lessonVotes(issue, past, files)]
  return { repo: running.repository, gold: issue.gold_files, files, votes }
}

/** The lessons as they would have been derived at the base commit. */
function lessonVotes(
  issue: Issue,
  past: readonly MemoryRecord[],
  files: readonly { path: string }[],
): FileVote[] {
  const there = new Set(files.map(({ path }) => path))
  const fixes = past.map(pastFixOf).filter((fix) => fix !== null)
  const said = new Set(codeTokens(issue.problem_statement))
  return symptoms(fixes, (path) => there.has(path)).flatMap(({ path, words }): FileVote[] => {
    const score = words.filter((word) => said.has(word)).length
    return score === 0 ? [] : [{ path, kind: 'lesson', score }]
  })
}

function report(
  outcomes: readonly Outcome[],
  builds: ReadonlyMap<string, Build>,
  seconds: number,
): MemoryHistoryReport {
  const hitsOf = (by: Ranking, of = outcomes): Hits => {
    const mean = (worth: (rank: number) => number) =>
      of.reduce((sum, { ranks }) => sum + worth(ranks[by]), 0) / Math.max(1, of.length)
    const within = (k: number) => mean((rank) => (rank <= k ? 1 : 0))
    return { at1: within(1), at5: within(5), at10: within(10), mrr: mean((rank) => 1 / rank) }
  }
  const times = outcomes.map(({ recallMs }) => recallMs)
  const located = outcomes.flatMap((outcome) => outcome.locateMs ?? [])
  const ranked = outcomes.flatMap((outcome) => outcome.ranked ?? [])
  return {
    issues: outcomes.length,
    hits: Object.fromEntries(rankings.map((by) => [by, hitsOf(by)])) as Record<Ranking, Hits>,
    possible: outcomes.filter(({ possible }) => possible).length / Math.max(1, outcomes.length),
    repositories: [...builds].map(([repository, built]) => {
      const own = outcomes.filter(({ repo }) => repo === repository)
      return { repository, issues: own.length, ...hitsOf('recall', own), ...built }
    }),
    recallMs: { p50: quantile(times, 0.5), p95: quantile(times, 0.95) },
    locateMs: located.length === 0 ? null : { p50: quantile(located, 0.5), p95: quantile(located, 0.95) },
    votes: ranked.length === 0 ? null : weighVotes(ranked),
    seconds,
  }
}
