/** What went wrong at a chat server, in words that help. */

import { UserError } from '../memory/ports.ts'
import { type RequestError, rootCause, serverWords } from './embedding-failure.ts'
import type { Endpoint } from './endpoint.ts'
import type { Finish } from './model.ts'

/** The error as a person should see it. A `UserError` passes through. */
export function readableChatFailure(error: unknown, endpoint: Endpoint): UserError {
  if (error instanceof UserError) return error
  const { status, name, message = '' } = error as RequestError & { name?: string }
  const isSilence = name === 'APIConnectionTimeoutError' || /timed out/i.test(message)
  const [words, remedy] =
    status !== undefined
      ? statusFailure(status, error, endpoint)
      : isSilence
        ? silence(endpoint)
        : connectionFailure(error, endpoint)
  return new UserError(words, remedy, error)
}

/** What came is nothing of this API. */
export function noCompletion({ baseUrl }: Endpoint): UserError {
  return new UserError(`What ${baseUrl} answered is not a chat completion.`, addressRemedy(baseUrl))
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

/** The usual mistake is a base URL without `/v1`. */
export function addressRemedy(baseUrl: string): string {
  const isBare = URL.canParse(baseUrl) && /^\/?$/.test(new URL(baseUrl).pathname)
  return isBare
    ? `Set casebook.model.baseUrl to ${baseUrl.replace(/\/$/, '')}/v1: it usually ends in /v1.`
    : 'Correct casebook.model.baseUrl: it usually ends in /v1.'
}

type Failure = [message: string, remedy: string]

function silence({ baseUrl, model }: Endpoint): Failure {
  return [
    `The model ${model} at ${baseUrl} did not answer in time.`,
    'Try again, or choose a faster model in casebook.model.model.',
  ]
}

/** Codes of OpenSSL, as Node passes them on. */
const distrust = /CERT|SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER)/
const noTls = /WRONG_VERSION_NUMBER|^EPROTO$|wrong version number|packet length too long/i

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
  if (distrust.test(code)) {
    const remedy =
      'Have the certificate of the server, or of the proxy in between, trusted by this machine (the command: NODE_EXTRA_CA_CERTS).'
    return [`The certificate of ${baseUrl} is not trusted (${code}).`, remedy]
  }
  if (noTls.test(code)) {
    return [`${baseUrl} does not speak TLS.`, 'Set casebook.model.baseUrl with http:// in place of https://.']
  }
  return [
    `The model server ${baseUrl} does not answer (${code}).`,
    'Start the server or correct casebook.model.baseUrl.',
  ]
}

const contextFull =
  /context[ _-]?(length|window|size|limit|overflow)|(prompt|input|request|message)s?\b.*\btoo (long|large|many)|too many (input )?tokens|exceeds? .*\b(context|tokens|maximum length)|maximum (context|input|prompt)/i
const quotaUsed = /insufficient_quota|quota|billing|credit|payment/i

function statusFailure(status: number, error: unknown, endpoint: Endpoint): Failure {
  const said = serverWords(error, endpoint)
  const { baseUrl, model } = endpoint
  const code = String((error as RequestError).code ?? '')
  if (status === 401) return keyFailure(said, endpoint)
  if (status === 402 || ((status === 429 || status === 403) && quotaUsed.test(`${code} ${said}`))) {
    return [`The quota at ${baseUrl} is used up${said}`, 'Check plan and billing of the account.']
  }
  if (status === 403) return keyFailure(said, endpoint)
  // Some limit the tokens of a minute: a question above that never passes.
  if (status === 413 || code === 'context_length_exceeded' || contextFull.test(said)) {
    return [`The question is too long for the model ${model}${said}`, 'Use a model with a larger context.']
  }
  if (status === 429) return [`${baseUrl} limits the rate of requests${said}`, 'Wait a while and try again.']
  if (status === 404 || status === 405 || (status === 400 && noSuchModel.test(said))) {
    return missing(said, endpoint)
  }
  if (status >= 500) return [`${baseUrl} failed (${status})${said}`, 'Look into the log of that server.']
  return [`${baseUrl} refused the request (${status})${said}`, 'Check casebook.model in the settings.']
}

const enterKey =
  'Enter a valid key: "Casebook: Set Model Key" in the editor, CASEBOOK_MODEL_API_KEY for the command.'

function keyFailure(said: string, { baseUrl, apiKey }: Endpoint): Failure {
  const hasKey = apiKey !== undefined && apiKey !== ''
  return [hasKey ? `${baseUrl} refused the key${said}` : `${baseUrl} asks for a key${said}`, enterKey]
}

const noSuchModel =
  /model\b.{0,80}(not (found|exist|available|served|loaded|valid)|does ?n[o']t exist|unknown|invalid|no such)|(unknown|invalid|valid|no such) model/i

function missing(said: string, { baseUrl, model }: Endpoint): Failure {
  if (model !== '' && /model/i.test(said)) {
    const remedy = `Load ${model} on the server (Ollama: "ollama pull ${model}") or correct casebook.model.model.`
    return [`${baseUrl} does not serve the model ${model}${said}`, remedy]
  }
  return [`There is no chat service at ${baseUrl}${said}`, addressRemedy(baseUrl)]
}
