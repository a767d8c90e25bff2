/** What servers and models do not take: found when they refuse it, left out or said in another way from then on. */

import type { RequestError } from './embedding-failure.ts'

/** What a request may hold that not all servers and models take. */
export type Wish =
  | 'max_tokens'
  | 'max_completion_tokens'
  | 'temperature'
  | 'system'
  | 'stream'
  | 'stream_options'
  | 'tools'
  | 'tool_choice'

/** What was refused so far, by server and model. Whoever hands it in decides how long it is kept. */
export interface Capabilities {
  /** `key` as `capabilityKey` makes it. */
  get(key: string): readonly Wish[]
  set(key: string, refused: readonly Wish[]): void
}

/** Other address, other model: nothing is known of it. */
export function capabilityKey({ baseUrl, model }: { baseUrl: string; model: string }): string {
  return `${model}@${baseUrl.replace(/\/+$/, '')}`
}

export function rememberedHere(): Capabilities {
  const known = new Map<string, readonly Wish[]>()
  return {
    get: (key) => known.get(key) ?? [],
    set: (key, refused) => void known.set(key, [...refused]),
  }
}

/** A field that is not known at all: OpenAI, pydantic (vLLM, Mistral), llama.cpp, OpenRouter word it so. */
const refusal =
  /unsupported|not support|no support|not permitted|not allowed|not enabled|no endpoints found|unrecogni[sz]ed|unknown|unexpected|extra[_ ]|invalid (parameter|field|argument)/i
/** A value that is too much says nothing about the field. */
const tooMuch = /too (large|big|high|long)|at most|at least|less than|greater than|exceed|between|range/i

/** The wish among those that were sent which this refusal is about; null when it is about something else. */
export function refusedWish(error: unknown, sent: ReadonlySet<Wish>): Wish | null {
  const { status, message = '' } = error as RequestError
  const param = (error as { param?: unknown }).param
  const said = `${typeof param === 'string' ? `[${param}] ` : ''}${message}`
  const found = tests.find(({ wish, statuses, fits }) => {
    return sent.has(wish) && statuses.includes(status ?? 0) && fits(said)
  })
  return found?.wish ?? null
}

interface Test {
  wish: Wish
  statuses: readonly number[]
  fits(said: string): boolean
}

const usual = [400, 422]
/** OpenRouter finds no endpoint with tools (404); llama.cpp without its templates fails (500, 501). */
const oddly = [400, 404, 422, 500, 501]

/** In this order: `stream_options` holds the word `stream`, `tool_choice` may name tools. */
const tests: readonly Test[] = [
  { wish: 'stream_options', statuses: usual, fits: (said) => /stream_options|include_usage/.test(said) },
  { wish: 'stream', statuses: usual, fits: (said) => /\bstream(ing|ed)?\b/i.test(said) && isRefusal(said) },
  {
    wish: 'tool_choice',
    statuses: oddly,
    // vLLM speaks of "auto" tool choice where it was started without tools.
    fits: (said) => /tool_choice/i.test(said) && isRefusal(said) && !/enable-auto-tool-choice/.test(said),
  },
  { wish: 'tools', statuses: oddly, fits: isAboutTools },
  {
    wish: 'temperature',
    statuses: usual,
    fits: (said) =>
      /temperature/i.test(said) &&
      /\bonly\b|default|deprecated|support|not permitted|unknown|extra/i.test(said),
  },
  {
    wish: 'max_tokens',
    statuses: usual,
    fits: (said) => /\bmax_tokens\b/.test(said) && (/max_completion_tokens/.test(said) || isRefusal(said)),
  },
  {
    wish: 'max_completion_tokens',
    statuses: usual,
    fits: (said) => /max_completion_tokens/.test(said) && isRefusal(said),
  },
  {
    wish: 'system',
    statuses: usual,
    fits: isAboutSystem,
  },
]

function isRefusal(said: string): boolean {
  return (refusal.test(said) || /must be verified/i.test(said)) && !tooMuch.test(said)
}

function isAboutTools(said: string): boolean {
  if (/enable-auto-tool-choice|requires? --jinja/i.test(said)) return true
  if (/no endpoints found.*tool/i.test(said)) return true
  return /\btools?\b|function[ _]call/i.test(said) && isRefusal(said)
}

/** Gemini speaks of developers; templates name the roles that they do have. */
function isAboutSystem(said: string): boolean {
  if (/only\b.*\broles?\b.*\bsupported/i.test(said)) return true
  return /system|developer/i.test(said) && /role|prompt|message|instruction/i.test(said) && isRefusal(said)
}
