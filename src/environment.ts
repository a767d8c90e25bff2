/** The settings of a process of its own: each one is a variable, `maxFileSize` is `CASEBOOK_MAX_FILE_SIZE`. */

import { defaultSettings, parseSettings, type Settings } from './config.ts'
import { UserError } from './memory/ports.ts'

export interface SettingVariable {
  variable: string
  /** Path inside the settings: `['embedder', 'baseUrl']`. */
  path: readonly string[]
  default: string | number | boolean
}

/** One entry per setting, in the order of the schema. */
export function settingVariables(): SettingVariable[] {
  return leaves(defaultSettings, [])
}

/** Throws `UserError` that names the variable. Empty variables count as unset. */
export function settingsFromEnvironment(environment: NodeJS.ProcessEnv): Settings {
  let settings = defaultSettings
  const given: Record<string, unknown> = {}
  for (const setting of settingVariables()) {
    const text = environment[setting.variable]
    if (text === undefined || text === '') continue
    assign(given, setting.path, convert(text, setting.default))
    // One at a time, so that the message can name the variable that is wrong.
    settings = parseVariable(given, setting.variable, text)
  }
  return settings
}

function parseVariable(given: Record<string, unknown>, variable: string, text: string): Settings {
  try {
    return parseSettings(given)
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^[^:]*: /, '') : String(error)
    throw new UserError(
      `${variable}=${text} cannot be used: ${reason}`,
      `Correct or unset the environment variable ${variable}.`,
      error,
    )
  }
}

function leaves(node: object, path: readonly string[]): SettingVariable[] {
  return Object.entries(node).flatMap(([key, value]) => {
    const here = [...path, key]
    if (typeof value === 'object' && value !== null) return leaves(value, here)
    return [{ variable: variableName(here), path: here, default: value as SettingVariable['default'] }]
  })
}

function variableName(path: readonly string[]): string {
  const words = path.map((key) => key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase())
  return `CASEBOOK_${words.join('_')}`
}

/** Text that is no number or truth value stays text, so that the schema can say what it expected. */
function convert(text: string, model: SettingVariable['default']): unknown {
  if (typeof model === 'number') return Number.isFinite(Number(text)) ? Number(text) : text
  if (typeof model !== 'boolean') return text
  if (['1', 'true', 'yes', 'on'].includes(text.toLowerCase())) return true
  return ['0', 'false', 'no', 'off'].includes(text.toLowerCase()) ? false : text
}

function assign(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [key, ...rest] = path
  if (key === undefined) return
  if (rest.length === 0) {
    target[key] = value
    return
  }
  const child = (target[key] ?? {}) as Record<string, unknown>
  target[key] = child
  assign(child, rest, value)
}

/** The other way round: variables for what differs from the defaults. Keys are left out: they belong into no file. */
export function environmentOf(settings: Settings): Record<string, string> {
  const entries = settingVariables().flatMap(({ variable, path, default: usual }) => {
    const value = path.reduce<unknown>((node, key) => (node as Record<string, unknown>)[key], settings)
    return value === usual || path.at(-1) === 'apiKey' ? [] : [[variable, String(value)] as const]
  })
  return Object.fromEntries(entries)
}
