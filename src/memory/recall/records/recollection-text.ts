/** One recalled record in the words of a prompt: its head line, what it says, what it cites, its handle. Pure. */

import type { Recollection } from '../../recollection.ts'
import type { MemoryRecord } from '../../record.ts'
import { clipTokens, estimateTokens } from './token-estimate.ts'

/** Tokens that one record may take (memory model 3.5); what does not fit lies behind its handle. */
const mostTokens = { lesson: 120, fact: 60, episode: 300 } as const

/** Citations named of one record. */
const mostCitations = { lesson: 2, fact: 1, episode: 3 } as const

/**
 * A record as it stands in a block; `mark` is its number there (`m3`). Its words never take more than the kind may,
 * the head line included.
 */
export function recollectionText(found: Recollection, mark: string): string {
  const { record } = found
  const head = `[${mark}] ${headline(found)}`
  const foot = [citations(found), `mem:${record.id}`].filter(Boolean).join(' ')
  const left = mostTokens[record.kind] - estimateTokens(head) - estimateTokens(foot)
  return [head, clipTokens(wordsOf(record), Math.max(8, left)), foot].join('\n')
}

const freshnessWords: Partial<Record<Recollection['freshness'], string>> = {
  drifted: 'the code changed since',
  moved: 'the code moved',
  gone: 'the code is gone',
}

function headline({ record, freshness }: Recollection): string {
  const { lesson, episode } = record
  const avoid = lesson?.polarity === 'avoid' ? ', avoid' : ''
  const failed = episode?.outcome.verdict === 'failed' ? ', failed' : ''
  const contested = record.status === 'contested' ? 'contested: another record says otherwise' : ''
  const notes = [record.confidence, freshnessWords[freshness] ?? '', contested].filter(Boolean)
  return `${record.kind}${avoid}${failed} (${notes.join('; ')})`
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
