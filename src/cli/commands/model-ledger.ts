/** `casebook model ledger`: what was asked of models, for what, and what it took. */

import type { LedgerEntry, LedgerTotals } from '../../llm/ledger.ts'
import { type Command, UsageError } from '../command.ts'
import { escapeLine } from '../escape.ts'
import { columns, count, duration, moment, plural } from '../format.ts'
import type { Style } from '../style.ts'

const usualDays = 7
const usualLimit = 20
const dayLength = 86_400_000

export const modelLedger: Command = {
  name: 'model ledger',
  summary: 'Show calls of language models: purpose, tokens, cost',
  usage: '',
  details: `Calls of the editor, of agents and of this command, of all repositories of this person, newest first. Nothing of what
was said is kept. --limit says how many are listed (default ${usualLimit}); the sums are of all of them.`,
  options: { days: { type: 'string', value: 'N', help: `of the last N days (default ${usualDays})` } },
  async run(call) {
    const days = daysOf(call.values.days)
    const { ledgerFolder, openLedger, totalsOf } = await import('../../llm/ledger-file.ts')
    const ledger = openLedger(ledgerFolder())
    const midnight = new Date().setHours(0, 0, 0, 0)
    const all = await ledger.entries({ since: midnight - (days - 1) * dayLength })
    const unreadable = ledger.unreadable()
    const [today, totals] = [await ledger.day(), totalsOf(all)]
    const entries = all.slice(0, call.limit ?? usualLimit)
    const cap = call.settings.model.dailyBackgroundTokens
    const data = { days, today, totals, dailyBackgroundTokens: cap, unreadable, entries }
    if (unreadable > 0) call.terminal.note(`${plural(unreadable, 'line')} of the book cannot be read.`)
    return { data, text: (style) => render(data, style) }
  },
}

function daysOf(value: string | boolean | undefined): number {
  if (typeof value !== 'string') return usualDays
  if (/^[1-9]\d{0,3}$/.test(value)) return Number(value)
  throw new UsageError(`'${value}' is no number of days from 1 to 9999.`, modelLedger)
}

interface Shown {
  days: number
  today: LedgerTotals
  totals: LedgerTotals
  dailyBackgroundTokens: number
  entries: readonly LedgerEntry[]
}

function render({ days, today, totals, dailyBackgroundTokens: cap, entries }: Shown, style: Style): string {
  const sums = [
    ['today', ...sumCells(today)],
    [days === 1 ? 'one day' : `${days} days`, ...sumCells(totals)],
  ]
  const background = `In the background today: ${count(today.backgroundTokens)} of ${count(cap)} tokens.`
  if (entries.length === 0) return `${columns(sums)}\n${background}`
  return `${columns(sums)}\n${background}\n\n${style.dim(columns(entries.map(entryCells)))}`
}

function sumCells({ calls, inputTokens, outputTokens, dollars }: LedgerTotals): string[] {
  return [plural(calls, 'call'), `${count(inputTokens)} in`, `${count(outputTokens)} out`, cost(dollars)]
}

function entryCells(entry: LedgerEntry): string[] {
  const about = entry.estimated ? '~' : ''
  return [
    moment(entry.at),
    escapeLine(entry.purpose),
    escapeLine(entry.model),
    `${about}${count(entry.inputTokens)} in`,
    `${about}${count(entry.outputTokens)} out`,
    cost(entry.dollars),
    duration(entry.milliseconds / 1_000),
    `${entry.outcome}${entry.background ? ', in the background' : ''}`,
  ]
}

/** Cents of cents matter here. */
function cost(dollars: number | null): string {
  if (dollars === null) return 'price not known'
  return dollars === 0 ? 'free' : `$${dollars.toFixed(dollars < 1 ? 4 : 2)}`
}
