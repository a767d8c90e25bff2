/** Settings that can be used, whatever the person wrote: broken values give a warning and the default. */

import { defaultSettings, type Settings, settingsSchema } from '../config.ts'

export interface SettingProblem {
  /** For example `casebook.maxFileSize`. */
  key: string
  message: string
}

/** Each broken value is dropped for its default and reported; all others are kept. */
export function usableSettings(raw: Readonly<Record<string, unknown>>): {
  settings: Settings
  problems: SettingProblem[]
} {
  const kept: Record<string, unknown> = structuredClone({ ...raw })
  const problems: SettingProblem[] = []
  for (;;) {
    const result = settingsSchema.safeParse(kept)
    if (result.success) return { settings: result.data, problems }
    const issue = result.error.issues[0]
    const path = (issue?.path ?? []).map(String)
    problems.push({ key: ['casebook', ...path].join('.'), message: issue?.message ?? 'unreadable' })
    if (!dropped(kept, path)) return { settings: defaultSettings, problems }
  }
}

/** Deletes the value at the path; false when there is nothing to delete, which would repeat for ever. */
function dropped(target: Record<string, unknown>, path: readonly string[]): boolean {
  const [first, ...rest] = path
  if (first === undefined || !Object.hasOwn(target, first)) return false
  const inner = target[first]
  if (rest.length > 0 && typeof inner === 'object' && inner !== null) {
    if (dropped(inner as Record<string, unknown>, rest)) return true
  }
  return delete target[first]
}
