/** A model tried step by step: what works, what does not, and what to do about it. */

import type { Log } from '../memory/ports.ts'
import { capabilityKey, rememberedHere, type Wish } from './capabilities.ts'
import { addressRemedy, readableChatFailure } from './chat-failure.ts'
import { type ChatSettings, openChatModel } from './chat-openai.ts'
import { addressProblem, serverUrl } from './endpoint.ts'
import type { ChatModel } from './model.ts'
import { askForModels, type ListedModel } from './model-list.ts'
import { tryAnswer, tryTools } from './model-trials.ts'

export type StepName = 'address' | 'server' | 'model' | 'key' | 'answer' | 'stream' | 'tools'

export interface DiagnosisStep {
  step: StepName
  /** `doubtful`: it goes on without, with less. `skipped`: an earlier step must be right first. */
  state: 'ok' | 'failed' | 'doubtful' | 'skipped'
  /** One sentence. */
  words: string
  /** What to do; null where nothing is to be done. */
  remedy: string | null
}

export interface Diagnosis {
  /** It answers: distilling and the chat can use it. */
  ok: boolean
  takesTools: boolean
  streams: boolean
  /** In the order in which they were tried. */
  steps: readonly DiagnosisStep[]
  /** Empty where the server does not list them. */
  models: readonly ListedModel[]
  /** As the server tells it; null: it does not. */
  contextTokens: number | null
  /** What it does not take: to be kept as its capabilities. */
  refused: readonly Wish[]
  /** Tokens of the answer over the whole time of it; null: nothing was answered. */
  tokensPerSecond: number | null
  /** Milliseconds from the request to the first word. */
  firstTokenMs: number | null
}

export interface DiagnoseOptions {
  onStep?: (step: DiagnosisStep) => void
  /** Puts the model into the ledger. */
  meter?: (model: ChatModel) => ChatModel
  log?: Log
  /** Milliseconds that the model may be silent. */
  timeout?: number
  signal?: AbortSignal
}

/** Asks the model three short questions at most. Throws nothing but the reason of an abort. */
export async function diagnoseModel(
  settings: ChatSettings,
  options: DiagnoseOptions = {},
): Promise<Diagnosis> {
  const trial = new Trial(settings, options)
  await trial.run()
  options.signal?.throwIfAborted()
  return trial.diagnosis()
}

const silent: Log = { info() {}, warn() {}, error() {} }
const names: readonly StepName[] = ['address', 'server', 'model', 'key', 'answer', 'stream', 'tools']

/** What was found so far. */
class Trial {
  readonly #settings: ChatSettings
  readonly #options: DiagnoseOptions
  readonly #steps: DiagnosisStep[] = []
  readonly #capabilities = rememberedHere()
  #models: ListedModel[] = []
  #speed: Pick<Diagnosis, 'tokensPerSecond' | 'firstTokenMs'> = { tokensPerSecond: null, firstTokenMs: null }

  constructor(settings: ChatSettings, options: DiagnoseOptions) {
    this.#settings = settings
    this.#options = options
  }

  async run(): Promise<void> {
    if (!this.#address() || !(await this.#server())) return
    const model = this.#open()
    if (await this.#answer(model)) await this.#tools(model)
  }

  diagnosis(): Diagnosis {
    const stateOf = (name: StepName) => this.#steps.find(({ step }) => step === name)?.state
    for (const step of names) {
      if (stateOf(step) === undefined)
        this.#note(step, 'skipped', 'Not tried: something before it must work.')
    }
    return {
      ok: stateOf('answer') === 'ok',
      takesTools: stateOf('tools') === 'ok',
      streams: stateOf('stream') === 'ok',
      steps: this.#steps.toSorted((a, b) => names.indexOf(a.step) - names.indexOf(b.step)),
      models: this.#models,
      contextTokens: this.#listed()?.contextTokens ?? null,
      refused: this.#capabilities.get(capabilityKey(this.#settings)),
      ...this.#speed,
    }
  }

  #note(step: StepName, state: DiagnosisStep['state'], words: string, remedy: string | null = null): void {
    const found = { step, state, words, remedy }
    this.#steps.push(found)
    this.#options.onStep?.(found)
  }

  #fail(step: StepName, error: unknown): false {
    this.#options.signal?.throwIfAborted()
    const { message, remedy } = readableChatFailure(error, this.#settings)
    this.#note(step, 'failed', message, remedy)
    return false
  }

  #address(): boolean {
    const { baseUrl } = this.#settings
    if (serverUrl(baseUrl) !== null) {
      this.#note('address', 'ok', `${baseUrl} is an address of a server.`)
      return true
    }
    const remedy =
      'Set casebook.model.baseUrl, for example http://localhost:11434/v1 for Ollama (in a terminal: CASEBOOK_MODEL_BASE_URL).'
    const words = baseUrl === '' ? 'No address is set.' : addressProblem(baseUrl)
    this.#note('address', 'failed', words, remedy)
    return false
  }

