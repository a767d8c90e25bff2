/** The book of model calls as a page of text. Pure. */

import type { LedgerEntry, LedgerTotals } from '../../llm/ledger.ts'
import type { L10n } from '../session-text.ts'

export interface LedgerReport {
  today: LedgerTotals
  /** Newest first. */
  entries: readonly LedgerEntry[]
  /** Tokens that work in the background may use in a day; 0: there is none. */
  dailyBackgroundTokens: number
  /** True where one of the prices is set. */
  priced: boolean
  /** BCP 47, for numbers and times. */
  language: string
}

export function ledgerText(l10n: L10n, report: LedgerReport): string {
  const { entries, language } = report
  const days = Map.groupBy(entries, ({ at }) => dayOf(at))
  const parts = [
    l10n.t('Casebook: model calls'),
    '',
    ...summary(l10n, report),
    ...(entries.length === 0 ? ['', l10n.t('No model was asked yet.')] : []),
    ...[...days].flatMap(([day, calls]) => ['', day, '', ...table(l10n, calls, language)]),
  ]
  return `${parts.join('\n')}\n`
}

function summary(l10n: L10n, { today, dailyBackgroundTokens, priced, language }: LedgerReport): string[] {
  const count = (value: number) => value.toLocaleString(language)
  const tokens = l10n.t(
    'Today: {0} calls, {1} tokens in, {2} tokens out',
    count(today.calls),
    count(today.inputTokens),
    count(today.outputTokens),
  )
  const dollars = today.dollars ?? 0
  // No sum where nothing is known but that this machine charges nothing.
  const cost = dollars === 0 ? '' : l10n.t(', about {0} US dollars', money(dollars))
  const background =
    dailyBackgroundTokens === 0
      ? l10n.t('In the background no model is asked.')
      : l10n.t(
          'In the background: {0} of {1} tokens a day. What you ask for yourself is never stopped.',
          count(today.backgroundTokens),
          count(dailyBackgroundTokens),
        )
  return [
    `${tokens}${cost}.`,
    background,
    l10n.t('The limit: {0}', 'casebook.model.dailyBackgroundTokens'),
    l10n.t(
      priced ? 'The price of questions: {0}' : 'Costs are told once a price of questions is set: {0}',
      'casebook.model.pricePerMillionInput',
    ),
    l10n.t('... and of answers: {0}', 'casebook.model.pricePerMillionOutput'),
  ]
}

/** Columns stand below each other in an editor's font. */
function table(l10n: L10n, calls: readonly LedgerEntry[], language: string): string[] {
  const titles = [
    l10n.t('time'),
    l10n.t('for'),
    l10n.t('model'),
    l10n.t('in'),
    l10n.t('out'),
    l10n.t('dollars'),
    l10n.t('took'),
    l10n.t('outcome'),
  ]
  const rows = [titles, ...calls.map((entry) => cells(l10n, entry, language))]
  const widths = titles.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) => {
    const padded = row.map((cell, column) => {
      const width = widths[column] ?? 0
      return numeric.has(column) ? cell.padStart(width) : cell.padEnd(width)
    })
    return padded.join('  ').trimEnd()
  })
}

/** Columns of numbers. */
const numeric = new Set([3, 4, 5, 6])

function cells(l10n: L10n, entry: LedgerEntry, language: string): string[] {
  const { at, purpose, model, remote, background, outcome } = entry
  // Counted by length, where the server counted nothing.
  const about = entry.estimated ? '~' : ''
  const outcomes = {
    answered: l10n.t('answered'),
    failed: l10n.t('failed'),
    stopped: l10n.t('stopped'),
  }
  const notes = [
    ...(remote ? [] : [l10n.t('on this machine')]),
    ...(background ? [l10n.t('in the background')] : []),
  ]
  return [
    new Date(at).toLocaleTimeString(language),
    purpose,
    model,
    `${about}${entry.inputTokens.toLocaleString(language)}`,
    `${about}${entry.outputTokens.toLocaleString(language)}`,
    entry.dollars === null ? '?' : money(entry.dollars),
    `${(entry.milliseconds / 1_000).toFixed(1)} s`,
    [outcomes[outcome], ...notes].join(', '),
  ]
}

/** Small calls cost less than a cent. */
function money(dollars: number): string {
  return dollars.toFixed(dollars !== 0 && dollars < 0.1 ? 4 : 2)
}

/** The local day, as `2026-11-22`. */
function dayOf(at: number): string {
  const date = new Date(at)
  const two = (value: number) => String(value).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}
