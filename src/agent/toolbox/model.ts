/** What the toolbox asks of a model and of whatever runs tools. The smallest port: no streaming. */

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
  /** What it is for: the worker's step, or a completion of the tool memory itself. */
  purpose: 'work' | 'prune' | 'search' | 'summarise'
  system: string
  messages: readonly Message[]
  /** Absent: none is offered. */
  tools?: readonly OfferedTool[]
}

export interface ModelReply {
  text: string
  calls: readonly ToolCall[]
  usage: { inputTokens: number; outputTokens: number } | null
}

export interface ToolModel {
  /** Model and server. */
  readonly id: string
  /** Throws `UserError` with what to do, or an abort. */
  complete(request: ModelRequest, signal?: AbortSignal): Promise<ModelReply>
}

/** What running a tool gave; a failure is a result, which the model reads. */
export interface ToolResult {
  content: string
  ok: boolean
}

export interface ToolRunner {
  run(call: ToolCall, signal?: AbortSignal): Promise<ToolResult>
}
