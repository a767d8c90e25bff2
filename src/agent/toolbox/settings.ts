/** Settings of the tool memory, and which mode suits which model. */

import { z } from 'zod'

export const toolModes = ['autonomous', 'workflow', 'hybrid'] as const
export type ToolMode = (typeof toolModes)[number]

export const toolboxSettings = z.object({
  /** `auto`: by the class of the model, see `modeFor`. A chat may choose another. */
  mode: z.enum(['auto', ...toolModes]).default('auto'),
  /** With `auto`: whether reasoning models manage their tools themselves. Even among them some sit at the limit. */
  trustReasoning: z.boolean().default(false),
  /** Tools in one request, those of the tool memory included. OpenAI and VS Code take 128. */
  limit: z.number().int().min(8).max(128).default(128),
  /** Hits of one keyword (MemTool: 5). */
  topK: z.number().int().min(1).max(20).default(5),
  /** `model`: a completion decides what goes. `unused`: the rule of prune.ts, without a model. */
  pruner: z.enum(['model', 'unused']).default('model'),
  /** User turns for which a tool may go unused before the rule takes it (MemTool: 2). */
  unusedTurns: z.number().int().min(0).default(2),
  /** Tools that the rule carries into a new turn at most; null: any number, as in the paper. */
  carry: z.number().int().min(0).nullable().default(3),
  /** How a long chat is shortened at the start of a turn. */
  history: z.enum(['truncate', 'summarize']).default('truncate'),
  /** Estimated tokens of messages above which it is. */
  historyTokens: z.number().int().min(500).default(24_000),
  /** Calls of the model in one turn; a loop ends here. */
  maxSteps: z.number().int().min(1).default(40),
})
export type ToolboxSettings = z.infer<typeof toolboxSettings>

export const defaultToolbox: ToolboxSettings = toolboxSettings.parse({})

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
