/** Why a result has its rank, in one line: the channels that found it, strongest first. */

import type { ChannelScore } from '../protocol.ts'

/** For example `names #1 · vectors #4 · recent edits`; at most `limit` channels. */
export function explainText(explain: readonly ChannelScore[], limit = 4): string {
  return explain
    .filter((score) => score.contribution > 0)
    .sort((a, b) => b.contribution - a.contribution)
    .slice(0, limit)
    .map(({ channel, rank, detail }) => {
      const place = rank === null ? channel : `${channel} #${rank}`
      return detail === undefined || detail === '' ? place : `${place} (${detail})`
    })
    .join(' · ')
}
