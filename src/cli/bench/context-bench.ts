/** `casebook bench context`: how much of each prompt stays as it was, over a long session of an agent. */

import { estimateTokens } from '../../memory/recall/records/token-estimate.ts'
import { type RecordedSession, recordSession, type SentPrompt } from './context-session.ts'
import { type BenchReport, type Figure, machineFacts, quantile, timed } from './measure.ts'

export interface ContextBenchOptions {
  /** Requests of the model. */
  turns: number
  /** Tokens of its window; one run for each. */
  windows: readonly number[]
  seed: number
  signal: AbortSignal
  note(text: string): void
}

/** The mark: at least 95 % of the shorter of two prompts, except at epochs. */
const mostChanged = 0.05

export async function benchContext(options: ContextBenchOptions): Promise<BenchReport> {
  const { turns, windows, seed, signal, note } = options
  const figures: Figure[] = []
  for (const window of windows) {
    note(`${turns} turns in a window of ${window} tokens`)
    const [seconds, session] = await timed(() => recordSession({ turns, window, seed, signal }))
    figures.push(...figuresOf(session, window, (seconds / turns) * 1000))
  }
  const subject = `${turns} turns of a scripted agent on a made-up repository, seed ${seed}`
  return { bench: 'context', subject, machine: machineFacts(), figures }
}

/** What two prompts in a row have in common at their beginning. */
export interface Step {
  /** Characters. */
  common: number
  /** Of the shorter of both. */
  share: number
  isEpoch: boolean
}

export function stepsBetween(prompts: readonly SentPrompt[]): Step[] {
  return prompts.slice(1).map(({ bytes, epoch }, at) => {
    const before = prompts[at]?.bytes ?? ''
    const common = commonPrefix(before, bytes)
    return { common, share: common / Math.min(before.length, bytes.length), isEpoch: epoch !== null }
  })
}

function commonPrefix(one: string, other: string): number {
  const most = Math.min(one.length, other.length)
  let at = 0
  while (at < most && one.charCodeAt(at) === other.charCodeAt(at)) at++
  return at
}

function figuresOf({ prompts, context }: RecordedSession, window: number, milliseconds: number): Figure[] {
  const steps = stepsBetween(prompts)
  const shares = steps.filter(({ isEpoch }) => !isEpoch).map(({ share }) => share)
  const sent = prompts.slice(1).reduce((sum, { bytes }) => sum + bytes.length, 0)
  const cached = steps.reduce((sum, { common }) => sum + common, 0)
  const epochs = steps.flatMap(({ isEpoch, common }, at) =>
    isEpoch ? [estimateTokens((prompts[at + 1]?.bytes ?? '').slice(common))] : [],
  )
  const sizes = prompts.map(({ bytes }) => estimateTokens(bytes))
  const perHundred = (epochs.length / steps.length) * 100
  const again = epochs.reduce((sum, tokens) => sum + tokens, 0)
  const left = context.epochs().reduce((sum, epoch) => sum + epoch.left.length, 0)
  const name = `window ${window / 1000}k`
  return [
    {
      name: `${name}: changed beginning, most`,
      value: rounded(1 - Math.min(...shares)),
      unit: '',
      floor: mostChanged,
      note: `common prefix min ${shown(Math.min(...shares))}, median ${shown(quantile(shares, 0.5))}, without epochs`,
    },
    {
      name: '  not cached, of all characters sent',
      value: rounded(1 - cached / sent),
      unit: '',
      note: `cached ${shown(cached / sent)}, epochs included; prompts of ${quantile(sizes, 0.5)} tokens (median), at most ${Math.max(...sizes)}`,
    },
    {
      name: '  fractures per 100 turns',
      value: rounded(perHundred),
      unit: '',
      note: `${epochs.length} epochs, ${left} messages became shorter or left, ${again} tokens read again`,
    },
    { name: '  working memory, per turn', value: rounded(milliseconds), unit: 'ms' },
  ]
}

function shown(value: number): string {
  return value.toFixed(3)
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000
}
