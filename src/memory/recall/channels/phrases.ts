/** Messages and quoted strings of the issue, looked up as word sequences: they lead to the line that printed them. */

import { codeTokens } from '../../code/tokens.ts'
import { inverseFrequency } from '../bm25.ts'
import type { FileScores, Ground } from '../ground.ts'
import type { Query } from '../query.ts'
import { fileScores } from './lexical.ts'

/** Words that must follow each other. Two are often chance, and a variable in the message breaks four. */
const window = 3

/** Windows looked up at most: messages are short, logs are not. */
const mostWindows = 120

export function phraseScores(ground: Ground): FileScores {
  const scores = new Float64Array(ground.corpus.chunkIds.length)
  const select = ground.db.prepare('select rowid from chunk_fts where chunk_fts match ?')
  select.setReturnArrays(true)
  for (const phrase of messageWindows(ground.query)) {
    if (!mayOccur(ground, phrase)) continue
    const rows = select.all(`prose : "${phrase}"`) as unknown as [number][]
    const visible = rows.map(([id]) => ground.corpus.chunkAt[id] ?? -1).filter((at) => at >= 0)
    const worth = visible.length === 0 ? 0 : inverseFrequency(visible.length, ground.corpus.chunkIds.length)
    for (const at of visible) scores[at] = (scores[at] ?? 0) + worth
  }
  return fileScores(ground, scores, 1)
}

/** Column of the text index that holds what programs print. */
const prose = 2

/** Whether a chunk has all words of a phrase, as far as their postings are known: asking the index takes longer. */
function mayOccur(ground: Ground, phrase: string): boolean {
  const stems = ground.stems(phrase.split(' '))
  const found = [...stems.values()].flatMap((stem) => ground.known(stem) ?? [])
  const [rarest, ...others] = found.sort((a, b) => a.documents.length - b.documents.length)
  if (rarest === undefined) return true
  const places = others.map(() => 0)
  return rarest.documents.some((document, at) => {
    if (rarest.counts[prose]?.[at] === 0) return false
    return others.every(({ documents, counts }, index) => {
      let place = places[index] as number
      while (place < documents.length && (documents[place] as number) < document) place++
      places[index] = place
      return documents[place] === document && counts[prose]?.[place] !== 0
    })
  })
}

/** Every three words in a row of the title, the error messages and the quoted strings. */
export function messageWindows({ errors, literals, title }: Query): string[] {
  const texts = [title, ...errors.map(({ message }) => message), ...literals.map(({ text }) => text)]
  const windows = new Set<string>()
  for (const text of texts) {
    const words = codeTokens(text.replace(/[`'"]/g, ' '))
    for (let at = 0; at + window <= words.length && windows.size < mostWindows; at++) {
      windows.add(words.slice(at, at + window).join(' '))
    }
  }
  return [...windows]
}
