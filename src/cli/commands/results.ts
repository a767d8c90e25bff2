/** What the answers to all questions have in common: coverage, nothing found, why this rank. */

import type { ChannelScore } from '../../protocol.ts'
import { escapeLine } from '../escape.ts'
import { percent, plural } from '../format.ts'
import type { Style } from '../style.ts'

interface Answer {
  nothingFound?: string
  coverage: number
  milliseconds: number
}

/** The note on stderr: how many results, how fast, and from how much of the repository. */
export function coverageNote(answer: Answer, results: number): string {
  return `${plural(results, 'result')} in ${Math.round(answer.milliseconds)} ms, from ${percent(answer.coverage)} of the files.`
}

/** The answer when there is none; padding it with near misses would be a lie. */
export function nothing(answer: Answer): string {
  const found = answer.nothingFound ? escapeLine(answer.nothingFound) : 'Nothing found.'
  const partly =
    answer.coverage < 1 ? ` Only ${percent(answer.coverage)} of the files are indexed so far.` : ''
  return found + partly
}

/** One line per channel: its place there, its raw score, what it added. */
export function explainLines(explain: readonly ChannelScore[], style: Style): string[] {
  const width = Math.max(0, ...explain.map(({ channel }) => channel.length))
  return explain.map((score) => {
    const rank = score.rank === null ? 'prior' : `#${score.rank}`
    const detail = score.detail === undefined ? '' : `  ${escapeLine(score.detail)}`
    const sign = score.contribution < 0 ? '' : '+'
    const figures = `${sign}${score.contribution.toFixed(4)}  ${rank.padEnd(5)}  score ${score.score.toFixed(3)}`
    return style.dim(`      ${score.channel.padEnd(width)} ${figures}${detail}`)
  })
}
