/** Embeddings from any server that speaks OpenAI's `/v1/embeddings`. */

import { setTimeout as sleep } from 'node:timers/promises'
import type { OpenAI } from 'openai'
import { isThisMachine } from '../config.ts'
import { type Embedder, EmbedderError } from '../memory/ports.ts'
import { isTooLarge, readableFailure, retryDelay } from './embedding-failure.ts'
import { addressProblem, type Endpoint, openClient, serverUrl } from './endpoint.ts'

export interface EndpointOptions extends Endpoint {
  /** Requests under way at once; falls to 1 while the server limits the rate. Default 3. */
  concurrency?: number
  /** Milliseconds for one request. */
  timeout?: number
  /** How often a failed request is sent again. Default 5. */
  retries?: number
  /** Told before every request that leaves this process, retries included. */
  onRequest?: () => void
  /** Told after each of them, for the book of calls. */
  onCall?: (call: EmbeddingCall) => void
}

export interface EmbeddingCall {
  /** Of all texts of the request. */
  characters: number
  /** As the server counts; null: it does not. */
  tokens: number | null
  milliseconds: number
  outcome: 'answered' | 'failed' | 'stopped'
}

/** A local model may have to load first. */
const usualTimeout = 120_000
/** Texts a request: the start, and the most (OpenAI takes 2,048 and 300,000 tokens). */
const batchTexts = { first: 32, most: 512 }
const batchCharacters = 200_000
/** Milliseconds: below `fast` the batch grows, above `slow` it shrinks. */
const pace = { fast: 2_000, slow: 15_000 }
/** A text is not split into parts shorter than this. */
const shortestPart = 200

/**
 * Asks the server once for its dimensions and returns the embedder. Its identity names model, host and
 * dimensions. Throws `EmbedderError`; when aborted, the reason of the signal.
 */
export async function openEndpointEmbedder(
  options: EndpointOptions,
  signal?: AbortSignal,
): Promise<Embedder> {
  const url = parseBaseUrl(options.baseUrl)
  if (options.model === '')
    throw new EmbedderError('No embedding model is named.', 'Set casebook.embedder.model.')
  const requests = new EmbeddingRequests(await openClient(options, options.timeout ?? usualTimeout), options)
  const [probe] = await requests.embedAll(['dimensions'], signal)
  const dimensions = probe?.length ?? 0
  requests.dimensions = dimensions
  return {
    id: `endpoint:${options.model}@${url.host}/${dimensions}`,
    dimensions,
    remote: !isThisMachine(url.hostname),
    embed: (texts, embedSignal) => requests.embedAll(texts, embedSignal),
  }
}

function parseBaseUrl(baseUrl: string): URL {
  const url = serverUrl(baseUrl)
  if (url !== null) return url
  const remedy = 'Set casebook.embedder.baseUrl, for example http://localhost:11434/v1 for Ollama.'
  throw new EmbedderError(addressProblem(baseUrl), remedy)
}

/** Batches of texts, sized by what the server bears, some at once. */
class EmbeddingRequests {
  /** 0 until the first answer. */
  dimensions = 0
  #client: OpenAI
  #options: EndpointOptions
  #batchSize = batchTexts.first
  /** Most texts that the server takes at once, as far as it is known. */
  #batchCeiling = batchTexts.most
  #splitTexts = 0
  #concurrency: number
  /** Time before which nothing is sent: one refused request holds back all. */
  #notBefore = 0

  constructor(client: OpenAI, options: EndpointOptions) {
    this.#client = client
    this.#options = options
    this.#concurrency = options.concurrency ?? 3
  }

