/** Earlier turns of a chat as messages: what was asked and answered, without what was quoted then and without secrets. */

import type { Message } from '../../llm/model.ts'
import { masked } from './secret-free.ts'

export interface EarlierTurn {
  prompt: string
  /** Markdown; marks of memories in it count for that turn alone. */
  answer: string
}

/** Characters of all earlier turns, and of one answer among them. */
export const mostHistory = 24_000
const mostAnswer = 6_000

/**
 * Oldest first. The oldest turns are left out where there are too many; a turn is kept whole or not at all. Secrets are
 * masked before anything is cut, so that no half of one is left.
 */
export async function historyMessages(turns: readonly EarlierTurn[], most = mostHistory): Promise<Message[]> {
  const kept: Message[][] = []
  let left = most
  for (const { prompt, answer } of turns.toReversed()) {
    const asked = await masked(prompt)
    const said = shortened(await masked(withoutMarks(answer)))
    left -= asked.length + said.length
    if (left < 0) break
    if (said.trim() === '') continue
    kept.push([
      { role: 'user', content: asked },
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
