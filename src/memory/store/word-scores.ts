/** BM25 of records for some words, from the postings of the text index: faster than FTS5's own ranking. */

import type { Statements } from './database.ts'
import { openStemmer } from './stems.ts'
import { openTextLengths, type TextLengths } from './text-lengths.ts'

/** Rows of `item` that hold at least one of the words, in no order, and the score of each beside it. */
export interface WordScores {
  rows: Int32Array
  scores: Float64Array
}

/** Weights of the columns, cue, body, entities and prose, by the code of their first letter (memory-model 3.5 C2). */
const weights: Readonly<Record<number, number>> = { 99: 2, 98: 1, 101: 3, 112: 0.5 }
/** As FTS5 has them. */
const k1 = 1.2
const b = 0.75
/** For words of more than half of all records, whose weight would be negative. */
const leastIdf = 1e-6

// A table of this connection only.
const createPostings =
  'create virtual table if not exists temp.item_postings using fts5vocab (main, item_fts, instance)'
/** All places of a term as one text, such as `7b7b12c`: an object for each would be half the garbage of a question. */
const selectPostings = `
  select group_concat(doc || substr(col, 1, 1), '') as places from temp.item_postings where term = ?`

/** The records that have a term, and how often each, by the weights of the columns. */
interface Postings {
  rows: Int32Array
  counts: Float32Array
}

/** Postings kept between questions, whose words come again: about 4 MB. */
const mostKept = 500_000

/**
 * Scores equal `-bm25(item_fts, 2, 1, 3, 0.5)` but for the last digits of a logarithm. Null where a word is several
 * to the index: that is a phrase, which only the index can find.
 */
export function openWordScores(db: Statements): (words: readonly string[]) => WordScores | null {
  const phrases = new Set<string>()
  const stems = openStemmer(db, new Map(), phrases)
  const lengths = openTextLengths(db)
  let kept = { state: '', size: 0, postings: new Map<string, Postings>() }
  const postingsOf = (term: string, state: string): Postings => {
    if (kept.state !== state || kept.size > mostKept) kept = { state, size: 0, postings: new Map() }
    const found = kept.postings.get(term) ?? readPostings(db, term)
    if (!kept.postings.has(term)) kept.size += found.rows.length
    kept.postings.set(term, found)
    return found
  }
  return (words) => {
    const stemOf = stems(words)
    if (words.some((word) => phrases.has(word))) return null
    openPostings(db)
    const known = lengths()
    return scored(
      words.map((word) => postingsOf(stemOf.get(word) ?? word, known.state)),
      known,
    )
  }
}

/** Opening it also brings into the tables of the index what this transaction has still pending. */
function openPostings(db: Statements): void {
  // Again each time: whoever rolls a transaction back takes the table along.
  db.prepare(createPostings).run()
  db.prepare(selectPostings).get('')
}

/** Word after word, as FTS5 sums: equal records have equal scores to the last digit. */
function scored(found: readonly Postings[], lengths: TextLengths): WordScores {
  const size = lengths.of.length
  const sums = new Float64Array(size)
  const touched = new Int32Array(size)
  let count = 0
  for (const { rows, counts } of found) {
    const idf = idfOf(lengths.rows, rows.length)
    for (let at = 0; at < rows.length; at++) {
      const row = rows[at] as number
      const times = counts[at] as number
      const length = (lengths.of[row] as number) / lengths.average
      const before = sums[row] as number
      if (before === 0) touched[count++] = row
      sums[row] = before + idf * ((times * (k1 + 1)) / (times + k1 * (1 - b + b * length)))
    }
  }
  const rows = touched.subarray(0, count)
  return { rows, scores: Float64Array.from(rows, (row) => sums[row] as number) }
}

function readPostings(db: Statements, term: string): Postings {
  const places = String(db.prepare(selectPostings).get(term)?.places ?? '')
  // A place takes two characters at least.
  const rows = new Int32Array(places.length >> 1)
  const counts = new Float32Array(places.length >> 1)
  let last = -1
  let row = 0
  // Those of a record lie together.
  for (let at = 0; at < places.length; at++) {
    const code = places.charCodeAt(at)
    if (code <= 57) {
      row = row * 10 + code - 48
      continue
    }
    if (last < 0 || rows[last] !== row) rows[++last] = row
    counts[last] = (counts[last] as number) + (weights[code] ?? 1)
    row = 0
  }
  return { rows: rows.slice(0, last + 1), counts: counts.slice(0, last + 1) }
}

function idfOf(rows: number, having: number): number {
  const idf = Math.log((rows - having + 0.5) / (having + 0.5))
  return idf <= 0 ? leastIdf : idf
}