  async embedAll(texts: readonly string[], signal?: AbortSignal): Promise<Float32Array[]> {
    const vectors: Float32Array[] = new Array(texts.length)
    const failed = new AbortController()
    const stop = signal === undefined ? failed.signal : AbortSignal.any([signal, failed.signal])
    let next = 0
    const work = async (worker: number): Promise<void> => {
      while (next < texts.length && worker < this.#concurrency) {
        const first = next
        next = this.#endOfBatch(texts, first)
        const batch = await this.#embedBatch(texts.slice(first, next), stop)
        for (let i = 0; i < batch.length; i++) vectors[first + i] = batch[i] as Float32Array
      }
    }
    try {
      await Promise.all(Array.from({ length: this.#concurrency }, (_, worker) => work(worker)))
    } catch (error) {
      failed.abort(error)
      signal?.throwIfAborted()
      throw readableFailure(error, this.#options)
    }
    return vectors
  }

  #endOfBatch(texts: readonly string[], first: number): number {
    let characters = 0
    let end = first
    while (end < texts.length && end - first < this.#batchSize) {
      characters += texts[end]?.length ?? 0
      if (end > first && characters > batchCharacters) break
      end++
    }
    return end
  }

  /** Too much for the server: half the batch, then half the text; the vector of a split text is the mean. */
  async #embedBatch(texts: readonly string[], signal: AbortSignal): Promise<Float32Array[]> {
    try {
      return await this.#send(texts, signal)
    } catch (error) {
      if (!isTooLarge(error)) throw error
      if (texts.length > 1) return await this.#embedHalves(texts, signal)
      const parts = halves(texts[0] ?? '')
      if (parts === null) throw error
      this.#splitTexts++
      return [meanOf(await this.#embedBatch(parts, signal))]
    }
  }

  async #embedHalves(texts: readonly string[], signal: AbortSignal): Promise<Float32Array[]> {
    const half = Math.ceil(texts.length / 2)
    const before = this.#splitTexts
    const front = await this.#embedBatch(texts.slice(0, half), signal)
    const back = await this.#embedBatch(texts.slice(half), signal)
    // No text was too long by itself: then there were too many.
    if (this.#splitTexts === before) this.#batchCeiling = Math.min(this.#batchCeiling, half)
    this.#batchSize = Math.min(this.#batchSize, this.#batchCeiling)
    return [...front, ...back]
  }

  async #send(texts: readonly string[], signal: AbortSignal): Promise<Float32Array[]> {
    // Servers refuse an empty text; the smallest one stands for it.
    const input = texts.map((text) => (text.trim() === '' ? '.' : text.toWellFormed()))
    for (let attempt = 0; ; attempt++) {
      await this.#waitForTurn(signal)
      const started = Date.now()
      try {
        const reply = await this.#request(input, signal)
        this.#adapt(texts.length, Date.now() - started)
        return this.#vectorsOf(reply, texts.length)
      } catch (error) {
        signal.throwIfAborted()
        if (error instanceof EmbedderError || isTooLarge(error)) throw error
        this.#backOff(error, attempt)
      }
    }
  }

  /** One request, told to whoever keeps the book. */
  async #request(input: string[], signal: AbortSignal): Promise<unknown> {
    const { model, onRequest, onCall } = this.#options
    const started = Date.now()
    const tell = (outcome: EmbeddingCall['outcome'], tokens: unknown = null) =>
      onCall?.({
        characters: input.reduce((sum, text) => sum + text.length, 0),
        tokens: typeof tokens === 'number' ? tokens : null,
        milliseconds: Date.now() - started,
        outcome,
      })
    onRequest?.()
    try {
      const reply = await this.#client.embeddings.create(
        { model, input, encoding_format: 'float' },
        { signal },
      )
      tell('answered', reply?.usage?.prompt_tokens)
      return reply
    } catch (error) {
      tell(signal.aborted ? 'stopped' : 'failed')
      throw error
    }
  }

  /** Sets the time of the next try; throws the error when there is none. */
  #backOff(error: unknown, attempt: number): void {
    const delay = retryDelay(error, attempt)
    const { status } = error as { status?: number }
    const retries = this.#options.retries ?? 5
    // A server that is not there is reported soon; one that is busy is waited for.
    if (delay === null || attempt >= (status === undefined ? Math.min(2, retries) : retries)) throw error
    if (status === 429) this.#concurrency = 1
    this.#notBefore = Math.max(this.#notBefore, Date.now() + delay)
  }

