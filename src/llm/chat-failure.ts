/** What went wrong at a chat server, in words that help; and which of our wishes a server refused. */

import { UserError } from '../memory/ports.ts'
import { type RequestError, rootCause, serverWords } from './embedding-failure.ts'
import type { Endpoint } from './endpoint.ts'

/** What servers and models do not all take. Each is left out or said in another way once it was refused. */
export type Wish = 'max_tokens' | 'max_completion_tokens' | 'temperature' | 'system'

const contextFull =
  /context|too (long|large|many)|max(imum)?[ _](context|length|sequence|input)|exceeds? (the|its) (limit|max)/i

/** The wish that this refusal is about; null when it is about something else. */
export function refusedWish(error: unknown): Wish | null {
  const { status, message = '' } = error as RequestError
  if (status !== 400 && status !== 422) return null
  const param = (error as { param?: unknown }).param
  const named = typeof param === 'string' ? param : ''
  const refusal =
    /unsupported|not support|not permitted|not allowed|unrecogni[sz]ed|unknown|unexpected|extra/i
  if (named === 'temperature' || (/temperature/i.test(message) && /only|default|support/i.test(message))) {
    return 'temperature'
  }
  if (
    named === 'max_tokens' ||
    /['"`]?\bmax_tokens\b['"`]?.*(max_completion_tokens|support)/is.test(message)
  ) {
    return 'max_tokens'
  }
  if (/max_completion_tokens/.test(`${named} ${message}`) && refusal.test(message)) {
    return 'max_completion_tokens'
  }
  const aboutRole = /system/i.test(message) && /role|prompt|message/i.test(message)
  return aboutRole && refusal.test(message) ? 'system' : null
}

/** The error as a person should see it. A `UserError` passes through. */
export function readableChatFailure(error: unknown, endpoint: Endpoint): UserError {
  if (error instanceof UserError) return error
  const { status, name } = error as RequestError & { name?: string }
  const [message, remedy] =
    status !== undefined
      ? statusFailure(status, error, endpoint)
      : name === 'APIConnectionTimeoutError' || /timed out/i.test((error as RequestError).message ?? '')
        ? silence(endpoint)
        : connectionFailure(error, endpoint)
  return new UserError(message, remedy, error)
}

type Failure = [message: string, remedy: string]

function silence({ baseUrl, model }: Endpoint): Failure {
  return [
    `The model ${model} at ${baseUrl} did not answer in time.`,
    'Try again, or choose a faster model in casebook.model.model.',
  ]
}

function connectionFailure(error: unknown, { baseUrl }: Endpoint): Failure {
  const code = rootCause(error)
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return [`The model server ${baseUrl} is unknown.`, 'Check the network and casebook.model.baseUrl.']
  }
  if (/redirect/.test(code)) {
    const remedy =
      'Set casebook.model.baseUrl to the final address: memories are not sent on to other servers.'
    return [`The model server ${baseUrl} redirects elsewhere.`, remedy]
  }
  return [
    `The model server ${baseUrl} does not answer (${code}).`,
    'Start the server or correct casebook.model.baseUrl.',
  ]
}

function statusFailure(status: number, error: unknown, endpoint: Endpoint): Failure {
  const said = serverWords(error, endpoint)
  const { baseUrl, model } = endpoint
  if (status === 401 || status === 403) {
    const remedy =
      'Enter a valid key: "Casebook: Set Model Key" in the editor, CASEBOOK_MODEL_API_KEY for the command.'
    return [`${baseUrl} refused the key${said}`, remedy]
  }
  if (status === 402 || (error as RequestError).code === 'insufficient_quota') {
    return [`The quota at ${baseUrl} is used up${said}`, 'Check plan and billing of the account.']
  }
  if (status === 429) return [`${baseUrl} limits the rate of requests${said}`, 'Wait a while and try again.']
  if (status === 413 || contextFull.test(said)) {
    return [`The question is too long for the model ${model}${said}`, 'Use a model with a larger context.']
  }
  if (status === 404 || (status === 400 && /model/i.test(said))) return missing(said, endpoint)
  if (status >= 500) return [`${baseUrl} failed (${status})${said}`, 'Look into the log of that server.']
  return [`${baseUrl} refused the request (${status})${said}`, 'Check casebook.model in the settings.']
}

function missing(said: string, { baseUrl, model }: Endpoint): Failure {
  if (/model/i.test(said)) {
    const remedy = `Load ${model} on the server (Ollama: "ollama pull ${model}") or correct casebook.model.model.`
    return [`${baseUrl} does not serve the model ${model}${said}`, remedy]
  }
  const remedy = 'Correct casebook.model.baseUrl: it usually ends in /v1.'
  return [`There is no chat service at ${baseUrl}${said}`, remedy]
}
