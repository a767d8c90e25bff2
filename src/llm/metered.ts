/** A model whose every call is written into the book; work that nobody waits for ends at the cap of the day. */

import type { ModelSettings } from '../config.ts'
import { type Log, UserError } from '../memory/ports.ts'
import { estimatedTokens } from './embedding-cost.ts'
import type { Ledger, LedgerEntry } from './ledger.ts'
import type { ChatModel, ModelEvent, ModelRequest, Usage } from './model.ts'

export interface MeterOptions {
  /** Folder of the repository that it is for; null: none. */
  root: string | null
  /** Nobody waits for it. A person's own calls are counted and never stopped. */
  background: boolean
  /** US dollars per million tokens, as in `casebook.model`; 0 and 0: not known. */
  price: { input: number; output: number }
  /** `casebook.model.dailyBackgroundTokens`. */
  dailyTokenCap: number
  log: Log
  /** Where the server counts nothing. Default: by length. */
  countTokens?: (text: string) => number
  /** A call was written. */
  onEntry?: (entry: LedgerEntry) => void
  /** Unix milliseconds. */
  now?: () => number
}

/** What the settings say of price and cap. */
export function meterSettings({
  pricePerMillionInput: input,
  pricePerMillionOutput: output,
  dailyBackgroundTokens: dailyTokenCap,
}: ModelSettings): Pick<MeterOptions, 'price' | 'dailyTokenCap'> {
  return { price: { input, output }, dailyTokenCap }
}

/** Its stream throws `UserError` at the cap, before anything is sent. A book that cannot be written is logged. */
export function metered(model: ChatModel, ledger: Ledger, options: MeterOptions): ChatModel {
  return {
    id: model.id,
    remote: model.remote,
    contextTokens: model.contextTokens,
    async *stream(request, signal) {
      signal?.throwIfAborted()
      const call = begin(model, request, options)
      if (options.background) await checkCap(ledger, call.expected, options)
      try {
        for await (const event of model.stream(request, signal)) {
          call.hear(event)
          // Written before it is handed on: whoever has the answer may never ask for more.
          if (event.type === 'reply') await write(ledger, call.end('answered'), options)
          yield event
        }
      } catch (error) {
        await write(ledger, call.end(signal?.aborted ? 'stopped' : 'failed'), options)
        throw error
      } finally {
        await write(ledger, call.end('stopped'), options)
      }
    },
  }
}

interface CallCount {
  /** Tokens of the question, by estimate. */
  expected: number
  hear(event: ModelEvent): void
  /** The entry of the call; null when it was given before. */
  end(outcome: LedgerEntry['outcome']): LedgerEntry | null
}

function begin(model: ChatModel, request: ModelRequest, options: MeterOptions): CallCount {
  const { root, background, now = Date.now, countTokens = (text) => estimatedTokens(text.length) } = options
  const at = now()
  const expected = countTokens(textOf(request))
  let heard = ''
  let counted: Usage | null = null
  let isDone = false
  return {
    expected,
    hear(event) {
      if (event.type === 'text') heard += event.text
      else {
        const { text, calls, usage } = event.reply
        counted = usage
        heard = calls.length > 0 ? text + JSON.stringify(calls) : text
      }
    },
    end(outcome) {
      if (isDone) return null
      isDone = true
      // A question that was refused took nothing; one that was stopped may have been read.
      const guess =
        outcome === 'failed' && heard === ''
          ? { inputTokens: 0, outputTokens: 0 }
          : { inputTokens: expected, outputTokens: countTokens(heard) }
      const usage = counted ?? guess
      const dollars = priceOf(model, usage, options)
      const about = { at, purpose: request.purpose, model: model.id, remote: model.remote, background, root }
      return { ...about, ...usage, estimated: counted === null, dollars, outcome, milliseconds: now() - at }
    },
  }
}

/** All that a model reads. */
function textOf({ system, messages, tools = [] }: ModelRequest): string {
  const said = messages.map((message) => {
    const calls = message.role === 'assistant' && message.calls ? JSON.stringify(message.calls) : ''
    return message.content + calls
  })
  return [system, ...said, ...tools.map((tool) => JSON.stringify(tool))].join('\n')
}

/** A model on this machine costs nothing that anybody bills. */
function priceOf(
  { remote }: ChatModel,
  { inputTokens, outputTokens }: Usage,
  { price }: MeterOptions,
): number | null {
  if (!remote) return 0
  if (price.input === 0 && price.output === 0) return null
  return (inputTokens * price.input + outputTokens * price.output) / 1e6
}

async function checkCap(
  ledger: Ledger,
  expected: number,
  { dailyTokenCap, now = Date.now }: MeterOptions,
): Promise<void> {
  const setting = 'casebook.model.dailyBackgroundTokens'
  if (dailyTokenCap === 0) {
    const remedy = `Raise ${setting} to allow it, or ask for it yourself.`
    throw new UserError('No model is asked in the background: its daily cap is 0 tokens.', remedy)
  }
  const { backgroundTokens } = await ledger.day(now())
  if (backgroundTokens + expected <= dailyTokenCap) return
  const used = `${backgroundTokens.toLocaleString('en-GB')} of ${dailyTokenCap.toLocaleString('en-GB')} tokens`
  const remedy = `It goes on tomorrow; raise ${setting} to go on today, or ask for it yourself.`
  throw new UserError(`Work in the background reached its daily cap: ${used} are used.`, remedy)
}

async function write(ledger: Ledger, entry: LedgerEntry | null, options: MeterOptions): Promise<void> {
  if (entry === null) return
  try {
    await ledger.add(entry)
    options.onEntry?.(entry)
  } catch (error) {
    options.log.error('a model call could not be written into the book', error)
  }
}
