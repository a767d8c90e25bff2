/** One recalled record as an entry of a quoted block: its label, what it says, what it cites, its handle. Pure. */

import type { Recollection } from '../../recollection.ts'
import type { MemoryRecord } from '../../record.ts'
import { frame, labelOf, type QuotedEntry, quoteBlock } from '../../safety/quote.ts'
import { clipTokens, estimateTokens } from './token-estimate.ts'

/** Tokens that the words of one record may take (memory model 3.5); the rest lies behind its handle. */
const mostTokens = { lesson: 120, fact: 60, episode: 300 } as const

/** Citations named of one record. */
const mostCitations = { lesson: 2, fact: 1, episode: 3 } as const

export function entryOf(found: Recollection): QuotedEntry {
  const { record } = found
  const foot = [citations(found), `mem:${record.id}`].filter(Boolean).join(' ')
  return { label: labelOf(found), text: clipTokens(wordsOf(record), mostTokens[record.kind]), foot }
}

/** What the frame of a block takes by itself. */
export function frameTokens(): number {
  return estimateTokens(frame(' '))
}

/** What one record takes inside of a block. */
export function entryTokens(entry: QuotedEntry): number {
  return estimateTokens(quoteBlock([entry])) - frameTokens()
}

function wordsOf(record: MemoryRecord): string {
  const { cue, lesson, episode, text } = record
  const steps = lesson?.procedure.map((step, at) => `${at + 1}. ${step}`) ?? []
  const when = cue === '' ? '' : `When: ${cue}`
  if (episode === undefined) return [when, text, ...steps].filter(Boolean).join('\n')
  const { outcome, signatures } = episode
  const ended = `Ended: ${outcome.verdict}${outcome.source === null ? '' : `, says ${outcome.source}`}`
  const met = signatures[0] === undefined ? '' : `Error: ${signatures[0]}`
  const files = episode.files.slice(0, 5).map(({ path }) => path)
  const more = episode.files.length > 5 ? ` and ${episode.files.length - 5} more` : ''
  const touched = files.length === 0 ? '' : `Files: ${files.join(', ')}${more}`
  return [ended, met, touched, text].filter(Boolean).join('\n')
}

/** Where the cited code is now. */
function citations({ anchors, record }: Recollection): string {
  const places = anchors
    .filter(({ state }) => state !== 'gone')
    .map(({ anchor, to }) => {
      const [path, symbol] = [to?.path ?? anchor.path, to?.symbol ?? anchor.symbol]
      return symbol === undefined ? path : `${path}#${symbol}`
    })
  const shown = [...new Set(places)]
    .filter((place) => place.length <= 80)
    .slice(0, mostCitations[record.kind])
  return shown.length === 0 ? '' : `cites ${shown.join(', ')};`
}
