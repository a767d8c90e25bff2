/** Takes pending files through the pipe: read, hash, parse in threads, write in batches. */

import { setTimeout as sleep } from 'node:timers/promises'
import { languageOf } from '../code/languages.ts'
import { blobWriter, findBlob } from '../store/blobs.ts'
import { type DatabaseSync, transaction } from '../store/database.ts'
import { type ViewFile, writeViewFiles } from '../store/files.ts'
import { putVectors, type StoredVector } from '../store/vectors.ts'
import type { Language, ListedFile } from '../types.ts'
import { blobId, type Content, type ContentReader } from './content.ts'
import { excludedByContent } from './exclude.ts'
import type { ParseResult, ParserPool } from './pool.ts'

/** One batch for a thread: enough to hide the message, small enough to stop quickly. */
const batchFiles = 48
const batchBytes = 400_000
/** Batches under way for each thread: one being parsed, one waiting. */
const batchesPerThread = 2
/** A file written within this many milliseconds may change again within the clock's grain: its time is not kept. */
const racyWindow = 100

export interface FeedParts {
  db: DatabaseSync
  viewId: number
  reader: ContentReader
  pool: ParserPool
  threads: number
  maxFileSize: number
  algorithm: 'sha1' | 'sha256'
  /** Generation of the built-in embedder, null when threads give no vectors. */
  embedderId: number | null
}

export interface FeedHooks {
  /** Waits while paused; throws when stopped. */
  pause: () => Promise<void>
  /** After each batch: what was settled, and the vectors that are new. */
  onBatch: (batch: BatchReport) => void
  /** Files whose newer content was indexed meanwhile: their rows are left alone. */
  overtaken: (path: string) => boolean
  /** Share of time spent working, 0 to 1. */
  dutyCycle: number
  signal: AbortSignal
}

export interface BatchReport {
  settled: number
  parsed: number
  chunks: number
  vectors: StoredVector[]
  last: string
}

interface ReadFile {
  file: ListedFile
  content: Content
  oid: string
  language: Language
}

type Outcome = { row: ViewFile; read?: ReadFile } | { gone: string }

/** Indexes `next()` until it gives null. Several batches are under way at once; writes stay in one place. */
export async function feed(
  parts: FeedParts,
  next: () => ListedFile[] | null,
  hooks: FeedHooks,
): Promise<void> {
  const running = new Set<Promise<void>>()
  const inFlight = new Map<string, Promise<void>>()
  const failed: unknown[] = []
  try {
    for (let files = next(); files !== null && failed.length === 0; files = next()) {
      await hooks.pause()
      const started = performance.now()
      const job = processBatch(parts, files, hooks, inFlight)
        .catch((error: unknown) => void failed.push(error))
        .finally(() => running.delete(job))
      running.add(job)
      if (running.size >= parts.threads * batchesPerThread) await Promise.race(running)
      await rest(performance.now() - started, hooks)
    }
  } finally {
    // Also when stopped: nothing may write after the run is over.
    await Promise.all(running)
  }
  if (failed.length > 0) throw failed[0]
}

async function rest(worked: number, { dutyCycle, signal }: FeedHooks): Promise<void> {
  if (dutyCycle < 1) await sleep((worked * (1 - dutyCycle)) / dutyCycle, undefined, { signal })
}

/** Splits a queue into batches by count and known size. */
export function batchesOf(files: ListedFile[]): () => ListedFile[] | null {
  let at = 0
  return () => {
    if (at >= files.length) return null
    const batch: ListedFile[] = []
    for (let bytes = 0; at < files.length && batch.length < batchFiles && bytes < batchBytes; at++) {
      const file = files[at] as ListedFile
      bytes += file.size ?? batchBytes / batchFiles
      batch.push(file)
    }
    return batch
  }
}

async function processBatch(
  parts: FeedParts,
  files: ListedFile[],
  hooks: FeedHooks,
  inFlight: Map<string, Promise<void>>,
): Promise<void> {
  const outcomes = await Promise.all(files.map((file) => readOne(parts, file)))
  const { fresh, late, twins } = claim(parts.db, outcomes, inFlight)
  const done = Promise.withResolvers<void>()
  // Waited for by twins only; without twins a failure is reported by this batch itself.
  done.promise.catch(() => undefined)
  for (const key of fresh.keys()) inFlight.set(key, done.promise)
  try {
    const results = await parseAll(parts.pool, [...fresh.values()])
    const own = outcomes.filter((outcome) => !late.has(outcome))
    hooks.onBatch(writeBatch(parts, own, results, hooks))
    // Before waiting for others, who may wait for this batch.
    done.resolve()
    await Promise.all(twins)
    if (late.size > 0) hooks.onBatch(writeBatch(parts, [...late], new Map(), hooks))
  } catch (error) {
    done.reject(error)
    throw error
  } finally {
    for (const key of fresh.keys()) inFlight.delete(key)
  }
}

