/** The body of an answer as it comes: chunks of a stream, or one whole completion; silence and a stop end it. */

import type { WireAnswer } from './answer-parts.ts'
import { eventData } from './sse.ts'

export interface Listening {
  /** Milliseconds without a byte after which an answer counts as given up, asked before each wait. */
  patience: () => number
  signal?: AbortSignal | undefined
}

/** `end`: the server said that this was all. It is missing after a stream that was cut. */
export type Heard = { type: 'chunk'; chunk: WireAnswer } | { type: 'end' }

/** The body is no stream of this API and no completion. */
export class NoCompletion extends Error {}

/** Leaving the iteration ends the request. Throws `NoCompletion`, the reason of the abort, and what fetch throws. */
export async function* heardFrom(response: Response, listening: Listening): AsyncGenerator<Heard> {
  const type = response.headers.get('content-type') ?? ''
  const pieces = piecesOf(response, listening)
  if (/json/.test(type)) {
    yield { type: 'chunk', chunk: fieldsOf(jsonOf(await wholeText(pieces))) }
    yield { type: 'end' }
    return
  }
  let count = 0
  let isTorn = false
  for await (const data of eventData(pieces)) {
    if (isTorn) throw new NoCompletion()
    count++
    if (data.trim() === '[DONE]') {
      yield { type: 'end' }
      return
    }
    // What is no JSON may be the last that came before the connection was cut.
    const value = jsonOf(data)
    if (value === undefined) isTorn = true
    else yield { type: 'chunk', chunk: fieldsOf(value) }
  }
  if (count === 0 && !/event-stream/.test(type)) throw new NoCompletion()
}

async function wholeText(pieces: AsyncIterable<Uint8Array>): Promise<string> {
  const all: Uint8Array[] = []
  for await (const piece of pieces) all.push(piece)
  return Buffer.concat(all).toString('utf8')
}

function fieldsOf(value: unknown): WireAnswer {
  if (typeof value === 'object' && value !== null) return value as WireAnswer
  throw new NoCompletion()
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

async function* piecesOf(
  { body }: Response,
  { patience, signal }: Listening,
): AsyncGenerator<Uint8Array, void> {
  if (body === null) return
  const reader = body.getReader()
  try {
    for (;;) {
      const { done, value } = await unlessSilent(reader.read(), patience(), signal)
      if (done) return
      yield value
    }
  } finally {
    // Not waited for: a server that does not notice must not hold up a stop.
    reader.cancel().catch(() => {})
  }
}

function unlessSilent<T>(work: Promise<T>, milliseconds: number, signal?: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal?.reason)
    const timer = setTimeout(() => reject(new Error('The answer timed out.')), milliseconds)
    signal?.addEventListener('abort', stop, { once: true })
    if (signal?.aborted) stop()
    work.then(resolve, reject).finally(() => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', stop)
    })
  })
}
