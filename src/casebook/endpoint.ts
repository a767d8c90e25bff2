/** The embedding endpoint that the settings name; without it, or when it does not answer, the built-in one serves. */

import type { EmbedderSettings } from '../config.ts'
import { openEndpointEmbedder } from '../llm/embed-openai.ts'
import type { Embedder, Log } from '../memory/ports.ts'

/** Milliseconds that a server may take to answer the first question before the memory opens without it. */
const patience = 5_000

export interface OpenedEndpoint {
  embedder: Embedder | null
  /** Why the built-in embedder serves although an endpoint is set; null when all is well. */
  problem: string | null
  /** Requests sent so far: what the health page shows as proof. */
  requests: () => number
}

/** The caller has asked the person: settings that name an endpoint say that they agreed. Never throws. */
export async function openEndpoint(settings: EmbedderSettings, log: Log): Promise<OpenedEndpoint> {
  let sent = 0
  const requests = () => sent
  if (settings.kind === 'local') return { embedder: null, problem: null, requests }
  try {
    const onRequest = () => void sent++
    const embedder = await openEndpointEmbedder({ ...settings, onRequest }, AbortSignal.timeout(patience))
    return { embedder, problem: null, requests }
  } catch (error) {
    const problem = `${reasonOf(error)} The built-in embedder serves meanwhile.`
    log.error(problem)
    return { embedder: null, problem, requests }
  }
}

/** The failure and what to do about it, for people. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return `The embedding server did not answer within ${patience / 1000} s.`
  const remedy = 'remedy' in error ? ` ${String(error.remedy)}` : ''
  return `${error.message}${remedy}`
}
