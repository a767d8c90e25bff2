/** Chat with any server that speaks OpenAI's Chat Completions. */

import { setTimeout as sleep } from 'node:timers/promises'
import type { OpenAI } from 'openai'
import { isThisMachine } from '../config.ts'
import { type Llm, type Log, UserError } from '../memory/ports.ts'
import { type Answer, answerParts } from './answer-parts.ts'
import { type Capabilities, capabilityKey, refusedWish, rememberedHere, type Wish } from './capabilities.ts'
import { cutAnswer, noAnswer, noCompletion, noTools, readableChatFailure } from './chat-failure.ts'
import { heardFrom, NoCompletion } from './chat-stream.ts'
import { type Body, bodyOf, wishesIn } from './chat-wire.ts'
import { retryDelay } from './embedding-failure.ts'
import { addressProblem, type Endpoint, openClient, serverUrl } from './endpoint.ts'
import { llmOf } from './llm-of.ts'
import type { ChatModel, ModelEvent, ModelReply, ModelRequest } from './model.ts'

/** `casebook.model` as far as it is needed here. */
export interface ChatSettings extends Endpoint {
  /** 0 or absent: not known. */
  contextTokens?: number
}

export interface ChatOptions {
  /** Milliseconds without a byte of an answer. Node's own limit for the first one is 300,000. */
  timeout?: number
  /** How often a request that was refused for a while is sent again. Default 3; a silent server is asked once. */
  retries?: number
  /** Told before every request that leaves this process, retries included. */
  onRequest?: () => void
  /** What servers were found to refuse. By default it is kept as long as the model is open. */
  capabilities?: Capabilities
}

/** A local model may have to load first, and thinks at its own pace. */
const usualTimeout = 290_000
const usualRetries = 3
/** Milliseconds for the count of tokens, which comes after the last word; some servers never close. */
const afterthought = 2_000

/** Opens no connection: a wrong address or a missing model name is told when the model is asked. */
export function openChatModel(settings: ChatSettings, log: Log, options: ChatOptions = {}): ChatModel & Llm {
  const url = serverUrl(settings.baseUrl)
  const server = new ModelServer(settings, log, options)
  const model: ChatModel = {
    id: `${settings.model}@${url?.host ?? 'no server'}`,
    remote: url === null || !isThisMachine(url.hostname),
    contextTokens: settings.contextTokens || null,
    stream: (request, signal) => server.stream(request, signal),
  }
  return { ...model, ...llmOf(model) }
}

/** One server and model, with what they were found to take. */
class ModelServer {
  readonly #settings: ChatSettings
  readonly #log: Log
  readonly #options: ChatOptions
  readonly #capabilities: Capabilities
  readonly #key: string
  #client: Promise<OpenAI> | null = null

  constructor(settings: ChatSettings, log: Log, options: ChatOptions) {
    this.#settings = settings
    this.#log = log
    this.#options = options
    this.#capabilities = options.capabilities ?? rememberedHere()
    this.#key = capabilityKey(settings)
  }

