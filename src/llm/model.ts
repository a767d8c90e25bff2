/** What acting asks of a language model: it streams, calls tools, counts what it used and can be stopped. */

/** A call as a model wrote it; `arguments` is unchecked JSON, or the raw text where it was none. */
export interface ToolCall {
  id: string
  name: string
  arguments: unknown
}

export type Message =
  | { role: 'user'; content: string }
  | { role: 'assistant'; content: string; calls?: readonly ToolCall[] }
  | { role: 'tool'; callId: string; name: string; content: string }

/** A tool as a model is offered it. */
export interface OfferedTool {
  name: string
  description: string
  /** JSON Schema of the arguments. */
  schema: Record<string, unknown>
}

export interface ModelRequest {
  /** What it is for, as the ledger shows it: `work`, `prune`, `search`, `summarise`, `distil`, `test`. */
  purpose: string
  /** Empty: none. Never holds stored or foreign text. */
  system: string
  messages: readonly Message[]
  /** Absent or empty: none is offered. */
  tools?: readonly OfferedTool[]
  /** Where a model takes no tools it is asked without them; by default such a request fails and says so. */
  toolsOptional?: boolean
  /** Default `auto`. */
  toolChoice?: 'auto' | 'required' | 'none'
  temperature?: number
  maxTokens?: number
}

export interface Usage {
  inputTokens: number
  outputTokens: number
}

/** `calls`: it waits for results. `filter`: the server cut the answer for what it says. */
export type Finish = 'stop' | 'length' | 'calls' | 'filter'

export interface ModelReply {
  /** Without what a model thought before it spoke. */
  text: string
  calls: readonly ToolCall[]
  /** Null where the server counts nothing. */
  usage: Usage | null
  finish: Finish
  /** As the server calls it. */
  model: string
}

/** `text` is what came since the last one; `reply` comes once, at the end. */
export type ModelEvent = { type: 'text'; text: string } | { type: 'reply'; reply: ModelReply }

/** A language model. Called only by a person's act or an explicit setting. */
export interface ChatModel {
  /** Model and server: `qwen3@localhost:11434`. */
  readonly id: string
  /** True when texts leave this machine. */
  readonly remote: boolean
  /** Tokens that a request and its answer may take; null: not known. */
  readonly contextTokens: number | null
  /**
   * Nothing is sent before the first step of the iteration. Throws `UserError` with what to do, or the reason of the
   * abort, also in the middle of an answer. Ends the request when the iteration is left early.
   */
  stream(request: ModelRequest, signal?: AbortSignal): AsyncIterable<ModelEvent>
}

/** The whole answer; `onText` hears its parts as they come. */
export async function complete(
  model: ChatModel,
  request: ModelRequest,
  options: { onText?: ((text: string) => void) | undefined; signal?: AbortSignal | undefined } = {},
): Promise<ModelReply> {
  for await (const event of model.stream(request, options.signal)) {
    if (event.type === 'reply') return event.reply
    options.onText?.(event.text)
  }
  throw new Error(`${model.id} ended its answer without a reply`)
}

/** A model that says whole answers: for policies of benchmarks, and for models that cannot stream. */
export function answering(
  about: Pick<ChatModel, 'id'> & Partial<ChatModel>,
  answer: (
    request: ModelRequest,
    signal?: AbortSignal,
  ) => Promise<Pick<ModelReply, 'text'> & Partial<ModelReply>>,
): ChatModel {
  return {
    remote: false,
    contextTokens: null,
    ...about,
    async *stream(request, signal) {
      signal?.throwIfAborted()
      const said = await answer(request, signal)
      const calls = said.calls ?? []
      if (said.text !== '') yield { type: 'text', text: said.text }
      const finish = calls.length > 0 ? 'calls' : 'stop'
      yield { type: 'reply', reply: { usage: null, finish, model: about.id, ...said, calls } }
    },
  }
}
