/** Where a word occurs, column by column, read from the text index. */

import type { Statements } from '../store/database.ts'

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
export function openPostings(db: Statements, table: Table): (stem: string) => Postings {
  db.prepare(
    `create virtual table if not exists temp.${table}_terms using fts5vocab(main, ${table}, instance)`,
  ).run()
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