interface Claim {
  /** Content that this batch parses, by oid and language. */
  fresh: Map<string, ReadFile>
  /** Files whose bytes another batch is parsing right now. */
  late: Set<Outcome>
  twins: Promise<void>[]
}

/** The same bytes are never parsed twice, not even by two batches at the same time. */
function claim(db: DatabaseSync, outcomes: Outcome[], inFlight: ReadonlyMap<string, Promise<void>>): Claim {
  const find = findBlob(db)
  const claimed: Claim = { fresh: new Map(), late: new Set(), twins: [] }
  for (const outcome of outcomes) {
    if ('gone' in outcome || outcome.read === undefined) continue
    const key = `${outcome.read.oid} ${outcome.read.language}`
    const running = inFlight.get(key)
    if (running !== undefined) {
      claimed.late.add(outcome)
      claimed.twins.push(running)
    } else if (find(outcome.read.oid, outcome.read.language) === null) claimed.fresh.set(key, outcome.read)
  }
  return claimed
}

async function readOne(parts: FeedParts, file: ListedFile): Promise<Outcome> {
  const content = await parts.reader.read(file, parts.maxFileSize)
  const row: ViewFile = {
    path: file.path,
    oid: file.oid,
    blobId: null,
    bytes: file.size,
    mtime: null,
    excluded: null,
  }
  if (content === 'gone') return { gone: file.path }
  if (content === 'unreadable' || content === 'symlink') return { row: { ...row, excluded: content } }
  if ('size' in content) return { row: { ...row, bytes: content.size, excluded: 'too-large' } }
  // Never git's word for what was read: a checkout during a run, CRLF or LFS make it another content.
  const oid = blobId(content.bytes, parts.algorithm)
  const mtime = oid === file.oid ? null : settledTime(content.mtime)
  const stamped = { ...row, oid, bytes: content.bytes.length, mtime }
  const excluded = excludedByContent(content.bytes, parts.maxFileSize)
  if (excluded !== undefined) return { row: { ...stamped, excluded } }
  return { row: stamped, read: { file, content, oid, language: languageOf(file.path) } }
}

function settledTime(mtime: number | null): number | null {
  return mtime === null || Date.now() - mtime < racyWindow ? null : mtime
}

async function parseAll(pool: ParserPool, reads: ReadFile[]): Promise<Map<ReadFile, ParseResult>> {
  if (reads.length === 0) return new Map()
  const results = await pool.parse(reads.map(({ content, language }) => ({ bytes: content.bytes, language })))
  return new Map(reads.map((read, at) => [read, results[at] as ParseResult]))
}

/** Everything of one batch becomes visible in one transaction. */
function writeBatch(
  parts: FeedParts,
  outcomes: Outcome[],
  results: Map<ReadFile, ParseResult>,
  hooks: FeedHooks,
): BatchReport {
  return transaction(parts.db, () => {
    const write = blobWriter(parts.db)
    const find = findBlob(parts.db)
    const vectors: StoredVector[] = []
    let chunks = 0
    for (const [{ oid, content }, { parsed, vectors: made }] of results) {
      write(oid, content.bytes.length, parsed)
      chunks += parsed.chunks.length
      if (made === null || parts.embedderId === null) continue
      const embedded = parsed.chunks.map(({ hash }, at) => ({ hash, blob: made[at] as Uint8Array }))
      vectors.push(...putVectors(parts.db, parts.embedderId, embedded))
    }
    const rows: ViewFile[] = []
    const gone: string[] = []
    for (const outcome of outcomes) {
      const path = 'gone' in outcome ? outcome.gone : outcome.row.path
      if (hooks.overtaken(path)) continue
      if ('gone' in outcome) gone.push(path)
      else {
        const { row, read } = outcome
        rows.push(read === undefined ? row : { ...row, blobId: find(read.oid, read.language)?.id ?? null })
      }
    }
    writeViewFiles(parts.db, parts.viewId, rows, gone)
    return {
      settled: outcomes.length,
      parsed: results.size,
      chunks,
      vectors,
      last: outcomes.length > 0 ? lastPath(outcomes) : '',
    }
  })
}

function lastPath(outcomes: Outcome[]): string {
  const last = outcomes.at(-1)
  return last === undefined ? '' : 'gone' in last ? last.gone : last.row.path
}
