/** The models that a server has. */

import { readableChatFailure } from './chat-failure.ts'
import { type Endpoint, openClient } from './endpoint.ts'

export interface ListedModel {
  id: string
  /** Null: most servers do not say. */
  contextTokens: number | null
}

export interface ListOptions {
  /** Milliseconds. Default 15,000. */
  timeout?: number
  signal?: AbortSignal
}

type Address = Omit<Endpoint, 'model'>

/** As the server orders them. Throws `UserError`, also where it has no such list, or the reason of the abort. */
export async function listModels(server: Address, options: ListOptions = {}): Promise<ListedModel[]> {
  try {
    return await askForModels(server, options)
  } catch (error) {
    options.signal?.throwIfAborted()
    throw readableChatFailure(error, { ...server, model: '' })
  }
}

/** Throws what the openai package throws: the status says more to a diagnosis than words. */
export async function askForModels(
  server: Address,
  { timeout = 15_000, signal }: ListOptions = {},
): Promise<ListedModel[]> {
  const client = await openClient(server, timeout)
  const response = await client.models.list(signal === undefined ? {} : { signal }).asResponse()
  const list: unknown = await response.json().catch(() => null)
  const { data, models } = (list ?? {}) as { data?: unknown; models?: unknown }
  const entries = [list, data, models].find(Array.isArray)
  if (entries === undefined) throw Object.assign(new Error('no list of models'), { status: 404 })
  return entries.flatMap(modelOf)
}

/** OpenRouter, vLLM and LM Studio tell the context, each in its own word. */
function modelOf(entry: unknown): ListedModel[] {
  const { id, name, context_length, max_model_len, max_context_length } = (entry ?? {}) as Record<
    string,
    unknown
  >
  const called = id ?? name
  if (typeof called !== 'string' || called === '') return []
  const told = [context_length, max_model_len, max_context_length].find((value) => Number(value) > 0)
  return [{ id: called, contextTokens: told === undefined ? null : Number(told) }]
}