  async #waitForTurn(signal: AbortSignal): Promise<void> {
    while (Date.now() < this.#notBefore) await sleep(this.#notBefore - Date.now(), undefined, { signal })
    signal.throwIfAborted()
  }

  /** Larger batches while answers come fast, smaller ones when they take long. */
  #adapt(texts: number, milliseconds: number): void {
    if (milliseconds > pace.slow) this.#batchSize = Math.max(1, Math.ceil(texts / 2))
    else if (milliseconds < pace.fast && texts >= this.#batchSize) {
      this.#batchSize = Math.min(this.#batchCeiling, this.#batchSize * 2)
    }
  }

  /** Checks what came: servers ignore requested sizes, switch models, or are no embedding servers at all. */
  #vectorsOf(reply: unknown, expected: number): Float32Array[] {
    const data = (reply as { data?: unknown } | null)?.data
    const { baseUrl } = this.#options
    if (!Array.isArray(data) || data.length !== expected) {
      const remedy = 'Correct casebook.embedder.baseUrl: it usually ends in /v1.'
      throw new EmbedderError(`What ${baseUrl} answered is not a list of ${expected} embeddings.`, remedy)
    }
    const vectors: Float32Array[] = new Array(expected)
    data.forEach((item: { index?: number; embedding?: unknown }, position) => {
      vectors[item.index ?? position] = this.#vectorOf(item.embedding)
    })
    if (vectors.includes(undefined as unknown as Float32Array)) {
      throw new EmbedderError(
        `${baseUrl} numbered its embeddings wrongly.`,
        'Look into the log of that server.',
      )
    }
    return vectors
  }

  #vectorOf(embedding: unknown): Float32Array {
    const numbers = typeof embedding === 'string' ? fromBase64(embedding) : embedding
    const { baseUrl, model } = this.#options
    if (!Array.isArray(numbers) || numbers.length === 0 || !numbers.every(Number.isFinite)) {
      const remedy = `Check that ${model} is an embedding model.`
      throw new EmbedderError(`${baseUrl} gave an embedding that is not a list of numbers.`, remedy)
    }
    if (this.dimensions !== 0 && numbers.length !== this.dimensions) {
      const message = `${baseUrl} now gives ${numbers.length} dimensions instead of ${this.dimensions}.`
      throw new EmbedderError(message, 'The server changed its model: rebuild the vectors with the new one.')
    }
    return normalised(Float32Array.from(numbers as number[]))
  }
}

/** Some servers answer in base64 (little-endian float32) although numbers were asked for. */
function fromBase64(text: string): number[] {
  const bytes = Buffer.from(text, 'base64')
  return Array.from({ length: Math.floor(bytes.length / 4) }, (_, i) => bytes.readFloatLE(i * 4))
}

/** Two parts at a line or word break near the middle; null when the text is short already. */
function halves(text: string): string[] | null {
  if (text.length < 2 * shortestPart) return null
  const middle = text.length >> 1
  const near = text.slice(middle, middle + shortestPart).search(/\s/)
  const cut = near < 0 ? middle : middle + near
  return [text.slice(0, cut), text.slice(cut)]
}

function meanOf(vectors: readonly Float32Array[]): Float32Array {
  const sum = new Float32Array(vectors[0]?.length ?? 0)
  for (const vector of vectors) {
    for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + (vector[i] ?? 0)
  }
  return normalised(sum)
}

/** In place. */
function normalised(vector: Float32Array): Float32Array {
  const size = Math.hypot(...vector)
  return size === 0 ? vector : vector.map((value) => value / size)
}
