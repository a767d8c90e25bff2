/** One recalled record as an entry of a quoted block: its label, what it says, what it cites, its handle. Pure. */

import type { Recollection } from '../../recollection.ts'
import type { MemoryRecord } from '../../record.ts'
import { endedWords } from '../../safety/ended-words.ts'
import { frame, labelOf, type QuotedEntry, quoteBlock } from '../../safety/quote.ts'
import { clipTokens, estimateTokens } from './token-estimate.ts'

/** Tokens that the words of one record may take (memory model 3.5); the rest lies behind its handle. */
const mostTokens = { lesson: 120, fact: 60, episode: 300 } as const

/** Citations named of one record. */
const mostCitations = { lesson: 2, fact: 1, episode: 3 } as const

/** At most `most` tokens with label, bars and foot, where so few are enough for these: a preview and the way to the rest. */
export function entryOf(found: Recollection, most = Number.POSITIVE_INFINITY): QuotedEntry {
  const { record } = found
  const words = wordsOf(record)
  const whole = { label: labelOf(found), text: words, foot: footOf(found, 'mem') }
  const isShort = estimateTokens(words) <= mostTokens[record.kind] && entryTokens(whole) <= most
  if (isShort) return whole
  const clipped = { ...whole, foot: footOf(found, 'rest in mem') }
  const text = clipTokens(words, mostTokens[record.kind])
  const over = entryTokens({ ...clipped, text }) - most
  if (over <= 0) return { ...clipped, text }
  return { ...clipped, text: clipTokens(text, Math.max(1, estimateTokens(text) - over)) }
}

function footOf(found: Recollection, name: string): string {
  return [citations(found), `${name}:${found.record.id}`].filter(Boolean).join(' ')
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
  const ended = `Ended: ${endedWords(outcome)}`
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
      const place = symbol === undefined ? path : `${path}#${symbol}`
      return { place, hasMoved: path !== anchor.path || symbol !== anchor.symbol }
    })
    .filter(({ place }) => place.length <= 80)
  const shown = [...new Map(places.map((one) => [one.place, one])).values()].slice(
    0,
    mostCitations[record.kind],
  )
  const listed = (moved: boolean) =>
    shown.flatMap(({ place, hasMoved }) => (hasMoved === moved ? [place] : [])).join(', ')
  const parts = [
    ['cites', listed(false)],
    ['moved to', listed(true)],
  ]
  return parts.flatMap(([word, list]) => (list === '' ? [] : [`${word} ${list};`])).join(' ')
}
