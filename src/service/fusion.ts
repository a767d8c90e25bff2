/** One answer from several memories: lists joined by reciprocal rank, so that scores of roots need not compare. */

import type { Casebook } from '../casebook.ts'
import type { CommitHit, FileHit, LocateReply, SearchReply, SearchRequest } from '../protocol.ts'

/** The constant of reciprocal rank fusion (Cormack, Clarke, Büttcher, SIGIR 2009). */
const rankConstant = 60
const defaultLimit = 20

export async function fuseSearch(books: readonly Casebook[], request: SearchRequest): Promise<SearchReply> {
  const started = performance.now()
  const limit = request.limit ?? defaultLimit
  const replies = await Promise.all(books.map((book) => searchIn(book, request.query, limit)))
  const [only] = replies
  if (replies.length === 1 && only !== undefined) return only
  const hits = fuseByRank(replies.map((reply) => reply.hits)).slice(0, limit)
  return { hits, ...joint(replies, books, hits.length), milliseconds: performance.now() - started }
}

export async function fuseLocate(books: readonly Casebook[], request: SearchRequest): Promise<LocateReply> {
  const started = performance.now()
  const limit = request.limit ?? defaultLimit
  const replies = await Promise.all(books.map((book) => locateIn(book, request.query, limit)))
  const [only] = replies
  if (replies.length === 1 && only !== undefined) return only
  const files = fuseByRank(replies.map((reply) => reply.files)).slice(0, limit)
  return { files, ...joint(replies, books, files.length), milliseconds: performance.now() - started }
}

export async function fuseCommits(books: readonly Casebook[], request: SearchRequest): Promise<CommitHit[]> {
  const limit = request.limit ?? defaultLimit
  const lists = await Promise.all(books.map((book) => book.commits(request.query, { limit })))
  return lists.length === 1 ? (lists[0] ?? []) : fuseByRank(lists).slice(0, limit)
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
  replies: readonly { coverage: number; nothingFound?: string }[],
  books: readonly Casebook[],
  found: number,
): { coverage: number; nothingFound?: string } {
  const weights = books.map((book) => Math.max(1, book.status().files))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const covered = replies.reduce((sum, reply, at) => sum + reply.coverage * (weights[at] ?? 1), 0)
  const coverage = total === 0 ? 0 : covered / total
  if (found > 0) return { coverage }
  const reasons = [...new Set(replies.flatMap((reply) => reply.nothingFound ?? []))]
  return { coverage, nothingFound: reasons.join(' ') || 'No folder is open.' }
}
