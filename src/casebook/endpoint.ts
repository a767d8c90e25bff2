/** The embedding endpoint that the settings name; without it, or when it does not answer, the built-in one serves. */

import { type EmbedderSettings, isThisMachine } from '../config.ts'
import { type EmbeddingCall, openEndpointEmbedder } from '../llm/embed-openai.ts'
import { estimatedTokens } from '../llm/embedding-cost.ts'
import type { LedgerEntry } from '../llm/ledger.ts'
import { ledgerFolder, openLedger } from '../llm/ledger-file.ts'
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

export interface EndpointQuestion {
  settings: EmbedderSettings
  log: Log
  /** Folder of the repository, for the book of model calls. */
  root: string
}

/** The caller has asked the person: settings that name an endpoint say that they agreed. Never throws. */
export async function openEndpoint({ settings, log, root }: EndpointQuestion): Promise<OpenedEndpoint> {
  let sent = 0
  const requests = () => sent
  if (settings.kind === 'local') return { embedder: null, problem: null, requests }
  try {
    const onRequest = () => void sent++
    const onCall = openBook({ settings, log, root })
    const options = { ...settings, onRequest, onCall }
    const embedder = await openEndpointEmbedder(options, AbortSignal.timeout(patience))
    return { embedder, problem: null, requests }
  } catch (error) {
    const problem = `${reasonOf(error)} The built-in embedder serves meanwhile.`
    log.error(problem)
    return { embedder: null, problem, requests }
  }
}

/**
 * Written, but not capped: the person agreed to a first fill with its cost, and a fill that stops in the middle of a
 * day leaves a memory that is half searchable.
 */
function openBook({ settings, log, root }: EndpointQuestion): (call: EmbeddingCall) => void {
  const ledger = openLedger(ledgerFolder())
  return (call) => {
    ledger.add(entryOf(call, settings, root)).catch((error: unknown) => {
      log.error('a request for embeddings could not be written into the book of model calls', error)
    })
  }
}

function entryOf(call: EmbeddingCall, settings: EmbedderSettings, root: string): LedgerEntry {
  const { hostname, host } = new URL(settings.baseUrl)
  const { characters, tokens, milliseconds, outcome } = call
  const remote = !isThisMachine(hostname)
  // What a server refused, it did not read.
  const inputTokens = tokens ?? (outcome === 'failed' ? 0 : estimatedTokens(characters))
  const price = settings.pricePerMillionTokens
  return {
    at: Date.now() - milliseconds,
    purpose: 'embed',
    model: `${settings.model}@${host}`,
    remote,
    background: true,
    inputTokens,
    outputTokens: 0,
    estimated: tokens === null,
    dollars: remote ? (price > 0 ? (inputTokens * price) / 1e6 : null) : 0,
    outcome,
    milliseconds,
    root,
  }
}

/** The failure and what to do about it, for people. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return `The embedding server did not answer within ${patience / 1000} s.`
  const remedy = 'remedy' in error ? ` ${String(error.remedy)}` : ''
  return `${error.message}${remedy}`
}
