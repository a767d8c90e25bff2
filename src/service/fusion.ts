/** One answer from several memories: lists joined by reciprocal rank, so that scores of roots need not compare. */

import type { Casebook } from '../casebook.ts'
import type { CommitHit, FileHit, LocateReply, SearchReply, SearchRequest } from '../protocol.ts'

/** The constant of reciprocal rank fusion (Cormack, Clarke, Büttcher, SIGIR 2009). */
const rankConstant = 60
const defaultLimit = 20

/** The memories that are asked. */
export interface AskedBooks {
  books: readonly Casebook[]
  /** Told of each root that failed while others answered. */
  onFailure: (root: string, error: unknown) => void
}

/** A question to several memories. */
export interface Asked extends AskedBooks {
  request: SearchRequest
}

export async function fuseSearch(asked: Asked): Promise<SearchReply> {
  const started = performance.now()
  const { query, limit = defaultLimit } = asked.request
  const answers = await answersOf(asked, (book) => searchIn(book, query, limit))
  const replies = answers.map(({ reply }) => reply)
  const [only] = replies
  if (asked.books.length === 1 && only !== undefined) return only
  const hits = fuseByRank(replies.map((reply) => reply.hits)).slice(0, limit)
  return { hits, ...joint(answers, hits.length), milliseconds: performance.now() - started }
}

export async function fuseLocate(asked: Asked): Promise<LocateReply> {
  const started = performance.now()
  const { query, limit = defaultLimit } = asked.request
  const answers = await answersOf(asked, (book) => locateIn(book, query, limit))
  const replies = answers.map(({ reply }) => reply)
  const [only] = replies
  if (asked.books.length === 1 && only !== undefined) return only
  const files = fuseByRank(replies.map((reply) => reply.files)).slice(0, limit)
  return { files, ...joint(answers, files.length), milliseconds: performance.now() - started }
}

export async function fuseCommits(asked: Asked): Promise<CommitHit[]> {
  const { query, limit = defaultLimit } = asked.request
  const answers = await answersOf(asked, (book) => book.commits(query, { limit }))
  const lists = answers.map(({ reply }) => reply)
  return lists.length === 1 ? (lists[0] ?? []) : fuseByRank(lists).slice(0, limit)
}

export interface Answer<T> {
  book: Casebook
  reply: T
}

/** A root that fails is left out. Rejects with the first failure only where no root answers. */
export async function answersOf<T>(
  { books, onFailure }: AskedBooks,
  ask: (book: Casebook) => Promise<T>,
): Promise<Answer<T>[]> {
  const settled = await Promise.allSettled(books.map(async (book) => ({ book, reply: await ask(book) })))
  const answers = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  const failures = settled.map((one) => (one.status === 'rejected' ? { error: one.reason } : null))
  for (const [at, failure] of failures.entries()) {
    if (failure === null) continue
    if (answers.length === 0) throw failure.error
    onFailure(books[at]?.root ?? '', failure.error)
  }
  return answers
}

/** Best first; equal ranks keep the order of the lists. The score becomes the reciprocal rank. */
export function fuseByRank<T extends { score: number }>(lists: readonly (readonly T[])[]): T[] {
  const ranked = lists.flatMap((list) =>
    list.map((item, index) => ({ ...item, score: 1 / (rankConstant + index + 1) })),
  )
  return ranked.sort((a, b) => b.score - a.score)
}

async function searchIn(book: Casebook, query: string, limit: number): Promise<SearchReply> {
  const reply = await book.search(query, { limit })
  return { ...reply, coverage: coverageOf(book, reply.hits.length, reply.coverage) }
}

async function locateIn(book: Casebook, query: string, limit: number): Promise<LocateReply> {
  const reply = await book.locate(query, { limit })
  const files: FileHit[] = reply.files.map((file) => ({ ...file, root: book.root }))
  return { ...reply, files, coverage: coverageOf(book, files.length, reply.coverage) }
}

/** Of no files, all are searchable: true of an empty folder, and not of one that is being listed. */
function coverageOf(book: Casebook, found: number, coverage: number): number {
  if (found > 0) return coverage
  const { files, state, lastRun } = book.status()
  const isListed = files > 0 || (state.kind === 'idle' && lastRun !== null)
  return isListed ? coverage : 0
}

/** Coverage weighs each root by its files; nothing was found only where no root found anything. */
function joint(
  answers: readonly Answer<{ coverage: number; nothingFound?: string }>[],
  found: number,
): { coverage: number; nothingFound?: string } {
  const weighed = answers.map(({ book, reply }) => ({ reply, weight: Math.max(1, book.status().files) }))
  const total = weighed.reduce((sum, { weight }) => sum + weight, 0)
  const covered = weighed.reduce((sum, { reply, weight }) => sum + reply.coverage * weight, 0)
  const coverage = total === 0 ? 0 : covered / total
  if (found > 0) return { coverage }
  const reasons = [...new Set(answers.flatMap(({ reply }) => reply.nothingFound ?? []))]
  return { coverage, nothingFound: reasons.join(' ') || 'No folder is open.' }
}
