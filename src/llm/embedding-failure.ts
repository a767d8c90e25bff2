/** What went wrong at an embedding server, in words that help. */

import { EmbedderError } from '../memory/ports.ts'
import type { Endpoint } from './endpoint.ts'

/** An error of the openai package or of fetch; `status` is missing when no answer came. */
export interface RequestError {
  status?: number
  code?: string | null
  message?: string
  cause?: unknown
  headers?: { get(name: string): string | null }
}

const tooLong =
  /context|too (long|large|many)|max(imum)?[ _](context|token|length|sequence|batch|input)|exceed|batch size/i

/** Whether a smaller request may succeed: the batch or one text was more than the server takes. */
export function isTooLarge(error: unknown): boolean {
  const { status, message = '' } = error as RequestError
  if (status === 413) return true
  // Some servers (llama.cpp, older Ollama) answer 500 for a text above the context size.
  return (status === 400 || status === 422 || status === 500) && tooLong.test(message)
}

/** Milliseconds to wait before the same request may be sent again; null when that is no use. */
export function retryDelay(error: unknown, attempt: number): number | null {
  const { status, code, headers } = error as RequestError
  if (code === 'insufficient_quota') return null
  if (status !== undefined && status !== 408 && status !== 409 && status !== 429 && status < 500) return null
  const asked = askedDelay(headers)
  if (asked !== null) return Math.min(asked, 60_000)
  return Math.min(500 * 2 ** attempt, 20_000)
}

function askedDelay(headers: RequestError['headers']): number | null {
  const milliseconds = Number.parseFloat(headers?.get('retry-after-ms') ?? '')
  if (milliseconds >= 0) return milliseconds
  const after = headers?.get('retry-after') ?? ''
  if (Number.parseFloat(after) >= 0) return Number.parseFloat(after) * 1_000
  const date = Date.parse(after)
  return Number.isNaN(date) ? null : Math.max(0, date - Date.now())
}

/** The error as a person should see it. `EmbedderError`s pass through. */
export function readableFailure(error: unknown, endpoint: Endpoint): EmbedderError {
  if (error instanceof EmbedderError) return error
  const { status } = error as RequestError
  const [message, remedy, retryable] =
    status === undefined ? connectionFailure(error, endpoint) : statusFailure(status, error, endpoint)
  return new EmbedderError(message, remedy, { retryable, cause: error })
}

type Failure = [message: string, remedy: string, retryable: boolean]

function connectionFailure(error: unknown, { baseUrl }: Endpoint): Failure {
  const code = rootCause(error)
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return [
      `The embedding server ${baseUrl} is unknown.`,
      'Check the network and casebook.embedder.baseUrl.',
      true,
    ]
  }
  if (/redirect/.test(code)) {
    const remedy = 'Set casebook.embedder.baseUrl to the final address: code is not sent on to other servers.'
    return [`The embedding server ${baseUrl} redirects elsewhere.`, remedy, false]
  }
  const remedy = 'Start the server or correct casebook.embedder.baseUrl; indexing goes on when it answers.'
  return [`The embedding server ${baseUrl} does not answer (${code}).`, remedy, true]
}

function statusFailure(status: number, error: unknown, endpoint: Endpoint): Failure {
  const said = serverWords(error, endpoint)
  const { baseUrl, model } = endpoint
  if (status === 401 || status === 403) {
    return [`${baseUrl} refused the key${said}`, 'Enter a valid API key for this endpoint.', false]
  }
  if (isTooLarge(error)) {
    return [`A text is too long for the model ${model}${said}`, 'Use a model with a larger context.', false]
  }
  if (status === 404 || (status === 400 && /model/i.test(said))) {
    if (/model/i.test(said)) {
      const remedy = `Load ${model} on the server (Ollama: "ollama pull ${model}") or correct casebook.embedder.model.`
      return [`${baseUrl} does not serve the model ${model}${said}`, remedy, false]
    }
    const remedy = 'Correct casebook.embedder.baseUrl: it usually ends in /v1.'
    return [`There is no embedding service at ${baseUrl}${said}`, remedy, false]
  }
  if (status === 429) {
    const quota = (error as RequestError).code === 'insufficient_quota'
    if (quota)
      return [`The quota at ${baseUrl} is used up${said}`, 'Check plan and billing of the account.', false]
    return [
      `${baseUrl} limits the rate of requests${said}`,
      'Wait a while; indexing goes on by itself.',
      true,
    ]
  }
  if (status >= 500)
    return [`${baseUrl} failed (${status})${said}`, 'Look into the log of that server.', true]
  return [
    `${baseUrl} refused the request (${status})${said}`,
    'Check casebook.embedder in the settings.',
    false,
  ]
}

/** The server's own message, short and without the key; it may quote the texts, so it is cut hard. */
export function serverWords(error: unknown, { apiKey }: Pick<Endpoint, 'apiKey'>): string {
  const raw = (error as RequestError).message ?? ''
  const hidden = apiKey === undefined || apiKey === '' ? raw : raw.replaceAll(apiKey, '***')
  const words = hidden
    .replace(/\bsk-[\w*-]+/g, '***')
    .replace(/^\d{3} (status code \(no body\)$)?/, '')
    .replace(/\s+/g, ' ')
    .trim()
  return words === '' ? '.' : `: ${words.slice(0, 160)}`
}

/** The innermost code or message: openai wraps fetch, which wraps the socket's error. */
export function rootCause(error: unknown): string {
  let current = error as RequestError
  while (current.cause instanceof Error) current = current.cause as RequestError
  const inner = (current as { errors?: RequestError[] }).errors?.[0]
  return inner?.code ?? current.code ?? current.message ?? 'no connection'
}
