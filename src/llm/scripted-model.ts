/** A model that answers by a script, in this process: it streams, calls tools, waits and fails as it is told. */

import { setTimeout as sleep } from 'node:timers/promises'
import { type Llm, UserError } from '../memory/ports.ts'
import { cutAnswer, noAnswer } from './chat-failure.ts'
import { llmOf } from './llm-of.ts'
import type { ChatModel, Finish, ModelEvent, ModelReply, ModelRequest } from './model.ts'
import { askedOf, piecesOf, playScript, type Script, type ScriptedAnswer } from './scripted.ts'

export interface ScriptedModel extends ChatModel, Llm {
  /** Every question so far, oldest first. */
  readonly requests: readonly ModelRequest[]
}

const here = { baseUrl: 'here', model: 'scripted' }

/** Throws `UserError` for a question that the script has no answer to: a test then fails with what was asked. */
export function scriptedModel(script: Script, about: Partial<ChatModel> = {}): ScriptedModel {
  const play = playScript(script)
  const requests: ModelRequest[] = []
  const model: ChatModel = {
    id: 'scripted@here',
    remote: false,
    contextTokens: null,
    ...about,
    async *stream(request, signal) {
      signal?.throwIfAborted()
      requests.push(structuredClone(request))
      const answer = play(askedOf(request.system, request.messages, request.tools))
      yield* said(answer, signal)
      yield { type: 'reply', reply: replyOf(answer, requests.length) }
    },
  }
  return { ...model, ...llmOf(model), requests }
}

async function* said(answer: ScriptedAnswer, signal?: AbortSignal): AsyncGenerator<ModelEvent> {
  const { content = '', delay = 0, pause = 0, breaks } = answer
  await wait(delay, signal)
  const pieces = piecesOf(content)
  for (const [at, text] of pieces.entries()) {
    if (at > 0) await wait(pause, signal)
    if (at === breaks?.after) break
    yield { type: 'text', text }
    signal?.throwIfAborted()
  }
  if (breaks === undefined) return
  if (breaks.how === 'silence') await wait(2 ** 31 - 1, signal)
  if (breaks.how === 'error') throw new UserError(breaks.message ?? 'The script fails here.', 'Try again.')
  throw cutAnswer(here)
}

/** Throws the reason of the abort. */
async function wait(milliseconds: number, signal?: AbortSignal): Promise<void> {
  if (milliseconds <= 0) return
  try {
    await sleep(milliseconds, undefined, signal === undefined ? {} : { signal })
  } catch (error) {
    throw signal?.reason ?? error
  }
}

function replyOf(answer: ScriptedAnswer, count: number): ModelReply {
  const { content: text = '', tool_calls = [], usage = null, refusal = '' } = answer
  const calls = tool_calls.map((call, at) => ({ id: `call_${count}_${at}`, ...structuredClone(call) }))
  const finish = finishOf(answer)
  if (text === '' && calls.length === 0) throw noAnswer(here, { refusal, finish })
  return { text, calls, usage, finish, model: here.model }
}

function finishOf({ finish, tool_calls = [] }: ScriptedAnswer): Finish {
  if (finish === 'content_filter') return 'filter'
  if (finish === 'length') return 'length'
  return tool_calls.length > 0 ? 'calls' : 'stop'
}
