/** A client of the openai package for a server that a person named: nothing but the request and its key goes there. */

import type { OpenAI } from 'openai'

/** Where a request goes. */
export interface Endpoint {
  baseUrl: string
  model: string
  /** Never shown: removed from server messages. */
  apiKey?: string | undefined
}

/** The address, or null when it is none of a server. One that holds a password is none: fetch takes no such address. */
export function serverUrl(baseUrl: string): URL | null {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : null
  if (url === null || url.username !== '' || url.password !== '') return null
  return url.protocol === 'http:' || url.protocol === 'https:' ? url : null
}

/** Why an address is none of a server, without the password that it may hold. */
export function addressProblem(baseUrl: string): string {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : null
  if (url === null || url.username + url.password === '')
    return `"${baseUrl}" is not the address of a server.`
  return `The address of ${url.host} must not hold a name or password: keys have a place of their own.`
}

/**
 * The package reads keys, organisation, project, base URL, log level and extra headers from the environment
 * and would send them to any server. All of them are closed here; headers are made anew for each request.
 * `timeout` in milliseconds. Nothing is tried again by the package: the caller decides what is worth it.
 */
export async function openClient(
  { baseUrl, apiKey }: Omit<Endpoint, 'model'>,
  timeout: number,
): Promise<OpenAI> {
  const { OpenAI } = await import('openai')
  const headers: Record<string, string> = { accept: 'application/json', 'content-type': 'application/json' }
  if (apiKey !== undefined && apiKey !== '') headers.authorization = `Bearer ${apiKey}`
  return new OpenAI({
    apiKey: apiKey || 'none',
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    baseURL: baseUrl,
    logLevel: 'off',
    timeout,
    maxRetries: 0,
    // Consent was given for one host: a redirect must not carry code to another.
    fetch: async (url, init) => readableRefusal(await fetch(url, { ...init, headers, redirect: 'error' })),
  })
}

/** The package reads what a server refused from `error.message` alone; many servers say it elsewhere. */
async function readableRefusal(response: Response): Promise<Response> {
  if (response.ok) return response
  const { status, headers } = response
  const error = saidIn(await response.text())
  const body = error.message === '' ? null : JSON.stringify({ error })
  return new Response(body, { status, headers: new Headers(headers) })
}

/** FastAPI answers with `detail`, vLLM with the fields of the error itself, Ollama with a text. */
function saidIn(text: string): Record<string, unknown> {
  const body = fieldsOf(text)
  const error = body.error ?? body.detail ?? body
  if (typeof error === 'string') return { message: error }
  const { message, param, code, type } = error as Record<string, unknown>
  const said = typeof message === 'string' ? message : text.trim().startsWith('<') ? '' : text
  return { message: said, param, code, type }
}

function fieldsOf(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
