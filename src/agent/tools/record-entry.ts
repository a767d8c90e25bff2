/** A record in a list, as an entry of a quoted block. Pure. */

import type { MemoryRecord } from '../../memory/record.ts'
import { endedWords } from '../../memory/safety/ended-words.ts'
import { labelOf, type QuotedEntry } from '../../memory/safety/quote.ts'
import { clip, day } from './answer.ts'

/** Characters; the rest lies behind the handle. */
const longestText = 700
const mostFiles = 5

/** The state of its code is not looked at here: `casebook_why` does. */
export function recordEntry(record: MemoryRecord): QuotedEntry {
  const { id, text, cue, episode, lesson, validFrom } = record
  const steps = lesson?.procedure.map((step, at) => `${at + 1}. ${step}`) ?? []
  const when = cue === '' ? [] : [`When: ${cue}`]
  const lines = episode === undefined ? [...when, text, ...steps] : episodeLines(episode, text)
  return {
    label: `${labelOf({ record, freshness: 'none' })} of ${day(validFrom)}`,
    text: clip(lines.join('\n'), longestText),
    foot: `mem:${id}`,
  }
}

function episodeLines({ outcome, signatures, files }: NonNullable<MemoryRecord['episode']>, text: string) {
  const [first] = signatures
  const paths = files.slice(0, mostFiles).map(({ path }) => path)
  return [
    `Ended: ${endedWords(outcome)}`,
    ...(first === undefined ? [] : [`Error: ${first}`]),
    ...(paths.length === 0 ? [] : [`Files: ${paths.join(', ')}`]),
    text,
  ]
}
