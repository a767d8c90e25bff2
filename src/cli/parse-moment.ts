/** Moments as people type them: a day, or how long ago. */

import { type Command, UsageError } from './command.ts'

const units: Readonly<Record<string, number>> = { h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 }

/** Unix milliseconds of `2026-03-01`, `30d`, `12h` or `2w`; undefined when the option was not given. */
export function parseMoment(
  value: string | boolean | undefined,
  command: Command,
  now = Date.now(),
): number | undefined {
  if (typeof value !== 'string') return undefined
  const [, number, unit = ''] = /^(\d+)([hdw])$/.exec(value.trim()) ?? []
  if (number !== undefined) return now - Number(number) * (units[unit] ?? 0)
  const time = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?Z?)?$/.test(value.trim())
    ? Date.parse(value.trim())
    : Number.NaN
  if (!Number.isNaN(time)) return time
  throw new UsageError(`'${value}' is no moment. Write a date such as 2026-03-01, or 30d, 12h, 2w.`, command)
}