  async *stream(request: ModelRequest, signal?: AbortSignal): AsyncGenerator<ModelEvent, void> {
    checkSettings(this.#settings)
    for (let attempt = 0; ; ) {
      signal?.throwIfAborted()
      const body = bodyOf(request, this.#settings.model, this.#refused())
      const progress = { begun: false }
      try {
        return yield* this.#ask(body, progress, signal)
      } catch (error) {
        // Whatever failed after an abort failed because of it.
        signal?.throwIfAborted()
        if (progress.begun) throw this.#brokenOff(error)
        if (this.#learn(error, body, request)) continue
        await this.#pause(error, attempt++, signal)
      }
    }
  }

  async *#ask(
    body: Body,
    progress: { begun: boolean },
    signal?: AbortSignal,
  ): AsyncGenerator<ModelEvent, void> {
    const parts = answerParts()
    const patience = () => (parts.finished ? afterthought : this.#timeout())
    const response = await this.#send(body, signal)
    let ended = false
    try {
      for await (const heard of heardFrom(response, { patience, signal })) {
        signal?.throwIfAborted()
        if (heard.type === 'end') ended = true
        else {
          const text = parts.push(heard.chunk)
          progress.begun ||= parts.begun
          if (text !== '') yield { type: 'text', text }
        }
      }
    } catch (error) {
      // After the last word nothing but the count of tokens can be lost.
      if (!parts.finished) throw error
    }
    signal?.throwIfAborted()
    if (!ended && !parts.finished) throw cutAnswer(this.#settings)
    if (!parts.begun) throw new NoCompletion()
    const { text, answer } = parts.end()
    if (text !== '') yield { type: 'text', text }
    if ('tools' in body) this.#takesTools()
    yield { type: 'reply', reply: this.#replyOf(answer) }
  }

  async #send(body: Body, signal?: AbortSignal): Promise<Response> {
    this.#client ??= openClient(this.#settings, this.#timeout())
    const client = await this.#client
    this.#options.onRequest?.()
    const options = signal === undefined ? {} : { signal }
    return await client.chat.completions.create(body, options).asResponse()
  }

  #timeout(): number {
    return this.#options.timeout ?? usualTimeout
  }

  #refused(): Set<Wish> {
    return new Set(this.#capabilities.get(this.#key))
  }

  /** True when the request may go again without what was refused. */
  #learn(error: unknown, body: Body, { toolsOptional = false }: ModelRequest): boolean {
    const wish = refusedWish(error, wishesIn(body))
    const refused = this.#refused()
    if (wish === null || refused.has(wish)) return false
    // Not kept where they are needed: the next request asks again, and a server that learned it is heard.
    if (wish === 'tools' && !toolsOptional) throw noTools(error, this.#settings)
    this.#capabilities.set(this.#key, [...refused, wish])
    this.#log.info(`${this.#settings.model} does not take ${wish}: it is asked without from now on.`)
    return true
  }

  #takesTools(): void {
    const refused = this.#refused()
    if (refused.delete('tools')) this.#capabilities.set(this.#key, [...refused])
  }

  /** Waits until the next try; throws the error when there is none. A time-out may have cost money. */
  async #pause(error: unknown, attempt: number, signal?: AbortSignal): Promise<void> {
    const { status, message = '' } = error as { status?: number; message?: string }
    const isFinal = error instanceof UserError || error instanceof NoCompletion || /timed out/i.test(message)
    const delay = isFinal ? null : retryDelay(error, attempt)
    const retries = this.#options.retries ?? usualRetries
    if (delay === null || attempt >= (status === undefined ? Math.min(1, retries) : retries)) {
      throw this.#readable(error)
    }
    this.#log.info(`${this.#settings.model} is asked again in ${(delay / 1_000).toFixed(1)} s.`)
    try {
      await sleep(delay, undefined, signal === undefined ? {} : { signal })
    } catch (stopped) {
      throw signal?.reason ?? stopped
    }
  }

  #readable(error: unknown): UserError {
    if (error instanceof NoCompletion) return noCompletion(this.#settings)
    return readableChatFailure(error, this.#settings)
  }

  /** A connection that broke in the middle of an answer is another trouble than none at all. */
  #brokenOff(error: unknown): UserError {
    const { status, message = '' } = error as { status?: number; message?: string }
    const isNamed = error instanceof UserError || status !== undefined || /timed out/i.test(message)
    return isNamed ? this.#readable(error) : cutAnswer(this.#settings, error)
  }

  #replyOf({ text, calls, usage, finish, refusal, model }: Answer): ModelReply {
    if (text === '' && calls.length === 0) throw noAnswer(this.#settings, { refusal, finish })
    return { text, calls, usage, finish, model: model ?? this.#settings.model }
  }
}

function checkSettings({ baseUrl, model }: ChatSettings): void {
  if (model === '') {
    throw new UserError('No model is set.', 'Set casebook.model.model and casebook.model.baseUrl.')
  }
  if (serverUrl(baseUrl) !== null) return
  const remedy = 'Set casebook.model.baseUrl, for example http://localhost:11434/v1 for Ollama.'
  throw new UserError(addressProblem(baseUrl), remedy)
}
