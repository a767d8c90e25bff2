/** A question that is too long for its model: says what takes the room, so that the person knows what to leave out. */

import type { ChatModel, Message } from '../../llm/model.ts'
import { UserError } from '../../memory/ports.ts'
import { estimateTokens } from '../../memory/recall/records/token-estimate.ts'
import type { ChatQuestion, Told } from './question.ts'

export interface Asked {
  question: ChatQuestion
  earlier: readonly Message[]
  told: Told
  model: ChatModel
}

/** Models and servers say it in many ways; ours says it in one (llm/chat-failure). */
const tooLongWords = /too long|too many tokens|context (length|window|size)|maximum context/i

/** The error itself where it is about something else. */
export function tooLong(error: UserError, { question, earlier, told, model }: Asked): UserError {
  const tokens = sum([told.beside, told.question])
  const isOver = model.contextTokens !== null && tokens > model.contextTokens
  if (!isOver && !tooLongWords.test(error.message)) return error
  const attached = sum(question.attached.map(({ text }) => text))
  const before = sum(earlier.map(({ content }) => content))
  const advice = [
    ...(attached > tokens / 4 ? [`leave out attachments (about ${attached} tokens)`] : []),
    ...(before > tokens / 4 ? [`begin a new chat (earlier turns: about ${before} tokens)`] : []),
    'ask a shorter question',
    'use a model with a larger context',
  ]
  const words = `${advice.join(', or ')}.`
  return new UserError(error.message, `${words[0]?.toUpperCase()}${words.slice(1)}`, error)
}

function sum(texts: readonly string[]): number {
  return texts.reduce((tokens, text) => tokens + estimateTokens(text), 0)
}
