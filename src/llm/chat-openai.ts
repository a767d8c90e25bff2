/** Chat with any server that speaks OpenAI's Chat Completions. */

import { setTimeout as sleep } from 'node:timers/promises'
import type { OpenAI } from 'openai'
import { isThisMachine, type ModelSettings } from '../config.ts'
import { type ChatReply, type ChatRequest, type Llm, type Log, UserError } from '../memory/ports.ts'
import { readableChatFailure, refusedWish, type Wish } from './chat-failure.ts'
import { retryDelay } from './embedding-failure.ts'
import { openClient, serverUrl } from './endpoint.ts'

export interface ChatOptions {
  /** Milliseconds for one request. Node's own limit for the first byte of an answer is 300,000. */
  timeout?: number
  /** How often a request that was refused for a while is sent again. Default 3; a silent server is asked once. */
  retries?: number
  /** Told before every request that leaves this process, retries included. */
  onRequest?: () => void
}

/** A local model may have to load first, and thinks at its own pace. */
const usualTimeout = 290_000
const usualRetries = 3

type Body = OpenAI.ChatCompletionCreateParamsNonStreaming

/** Opens no connection: a wrong address or a missing model name is told when the model is asked. */
export function openChatModel(settings: ModelSettings, log: Log, options: ChatOptions = {}): Llm {
  const url = serverUrl(settings.baseUrl)
  const chat = new ChatModel(settings, log, options)
  return {
    id: `${settings.model}@${url?.host ?? 'no server'}`,
    remote: url === null || !isThisMachine(url.hostname),
    chat: (request, signal) => chat.ask(request, signal),
  }
}

/** What one server and model were found to take, kept while the model is open. */
class ChatModel {
  readonly #settings: ModelSettings
  readonly #log: Log
  readonly #options: ChatOptions
  readonly #refused = new Set<Wish>()
  #client: Promise<OpenAI> | null = null

  constructor(settings: ModelSettings, log: Log, options: ChatOptions) {
    this.#settings = settings
    this.#log = log
    this.#options = options
  }

  async ask(request: ChatRequest, signal?: AbortSignal): Promise<ChatReply> {
    checkSettings(this.#settings)
    try {
      return this.#read(await this.#send(request, signal))
    } catch (error) {
      // Whatever failed after an abort failed because of it.
      signal?.throwIfAborted()
      throw readableChatFailure(error, this.#settings)
    }
  }

  async #send(request: ChatRequest, signal?: AbortSignal): Promise<unknown> {
    this.#client ??= openClient(this.#settings, this.#options.timeout ?? usualTimeout)
    const client = await this.#client
    for (let attempt = 0; ; ) {
      signal?.throwIfAborted()
      try {
        this.#options.onRequest?.()
        const body = bodyOf(request, this.#settings.model, this.#refused)
        const reply: unknown = await client.chat.completions.create(
          body,
          signal === undefined ? {} : { signal },
        )
        signal?.throwIfAborted()
        return reply
      } catch (error) {
        signal?.throwIfAborted()
        if (this.#learn(error)) continue
        await sleep(this.#delay(error, attempt++), undefined, signal === undefined ? {} : { signal })
      }
    }
  }

  /** True when the request may go again without what was refused. */
  #learn(error: unknown): boolean {
    const wish = refusedWish(error)
    if (wish === null || this.#refused.has(wish)) return false
    this.#refused.add(wish)
    this.#log.info(`${this.#settings.model} does not take ${wish}: it is asked without from now on.`)
    return true
  }

  /** Milliseconds until the next try; throws the error when there is none. A time-out may have cost money. */
  #delay(error: unknown, attempt: number): number {
    const { status, message = '' } = error as { status?: number; message?: string }
    const delay = /timed out/i.test(message) ? null : retryDelay(error, attempt)
    const retries = this.#options.retries ?? usualRetries
    if (delay === null || attempt >= (status === undefined ? Math.min(1, retries) : retries)) throw error
    return delay
  }

  #read(reply: unknown): ChatReply {
    const { choices, error, model, usage } = (reply ?? {}) as Partial<OpenAI.ChatCompletion> & {
      error?: { code?: unknown; message?: unknown }
    }
    // Some gateways answer 200 with the failure of the server behind them.
    if (error !== undefined && error !== null) {
      throw Object.assign(new Error(String(error.message ?? 'error')), { status: Number(error.code) || 502 })
    }
    const choice = Array.isArray(choices) ? choices[0] : undefined
    if (choice?.message === undefined) throw noCompletion(this.#settings.baseUrl)
    return {
      text: this.#textOf(choice),
      model: model ?? this.#settings.model,
      usage: usage ? { inputTokens: usage.prompt_tokens, outputTokens: usage.completion_tokens } : null,
    }
  }

  #textOf({ message, finish_reason }: OpenAI.ChatCompletion.Choice): string {
    const { model } = this.#settings
    const text = withoutThoughts(message.content ?? '')
    if (text !== '') return text
    if (message.refusal) {
      throw new UserError(`${model} refused to answer.`, 'Try another model, or leave out what it refused.')
    }
    const why = finish_reason === 'length' ? 'used up its tokens before it said anything' : 'said nothing'
    throw new UserError(`${model} ${why}.`, 'Try again, or set another model in casebook.model.model.')
  }
}

function checkSettings({ baseUrl, model }: ModelSettings): void {
  if (model === '') {
    throw new UserError('No model is set.', 'Set casebook.model.model and casebook.model.baseUrl.')
  }
  if (serverUrl(baseUrl) !== null) return
  const remedy = 'Set casebook.model.baseUrl, for example http://localhost:11434/v1 for Ollama.'
  throw new UserError(`"${baseUrl}" is not the address of a server.`, remedy)
}

/**
 * Local servers know `max_tokens`; OpenAI's newer models take `max_completion_tokens` alone and no temperature;
 * templates of some small models have no place for a system message.
 */
function bodyOf(request: ChatRequest, model: string, refused: ReadonlySet<Wish>): Body {
  const { system, messages, temperature, maxTokens } = request
  const body: Body = { model, messages: messagesOf(system, messages, refused.has('system')) }
  if (temperature !== undefined && !refused.has('temperature')) body.temperature = temperature
  if (maxTokens === undefined) return body
  if (!refused.has('max_tokens')) body.max_tokens = maxTokens
  else if (!refused.has('max_completion_tokens')) body.max_completion_tokens = maxTokens
  return body
}

function messagesOf(system: string, messages: ChatRequest['messages'], inUser: boolean): Body['messages'] {
  const plain = messages.map(({ role, content }) => ({ role, content: content.toWellFormed() }))
  if (system === '') return plain
  if (!inUser) return [{ role: 'system', content: system.toWellFormed() }, ...plain]
  const [first, ...rest] = plain
  if (first?.role !== 'user') return [{ role: 'user', content: system.toWellFormed() }, ...plain]
  return [{ role: 'user', content: `${system.toWellFormed()}\n\n${first.content}` }, ...rest]
}

/** Local servers put what a model thought in front of what it says. */
function withoutThoughts(text: string): string {
  return text.replace(/^\s*<think>[\s\S]*?<\/think>/, '').trim()
}

function noCompletion(baseUrl: string): UserError {
  const remedy = 'Correct casebook.model.baseUrl: it usually ends in /v1.'
  return new UserError(`What ${baseUrl} answered is not a chat completion.`, remedy)
}
