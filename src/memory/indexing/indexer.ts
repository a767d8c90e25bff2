/** Brings one view up to date: scan, reconcile, feed, history; each run with its reason in the journal. */

import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import { languageOf } from '../code/languages.ts'
import type { Git } from '../git.ts'
import type { Log } from '../ports.ts'
import { findBlob } from '../store/blobs.ts'
import {
  commitWriter,
  countCommits,
  forgetUnreachable,
  knownCommits,
  writeViewCommits,
} from '../store/commits.ts'
import { type DatabaseSync, transaction } from '../store/database.ts'
import {
  hasFileNamed,
  openView,
  pathsUnder,
  saveViewState,
  type View,
  viewFiles,
  writeViewFiles,
} from '../store/files.ts'
import { clearIndex } from '../store/index-db.ts'
import { acquireLease } from '../store/lease.ts'
import { endRun, type RunTotals, startRun } from '../store/runs.ts'
import type { StoredVector } from '../store/vectors.ts'
import type { Commit, ListedFile } from '../types.ts'
import { maskCommits } from './commit-mask.ts'
import { type ContentReader, objectReader, workTreeReader } from './content.ts'
import { batchesOf, type FeedParts, feed } from './feed.ts'
import { listCommits, readCommits } from './history.ts'
import type { ParserPool } from './pool.ts'
import { type Plan, reconcile, type Stamp } from './reconcile.ts'
import { ignoreFile, scanCommit, scanPaths, scanWorkTree } from './scan.ts'

export interface IndexerOptions {
  db: DatabaseSync
  git: Git
  view: View
  /** Full commit id for time travel; null for the work tree. */
  commit: string | null
  /** Whether there is a history: false for a plain folder. */
  hasHistory: boolean
  pool: ParserPool
  threads: number
  embedderId: number | null
  settings: { maxFileSize: number; maxCommits: number; dutyCycle: number }
  log: Log
}

export interface RunHooks {
  pause: () => Promise<void>
  onPhase: (phase: 'scan' | 'parse' | 'history', done: number, total: number, current?: string) => void
  onWait: (holder: string) => void
  onVectors: (vectors: StoredVector[]) => void
  /** Files to take first, by path. */
  isUrgent: (path: string) => boolean
  signal: AbortSignal
}

/** Commits between two writes of the history. */
const commitBatch = 500
/** Commits whose files count as recently changed, for the order of a first index. */
const recentCommits = 100

export class Indexer {
  readonly #options: IndexerOptions
  readonly #overtaken = new Set<string>()
  readonly #touched = new Set<string>()
  #touching: Promise<void> = Promise.resolve()
  #nextTouch: Promise<void> | null = null
  #format: Promise<string> | null = null

  constructor(options: IndexerOptions) {
    this.#options = options
  }

  /**
   * One whole run under the lease of the store; `fresh` throws the derived index away first. Throws on abort and
   * on failures, after writing them down.
   */
  async run(
    reason: string,
    hooks: RunHooks,
    { fresh = false } = {},
  ): Promise<RunTotals & { excluded: number }> {
    const { db, view } = this.#options
    const lease = await acquireLease(db, 'index', hooks.onWait, hooks.signal)
    const runId = startRun(db, view.key, reason)
    const totals: RunTotals = { files: 0, parsed: 0, chunks: 0, commits: 0 }
    try {
      if (fresh) transaction(db, () => clearIndex(db))
      const signal = AbortSignal.any([hooks.signal, lease.lost])
      const excluded = await this.#index(totals, { ...hooks, signal })
      endRun(db, runId, totals, null)
      return { ...totals, excluded }
    } catch (error) {
      if (db.isOpen) endRun(db, runId, totals, error instanceof Error ? error.message : String(error))
      throw error
    } finally {
      lease.release()
    }
  }

