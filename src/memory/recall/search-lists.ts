/** The lists that search fuses: one function a channel, each reading only what a few milliseconds allow. */

import type { DatabaseSync, StatementSync } from '../store/database.ts'
import { openStemmer } from '../store/stems.ts'
import type { ChunkKind } from '../types.ts'
import { messageWindows } from './channels/phrases.ts'
import type { CommitMatch } from './commits.ts'
import type { RecallContext } from './context.ts'
import { looksLikeName } from './mentions.ts'
import type { Query } from './query.ts'

/** A chunk in one of its places, or a commit. */
export type Found =
  | {
      type: 'chunk'
      chunkId: number
      path: string
      kind: ChunkKind
      name: string
      startLine: number
      endLine: number
    }
  | { type: 'commit'; commitId: number }

export type Entries = { item: Found; score: number; certainty?: number; detail?: string }[]

export interface Asked {
  context: RecallContext
  query: Query
  /** What `findCommits` found, for both lists of commits. */
  commits: readonly CommitMatch[]
  /** Entries wanted at most. */
  length: number
}

const selectPlaces = `
  select c.id, p.path, c.kind, c.name, c.start_line, c.end_line from chunk c
  cross join view_file v on v.view_id = ? and v.blob_id = c.blob_id cross join path p on p.id = v.path_id
  where c.id = ? order by p.path`

/** Returns a reader of the visible places of a chunk; none where only other branches have it. */
function openPlaces({ db, viewId }: RecallContext): (chunkId: number) => Found[] {
  const select = db.prepare(selectPlaces)
  return (chunkId) => select.all(viewId, chunkId).map(toFound)
}

function toFound(row: Record<string, unknown>): Found {
  return {
    type: 'chunk',
    chunkId: Number(row.id),
    path: String(row.path),
    kind: String(row.kind) as ChunkKind,
    name: String(row.name),
    startLine: Number(row.start_line),
    endLine: Number(row.end_line),
  }
}

/** The visible ones of ranked candidates, until there are enough: other branches share the tables. */
function visibleEntries(asked: Asked, candidates: Iterable<{ chunkId: number; score: number }>): Entries {
  const places = openPlaces(asked.context)
  const entries: Entries = []
  for (const { chunkId, score } of candidates) {
    for (const item of places(chunkId)) entries.push({ item, score })
    if (entries.length >= asked.length) break
  }
  return entries
}

/** An explicit `bm25` with a limit takes half the time of FTS5's own `order by rank` (measured). */
const selectMatches = `
  select rowid as id, -bm25(chunk_fts, 3.0, 1.0, 1.0) as score from chunk_fts
  where chunk_fts match ? order by score desc limit ?`

/** BM25 over names, code and prose. The commonest words are left out: they cost most and say least. */
export function lexicalList(asked: Asked): Entries {
  const words = countedWords(asked)
  const expression = affordable(words).map(quote).join(' OR ')
  const select = asked.context.db.prepare(selectMatches)
  if (expression !== '') return visibleEntries(asked, matchRows(select, expression))
  const [rarest] = words
  if (rarest === undefined) return []
  const named = visibleEntries(asked, matchRows(select, `names : ${quote(rarest.word)}`))
  return named.length > 0 ? named : visibleEntries(asked, matchRows(select, quote(rarest.word)))
}

/** Matches, best first. Read in growing steps, for nearly always the first few hundred are enough. */
function* matchRows(select: StatementSync, expression: string) {
  let seen = 0
  for (let limit = 300; ; limit *= 10) {
    const rows = select.all(expression, limit)
    for (const row of rows.slice(seen)) yield { chunkId: Number(row.id), score: Number(row.score) }
    if (rows.length < limit) return
    seen = rows.length
  }
}

function quote(word: string): string {
  return `"${word.replaceAll('"', '""')}"`
}

/** Chunks that the words of one search may hit together; about 1 microsecond each. */
const postingsBudget = 8_000

interface CountedWord {
  word: string
  /** Chunks that hold it, in all views. */
  count: number
}

