/** The measures of a chat's tools as a table for other programs. Pure. */

import type { ToolsReport } from '../../protocol-tools.ts'

const columns = [
  'turn',
  'at',
  'added',
  'removed',
  'active',
  'calls',
  'failed_calls',
  'outcome',
  'why',
] as const

/** One row a turn, as RFC 4180 has it. */
export function metricsTable({ turns }: ToolsReport): string {
  const rows = turns.map(({ turn, at, changes, active, calls, failedCalls, outcome }) => {
    const counted = (op: 'added' | 'removed') => changes.filter((change) => change.op === op).length
    const why = changes.map(({ op, name, why }) => `${op === 'added' ? '+' : '-'}${name}: ${why}`).join('; ')
    return [
      turn,
      new Date(at).toISOString(),
      counted('added'),
      counted('removed'),
      active,
      calls,
      failedCalls,
      outcome,
      why,
    ]
  })
  return [columns, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('')
}

/** A cell that begins like a formula would be one in a spreadsheet: names and reasons come from strangers. */
function cell(value: string | number): string {
  if (typeof value === 'number') return String(value)
  const harmless = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}
