/** Chooses the words of a long question that tell most: the rarest first, as many as the time allows. */

import type { Statements } from './database.ts'

/** Occurrences of all words together that one question may read: about 2 microseconds each. */
const readable = 6_000
/** The rarest is taken whatever it costs, and so many words for twice the budget: common words alone get an answer. */
const fewest = 2
/** Words looked at, in the order of the question. */
const mostWords = 400
/** Counting ends here: such a word is common. */
const common = 6_001

const countWord = `
  select count(*) as count from (select 1 from item_fts where item_fts match ? limit ${common})`
const selectSize = 'select coalesce(max(rowid), 0) as size from item'

export function openRareWords(db: Statements, budget = readable): (tokens: readonly string[]) => string[] {
  const counts = new Map<string, number>()
  let counted = 0
  /** Counts are good enough until the store has grown by a tenth. */
  const refresh = () => {
    const size = Number(db.prepare(selectSize).get()?.size ?? 0)
    if (size >= counted && size <= counted * 1.1 && counts.size < 50_000) return
    counts.clear()
    counted = size
  }
  const countOf = (token: string) => {
    const known = counts.get(token)
    if (known !== undefined) return known
    const count = Number(db.prepare(countWord).get(quoted(token))?.count ?? 0)
    counts.set(token, count)
    return count
  }
  return (tokens) => {
    refresh()
    const words = [...new Set(tokens)].slice(0, mostWords).map((token) => ({ token, count: countOf(token) }))
    return chosen(
      words.sort((a, b) => a.count - b.count),
      budget,
    )
  }
}

function chosen(words: readonly { token: string; count: number }[], budget: number): string[] {
  const taken: string[] = []
  let sum = 0
  let known = 0
  for (const { token, count } of words) {
    sum += count
    // A word that occurred nowhere when it was counted costs nothing, and may occur by now.
    if (count > 0 && known++ > 0 && sum > (known <= fewest ? 2 * budget : budget)) break
    taken.push(token)
  }
  return taken
}

/** A token as FTS5 takes it: never an operator. */
export function quoted(token: string): string {
  return `"${token.replaceAll('"', '""')}"`
}
