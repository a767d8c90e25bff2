/** What memory asks of the outside world. Implementations live in `llm/` and in tests. */

/** Turns text into vectors. Two embedders are never mixed: `id` is stored with every vector. */
export interface Embedder {
  /** Identity of the vector space: model, dimensions and version, for example `local-1/384`. */
  readonly id: string
  readonly dimensions: number
  /** True when texts leave this machine: such an embedder is used only after the person agreed. */
  readonly remote: boolean
  /** Vectors in the order of `texts`, each of length `dimensions` and L2-normalised. Throws `EmbedderError`. */
  embed(texts: readonly string[], signal?: AbortSignal): Promise<Float32Array[]>
}

/** An embedding call that failed; `remedy` says what the person can do. */
export class EmbedderError extends Error {
  readonly remedy: string
  readonly retryable: boolean
  constructor(message: string, remedy: string, options: { retryable?: boolean; cause?: unknown } = {}) {
    super(message, { cause: options.cause })
    this.name = 'EmbedderError'
    this.remedy = remedy
    this.retryable = options.retryable ?? false
  }
}

/** One question to a language model. */
export interface ChatRequest {
  /** What it is for, for the ledger: `distil`, `insights`. */
  purpose: string
  system: string
  messages: readonly { role: 'user' | 'assistant'; content: string }[]
  temperature?: number
  maxTokens?: number
}

export interface ChatReply {
  text: string
  model: string
  usage: { inputTokens: number; outputTokens: number } | null
}

/** A language model. Called only by a person's act or an explicit setting. */
export interface Llm {
  /** Model and server, for provenance. */
  readonly id: string
  /** True when texts leave this machine. */
  readonly remote: boolean
  /** Throws `UserError` with what to do, or an abort. */
  chat(request: ChatRequest, signal?: AbortSignal): Promise<ChatReply>
}

/** A line for people who look for causes. Never holds file contents or secrets. */
export interface Log {
  info(message: string): void
  warn(message: string): void
  error(message: string, cause?: unknown): void
}

/** A failure that a person can act on: shown as it is, without a stack trace. */
export class UserError extends Error {
  readonly remedy: string
  constructor(message: string, remedy: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'UserError'
    this.remedy = remedy
  }
}
