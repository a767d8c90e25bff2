/** Earlier turns of a chat as messages: what was asked and answered, without what was quoted then. Pure. */

import type { Message } from '../../llm/model.ts'

export interface EarlierTurn {
  prompt: string
  /** Markdown; marks of memories in it count for that turn alone. */
  answer: string
}

/** Characters of all earlier turns, and of one answer among them. */
export const mostHistory = 24_000
const mostAnswer = 6_000

/** Oldest first. The oldest turns are left out where there are too many; a turn is kept whole or not at all. */
export function historyMessages(turns: readonly EarlierTurn[], most = mostHistory): Message[] {
  const kept: Message[][] = []
  let left = most
  for (const { prompt, answer } of turns.toReversed()) {
    const said = shortened(withoutMarks(answer))
    left -= prompt.length + said.length
    if (left < 0) break
    if (said.trim() === '') continue
    kept.push([
      { role: 'user', content: prompt },
      { role: 'assistant', content: said },
    ])
  }
  return kept.reverse().flat()
}

/** The notes that they name are not in the prompt any more, and the next ones are counted anew. */
function withoutMarks(answer: string): string {
  return answer.replace(/ ?\[\s*m\d{1,4}(?:\s*[,;]\s*m?\d{1,4})*\s*\]/gi, '')
}

function shortened(text: string): string {
  return text.length <= mostAnswer ? text : `${text.slice(0, mostAnswer)}…\n(The rest is left out.)`
}
