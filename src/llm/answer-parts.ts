/** An answer of Chat Completions put together from its pieces, or read from one piece. Pure. */

import { randomUUID } from 'node:crypto'
import type { Finish, ToolCall, Usage } from './model.ts'
import { withoutThoughts } from './thoughts.ts'
import { callsOf, type PiecesOfCall } from './tool-call-parts.ts'

/** A chunk of a stream or a whole completion, as far as it is read; servers differ in all of it. */
export interface WireAnswer {
  model?: unknown
  choices?: unknown
  usage?: unknown
  error?: unknown
}

export interface Answer {
  text: string
  calls: ToolCall[]
  usage: Usage | null
  finish: Finish
  /** What was said in place of an answer. */
  refusal: string
  model: string | null
}

export interface AnswerParts {
  /** Text that may be shown. Throws what a server reports inside its answer, as an error with a status. */
  push(chunk: WireAnswer): string
  /** Something of an answer came. */
  readonly begun: boolean
  /** The server said why it stopped. */
  readonly finished: boolean
  /** The rest of the text, and all of it. */
  end(): { text: string; answer: Answer }
}

/** `newId` names calls that a server left without a name. */
export function answerParts(newId: () => string = () => `call_${randomUUID()}`): AnswerParts {
  const speech = withoutThoughts()
  const calls: PiecesOfCall = callsOf(newId)
  const read = { text: '', refusal: '', why: '', model: null as string | null, usage: null as Usage | null }
  let begun = false
  const say = (text: string): string => {
    read.text += text
    return text
  }
  return {
    get begun() {
      return begun
    },
    get finished() {
      return read.why !== ''
    },
    push(chunk) {
      throwReported(chunk)
      if (typeof chunk.model === 'string' && chunk.model !== '') read.model = chunk.model
      read.usage = usageOf(chunk.usage) ?? read.usage
      const choice = firstOf(chunk.choices)
      if (typeof choice?.finish_reason === 'string') read.why = choice.finish_reason
      // Whole answers come as a message, by some servers also where a stream was asked for.
      const said = (choice?.delta ?? choice?.message) as Said | undefined
      begun ||= said !== undefined && said !== null
      read.refusal += textOf(said?.refusal)
      for (const piece of listOf(said?.tool_calls)) calls.push(piece)
      return say(speech.push(textOf(said?.content)))
    },
    end() {
      const text = say(speech.end())
      const found = calls.end()
      const { refusal, model, usage } = read
      const finish = finishOf(read.why, found.length > 0)
      return { text, answer: { text: read.text, calls: found, usage, finish, refusal, model } }
    },
  }
}

interface Said {
  content?: unknown
  refusal?: unknown
  tool_calls?: unknown
}

interface Choice {
  delta?: unknown
  message?: unknown
  finish_reason?: unknown
}

function firstOf(choices: unknown): Choice | undefined {
  return listOf(choices)[0] as Choice | undefined
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'object' && item !== null) : []
}

/** Some servers give content as a list of parts. */
function textOf(content: unknown): string {
  if (typeof content === 'string') return content
  return listOf(content)
    .map((part) => textOf((part as { text?: unknown }).text))
    .join('')
}

function usageOf(usage: unknown): Usage | null {
  const { prompt_tokens: inputTokens, completion_tokens: outputTokens } = (usage ?? {}) as Record<
    string,
    unknown
  >
  return typeof inputTokens === 'number' && typeof outputTokens === 'number'
    ? { inputTokens, outputTokens }
    : null
}

/** Servers say `stop` also after a call. A call that was cut for its length is told as that. */
function finishOf(why: string, hasCalls: boolean): Finish {
  if (why === 'length' || why === 'max_tokens') return 'length'
  if (why === 'content_filter') return 'filter'
  return hasCalls ? 'calls' : 'stop'
}

/** Gateways answer 200, or begin to, with the failure of the server behind them. */
function throwReported({ error, ...chunk }: WireAnswer & { object?: unknown; message?: unknown }): void {
  const found = error ?? (chunk.object === 'error' ? chunk : null) ?? failedChoice(chunk.choices)
  if (found === null) return
  const { code, message, status } = (typeof found === 'object' ? found : { message: found }) as {
    code?: unknown
    message?: unknown
    status?: unknown
  }
  const number = Number(typeof code === 'number' ? code : (status ?? code))
  throw Object.assign(new Error(String(message ?? 'error')), {
    status: number >= 400 && number < 600 ? number : 502,
    code: typeof code === 'string' ? code : null,
  })
}

function failedChoice(choices: unknown): unknown {
  const choice = firstOf(choices) as { error?: unknown; finish_reason?: unknown } | undefined
  if (choice?.error !== undefined && choice.error !== null) return choice.error
  return choice?.finish_reason === 'error' ? { message: 'the answer ended with an error' } : null
}
