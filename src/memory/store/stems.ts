/** The stems of words as the text indexes hold them. */

import type { Statements } from './database.ts'

/** Kept between questions at most: a few megabytes. */
const mostStems = 100_000

// Tables of this connection only, in memory.
const createWords = `
  create virtual table if not exists temp.stem_words using fts5 (
    word, content='', contentless_delete=1, tokenize = "porter unicode61 tokenchars '_'")`
const createTerms =
  'create virtual table if not exists temp.stem_terms using fts5vocab (temp, stem_words, instance)'
const insertWords = 'insert into temp.stem_words (rowid, word) select key + 1, value from json_each(?)'
const selectTerms = 'select doc, term from temp.stem_terms'
const deleteWords = 'delete from temp.stem_words'

/**
 * Returns a function that gives the stem of each word as an index holds it. The index's own tokenizer does it,
 * in a table that lives in memory: a second implementation of the stemmer would differ one day. `known` are stems
 * of earlier questions, kept by whoever asks often. Words that are several to an index are added to `phrases`.
 */
export function openStemmer(
  db: Statements,
  known = new Map<string, string>(),
  phrases = new Set<string>(),
): (words: readonly string[]) => Map<string, string> {
  return (words) => {
    if (known.size > mostStems) known.clear()
    const fresh = [...new Set(words)].filter((word) => !known.has(word))
    if (fresh.length > 0) {
      // Again each time: whoever rolls a transaction back takes the tables along.
      for (const sql of [createWords, createTerms]) db.prepare(sql).run()
      db.prepare(insertWords).run(JSON.stringify(fresh))
      const seen = new Set<string>()
      for (const row of db.prepare(selectTerms).all()) {
        const word = fresh[Number(row.doc) - 1] ?? ''
        if (seen.has(word)) phrases.add(word)
        seen.add(word)
        known.set(word, String(row.term))
      }
      db.prepare(deleteWords).run()
    }
    return new Map(words.map((word) => [word, known.get(word) ?? word]))
  }
}
