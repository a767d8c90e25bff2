/** The keys of a question beside what memory and code know: whole paths, and whether a key is known at all. */

import { codeTokens } from '../../code/tokens.ts'
import type { RecordRecallContext } from './context.ts'
import type { Knows, Question } from './question.ts'

/** Any record counts, of any status: what is muted or superseded was known all the same. */
export function knowsKeyIn({ store, knowsCode }: RecordRecallContext): Knows {
  return ({ kind, spellings }, where = 'anywhere') =>
    spellings.some((value) => {
      if (store.knowsKey(kind, value)) return true
      if (where === 'memory' || (kind !== 'path' && kind !== 'symbol')) return false
      if (knowsCode(kind, value)) return true
      // A name that a record says only in its words.
      const whole = /^\w+$/.test(value) ? codeTokens(value)[0] : undefined
      return kind === 'symbol' && whole !== undefined && store.knowsWord(whole)
    })
}

/** Looking for the end of a path goes over all files: done for the first few only. */
const mostEndings = 4

/** Paths that somebody wrote in part, also under the whole paths that they may mean. */
export function withWholePaths(
  { store, knowsCode, filesEnding }: RecordRecallContext,
  question: Question,
): Question {
  if (filesEnding === undefined) return question
  const isWhole = (value: string) => store.knowsKey('path', value) || knowsCode('path', value)
  let left = mostEndings
  const keys = question.keys.map((key) => {
    if (key.kind !== 'path' || key.from === 'output' || key.spellings.some(isWhole) || left === 0) return key
    left--
    return { ...key, spellings: [...key.spellings, ...filesEnding(key.name)] }
  })
  return { ...question, keys }
}