/** Words of the query that occur, the rarest first. */
function countedWords({ context, query }: Asked): CountedWord[] {
  const words = query.terms.map(({ text }) => text)
  const stems = openStemmer(context.db)(words)
  const select = context.db.prepare('select doc from chunk_terms where term = ?')
  return words
    .map((word) => ({ word, count: Number(select.get(stems.get(word) ?? word)?.doc ?? 0) }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => a.count - b.count)
}

/** The rarest words until the budget is spent; none when even the rarest is in too many chunks. */
function affordable(words: readonly CountedWord[]): string[] {
  let spent = 0
  return words.flatMap(({ word, count }) => {
    spent += count
    return spent <= postingsBudget ? [word] : []
  })
}

const selectSymbols = `
  select s.name, s.kind, s.container, s.start_line, s.blob_id from symbol s
  where s.folded >= ? and s.folded < ? limit ?`
const selectChunkAtLine = `
  select id from chunk where blob_id = ? and start_line <= ? and end_line >= ?
  order by end_line - start_line limit 1`

/** Definitions whose names the query holds. */
export function symbolList(asked: Asked): Entries {
  return symbolEntries(asked, queryNames(asked.query), false)
}

/** Definitions that begin with the last word of a search, while it is being typed. */
export function symbolStartList(asked: Asked): Entries {
  const typed = asked.query.short ? (asked.query.text.match(/[\p{L}_$][\p{L}\p{N}_$]*$/u)?.[0] ?? '') : ''
  return typed.length < 3 ? [] : symbolEntries(asked, [typed], true)
}

function symbolEntries(asked: Asked, names: readonly string[], started: boolean): Entries {
  const scores = new Map<number, number>()
  for (const name of names) {
    for (const { chunkId, score } of definitionChunks(asked.context.db, name, started, asked.length)) {
      scores.set(chunkId, Math.max(scores.get(chunkId) ?? 0, score))
    }
  }
  const ordered = [...scores].map(([chunkId, score]) => ({ chunkId, score }))
  return visibleEntries(
    asked,
    ordered.sort((a, b) => b.score - a.score || a.chunkId - b.chunkId),
  )
}

/**
 * What can be meant as a name: marked or compound words, the only word of a search, and neighbouring words
 * as code would join them. Any other word of a search is more often a word than the name of a function.
 */
function queryNames(query: Query): string[] {
  const marked = query.names
    .filter(({ text, weight }) => weight >= 2 || looksLikeName(text))
    .map(({ text }) => text)
  const dotted = query.dotted.map(({ text }) => text.split(/\.|::|#/).at(-1) ?? '')
  const words = query.short ? (query.text.match(/[\p{L}_$][\p{L}\p{N}_$]*/gu) ?? []) : []
  const whole = words.length === 1 ? words : [words.join('_'), words.join('')]
  return [...new Set([...marked, ...dotted, ...whole])].filter((name) => name.length > 1).slice(0, 40)
}

function definitionChunks(db: DatabaseSync, name: string, prefix: boolean, limit: number) {
  const folded = name.toLowerCase()
  const end = prefix ? `${folded}\u{10ffff}` : `${folded}\u0000`
  const chunkAt = db.prepare(selectChunkAtLine)
  return db
    .prepare(selectSymbols)
    .all(folded, end, prefix ? 60 : limit * 2)
    .flatMap((row) => {
      const chunk = chunkAt.get(Number(row.blob_id), Number(row.start_line), Number(row.start_line))
      if (chunk === undefined) return []
      return [
        {
          chunkId: Number(chunk.id),
          score: definitionScore(String(row.name), String(row.container), name),
        },
      ]
    })
}

/** Exact case before folded case before a mere beginning; top-level before nested. */
function definitionScore(defined: string, container: string, name: string): number {
  const match = defined === name ? 3 : defined.toLowerCase() === name.toLowerCase() ? 2 : 1
  return match + (container === '' ? 0.5 : 0)
}

const selectPathWords = `
  select p.path, -f.rank as score from path_fts f
  cross join view_file v on v.view_id = ? and v.path_id = f.rowid and v.blob_id is not null
  cross join path p on p.id = v.path_id
  where f.path_fts match ? order by f.rank, length(p.path) limit ?`
const selectPathEnds = `
  select p.path from path p cross join view_file v on v.view_id = ? and v.path_id = p.id and v.blob_id is not null
  where p.path = ? or p.path like '%/' || ? order by length(p.path), p.path limit ?`
const selectFirstChunk = `
  select c.id, p.path, c.kind, c.name, c.start_line, c.end_line from path p
  cross join view_file v on v.view_id = ? and v.path_id = p.id
  cross join chunk c on c.blob_id = v.blob_id
  where p.path = ? order by c.start_line limit 1`

/** Files that the words of a query may bring by their paths alone. */
const pathsWanted = 30

/** Files whose paths hold the words of the query. */
export function pathWordList(asked: Asked): Entries {
  const { db, viewId } = asked.context
  const words = asked.query.titleTerms.map(({ text }) => text)
  if (words.length === 0) return []
  const expression = words.slice(0, 24).map(quote).join(' OR ')
  const rows = db.prepare(selectPathWords).all(viewId, expression, pathsWanted)
  const found = firstChunks(
    asked,
    rows.map((row) => ({ path: String(row.path), score: Number(row.score) })),
  )
  return found.map((entry) => ({ ...entry, certainty: shareInPath(words, entry.item) }))
}

/** One word of a long question in a path says little. A path may hold another form of a word. */
function shareInPath(words: readonly string[], item: Found): number {
  const path = item.type === 'chunk' ? item.path.toLowerCase() : ''
  const held = words.filter((word) => path.includes(word.slice(0, Math.max(3, word.length - 3))))
  return Math.max(1, held.length) / words.length
}

/** Files whose paths, or the ends of them, the query writes out. */
export function pathList(asked: Asked): Entries {
  const { db, viewId } = asked.context
  const select = db.prepare(selectPathEnds)
  const found = asked.query.paths
    .slice(0, 20)
    .flatMap(({ text, weight }) =>
      select.all(viewId, text, text, 10).map((row) => ({ path: String(row.path), score: weight })),
    )
  return distinct(firstChunks(asked, found))
}

/** The beginning of each file, where a reader starts. */
function firstChunks(asked: Asked, files: readonly { path: string; score: number }[]): Entries {
  const select = asked.context.db.prepare(selectFirstChunk)
  return files.flatMap(({ path, score }) => {
    const row = select.get(asked.context.viewId, path)
    return row === undefined ? [] : [{ item: toFound(row), score }]
  })
}

const selectFrameChunks = `
  select c.id from path p cross join view_file v on v.view_id = ? and v.path_id = p.id
  cross join chunk c on c.blob_id = v.blob_id
  where (p.path = ? or p.path like '%/' || ?) and c.start_line <= ? and c.end_line >= ?
  order by c.end_line - c.start_line limit 3`

/** The chunks that stack frames point into, the one nearest to the error first. */
export function frameList(asked: Asked): Entries {
  const { db, viewId } = asked.context
  const select = db.prepare(selectFrameChunks)
  const places = openPlaces(asked.context)
  const entries: Entries = []
  for (const { path, line, depth } of [...asked.query.frames]
    .sort((a, b) => a.depth - b.depth)
    .slice(0, 30)) {
    const parts = path.split('/')
    for (let from = 0; from < parts.length && line !== null; from++) {
      const suffix = parts.slice(from).join('/')
      const rows = select.all(viewId, suffix, suffix, line, line)
      for (const row of rows) {
        for (const item of places(Number(row.id))) entries.push({ item, score: 1 / (1 + depth) })
      }
      if (rows.length > 0) break
    }
  }
  return distinct(entries)
}

const selectPhrase = `
  select rowid as id from chunk_fts where chunk_fts match ? order by rowid desc limit 500`

/** Chunks whose strings hold the words of a message in a row. */
export function phraseList(asked: Asked): Entries {
  const { errors, literals } = asked.query
  if (asked.query.short && errors.length + literals.length === 0 && asked.query.terms.length < 4) return []
  const select = asked.context.db.prepare(selectPhrase)
  const scores = new Map<number, number>()
  for (const phrase of messageWindows(asked.query).slice(0, asked.query.short ? 8 : 40)) {
    for (const row of select.iterate(`prose : ${quote(phrase)}`)) {
      const chunkId = Number(row.id)
      scores.set(chunkId, (scores.get(chunkId) ?? 0) + 1)
    }
  }
  const ordered = [...scores].map(([chunkId, score]) => ({ chunkId, score }))
  ordered.sort((a, b) => b.score - a.score || a.chunkId - b.chunkId)
  return visibleEntries(asked, ordered)
}

export function commitList({ commits }: Asked): Entries {
  return commits.filter(({ exact }) => !exact).map(toCommitEntry)
}

/** Commits that the query names by id or by the number of an issue. */
export function commitKeyList({ commits }: Asked): Entries {
  return commits.filter(({ exact }) => exact).map(toCommitEntry)
}

function toCommitEntry({ id, score }: CommitMatch): Entries[number] {
  return { item: { type: 'commit', commitId: id }, score }
}

export async function vectorList(asked: Asked): Promise<Entries> {
  const { context, query, length } = asked
  if (context.vectors === undefined) return []
  const matches = await context.vectors(query.text, length * 2)
  return visibleEntries(asked, matches)
}

function distinct(entries: Entries): Entries {
  const seen = new Set<string>()
  return entries.filter(({ item }) => {
    const key = item.type === 'chunk' ? `${item.path}\n${item.chunkId}` : ''
    return !seen.has(key) && seen.add(key)
  })
}
