/** Where a word occurs, column by column, read from the text index; and the stems that the index keeps. */

import type { DatabaseSync } from '../store/database.ts'

/** Occurrences of one term, grouped by document, in ascending order of documents. */
export interface Postings {
  documents: number[]
  /** One array a column, parallel to `documents`: how often the term occurs there. */
  counts: number[][]
}

type Table = 'chunk_fts' | 'commit_fts' | 'path_fts'

const columns: Record<Table, readonly string[]> = {
  chunk_fts: ['names', 'code', 'prose'],
  commit_fts: ['message', 'files'],
  path_fts: ['words'],
}

/** Returns a reader of postings; `stems` must come from `openStemmer`. */
export function openPostings(db: DatabaseSync, table: Table): (stem: string) => Postings {
  db.exec(`create virtual table if not exists temp.${table}_terms using fts5vocab(main, ${table}, instance)`)
  const select = db.prepare(`select doc, col from temp.${table}_terms where term = ?`)
  select.setReturnArrays(true)
  const names = columns[table]
  return (stem) => {
    const rows = select.all(stem) as unknown as [number, string][]
    return groupByDocument(rows, names)
  }
}

function groupByDocument(rows: readonly [number, string][], names: readonly string[]): Postings {
  const documents: number[] = []
  const counts: number[][] = names.map(() => [])
  for (const [document, column] of rows) {
    if (documents[documents.length - 1] !== document) {
      documents.push(document)
      for (const list of counts) list.push(0)
    }
    const list = counts[names.indexOf(column)]
    if (list !== undefined) list[list.length - 1] = (list[list.length - 1] ?? 0) + 1
  }
  return { documents, counts }
}

/** Kept between questions at most: a few megabytes. */
const mostStems = 100_000

/**
 * Returns a function that gives the stem of each word as the index holds it. The index's own tokenizer does it,
 * in a table that lives in memory: a second implementation of the stemmer would differ one day. `known` are stems
 * of earlier questions, kept by whoever asks often.
 */
export function openStemmer(
  db: DatabaseSync,
  known = new Map<string, string>(),
): (words: readonly string[]) => Map<string, string> {
  if (known.size > mostStems) known.clear()
  db.exec(`
    create virtual table if not exists temp.stem_words using fts5 (
      word, content='', contentless_delete=1, tokenize = "porter unicode61 tokenchars '_'");
    create virtual table if not exists temp.stem_terms using fts5vocab(temp, stem_words, instance)`)
  const insert = db.prepare(
    'insert into temp.stem_words (rowid, word) select key + 1, value from json_each(?)',
  )
  const select = db.prepare('select doc, term from temp.stem_terms')
  const clear = db.prepare('delete from temp.stem_words')
  return (words) => {
    const fresh = [...new Set(words)].filter((word) => !known.has(word))
    if (fresh.length > 0) {
      insert.run(JSON.stringify(fresh))
      for (const row of select.all()) known.set(fresh[Number(row.doc) - 1] ?? '', String(row.term))
      clear.run()
    }
    return new Map(words.map((word) => [word, known.get(word) ?? word]))
  }
}