  async #server(): Promise<boolean> {
    const { baseUrl } = this.#settings
    try {
      this.#models = await askForModels(this.#settings, this.#wait())
      this.#note('server', 'ok', `The server answers and lists ${countOf(this.#models.length, 'model')}.`)
    } catch (error) {
      const { status } = error as { status?: number }
      if (status === 401 || status === 403) {
        this.#note('server', 'ok', 'The server answers.')
        return this.#fail('key', error)
      }
      if (status === undefined || status >= 500) return this.#fail('server', error)
      const better = await this.#betterAddress()
      if (better !== null) {
        this.#note(
          'server',
          'failed',
          `There is no chat service at ${baseUrl}, but there is one at ${better}.`,
          `Set casebook.model.baseUrl to ${better}.`,
        )
        return false
      }
      this.#note('server', 'doubtful', 'The server answers, but lists no models.', addressRemedy(baseUrl))
    }
    return this.#isNamed()
  }

  /** The same host with the path that is usual: the key goes to nobody else. */
  async #betterAddress(): Promise<string | null> {
    const { baseUrl } = this.#settings
    if (/\/v1\/?$/.test(baseUrl)) return null
    const better = `${baseUrl.replace(/\/+$/, '')}/v1`
    const models = await askForModels({ ...this.#settings, baseUrl: better }, this.#wait()).catch(() => null)
    return models === null ? null : better
  }

  #wait(): { timeout?: number; signal?: AbortSignal } {
    const { timeout, signal } = this.#options
    return { ...(timeout !== undefined && { timeout: Math.min(timeout, 15_000) }), ...(signal && { signal }) }
  }

  #isNamed(): boolean {
    if (this.#settings.model !== '') return true
    this.#note('model', 'failed', 'No model is named.', `Set casebook.model.model. ${this.#served()}`)
    return false
  }

  /** Ollama answers to names without their tag. */
  #listed(): ListedModel | undefined {
    const { model } = this.#settings
    return this.#models.find(({ id }) => id === model || id === `${model}:latest`)
  }

  #served(): string {
    const ids = this.#models.map(({ id }) => id)
    if (ids.length === 0) return 'The server does not list what it has.'
    const shown = ids.slice(0, 10).join(', ')
    return `The server has ${shown}${ids.length > 10 ? ` and ${ids.length - 10} more` : ''}.`
  }

  #open(): ChatModel {
    const { timeout, log = silent, meter = (model) => model } = this.#options
    const capabilities = this.#capabilities
    const options = { capabilities, retries: 1, ...(timeout !== undefined && { timeout }) }
    return meter(openChatModel(this.#settings, log, options))
  }

  async #answer(model: ChatModel): Promise<boolean> {
    try {
      const { pieces, firstTokenMs, tokensPerSecond } = await tryAnswer(model, this.#options.signal)
      this.#speed = { firstTokenMs, tokensPerSecond }
      this.#modelAnswers()
      const hasKey = (this.#settings.apiKey ?? '') !== ''
      this.#note('key', 'ok', hasKey ? 'The key is taken.' : 'No key is needed.')
      this.#note(
        'answer',
        'ok',
        `It answers: the first word after ${timeOf(firstTokenMs)}, ${countOf(Math.round(tokensPerSecond), 'token')} a second.`,
      )
      if (pieces > 1) this.#note('stream', 'ok', 'Answers come word by word.')
      else
        this.#note(
          'stream',
          'doubtful',
          'Answers come all at once.',
          'Nothing needs to be done: they are only seen later.',
        )
      return true
    } catch (error) {
      return this.#noAnswer(error)
    }
  }

  #modelAnswers(): void {
    const { model } = this.#settings
    const isListed = this.#listed() !== undefined
    this.#note(
      'model',
      'ok',
      isListed ? `The server has ${model}.` : `${model} answers, though the server does not list it.`,
    )
  }

  #noAnswer(error: unknown): false {
    const status = ((error as Error).cause as { status?: number } | undefined)?.status
    if (status === 401 || status === 403) return this.#fail('key', error)
    if (status === 404 || (this.#models.length > 0 && this.#listed() === undefined)) {
      this.#options.signal?.throwIfAborted()
      const { message, remedy } = readableChatFailure(error, this.#settings)
      this.#note('model', 'failed', message, `${this.#served()} ${remedy}`)
      return false
    }
    return this.#fail('answer', error)
  }

  async #tools(model: ChatModel): Promise<void> {
    try {
      const problem = await tryTools(model, this.#options.signal)
      if (problem === null) this.#note('tools', 'ok', 'It calls tools and reads what they answer.')
      else throw problem
    } catch (error) {
      this.#fail('tools', error)
    }
  }
}

function timeOf(milliseconds: number): string {
  return milliseconds < 1_000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1_000).toFixed(1)} s`
}

function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