  async #index(totals: RunTotals, hooks: RunHooks): Promise<number> {
    const { db, git, view, commit } = this.#options
    this.#overtaken.clear()
    // Another process may have cleared the store or moved the view since this one looked.
    Object.assign(view, openView(db, view.key))
    hooks.onPhase('scan', 0, 0)
    const head = await this.head()
    const listed =
      commit === null ? await scanWorkTree(git, hooks.signal) : await scanCommit(git, commit, hooks.signal)
    const plan = await this.#plan(listed)
    hooks.signal.throwIfAborted()
    const usable = [...listed.values()].filter((file) => file.excluded === undefined).length
    totals.files = usable
    // What was saved since the scan began is newer than the plan.
    const current = (path: string) => !this.#overtaken.has(path)
    const changed = plan.changed.filter(({ path }) => current(path))
    const gone = plan.gone.filter(current)
    if (changed.length + gone.length > 0) transaction(db, () => writeViewFiles(db, view.id, changed, gone))
    // The two work on different things: git reads objects while the threads parse.
    const history = this.#history(head, totals, hooks)
    const pending = plan.pending.filter(({ path }) => current(path))
    const files = this.#files(pending, usable, totals, hooks)
    const [filesDone, historyDone] = await Promise.allSettled([files, history])
    for (const done of [filesDone, historyDone]) if (done.status === 'rejected') throw done.reason
    transaction(db, () => saveViewState(db, view.id, { head, complete: true }))
    view.head = head
    view.complete = true
    return listed.size - usable
  }

  /** The commit that the view stands on; null before the first commit and without git. */
  async head(): Promise<string | null> {
    if (!this.#options.hasHistory) return null
    if (this.#options.commit !== null) return this.#options.commit
    const args = ['rev-parse', '--verify', '--quiet', 'HEAD']
    return await this.#options.git.run(args).then(
      (text) => text.trim(),
      () => null,
    )
  }

  async #plan(listed: Map<string, ListedFile>): Promise<Plan> {
    const { db, view, settings } = this.#options
    const files = viewFiles(db, view.id)
    const unvouched = [...listed.values()].filter(({ path, oid }) => {
      const before = files.get(path)
      return before !== undefined && before.mtime !== null && (oid === null || oid !== before.oid)
    })
    const stamps = await this.#stamps(unvouched)
    return reconcile(listed, { files, findBlob: findBlob(db), stamps, maxFileSize: settings.maxFileSize })
  }

  async #stamps(files: ListedFile[]): Promise<Map<string, Stamp>> {
    const root = this.#options.git.root ?? ''
    const stamps = new Map<string, Stamp>()
    await Promise.all(
      files.map(async ({ path }) => {
        const stat = await lstat(join(root, path)).catch(() => null)
        if (stat !== null) stamps.set(path, { size: stat.size, mtime: Math.floor(stat.mtimeMs) })
      }),
    )
    return stamps
  }

  async #files(pending: ListedFile[], usable: number, totals: RunTotals, hooks: RunHooks): Promise<void> {
    if (pending.length === 0) return
    const recent = await this.#recentPaths()
    const queue = inOrder(pending, (path) => hooks.isUrgent(path) || recent.has(path))
    let settled = usable - pending.length
    const reader = this.#reader()
    hooks.onPhase('parse', settled, usable)
    try {
      await feed(await this.#feedParts(reader), batchesOf(queue), {
        dutyCycle: this.#options.settings.dutyCycle,
        signal: hooks.signal,
        overtaken: (path) => this.#overtaken.has(path),
        pause: async () => {
          await hooks.pause()
          hooks.signal.throwIfAborted()
        },
        onBatch: (batch) => {
          totals.parsed += batch.parsed
          totals.chunks += batch.chunks
          settled += batch.settled
          hooks.onVectors(batch.vectors)
          hooks.onPhase('parse', settled, usable, batch.last)
        },
      })
    } finally {
      reader.close()
    }
  }

  #reader(): ContentReader {
    const { commit, git } = this.#options
    return commit === null ? workTreeReader(git.root ?? '') : objectReader(git)
  }

  async #feedParts(reader: ContentReader): Promise<FeedParts> {
    const { db, git, view, pool, threads, settings, embedderId } = this.#options
    // Told by git and not by the length of an id: an empty repository has none yet.
    this.#format ??= git.run(['rev-parse', '--show-object-format']).then((text) => text.trim())
    const algorithm = (await this.#format) === 'sha256' ? 'sha256' : 'sha1'
    return {
      db,
      viewId: view.id,
      reader,
      pool,
      threads,
      maxFileSize: settings.maxFileSize,
      algorithm,
      embedderId,
    }
  }

  /**
   * A few paths after a save or a file event; needs no lease and may overtake a running index. One at a time, so
   * that the older of two saves never wins; what comes meanwhile is taken together.
   */
  touch(paths: readonly string[], onVectors: (vectors: StoredVector[]) => void): Promise<void> {
    if (this.#options.commit !== null || paths.length === 0) return Promise.resolve()
    for (const path of paths) {
      this.#overtaken.add(path)
      this.#touched.add(path)
    }
    this.#nextTouch ??= this.#touching.then(() => {
      const now = [...this.#touched]
      this.#touched.clear()
      this.#nextTouch = null
      const done = this.#touch(now, onVectors)
      this.#touching = done.catch(() => undefined)
      return done
    })
    return this.#nextTouch
  }

  async #touch(paths: readonly string[], onVectors: (vectors: StoredVector[]) => void): Promise<void> {
    const { db, git, view } = this.#options
    const listed = await scanPaths(git, paths, hasFileNamed(db, view.id, ignoreFile))
    const excluded = [...listed.values()].filter((file) => file.excluded !== undefined)
    // A folder that went is told as one path.
    const unlisted = paths.filter((path) => !listed.has(path))
    const gone = unlisted.flatMap((path) => [
      path,
      ...pathsUnder(db, view.id, path).filter((one) => !listed.has(one)),
    ])
    transaction(db, () => {
      const rows = excluded.map(({ path, oid, size, excluded: why }) => {
        return { path, oid, blobId: null, bytes: size, mtime: null, excluded: why ?? null }
      })
      writeViewFiles(db, view.id, rows, gone)
    })
    const readable = [...listed.values()].filter((file) => file.excluded === undefined)
    const reader = workTreeReader(git.root ?? '')
    await feed({ ...(await this.#feedParts(reader)), threads: 1 }, batchesOf(readable), {
      dutyCycle: 1,
      signal: new AbortController().signal,
      pause: async () => undefined,
      overtaken: () => false,
      onBatch: (batch) => onVectors(batch.vectors),
    })
  }

  async #recentPaths(): Promise<Set<string>> {
    const head = await this.head()
    if (head === null) return new Set()
    const args = [
      'log',
      '-z',
      '--name-only',
      '--format=',
      '--no-renames',
      `--max-count=${recentCommits}`,
      head,
    ]
    const text = await this.#options.git.run(args).catch(() => '')
    return new Set(text.split('\0').filter(Boolean))
  }

  /** Stores unseen commits and the order of the newest ones; nothing to do while the head stands still. */
  async #history(head: string | null, totals: RunTotals, hooks: RunHooks): Promise<void> {
    const { db, git, view, settings } = this.#options
    if (head === null || (view.complete && view.head === head)) {
      totals.commits = countCommits(db, view.id)
      return
    }
    const shas = await listCommits(git, head, settings.maxCommits, hooks.signal)
    totals.commits = shas.length
    const known = knownCommits(db, shas)
    const unseen = shas.filter((sha) => !known.has(sha))
    let batch: Commit[] = []
    let stored = known.size
    const flush = async () => {
      const masked = await maskCommits(batch)
      transaction(db, () => {
        const write = commitWriter(db)
        for (const commit of masked) known.set(commit.sha, write(commit))
      })
      stored += batch.length
      batch = []
      hooks.onPhase('history', stored, shas.length)
    }
    for await (const commit of readCommits(git, unseen, hooks.signal)) {
      batch.push(commit)
      if (batch.length >= commitBatch) {
        await flush()
        await hooks.pause()
      }
    }
    await flush()
    const ids = shas.map((sha) => known.get(sha)).filter((id) => id !== undefined)
    transaction(db, () => {
      writeViewCommits(db, view.id, ids)
      forgetUnreachable(db)
    })
  }
}

/** Open and recently changed files first, then code before prose, shallow before deep. */
function inOrder(files: ListedFile[], urgent: (path: string) => boolean): ListedFile[] {
  const weight = ({ path }: ListedFile) => {
    const kind = languageOf(path) === 'text' ? 20 : 0
    return (urgent(path) ? 0 : 100) + kind + Math.min(path.split('/').length, 9)
  }
  const keyed = files.map((file) => ({ file, weight: weight(file) }))
  return keyed.sort((a, b) => a.weight - b.weight).map(({ file }) => file)
}
