/** Which mode of the tool memory suits which model; its settings are those of `casebook.tools`. */

import { defaultSettings, type ToolMode, type ToolSettings } from '../../config.ts'

export type { ToolMode }
export type ToolboxSettings = ToolSettings

export const defaultToolbox: ToolboxSettings = defaultSettings.tools

/** `reasoning` models manage their tools themselves; `small` ones (cheap, local, offline) are led through fixed steps. */
export type ModelClass = 'reasoning' | 'general' | 'small'

/** By what names of models tell: sizes and tiers that their makers write into them. Unknown ones are `general`. */
export function classOf(model: string): ModelClass {
  const name = model.toLowerCase()
  if (/(^|[^a-z])(mini|nano|tiny|small|lite|flash|haiku|[0-9.]{1,4}b)([^a-z]|$)/.test(name)) {
    const billions = Number(/(?:^|[^a-z0-9.])([0-9.]{1,4})b(?:[^a-z]|$)/.exec(name)?.[1] ?? 0)
    if (billions < 30) return 'small'
  }
  if (/(^|[^a-z0-9])(o[1-9]|gpt-[5-9]|r[1-9]|opus|thinking|reason\w*|[a-z]*-pro|pro)([^a-z0-9]|$)/.test(name))
    return 'reasoning'
  return 'general'
}

/** What the chat chose, else the setting, else by class: Workflow for small models, Hybrid for others (MemTool's advice). */
export function modeFor(
  settings: Pick<ToolboxSettings, 'mode' | 'trustReasoning'>,
  model: string,
  chosen?: ToolMode,
): ToolMode {
  if (chosen !== undefined) return chosen
  if (settings.mode !== 'auto') return settings.mode
  const kind = classOf(model)
  if (kind === 'reasoning' && settings.trustReasoning) return 'autonomous'
  return kind === 'small' ? 'workflow' : 'hybrid'
}
