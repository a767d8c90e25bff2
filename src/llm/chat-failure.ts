/** What went wrong at a chat server, in words that help. */

import { UserError } from '../memory/ports.ts'
import { type RequestError, rootCause, serverWords } from './embedding-failure.ts'
import type { Endpoint } from './endpoint.ts'
import type { Finish } from './model.ts'

const contextFull =
  /context|too (long|large|many)|max(imum)?[ _](context|length|sequence|input)|exceeds? (the|its) (limit|max)/i

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

export function noCompletion({ baseUrl }: Endpoint): UserError {
  const remedy = 'Correct casebook.model.baseUrl: it usually ends in /v1.'
  return new UserError(`What ${baseUrl} answered is not a chat completion.`, remedy)
}

/** Never a silent success: half an answer may say the contrary of the whole. */
export function cutAnswer({ baseUrl, model }: Endpoint, cause?: unknown): UserError {
  const remedy = `Try again; if it happens again, look into the log of ${baseUrl} and of what lies in between.`
  return new UserError(`The answer of ${model} was cut off.`, remedy, cause)
}

export function noTools(error: unknown, endpoint: Endpoint): UserError {
  const { model } = endpoint
  const remedy = /jinja|enable-auto-tool-choice/.test((error as RequestError).message ?? '')
    ? 'Start the server with tools: llama.cpp with --jinja, vLLM with --enable-auto-tool-choice and a parser.'
    : 'Choose a model that calls tools in casebook.model.model.'
  return new UserError(`The model ${model} takes no tools${serverWords(error, endpoint)}`, remedy, error)
}

/** An answer came, and nothing is in it. */
export function noAnswer({ model }: Endpoint, said: { refusal: string; finish: Finish }): UserError {
  if (said.refusal !== '') {
    return new UserError(`${model} refused to answer.`, 'Try another model, or leave out what it refused.')
  }
  if (said.finish === 'filter') {
    const remedy = 'Leave out what the server does not let pass, or use another server.'
    return new UserError(`The server of ${model} held its answer back for what it says.`, remedy)
  }
  const isCut = said.finish === 'length'
  const why = isCut ? 'used up its tokens before it said anything' : 'said nothing'
  return new UserError(`${model} ${why}.`, 'Try again, or set another model in casebook.model.model.')
}
